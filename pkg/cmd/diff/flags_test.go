package diff

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// parse reads a command line as the verb does.
func parse(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	f, connection := newFlags(), cli.NewConnectionFlags()
	cmd := &cobra.Command{Use: "diff"}
	f.addTo(cmd)
	connection.AddTo(cmd.Flags())
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	env := cli.Env{Now: func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }}
	return f.options(connection, env)
}

func TestOptionsName(t *testing.T) {
	for _, test := range []struct {
		args       []string
		base, head string
	}{
		{[]string{"-f", "x"}, "cluster", "files"},
		{[]string{"-f", "-"}, "cluster", "files"},
		{[]string{"-f", "x", "--live", "-"}, "dump", "files"},
		{[]string{"-f", "x", "--base", "main"}, "main", "files"},
		{[]string{"-f", "x", "--base", "main", "--head", "HEAD", "--live", "y"}, "main", "HEAD"},
	} {
		o, err := parse(t, test.args...)
		if err != nil {
			t.Errorf("%q: %v", test.args, err)
			continue
		}
		if o.base() != test.base || o.head() != test.head {
			t.Errorf("%q compares %s with %s, want %s with %s", test.args, o.base(), o.head(), test.base, test.head)
		}
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for want, args := range map[string][]string{
		"expected -f with the manifests":                            {},
		"--filename is empty":                                       {"-f", ""},
		"--head needs --base":                                       {"-f", "x", "--head", "HEAD"},
		"--base is empty":                                           {"-f", "x", "--base", ""},
		"--head is empty":                                           {"-f", "x", "--head="},
		"--live is empty":                                           {"-f", "x", "--live="},
		"standard input has no git revision":                        {"-f", "-", "--base", "main"},
		"standard input can be read only once":                      {"-f", "-", "--live", "-"},
		`--fail-on "all": expected loses, gains, promotes or any`:   {"-f", "x", "--fail-on", "gains,all"},
		"--limit is negative":                                       {"-f", "x", "--limit", "-1"},
		`unknown output format "wide"`:                              {"-f", "x", "-o", "wide"},
		"name different Projects":                                   {"-f", "x", "-n", "a", "-p", "b"},
		`invalid --at "soon"`:                                       {"-f", "x", "--at", "soon"},
		"this command is about one Project, not several: a, b":      {"-f", "x", "-p", "a,b"},
		"--recursive needs --filename\nexpected -f with the manife": {"-R"},
	} {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}
