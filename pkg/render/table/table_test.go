package table

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

func TestWrite(t *testing.T) {
	rows := [][]string{{"short", "✔", "x"}, {"日本語", term.NewPalette(true).Good("✔"), "two\nlines"}, {"", "", ""}}
	var out bytes.Buffer
	if err := Write(&out, []string{"NAME", "Ok", "LAST ONE"}, rows); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"NAME     Ok   LAST ONE",
		"short    ✔    x",
		"日本語   \x1b[32m✔\x1b[0m    two",
		"              lines",
		"",
		"",
	}, "\n")
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
