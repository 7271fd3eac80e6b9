package describe

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

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
		if got := shortArtifact(artifact); got != want {
			t.Errorf("shortArtifact(%q) = %q, want %q", artifact, got, want)
		}
	}
	if diff := cmp.Diff([]string{"a:v1", "b:v2"}, Artifacts([]string{"r/a:v1", "r/b:v2"})); diff != "" {
		t.Errorf("artifacts (-want +got):\n%s", diff)
	}
}

// A hash is a whole word of at least 32 hexadecimal digits; all other text stays.
func TestShortHash(t *testing.T) {
	hash := regexp.MustCompile(`\b([0-9a-f]{7})[0-9a-f]{25,}\b`)
	part := rapid.OneOf(
		rapid.StringMatching(`[0-9a-f]{30,42}`), rapid.StringMatching(`[0-9a-gA-F_]{30,40}`),
		rapid.SampledFrom([]string{"é", " ", "-", ":", "@", "sha256:", "_", "\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for _, p := range rapid.SliceOf(part).Draw(t, "parts") {
			text += p
		}
		if got, want := ShortHash(text), hash.ReplaceAllString(text, "$1"); got != want {
			t.Fatalf("%q becomes %q, want %q", text, got, want)
		}
	})
}
