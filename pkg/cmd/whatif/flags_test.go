package whatif

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// parse reads a command line as the verb does.
func parse(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	f, connection := newFlags(), cli.NewConnectionFlags()
	cmd := &cobra.Command{Use: "what-if"}
	f.addTo(cmd)
	connection.AddTo(cmd.Flags())
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	env := cli.Env{Now: func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }}
	return f.options(cmd.Flags().Args(), connection, env)
}

func TestOptions(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want []string // an edit per Stage
	}{
		"one Stage":                       {[]string{"prod=all"}, []string{"prod rule"}},
		"all of them, but for one":        {[]string{"*=all", "stage/prod=any"}, []string{"* rule", "prod rule"}},
		"a list":                          {[]string{"prod,gate=quorum:2"}, []string{"prod rule", "gate rule"}},
		"the rule last, as set-strategy":  {[]string{"stage", "prod", "gate", "all"}, []string{"prod rule", "gate rule"}},
		"a soak time":                     {[]string{"--soak=prod=2h"}, []string{"prod soak"}},
		"none, beside a rule":             {[]string{"prod=all", "--soak=prod=none"}, []string{"prod rule soak"}},
		"rules that Kargo does not have":  {[]string{"a=majority", "b=percent:60"}, []string{"a rule", "b rule"}},
		"a Stage with a strategy's name":  {[]string{"all=any"}, []string{"all rule"}},
		"two words, the last of them any": {[]string{"all", "any"}, []string{"all rule"}},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := parse(t, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range o.edits {
				text := e.Stage
				if e.Rule != nil {
					text += " rule"
				}
				if e.Soak != nil {
					text += " soak"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for want, args := range map[string][]string{
		"expected STAGE=RULE, such as prod=all, or --soak": {},
		`"prod": expected STAGE=RULE`:                      {"prod"},
		`"gate": expected STAGE=RULE`:                      {"prod=all", "gate"},
		`Stage "prod" is given two rules`:                  {"prod=all", "prod=any"},
		"two soak times":                                   {"--soak=prod=1h,prod=2h"},
		"is no soak time":                                  {"--soak=prod=soon"},
		fmt.Sprintf("%q does not name a Stage", "pod/x"):   {"pod/x=all"},
		`unknown output format "wide"`:                     {"prod=all", "-o", "wide"},
	} {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}
