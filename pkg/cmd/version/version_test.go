package version

import (
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func TestOptions(t *testing.T) {
	for format, valid := range map[string]bool{"": true, "json": true, "yaml": true, "wide": false, "jsonpath={.kind}": false} {
		if err := (&flags{output: format}).validate(); (err == nil) != valid {
			t.Errorf("-o %q: %v", format, err)
		}
	}
}

// Neither a version that is given nor files need a cluster.
func TestRulesWithoutACluster(t *testing.T) {
	given, err := kargo.ParseRelease("v1.8.0")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		flags    flags
		releases kargo.Releases
		version  string
		source   report.VersionSource
		message  string
	}{
		"given":          {flags{given: "--kargo-version"}, given, "v1.8.0", report.FromFlag, "as --kargo-version says"},
		"given to files": {flags{given: "X", files: []string{"x"}}, given, "v1.8.0", report.FromFlag, "as X says"},
		"files":          {flags{files: []string{"x"}}, kargo.Releases{}, "unknown", report.Assumed, "the newest rules, as files do not say which Kargo they are for; --kargo-version does"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := test.flags.rules(t.Context(), cli.Env{}, nil, test.releases)
			if err != nil {
				t.Fatal(err)
			}
			if got.Version != test.version || got.Source != test.source || got.Message != test.message {
				t.Errorf("got %+v", got)
			}
		})
	}
}
