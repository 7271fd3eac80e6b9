package kargo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestParseRelease(t *testing.T) {
	for text, want := range map[string]string{
		"v1.11.2":            "v1.11.2",
		"1.11.2":             "v1.11.2",
		"v1.3.3":             "v1.3.3",
		"v1.12.0-rc.1":       "v1.12.0-rc.1",
		"v1.11.2+enterprise": "v1.11.2",
	} {
		got, err := kargo.ParseRelease(text)
		if err != nil {
			t.Errorf("ParseRelease(%q): %v", text, err)
			continue
		}
		if diff := cmp.Diff(kargo.Releases{Min: want, Max: want, Given: true}, got); diff != "" {
			t.Errorf("ParseRelease(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseReleaseRefuses(t *testing.T) {
	for _, text := range []string{"", "v", "vv1.2.3", "latest", "1.11", "v1", "1.2.3.4", "v1.2.x", "01.2.3", " 1.2.3", "1.2.3 ", "v1,2"} {
		got, err := kargo.ParseRelease(text)
		if err == nil {
			t.Errorf("ParseRelease(%q) = %v, want an error", text, got)
			continue
		}
		if !got.IsUnknown() {
			t.Errorf("ParseRelease(%q) = %v beside its error, want none", text, got)
		}
	}
	_, err := kargo.ParseRelease("latest")
	if want := `invalid Kargo version "latest": expected a whole version such as v1.11.2`; err == nil || err.Error() != want {
		t.Errorf("ParseRelease(latest): error %v, want %s", err, want)
	}
}

func TestReleases(t *testing.T) {
	tests := []struct {
		name     string
		releases kargo.Releases
		text     string
		unknown  bool
		// since and mayPrecede are the answers for v1.8.0.
		since, mayPrecede bool
	}{
		{"unknown, which is held to be recent", kargo.Releases{}, "unknown", true, true, false},
		{"one that a person gave", kargo.Releases{Min: "v1.11.2", Max: "v1.11.2", Given: true}, "v1.11.2", false, true, false},
		{"one that was inferred", kargo.Releases{Min: "v1.11.0", Max: "v1.11.0"}, "v1.11.0", false, true, false},
		{"a range that begins with it", kargo.Releases{Min: "v1.8.0", Max: "v1.10.10"}, "v1.8.0 - v1.10.10", false, true, false},
		{"a range that ends before it", kargo.Releases{Min: "v1.4.0", Max: "v1.7.10"}, "v1.4.0 - v1.7.10", false, false, true},
		{"a range around it", kargo.Releases{Min: "v1.4.0", Max: "v1.8.0"}, "v1.4.0 - v1.8.0", false, true, true},
		{"a branch that goes on", kargo.Releases{Min: "v1.11.1", Max: "v1.11.x"}, "v1.11.1 - v1.11.x", false, true, false},
		{"the branch before it", kargo.Releases{Max: "v1.7.x"}, "v1.7.x or earlier", false, false, true},
		{"its own branch", kargo.Releases{Min: "v1.7.0", Max: "v1.8.x"}, "v1.7.0 - v1.8.x", false, true, true},
		{"an open end", kargo.Releases{Min: "v1.11.1"}, "v1.11.1 or later", false, true, false},
		{"an open beginning", kargo.Releases{Max: "v1.1.3"}, "v1.1.3 or earlier", false, false, true},
		{"a release before it of a number that sorts after it as text", kargo.Releases{Min: "v1.7.10", Max: "v1.7.10"}, "v1.7.10", false, false, true},
		{"a release after it of a number that sorts before it as text", kargo.Releases{Min: "v1.10.0", Max: "v1.10.0"}, "v1.10.0", false, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.releases.String(); got != test.text {
				t.Errorf("String() = %q, want %q", got, test.text)
			}
			if got := test.releases.IsUnknown(); got != test.unknown {
				t.Errorf("IsUnknown() = %t, want %t", got, test.unknown)
			}
			if got := test.releases.Since("v1.8.0"); got != test.since {
				t.Errorf("Since(v1.8.0) = %t, want %t", got, test.since)
			}
			if got := test.releases.MayPrecede("v1.8.0"); got != test.mayPrecede {
				t.Errorf("MayPrecede(v1.8.0) = %t, want %t", got, test.mayPrecede)
			}
		})
	}
}
