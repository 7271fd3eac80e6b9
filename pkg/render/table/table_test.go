package table_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

func TestWrite(t *testing.T) {
	t.Cleanup(func() { twwidth.SetEastAsian(false) })
	for _, eastAsian := range []bool{false, true} { // as the library would measure in Japan
		twwidth.SetEastAsian(eastAsian)
		testWrite(t)
	}
}

func testWrite(t *testing.T) {
	t.Helper()
	rows := [][]string{{"short", "✔", "x"}, {"  indented", "", "→ ●  y"}, {"日本語", term.NewPalette(true).Good("✔"), "two\nlines"}, {"", "", ""}}
	var out bytes.Buffer
	if err := table.Write(&out, []string{"NAME", "Ok", "LAST ONE"}, rows); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"NAME         Ok   LAST ONE",
		"short        ✔    x",
		"  indented        → ●  y",
		"日本語       \x1b[32m✔\x1b[0m    two",
		"                  lines",
		"",
		"",
	}, "\n")
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// BenchmarkWrite writes the table of 10,000 rows that a pipe gets.
func BenchmarkWrite(b *testing.B) {
	header := []string{"STAGE", "AUTO", "STRATEGY", "FREIGHT", "HERE", "ORIGIN", "AGE", "ANY", "ALL", "NOW", "BLOCKED BY"}
	var rows [][]string
	for i := range 10000 {
		rows = append(rows, []string{
			"staging-eu", "no", "OneOf", fmt.Sprintf("%040x", i), "-", "Warehouse/main", "2m1s", "yes", "no", "yes",
			"staging-a: verifying; staging-b: promotion queued",
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := table.Write(io.Discard, header, rows); err != nil {
			b.Fatal(err)
		}
	}
}
