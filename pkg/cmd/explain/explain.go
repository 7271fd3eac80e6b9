// Package explain is the verb explain: why a piece of Freight is or is not available
// to a Stage, when it will be, and what to do.
package explain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "explain STAGE [FREIGHT]",
		Short:             "Explain why Freight is or is not available to a Stage, when it will be, and what to do",
		Long:              long,
		Example:           examples,
		Args:              cli.Args(oneOrTwo),
		ValidArgsFunction: complete.New(env, connection).StageAndFreight,
	}
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		if options.watch {
			return options.runWatch(cmd.Context(), env)
		}
		return options.run(cmd.Context(), env)
	}
	return cmd
}

// oneOrTwo wants a STAGE, and a FREIGHT at most beside it.
func oneOrTwo(_ *cobra.Command, args []string) error {
	switch args = withoutType(args); {
	case len(args) == 0:
		return errors.New("say which Stage: explain STAGE [FREIGHT]")
	case len(args) > 2:
		return fmt.Errorf("expected STAGE and at most one FREIGHT, not also %q", args[2])
	default:
		return nil
	}
}

// withoutType leaves out the type that kubectl wants before the name of a Stage. The one
// argument there is, is a name.
func withoutType(args []string) []string {
	if len(args) > 1 && cli.IsStageType(args[0]) {
		return args[1:]
	}
	return args
}

const long = `Explain the availability of Freight to one Stage (not the schema, as kubectl explain
does): the rule point by point with its evidence, the chain of causes, what
auto-promotion does, when the answer changes by itself, and the commands that
help.

FREIGHT is a name, an alias, a unique prefix of a name, or what it contains: a tag or
version (v1.3.0, guestbook:v1.3.0) or a commit of seven digits or more. Without FREIGHT,
it explains for each Warehouse that the Stage requests the newest Freight that is not
available, or else the newest; older Freight that is not available gets a line each.
graph --freight shows where one piece of Freight is in the whole pipeline.`

const examples = `  # What is the newest Freight that is not available to prod, and why?
  kubectl kargo-avail explain prod

  # Everything about one piece of Freight
  kubectl kargo-avail explain prod lucky-koala -p web

  # In two hours, if nothing else changes
  kubectl kargo-avail explain prod lucky-koala --at +2h

  # In a script: exit code 0 if it is available, 1 if it is not
  kubectl kargo-avail explain prod lucky-koala --exit-code -o jsonpath='{.freight[0].summary}'`

// run reads, explains and writes.
func (o *options) run(ctx context.Context, env cli.Env) error {
	subject, err := load.ForQuestion(ctx, env, o.Options, o.question)
	if err != nil {
		return err
	}
	subject.PrintWarnings(env, o.Connection.Color)
	explanation := o.explain(subject)
	var unwritten error
	if err := o.print(env, explanation); err != nil {
		unwritten = &cli.WriteError{Err: err}
	}
	switch {
	case unwritten != nil && !cli.ReaderGone(unwritten):
		return unwritten
	case subject.FreightUnread:
		return errUnread
	case o.exitCode && !allAvailable(explanation):
		return &cli.NegativeError{}
	}
	return nil
}

// errUnread says that the main question has no answer.
var errUnread = errors.New("incomplete: Freight could not be read, so that nothing is known of what is available")

func (o *options) explain(subject *load.Subject) *report.Explanation {
	commands := remedy.Commands{}
	if subject.FromServer {
		commands.Kubectl = o.Connection.Kubectl()
	}
	x := report.Explainer{
		Header: subject.Header, Commands: commands, Limit: o.limit, Sentence: describe.Summary, Reason: describe.Reason,
	}
	return x.Explain(subject.Stage, subject.Freight)
}

// print writes the Explanation in the format that was asked for, whole or not at all.
func (o *options) print(env cli.Env, e *report.Explanation) error {
	var out bytes.Buffer
	var err error
	switch {
	case o.format != "":
		err = formats.Document(&out, e, o.format, o.template)
	case e.Freight != nil && len(e.Freight) == 0:
		none(env.ErrOut, e)
	default:
		err = page.Explanation(&out, e, o.style(env))
	}
	if err != nil {
		return err
	}
	_, err = out.WriteTo(env.Out)
	return err
}

// page writes what a person sees.
func (o *options) page(w io.Writer, subject *load.Subject, style term.Style) error {
	e := o.explain(subject)
	if e.Freight != nil && len(e.Freight) == 0 {
		none(w, e)
		return nil
	}
	return page.Explanation(w, e, style)
}

func (o *options) style(env cli.Env) term.Style {
	terminal, width := env.Terminal()
	return term.Style{
		Terminal: terminal, Width: width, Glyphs: terminal && !o.ascii,
		Palette: term.NewPalette(env.Colors(o.Connection.Color, env.Out)),
	}
}

func allAvailable(e *report.Explanation) bool {
	for i := range e.Freight {
		if !e.Freight[i].Available.Configured {
			return false
		}
	}
	return len(e.Freight) > 0
}
