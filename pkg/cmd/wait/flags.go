package wait

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// week is what kubectl wait waits when the timeout is negative.
const week = 7 * 24 * time.Hour

// flags mirror the command line.
type flags struct {
	input            cli.InputFlags
	document         cli.DocumentFlags
	selector         string
	all              bool
	condition        string
	timeout          time.Duration
	quiet            bool
	ignoreImpossible bool
	set              *pflag.FlagSet
}

func newFlags() *flags { return &flags{document: cli.NewDocumentFlags()} }

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddProjectTo(cmd)
	f.document.AddTo(cmd)
	set := cmd.Flags()
	f.set = set
	set.StringSliceVarP(&f.input.Files, "filename", "f", nil, "check these files or directories (- is standard input) once, not a cluster")
	set.BoolVarP(&f.input.Recursive, "recursive", "R", false, "with -f, search directories recursively")
	set.StringVar(&f.input.At, "at", "", "with -f, judge at this time: RFC 3339, or +2h for two hours from now")
	set.StringVarP(&f.selector, "selector", "l", "", "wait for the Stages with these labels that request the Freight, as in kubectl get -l")
	set.BoolVar(&f.all, "all", false, "wait for all Stages of the Project that request the Freight")
	set.StringVar(&f.condition, "for", string(available), "what to wait for: "+oneOf(conditions()))
	cli.SetChoices(set, "for", names(conditions())...)
	set.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long to wait; 0 checks once, a negative value means a week, as in kubectl wait")
	set.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing; the exit code is the answer")
	set.BoolVar(&f.ignoreImpossible, "ignore-impossible", false, "keep waiting even if the Stages as configured can never meet the condition, or the Freight is deleted")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	// stages are the Stages that are named.
	stages []string
	// selector selects Stages where none is named; else nil.
	selector  labels.Selector
	freight   string // as a person names it
	condition condition
	// timeout is positive, or 0 to look once.
	timeout          time.Duration
	quiet            bool
	ignoreImpossible bool
	format           string
	template         printers.ResourcePrinter
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	o := &options{timeout: f.timeout, quiet: f.quiet, ignoreImpossible: f.ignoreImpossible}
	var err error
	o.Options, err = f.input.Options(connection, env)
	note(err)
	note(f.arguments(o, args))
	note(f.selection(o))
	o.condition, err = parseCondition(f.condition)
	note(err)
	o.format, o.template, err = f.document.Options()
	note(err)
	if f.timeout < 0 {
		o.timeout = week
	}
	note(f.checkFiles(o))
	return o, errors.Join(problems...)
}

// arguments reads STAGE... FREIGHT, or FREIGHT alone where the Stages are selected.
func (f *flags) arguments(o *options, args []string) error {
	selected := f.all || f.set.Changed("selector")
	switch {
	case len(args) == 0 && selected:
		return errors.New("say which Freight")
	case len(args) < 2 && !selected:
		return errors.New("say which Stage and which Freight: wait STAGE... FREIGHT")
	case len(args) > 1 && selected:
		return errors.New("name cannot be provided when a selector or --all is specified")
	}
	last := len(args) - 1
	var problems [2]error
	o.stages, problems[0] = cli.ParseStages(args[:last])
	o.freight, problems[1] = cli.ParseFreight(args[last])
	return errors.Join(problems[:]...)
}

// selection reads which Stages are selected, if not by their names.
func (f *flags) selection(o *options) error {
	switch selects := f.set.Changed("selector"); {
	case selects && f.all:
		return errors.New("--all and --selector cannot both be given")
	case selects && f.selector == "":
		return errors.New("--selector is empty")
	case selects:
		var err error
		if o.selector, err = labels.Parse(f.selector); err != nil {
			return fmt.Errorf("--selector: %w", err)
		}
	case f.all:
		o.selector = labels.Everything()
	}
	return nil
}

// checkFiles makes the wait a look where files are read: they do not change.
func (f *flags) checkFiles(o *options) error {
	switch files := len(o.Files) > 0; {
	case files && f.set.Changed("timeout") && f.timeout != 0:
		return errors.New("files do not change while they are watched: they are looked at once, and --timeout does not go with --filename")
	case files:
		o.timeout = 0
	case o.AtGiven:
		return errors.New("a cluster is watched as it is now: --at needs --filename")
	}
	return nil
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
