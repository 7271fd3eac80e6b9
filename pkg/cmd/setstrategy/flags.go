package setstrategy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// fieldManager is in whose name the field is written, unless told otherwise.
const fieldManager = "kubectl-kargo-avail"

// dryRun is how much of the writing is left out.
type dryRun string

const (
	dryRunNone   dryRun = "none"
	dryRunClient dryRun = "client"
	dryRunServer dryRun = "server"
	// dryRunBare is --dry-run without a value, which kubectl takes for client, too.
	dryRunBare dryRun = "unchanged"
)

// note is what kubectl puts behind what it did not really do.
func (d dryRun) note() string {
	switch d {
	case dryRunClient:
		return " (dry run)"
	case dryRunServer:
		return " (server dry run)"
	default:
		return ""
	}
}

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
	set.StringSliceVarP(&f.input.Files, "filename", "f", nil, "change these files or those in these directories (- is standard input), and ask no cluster")
	set.BoolVarP(&f.input.Recursive, "recursive", "R", false, "with -f, go into the directories within directories")
	set.BoolVar(&f.local, "local", false, "ask no cluster, which -f implies")
	set.BoolVar(&f.inPlace, "in-place", false, "with -f, rewrite the files, and nothing in them but the strategy; otherwise the objects are printed as they would be")
	set.StringVarP(&f.selector, "selector", "l", "", "change the Stages with these labels, as in kubectl get -l")
	set.BoolVar(&f.all, "all", false, "change all Stages of the Project that have an upstream")
	set.StringVar(&f.warehouse, "warehouse", "", "change only the requests for Freight of this Warehouse; otherwise all that name upstream Stages")
	set.BoolVar(&f.unset, "unset", false, "remove the field, which means any")
	set.StringVar(&f.dryRun, "dry-run", string(dryRunNone), "none, client (send nothing) or server (have the API server do all but store it)")
	set.Lookup("dry-run").NoOptDefVal = string(dryRunBare)
	cli.SetChoices(set, "dry-run", string(dryRunNone), string(dryRunClient), string(dryRunServer))
	set.BoolVar(&f.force, "force", false, "write also what has no effect, and what a GitOps controller will put back")
	set.BoolVarP(&f.yes, "yes", "y", false, "do not ask before a change that starts or stalls auto-promotion, opens a control-flow Stage or fails a Promotion")
	set.StringVar(&f.manager, "field-manager", fieldManager, "the name in whose name the field is written")
	set.BoolVar(&f.managedFields, "show-managed-fields", false, "keep the managedFields of the objects that are printed")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	stages selection
	// typeWord is what stood before the names as in kubectl, and was no name.
	typeWord  string
	warehouse string // "" for all requests that have an upstream
	rule      change.Rule

	inPlace, force, yes bool
	dryRun              dryRun
	manager             string
	format              string // "", "name", "json", "yaml", or that of the template
	template            printers.ResourcePrinter
	managedFields       bool
}

// selection says which Stages are meant.
type selection struct {
	names []string
	// labels select among all Stages where no name is given.
	labels labels.Selector
}

// named reports whether the Stages are named, each of which then has to be there.
func (s selection) named() bool { return len(s.names) > 0 }

// selects reports whether a Stage is meant.
func (s selection) selects(name string, set map[string]string) bool {
	if s.named() {
		return slices.Contains(s.names, name)
	}
	return s.labels.Matches(labels.Set(set))
}

// edit is what is asked for a Stage.
func (o *options) edit(stage string) change.Edit {
	return change.Edit{Stage: stage, Warehouse: o.warehouse, Rule: &o.rule}
}

// unsets reports whether the field is to be removed.
func (o *options) unsets() bool { return o.rule == change.Unset() }

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	o := &options{
		inPlace: f.inPlace, force: f.force, yes: f.yes, manager: f.manager, managedFields: f.managedFields,
		dryRun: dryRun(f.dryRun),
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
		o.warehouse, err = cli.ParseWarehouse(f.warehouse)
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

// strategy takes the strategy off the end of the arguments.
func (f *flags) strategy(o *options, args []string) (names []string, err error) {
	if f.unset {
		o.rule, names = change.Unset(), args
	} else {
		if len(args) == 0 {
			return nil, errors.New("the strategy is missing: expected any or all behind the Stages")
		}
		names = args[:len(args)-1]
		o.rule, err = change.ParseStrategy(args[len(args)-1])
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
		if !slices.Contains(o.stages.names, name) {
			o.stages.names = append(o.stages.names, name)
		}
	}
	o.stages.labels = labels.Everything()
	bySelector := f.cmd.Flags().Changed("selector")
	if bySelector {
		var err error
		if o.stages.labels, err = labels.Parse(f.selector); err != nil {
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
	case dryRunNone, dryRunClient, dryRunServer, dryRunBare:
	default:
		return fmt.Errorf("invalid --dry-run %q: expected none, client or server", f.dryRun)
	}
	if o.dryRun == dryRunServer && len(o.Files) > 0 {
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

// printsDocument reports whether the output is one document.
func (o *options) printsDocument() bool { return o.format != "" && o.format != "name" }

// settleType says that a leading "stage" was not taken for a name.
func (o *options) settleType(env cli.Env) {
	if o.typeWord != "" {
		tellNotes(env, fmt.Sprintf("%q is taken for the type, as in kubectl; a Stage of that name is stage/%s", o.typeWord, o.typeWord))
	}
}

// settleDryRun says what --dry-run without a value is taken for.
func (o *options) settleDryRun(env cli.Env) {
	if o.dryRun == dryRunBare {
		o.dryRun = dryRunClient
		tellWarnings(env, o.Connection.Color, "--dry-run without a value is taken for --dry-run=client, which says the same")
	}
}
