// Package list is the verb list: which Freight is available to which Stage under
// any and under all, and what blocks the rest.
package list

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [STAGE...]",
		Aliases: []string{"ls"},
		Short:   "Show which Freight is available where, and what blocks the rest",
	}
	Configure(cmd, env, connection, func(string) (string, bool) { return "", false })
	return cmd
}

// Configure makes cmd behave as list: the verb itself, and the root command, which
// is list when no verb is named. verbHint says which verb a first word may stand for that
// is no Stage; "" says nothing.
func Configure(cmd *cobra.Command, env cli.Env, connection *cli.ConnectionFlags, verbHint func(word string) (hint string, near bool)) {
	cmd.Long = long
	cmd.Example = examples
	cmd.Args = cobra.ArbitraryArgs
	cmd.ValidArgsFunction = complete.New(env, connection).Stages
	flags := newFlags()
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		if options.watch {
			err = options.runWatch(cmd.Context(), env)
		} else {
			err = options.run(cmd.Context(), env)
		}
		return withVerbHint(err, args, verbHint)
	}
}

// withVerbHint adds to an error what the first word may stand for: it was taken for a
// Stage, and there is none, or nothing to look for it in.
func withVerbHint(err error, args []string, verbHint func(word string) (hint string, near bool)) error {
	notFound, is := errors.AsType[*cli.NotFoundError](err)
	switch {
	case len(args) == 0, !is && !errors.Is(err, genericclioptions.ErrEmptyConfig), is && notFound.Name != args[0]:
		return err
	}
	hint, near := verbHint(args[0])
	if hint != "" && (near || !is || notFound.Hint == "") {
		return fmt.Errorf("%w\n%s", err, hint)
	}
	return err
}

const long = `Show, for each Stage that has upstream Stages, which Freight is available when one of them
has verified it (any) and when all have (all), which of the two applies to the Stage, and
what blocks the Freight that is not available.

ANY, ALL and NOW say whether Kargo would admit a Promotion of the Freight: if one upstream
Stage had to verify it (OneOf), if every upstream had to (All), and with the strategy that
the Stage has now. BLOCKED BY says what blocks it now, or "under any" or "under all", and
where auto-promotion, which uses a separate check, differs. ● is what the Stage runs (*
with --ascii), ▸ (>) what auto-promotion promotes next, and ! what failed there last.

The default is an overview: a line per Stage and Warehouse, and what blocks Freight there,
worst first. If a Stage is named or Freight is filtered, there is a row per piece of Freight.
-o matrix has Freight down and Stages across. --watch redraws a terminal and marks what
changed (◂ or <); in a pipe, it prints a line when an answer changes (docs/report.md).`

const examples = `  # What is available to the Stages of the current Project, and what blocks the rest
  kubectl kargo-avail

  # Only Stages with a problem that lasts until somebody acts, for a cron job
  kubectl kargo-avail list --stuck --exit-code

  # One Stage of Project web, with all its Freight
  kubectl kargo-avail list prod -p web --limit 0

  # From files, without a cluster
  kubectl get stages,freights,warehouses,projectconfigs,promotions -o yaml > web.yaml
  kubectl kargo-avail list -f web.yaml

  # The Stages to which a piece of Freight is not available, for a script
  kubectl kargo-avail list --freight lucky-koala -o json |
    jq -r '.projects[].stages[] | select(.freight[].available.configured | not) | .name'`

// run reads, judges and writes.
func (o *options) run(ctx context.Context, env cli.Env) error {
	in, err := load.Projects(ctx, env, o.Options)
	if err != nil {
		return err
	}
	selection, err := o.selection(in)
	if err != nil {
		return err
	}
	in.PrintWarnings(env, o.Connection.Color)
	out := bufio.NewWriter(env.Out)
	shown, err := o.write(out, env, in, o.builder(in, selection))
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return &cli.WriteError{Err: err}
	}
	terminal, _ := env.Terminal()
	o.comment(env.ErrOut, in, shown, terminal)
	switch {
	case in.FreightUnread:
		return errUnread
	case o.exitCode && shown.stages > 0:
		return &cli.NegativeError{}
	}
	return nil
}

// builder computes what the format shows.
func (o *options) builder(in *load.Input, selection report.Selection) *report.Builder {
	b := &report.Builder{Projects: in.Projects, Selection: selection, Brief: o.output.Table}
	if o.output.Name == formats.Overview {
		b.Problems, b.Explained = true, listing.OverviewExplained
	}
	return b
}

// errUnread says that the main question has no answer.
var errUnread = errors.New("incomplete: Freight could not be read, so that nothing is known of what is available")

// selection resolves the names that the options give against what was read.
func (o *options) selection(in *load.Input) (report.Selection, error) {
	selection := o.filter
	if err := in.RequireStages(o.filter.Stages); err != nil {
		return selection, err
	}
	if err := in.RequireWarehouses(o.filter.Warehouses); err != nil {
		return selection, err
	}
	if len(o.freight) == 0 || in.FreightUnread {
		return selection, nil
	}
	var err error
	selection.Freight, err = in.ResolveFreight(o.freight)
	return selection, err
}

// comment says what the output does not: that there is nothing, or that there is more.
func (o *options) comment(w io.Writer, in *load.Input, shown shown, terminal bool) {
	where := ""
	if in.Project != "" {
		where = fmt.Sprintf(" in %s namespace", in.Project)
	}
	switch {
	case shown.more > 0 && terminal && o.output.Table: // the table says so itself
	case shown.more > 0 && o.output.Name == formats.Matrix:
		fmt.Fprintln(w, listing.OlderFreight)
	case shown.more > 0:
		fmt.Fprintf(w, "%d more Freight not shown, of %s (--limit 0 shows all)\n", shown.more, stages(shown.moreStages))
	case shown.stages > 0 || o.output.Document:
	case o.filter.Stuck:
		fmt.Fprintf(w, "No Stage is stuck%s.\n", where)
	case hasStages(in) && !o.narrows():
		fmt.Fprintf(w, "No downstream Stages found%s; --all-stages shows the others.\n", where)
	case where != "":
		fmt.Fprintf(w, "No resources found%s.\n", where)
	default:
		fmt.Fprintln(w, "No resources found")
	}
}

func stages(n int) string {
	if n == 1 {
		return "1 Stage"
	}
	return fmt.Sprintf("%d Stages", n)
}

func hasStages(in *load.Input) bool {
	for _, e := range in.Projects {
		if len(e.Project().Stages) > 0 {
			return true
		}
	}
	return false
}

// narrows reports whether the options leave out Stages for another reason than
// that they are not downstream.
func (o *options) narrows() bool {
	return o.filter.AllStages || o.filter.Labels != nil || len(o.filter.Where) > 0 ||
		slices.Concat(o.filter.Stages, o.filter.Warehouses, o.freight) != nil
}
