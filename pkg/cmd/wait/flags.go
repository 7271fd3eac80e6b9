package wait

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// week is what kubectl wait waits when the timeout is negative.
const week = 7 * 24 * time.Hour

// flags mirror the command line.
type flags struct {
	input            cli.InputFlags
	condition        string
	timeout          time.Duration
	quiet            bool
	ignoreImpossible bool
}

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddProjectTo(cmd)
	set := cmd.Flags()
	set.StringVar(&f.condition, "for", string(available), "what to wait for: "+oneOf(conditions()))
	cli.SetChoices(set, "for", names(conditions())...)
	set.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long to wait; 0 looks once, a negative duration waits a week")
	set.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing when the condition is met")
	set.BoolVar(&f.ignoreImpossible, "ignore-impossible", false, "wait on when the condition cannot be met as things are, or the Freight is deleted")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	stage     string
	freight   string // as a person names it
	condition condition
	// timeout is positive, or 0 to look once.
	timeout          time.Duration
	quiet            bool
	ignoreImpossible bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	common, err := f.input.Options(connection, env)
	problems = append(problems, err)
	stage, err := cli.ParseStage(args[0])
	problems = append(problems, err)
	if args[1] == "" {
		problems = append(problems, errors.New("FREIGHT is empty"))
	}
	condition, err := parseCondition(f.condition)
	problems = append(problems, err)
	o := &options{
		Options:          common,
		stage:            stage,
		freight:          args[1],
		condition:        condition,
		timeout:          f.timeout,
		quiet:            f.quiet,
		ignoreImpossible: f.ignoreImpossible,
	}
	if f.timeout < 0 {
		o.timeout = week
	}
	return o, errors.Join(problems...)
}

func parseCondition(text string) (condition, error) {
	for _, c := range conditions() {
		if text == string(c) {
			return c, nil
		}
	}
	return "", fmt.Errorf("invalid --for %q: expected %s", text, oneOf(conditions()))
}

func names(list []condition) []string {
	var names []string
	for _, c := range list {
		names = append(names, string(c))
	}
	return names
}

func oneOf(list []condition) string {
	names := names(list)
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
