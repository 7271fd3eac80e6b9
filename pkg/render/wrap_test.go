package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrapColoured(t *testing.T) {
	for _, test := range []struct {
		name, text string
		columns    int
		want       []string
	}{
		{"what fits", "one two", 7, []string{"one two"}},
		{"between words", "one two three", 9, []string{"one two", "  three"}},
		{"a word that is too long", "abcdefghij", 6, []string{"abcd", "  efgh", "  ij"}},
		{"colour takes no room", "one \x1b[32mtwo\x1b[0m three", 9, []string{"one \x1b[32mtwo\x1b[0m", "  three"}},
		{"colour at the end of a line", "one two three \x1b[31mfour\x1b[0m", 12, []string{"one two", "  three \x1b[31mfour\x1b[0m"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, wrap(test.text, test.columns)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is coloured, nothing is lost and the colours stay as they are.
func TestPropertyWrapLosesNothing(t *testing.T) {
	palette := NewPalette(true)
	word := rapid.Custom(func(t *rapid.T) string {
		text := rapid.StringMatching(`[a-zé✔→]{1,12}`).Draw(t, "word")
		return rapid.SampledFrom([]string{text, paint(palette.good, text), paint(palette.changed, text)}).Draw(t, "painted")
	})
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 12).Draw(t, "words")
		columns := rapid.IntRange(14, 60).Draw(t, "columns")
		lines := wrap(strings.Join(words, " "), columns)
		if got := strings.Join(strings.Fields(strings.Join(lines, " ")), " "); got != strings.Join(words, " ") {
			t.Errorf("%q becomes %q", words, lines)
		}
		for _, line := range lines {
			if width(line) > columns {
				t.Errorf("%q is wider than %d", line, columns)
			}
		}
	})
}
