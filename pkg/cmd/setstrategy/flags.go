package setstrategy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
)

// fieldManager is in whose name the field is written, unless told otherwise.
const fieldManager = "kubectl-kargo-avail"

// flags mirror the command line.
type flags struct {
	input         cli.InputFlags
	selector      string
	all           bool
	warehouse     string
	unset         bool
	local         bool
	inPlace       bool
	force         bool
	yes           bool
	dryRun        string
	manager       string
	managedFields bool
	document      cli.DocumentFlags
	cmd           *cobra.Command
}

func newFlags() *flags {
	return &flags{document: cli.NewDocumentFlags("name")}
}

func (f *flags) addTo(cmd *cobra.Command) {
	f.cmd = cmd
	f.input.AddProjectTo(cmd)
	f.document.AddTo(cmd)
	set := cmd.Flags()
	set.StringSliceVarP(&f.input.Files, "filename", "f", nil, "change the Stages in these files or directories (- is standard input), not in a cluster")
	set.BoolVarP(&f.input.Recursive, "recursive", "R", false, "with -f, search directories recursively")
	set.BoolVar(&f.local, "local", false, "contact no cluster; -f implies it")
	set.BoolVar(&f.inPlace, "in-place", false, "with -f, edit the strategy in the files; otherwise the changed objects are printed")
	set.StringVarP(&f.selector, "selector", "l", "", "change the Stages with these labels, as in kubectl get -l")
	set.BoolVar(&f.all, "all", false, "change all Stages of the Project that have an upstream")
	set.StringVar(&f.warehouse, "warehouse", "", "change only the requests for Freight of this Warehouse; otherwise all that name upstream Stages")
	set.BoolVar(&f.unset, "unset", false, "remove the field, in place of any|all: Kargo's default is any")
	set.StringVar(&f.dryRun, "dry-run", string(edit.DryRunNone), "none, client (send nothing; also without a value) or server (the API server checks the change and does not store it)")
	set.Lookup("dry-run").NoOptDefVal = string(edit.DryRunClient) // as for kubectl
	cli.SetChoices(set, "dry-run", string(edit.DryRunNone), string(edit.DryRunClient), string(edit.DryRunServer))
	set.BoolVar(&f.force, "force", false, "write the strategy even if it has no effect, as where Freight comes directly from the Warehouse, or if a GitOps controller will revert it")
	set.BoolVarP(&f.yes, "yes", "y", false, "do not ask for confirmation, whatever the effect is, and even if it is unknown")
	set.StringVar(&f.manager, "field-manager", fieldManager, "the field manager that is recorded for the field")
	set.BoolVar(&f.managedFields, "show-managed-fields", false, "keep managedFields in printed objects")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	edit.Request
	// typeWord is the type that came before the names, as in kubectl.
	typeWord string

	inPlace, yes  bool
	dryRun        edit.DryRun
	manager       string
	format        string // "", "name", "json", "yaml", or that of the template
	template      printers.ResourcePrinter
	managedFields bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	o := &options{
		inPlace: f.inPlace, yes: f.yes, manager: f.manager, managedFields: f.managedFields,
		dryRun: edit.DryRun(f.dryRun), Request: edit.Request{Force: f.force},
	}
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	var err error
	o.Options, err = f.input.Options(connection, env)
	note(err)
	args, err = f.strategy(o, args)
	note(err)
	o.typeWord, args = typeWord(args)
	note(f.selection(o, args))
	if f.warehouse != "" || f.cmd.Flags().Changed("warehouse") {
		o.Warehouse, err = cli.ParseWarehouse(f.warehouse)
		note(err)
	}
	note(f.checkDryRun(o))
	note(f.checkFiles(o))
	o.format, o.template, err = f.document.Options()
	note(err)
	if f.manager == "" {
		note(errors.New("--field-manager is empty"))
	}
	return o, errors.Join(problems...)
}

// typeWord takes off the arguments the type that kubectl wants before names.
func typeWord(args []string) (word string, names []string) {
	if len(args) > 1 && (args[0] == "stage" || args[0] == "stages") {
		return args[0], args[1:]
	}
	return "", args
}

// splitAssignments turns STAGE=STRATEGY, as in what-if, into Stages with their strategy
// behind them. As one edit sets one strategy, it must be the same for all.
func splitAssignments(args []string) ([]string, error) {
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, "=") }) {
		return args, nil
	}
	var names []string
	last := ""
	for _, arg := range args {
		name, strategy, ok := strings.Cut(arg, "=")
		switch {
		case !ok:
			return nil, fmt.Errorf("%q has no strategy: write STAGE=STRATEGY for every Stage, or STAGE... STRATEGY", arg)
		case last != "" && !strings.EqualFold(last, strategy):
			return nil, fmt.Errorf("one command sets one strategy, not %q and %q: run it once for each", last, strategy)
		}
		names, last = append(names, name), strategy
	}
	return append(names, last), nil
}

// strategy takes the strategy off the end of the arguments.
func (f *flags) strategy(o *options, args []string) (names []string, err error) {
	if args, err = splitAssignments(args); err != nil {
		return nil, err
	}
	if f.unset {
		o.Rule, names = change.Unset(), args
	} else {
		if len(args) == 0 {
			return nil, errors.New("the strategy is missing: expected any or all behind the Stages")
		}
		names = args[:len(args)-1]
		o.Rule, err = change.ParseStrategy(args[len(args)-1])
	}
	for i, name := range names {
		if _, notOne := change.ParseStrategy(name); notOne != nil {
			continue
		}
		switch {
		case f.unset:
			return nil, fmt.Errorf("--unset takes no strategy; a Stage named %q is stage/%s", name, name)
		case err != nil:
			return nil, fmt.Errorf("%q is behind the strategy %q: the strategy comes last", args[i+1], name)
		default:
			return nil, fmt.Errorf("two strategies, %q and %q; a Stage of that name is stage/%s", name, args[len(args)-1], name)
		}
	}
	if err != nil {
		return args, fmt.Errorf("the strategy is missing: expected any or all behind the Stages, not %q", args[len(args)-1])
	}
	return names, nil
}

// selection reads which Stages are meant.
func (f *flags) selection(o *options, args []string) error {
	var problems []error
	for _, arg := range args {
		name, err := cli.ParseStage(arg)
		problems = append(problems, err)
		if !slices.Contains(o.Names, name) {
			o.Names = append(o.Names, name)
		}
	}
	o.Labels = labels.Everything()
	bySelector := f.cmd.Flags().Changed("selector")
	if bySelector {
		var err error
		if o.Labels, err = labels.Parse(f.selector); err != nil {
			problems = append(problems, fmt.Errorf("--selector: %w", err))
		}
		if f.selector == "" {
			problems = append(problems, errors.New("--selector is empty"))
		}
	}
	switch {
	case bySelector && f.all:
		problems = append(problems, errors.New("--all and --selector cannot both be given"))
	case bySelector && len(args) > 0:
		problems = append(problems, errors.New("name cannot be provided when a selector is specified"))
	case f.all && len(args) > 0:
		problems = append(problems, errors.New("name cannot be provided when --all is specified"))
	case !bySelector && !f.all && len(args) == 0 && f.cmd.Flags().NArg() < 2:
		problems = append(problems, errors.New("which Stages? Name them, or choose them with --selector or --all"))
	}
	return errors.Join(problems...)
}

func (f *flags) checkDryRun(o *options) error {
	switch o.dryRun {
	case edit.DryRunNone, edit.DryRunClient, edit.DryRunServer:
	default:
		return fmt.Errorf("invalid --dry-run %q: expected none, client or server", f.dryRun)
	}
	if o.dryRun == edit.DryRunServer && len(o.Files) > 0 {
		return errors.New("--dry-run=server needs a server, and -f asks none")
	}
	return nil
}

// checkFiles checks what is about files.
func (f *flags) checkFiles(o *options) error {
	switch given := len(o.Files) > 0; {
	case !given && f.local:
		return errors.New("--local needs --filename")
	case !given && f.inPlace:
		return errors.New("--in-place needs --filename")
	case f.inPlace && slices.Contains(o.Files, "-"):
		return errors.New("standard input cannot be changed in place")
	}
	return nil
}

// explainType notes that a leading "stage" was taken for the type.
func (o *options) explainType(env cli.Env) {
	if o.typeWord != "" {
		cli.PrintNotes(env, fmt.Sprintf("%q is read as the type, as in kubectl; for a Stage of that name, use stage/%s", o.typeWord, o.typeWord))
	}
}
