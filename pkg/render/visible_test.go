package render

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"v1.4.2 (lucky-koala)":         "v1.4.2 (lucky-koala)",
		"日本語 é ✔ 🚀":                    "日本語 é ✔ 🚀",
		`C:\new`:                       `C:\new`,
		"a\nb\tc\r":                    `a\nb\tc\r`,
		"\x1b[31mred\x1b[0m":           `\x1b[31mred\x1b[0m`,
		"\x1b]8;;http://x\x07y":        `\x1b]8;;http://x\ay`,
		"C1 \u009b31m":                 `C1 \u009b31m`,
		"DEL \x7f NUL \x00 BS \b":      `DEL \x7f NUL \x00 BS \b`,
		"bidi \u202e\u2066":            `bidi \u202e\u2066`,
		"zero\u200bwidth\ufeff":        `zero\u200bwidth\ufeff`,
		"line\u2028para\u2029":         `line\u2028para\u2029`,
		"not UTF-8 \xff\xc3":           `not UTF-8 \xff\xc3`,
		"tags \U000e0041":              `tags \U000e0041`,
		"a real replacement \ufffd is": "a real replacement \ufffd is",
	} {
		if diff := cmp.Diff(want, Visible(text)); diff != "" {
			t.Errorf("Visible(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// Whatever comes in, what goes out is UTF-8 that a terminal only prints, and what
// was harmless is still there.
func TestVisibleIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		got := Visible(text)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := Visible(got); again != got {
			t.Fatalf("%q becomes %q when it is made visible again", got, again)
		}
	})
}

// The escapes change the bytes of JSON, never its meaning, however the writes are cut.
func TestJSONEscapesMeanTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(t, "value")
		plain, err := json.Marshal(value, json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := newJSONEscaper(&out)
		for rest := plain; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "write")
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if r > '~' && !unicode.IsPrint(r) {
				t.Fatalf("%q holds %U", &out, r)
			}
		}
		var got, want map[string][]string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-plain +escaped):\n%s", diff)
		}
	})
}

func TestShortArtifact(t *testing.T) {
	sha := "06be6d3990603faf4866b6b4e8ac7b8fe635d23a"
	for artifact, want := range map[string]string{
		"registry.example/team/guestbook:v1.3.0":              "guestbook:v1.3.0",
		"registry.example:5000/guestbook":                     "guestbook",
		"registry.example/guestbook@sha256:" + sha + sha[:24]: "guestbook:06be6d3",
		"https://git.example/guestbook.git@" + sha:            "guestbook@06be6d3",
		"https://git.example/guestbook.git@v1.3.0":            "guestbook@v1.3.0",
		"oci://registry.example/charts/web:1.2.3":             "web:1.2.3",
		"": "",
	} {
		if got := shortArtifact(artifact, hashes()); got != want {
			t.Errorf("shortArtifact(%q) = %q, want %q", artifact, got, want)
		}
	}
	if got := artifacts([]string{"r/a:v1", "r/b:v2"}, hashes()); strings.Contains(got, " ") || got != "a:v1,b:v2" {
		t.Errorf("artifacts are %q", got)
	}
}
