// Package whatif is the verb what-if: what would be available if Stages asked for
// another number of upstreams.
package whatif

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "what-if STAGE=RULE...",
		Short:             "Show what would be available if Stages had other strategies, and change nothing",
		Long:              long,
		Example:           examples,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: complete.New(env, connection).StageRules,
	}
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		err = options.run(cmd.Context(), env)
		if usage, ok := errors.AsType[*planError](err); ok {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: usage.error}
		}
		return err
	}
	return cmd
}

const long = `Show which Freight would become available, or would no longer be, if Stages required a
different number of upstreams to verify it. Nothing is changed.

RULE is any or all, as in Kargo, or one that Kargo does not have:
majority (more than half of the distinct upstreams), quorum:N (at least N) or
percent:P (at least P in a hundred, rounded up). '*' stands for every Stage that has
an upstream; a Stage that is named has precedence.

The output has two parts. The table assumes that the new rules had always applied:
control-flow Stages that change, and those downstream of them, have passed on only the
Freight that these rules admit; what other Stages have verified stays verified. The list
below it assumes that you make the change now: what control-flow Stages have passed on
stays passed on.`

const examples = `  # What would prod lose if all of its upstreams had to verify Freight?
  kubectl kargo-avail what-if prod=all

  # A rule that Kargo does not have, at a gate, with another soak time at prod
  kubectl kargo-avail what-if gate=majority prod=any --soak prod=2h

  # The whole Project, from files, for a script
  kubectl kargo-avail what-if '*=all' -f pipeline.yaml -o json`

// planError says that the rules make no sense for the Stages they are for.
type planError struct{ error }

// run reads, judges and writes.
func (o *options) run(ctx context.Context, env cli.Env) error {
	in, err := o.load(ctx, env)
	if err != nil {
		return err
	}
	e := in.Projects[0]
	edits, left := o.expand(e)
	plan, err := change.NewPlan(e.Project(), edits)
	if err != nil {
		return &planError{err}
	}
	switch {
	case len(edits) == 0:
		return &planError{errors.New("no Stage has as many upstreams as the rule wants")}
	case len(left) > 0:
		in.Notes = append(in.Notes, fmt.Sprintf("%s left out of '*': they have fewer upstreams than the rule wants", strings.Join(left, ", ")))
	}
	in.PrintWarnings(env, o.Connection.Color)
	if err := o.print(env, report.NewWhatIf(in.Header, e, plan, o.allRows)); err != nil {
		return &cli.WriteError{Err: err}
	}
	if in.FreightUnread {
		return errors.New("incomplete: Freight could not be read, so that nothing is known of what is available")
	}
	return nil
}

// load reads the one Project that has all the Stages.
func (o *options) load(ctx context.Context, env cli.Env) (*load.Input, error) {
	names := o.named()
	if len(names) == 0 {
		return o.loadOne(ctx, env)
	}
	subject, err := load.ForQuestion(ctx, env, o.Options, load.Question{Stage: names[0]})
	if err != nil {
		return nil, err
	}
	return subject.Input, subject.RequireStages(names[1:])
}

// loadOne reads the one Project that there is to choose from.
func (o *options) loadOne(ctx context.Context, env cli.Env) (*load.Input, error) {
	in, err := load.Projects(ctx, env, o.Options)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range in.Projects {
		names = append(names, e.Project().Name)
	}
	downstream := func(s *kargo.Stage) bool { return s.IsDownstream() }
	switch {
	case len(names) > 1:
		return nil, fmt.Errorf("there are several Projects; name one with -p:\n  %s", strings.Join(names, "\n  "))
	case len(names) == 0 || !slices.ContainsFunc(in.Projects[0].Project().Stages, downstream):
		return nil, errors.New("there is no Stage that has an upstream")
	}
	return in, nil
}

// named returns the Stages that are asked about by their names.
func (o *options) named() []string {
	var names []string
	for _, edit := range o.edits {
		if edit.Stage != everyStage {
			names = append(names, edit.Stage)
		}
	}
	return names
}

// expand puts every Stage that has an upstream in place of '*', but for those that it
// leaves out, as their upstreams are too few for the rule. What is said of a Stage by
// its name goes before.
func (o *options) expand(e *avail.Evaluator) (edits []change.Edit, left []string) {
	var every *change.Edit
	for i := range o.edits {
		if o.edits[i].Stage == everyStage {
			every = &o.edits[i]
		} else {
			edits = append(edits, o.edits[i])
		}
	}
	if every == nil {
		return edits, nil
	}
	named := make(map[string]int, len(edits))
	for i := range edits {
		named[edits[i].Stage] = i
	}
	for _, stage := range e.Project().Stages {
		name := stage.Metadata.Name
		if !stage.IsDownstream() {
			continue
		}
		edit := change.Edit{Stage: name}
		i, isNamed := named[name]
		if isNamed {
			edit = edits[i]
		}
		edit.Rule, edit.Soak = cmp.Or(edit.Rule, every.Rule), cmp.Or(edit.Soak, every.Soak)
		if isNamed {
			edits[i] = edit
			continue
		}
		if _, err := change.NewPlan(e.Project(), []change.Edit{edit}); err != nil {
			left = append(left, name)
			continue
		}
		edits = append(edits, edit)
	}
	return edits, left
}

func (o *options) print(env cli.Env, w *report.WhatIf) error {
	var out bytes.Buffer
	var err error
	if o.format != "" {
		err = formats.Document(&out, w, o.format, o.template)
	} else {
		terminal, width := env.Terminal()
		err = page.WhatIf(&out, w, term.Style{
			Terminal: terminal, Width: width, Glyphs: terminal && !o.ascii,
			Palette: term.NewPalette(env.Colors(o.Connection.Color, env.Out)), NoHeaders: o.noHeaders,
			AbsoluteTime: o.absolute,
		})
	}
	if err != nil {
		return err
	}
	_, err = out.WriteTo(env.Out)
	return err
}
