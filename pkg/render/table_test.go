package render

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteTable(t *testing.T) {
	rows := [][]string{{"short", "✔", "x"}, {"日本語", paint(NewPalette(true).good, "✔"), "two\nlines"}, {"", "", ""}}
	var out bytes.Buffer
	if err := writeTable(&out, []string{"NAME", "Ok", "LAST ONE"}, rows); err != nil {
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

func TestWrap(t *testing.T) {
	for name, test := range map[string]struct {
		text    string
		columns int
		want    []string
	}{
		"what fits stays":           {"one two", 7, []string{"one two"}},
		"lines break between words": {"gate: waits for staging-b: verifying", 20, []string{"gate: waits for", "  staging-b:", "  verifying"}},
		"a word that is long is broken, and nothing of it lost": {
			"AnalysisRun 0123456789012345678901234567", 20, []string{"AnalysisRun", "  012345678901234567", "  8901234567"},
		},
		"what is broken is not joined again": {"staging-eu-west-1a: verification failed", 20, []string{"staging-eu-west-1a", "  : verification", "  failed"}},
		"however narrow it gets":             {"日本", 2, []string{"日本"}},
		"columns count, and not bytes":       {"日本語 日本語", 10, []string{"日本語", "  日本語"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := wrap(test.text, test.columns)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("wrap() (-want +got):\n%s", diff)
			}
			for _, line := range got {
				if width(line) > max(test.columns, 4) {
					t.Errorf("%q takes %d columns of %d", line, width(line), test.columns)
				}
			}
		})
	}
}
