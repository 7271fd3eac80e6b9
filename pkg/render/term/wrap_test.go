package term

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrapColored(t *testing.T) {
	for _, test := range []struct {
		name, text string
		columns    int
		want       []string
	}{
		{"what fits", "one two", 7, []string{"one two"}},
		{"between words", "one two three", 9, []string{"one two", "  three"}},
		{"a word that is too long", "abcdefghij", 6, []string{"abcd", "  efgh", "  ij"}},
		{"color takes no room", "one \x1b[32mtwo\x1b[0m three", 9, []string{"one \x1b[32mtwo\x1b[0m", "  three"}},
		{"color at the end of a line", "one two three \x1b[31mfour\x1b[0m", 12, []string{"one two", "  three \x1b[31mfour\x1b[0m"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Wrap(test.text, test.columns)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
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
			got := Wrap(test.text, test.columns)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Wrap() (-want +got):\n%s", diff)
			}
			for _, line := range got {
				if Width(line) > max(test.columns, 4) {
					t.Errorf("%q takes %d columns of %d", line, Width(line), test.columns)
				}
			}
		})
	}
}

// Whatever is colored, nothing is lost and the colors stay as they are.
func TestPropertyWrapLosesNothing(t *testing.T) {
	palette := NewPalette(true)
	word := rapid.Custom(func(t *rapid.T) string {
		text := rapid.StringMatching(`[a-zé✔→]{1,12}`).Draw(t, "word")
		return rapid.SampledFrom([]string{text, palette.Good(text), paint(palette.changed, text)}).Draw(t, "painted")
	})
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 12).Draw(t, "words")
		columns := rapid.IntRange(14, 60).Draw(t, "columns")
		lines := Wrap(strings.Join(words, " "), columns)
		if got := strings.Join(strings.Fields(strings.Join(lines, " ")), " "); got != strings.Join(words, " ") {
			t.Errorf("%q becomes %q", words, lines)
		}
		for _, line := range lines {
			if Width(line) > columns {
				t.Errorf("%q is wider than %d", line, columns)
			}
		}
	})
}
