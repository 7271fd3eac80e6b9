package list

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
)

// parse reads a command line as the verb does.
func parse(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	f, connection := newFlags(), cli.NewConnectionFlags()
	cmd := &cobra.Command{Use: "list"}
	f.addTo(cmd)
	connection.AddTo(cmd.Flags())
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	env := cli.Env{Now: func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }}
	return f.options(cmd.Flags().Args(), connection, env)
}

func TestOptions(t *testing.T) {
	type parsed struct {
		Project    string
		Projects   []string
		Stages     []string
		Freight    []string
		Warehouses []string
		Limit      int
		Format     string
	}
	for name, test := range map[string]struct {
		args []string
		want parsed
	}{
		"nothing":                       {nil, parsed{Limit: listing.OverviewFreight, Format: "overview"}},
		"Stages in all spellings":       {[]string{"prod", "stage/qa", "a,b"}, parsed{Stages: []string{"prod", "qa", "a", "b"}, Limit: tableLimit}},
		"the type alone is all Stages":  {[]string{"stages"}, parsed{Limit: listing.OverviewFreight, Format: "overview"}},
		"the type before names":         {[]string{"stages", "prod"}, parsed{Stages: []string{"prod"}, Limit: tableLimit}},
		"Freight as a flag and a word":  {[]string{"--freight=x", "freight/y"}, parsed{Freight: []string{"x", "y"}, Limit: tableLimit}},
		"a Warehouse":                   {[]string{"--warehouse=Warehouse/app"}, parsed{Warehouses: []string{"app"}, Limit: tableLimit}},
		"rows of all":                   {[]string{"--rows"}, parsed{Limit: tableLimit}},
		"an overview of one Stage":      {[]string{"--overview", "prod"}, parsed{Stages: []string{"prod"}, Limit: listing.OverviewFreight, Format: "overview"}},
		"a filter":                      {[]string{"--differs"}, parsed{Limit: tableLimit}},
		"labels":                        {[]string{"-l", "a=b"}, parsed{Limit: tableLimit}},
		"the default limit: tables":     {[]string{"-o", "json"}, parsed{Format: "json"}},
		"a limit: every format":         {[]string{"-o", "json", "--limit=3"}, parsed{Format: "json", Limit: 3}},
		"a template is a format":        {[]string{"--template={{.kind}}"}, parsed{Format: "go-template"}},
		"one Project, by both flags":    {[]string{"-p", "web", "-n", "web"}, parsed{Project: "web", Limit: listing.OverviewFreight, Format: "overview"}},
		"several Projects":              {[]string{"-p", "web,api", "-p", "web"}, parsed{Projects: []string{"web", "api"}, Limit: listing.OverviewFreight, Format: "overview"}},
		"several namespaces":            {[]string{"-n", "web", "-n", "api"}, parsed{Projects: []string{"web", "api"}, Limit: listing.OverviewFreight, Format: "overview"}},
		"all of them, whatever is said": {[]string{"-A", "-p", "web", "-n", "api"}, parsed{Limit: listing.OverviewFreight, Format: "overview"}},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := parse(t, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			got := parsed{o.Project, o.Projects, o.filter.Stages, o.freight, o.filter.Warehouses, o.filter.Limit, o.output.Name}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for want, args := range map[string][]string{
		`"pod/x" does not name a Stage`:                               {"pod/x"},
		"name cannot be provided when a selector is specified":        {"prod", "-l", "a=b"},
		"--available and --blocked leave nothing":                     {"--available", "--blocked"},
		"invalid --newer-than -1h":                                    {"--newer-than=-1h"},
		"--rows does not go with --overview":                          {"--rows", "--overview"},
		"choose the output format, and so does -o json":               {"--rows", "-o", "json"},
		"invalid --limit -1":                                          {"--limit=-1"},
		"--sort-by":                                                   {"--sort-by=.none"},
		`unknown output format "xml"`:                                 {"-o", "xml"},
		`output format "json" takes no argument`:                      {"-o", "json=x"},
		"invalid custom column":                                       {"-o", "custom-columns=A"},
		"--recursive needs --filename":                                {"-R"},
		"--freight is empty":                                          {"--freight="},
		"FREIGHT is empty":                                            {"freight/"},
		"--watch follows a cluster":                                   {"--watch", "-f", "x"},
		"--watch follows one Project":                                 {"--watch", "-p", "a,b"},
		"--watch follows the clock":                                   {"--watch", "--at", "+1h"},
		"it does not go with -o name":                                 {"--watch", "-o", "name"},
		`--project "web" and --namespace "api" name different Projec`: {"-p", "web", "-n", "api"},
	} {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}
