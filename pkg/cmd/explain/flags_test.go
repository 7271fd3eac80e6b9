package explain

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// parse reads a command line as the verb does, the number of its arguments too.
func parse(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	f, connection := newFlags(), cli.NewConnectionFlags()
	cmd := &cobra.Command{Use: "explain"}
	f.addTo(cmd)
	connection.AddTo(cmd.Flags())
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	if err := oneOrTwo(cmd, cmd.Flags().Args()); err != nil {
		return nil, err
	}
	env := cli.Env{Now: func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }}
	return f.options(cmd.Flags().Args(), connection, env)
}

func TestOptions(t *testing.T) {
	type parsed struct {
		Question load.Question
		Limit    int
		Format   string
		ExitCode bool
	}
	about := func(stage, freight string) load.Question {
		return load.Question{Stage: stage, Freight: freight, Candidates: true}
	}
	for name, test := range map[string]struct {
		args []string
		want parsed
	}{
		"a Stage":                       {[]string{"prod"}, parsed{Question: about("prod", ""), Limit: nextLimit}},
		"a Stage with the type's name":  {[]string{"stage"}, parsed{Question: about("stage", ""), Limit: nextLimit}},
		"a Stage and Freight":           {[]string{"stage/prod", "lucky"}, parsed{Question: about("prod", "lucky"), Limit: nextLimit}},
		"with their types":              {[]string{"stage", "prod", "freight/lucky"}, parsed{Question: about("prod", "lucky"), Limit: nextLimit}},
		"a document for a script":       {[]string{"prod", "-o", "yaml", "--exit-code", "--limit=0"}, parsed{Question: about("prod", ""), Format: "yaml", ExitCode: true}},
		"a template, which is a format": {[]string{"prod", "--template={{.kind}}"}, parsed{Question: about("prod", ""), Format: "go-template", Limit: nextLimit}},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := parse(t, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, parsed{o.question, o.limit, o.format, o.exitCode}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for want, args := range map[string][]string{
		"say which Stage":                       {},
		`not also "c"`:                          {"a", "b", "c"},
		`"a,b" names 2 Stages`:                  {"a,b"},
		"FREIGHT is empty":                      {"prod", ""},
		`"freight/x" does not name a Stage`:     {"freight/x"},
		"invalid --limit -1":                    {"prod", "--limit=-1"},
		`unknown output format "wide"`:          {"prod", "-o", "wide"},
		"it does not go with --exit-code":       {"prod", "--watch", "--exit-code"},
		"--watch follows a cluster":             {"prod", "--watch", "-f", "x"},
		"template format specified but no temp": {"prod", "-o", "go-template"},
	} {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}
