package term

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSanitize(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"v1.4.2 (lucky-koala)":         "v1.4.2 (lucky-koala)",
		"日本語 é ✔ 🚀":                    "日本語 é ✔ 🚀",
		`C:\new`:                       `C:\new`,
		"a\u3164b\u115f\uffa0\u2800":   `a\u3164b\u115f\uffa0\u2800`,
		"a\u034fb\ufe0f\U000e0100":     `a\u034fb\ufe0f\U000e0100`,
		"a\nb\tc\r":                    `a\nb\tc\r`,
		"\x1b[31mred\x1b[0m":           `\x1b[31mred\x1b[0m`,
		"\x1b]8;;http://x\x07y":        `\x1b]8;;http://x\ay`,
		"C1 \u009b31m":                 `C1 \u009b31m`,
		"DEL \x7f NUL \x00 BS \b":      `DEL \x7f NUL \x00 BS \b`,
		"bidi \u202e\u2066":            `bidi \u202e\u2066`,
		"v1 \u05d0\u0628\u0661 é 1":    `v1 \u05d0\u0628\u0661 é 1`,
		"zero\u200bwidth\ufeff":        `zero\u200bwidth\ufeff`,
		"line\u2028para\u2029":         `line\u2028para\u2029`,
		"not UTF-8 \xff\xc3":           `not UTF-8 \xff\xc3`,
		"tags \U000e0041":              `tags \U000e0041`,
		"a real replacement \ufffd is": "a real replacement \ufffd is",
	} {
		if diff := cmp.Diff(want, Sanitize(text)); diff != "" {
			t.Errorf("Sanitize(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// Whatever comes in, what goes out is UTF-8 that a terminal only prints, and what
// was harmless is still there.
func TestSanitizedTextIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		got := Sanitize(text)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := Sanitize(got); again != got {
			t.Fatalf("%q becomes %q when it is sanitized again", got, again)
		}
	})
}
