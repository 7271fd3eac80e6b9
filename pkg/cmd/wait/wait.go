// Package wait is the verb wait: it ends when a piece of Freight is available to a
// Stage, or when it is clear that it will not be.
package wait

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:               "wait STAGE FREIGHT",
		Short:             "Wait until Freight is available to a Stage, verified there or current",
		Long:              long,
		Example:           examples,
		Args:              cli.Args(two),
		ValidArgsFunction: complete.New(env, connection).StageAndFreight,
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := f.options(args, connection, env)
			if err != nil {
				return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
			}
			return options.run(cmd.Context(), env)
		},
	}
	f.addTo(cmd)
	return cmd
}

// two wants a STAGE and a FREIGHT.
func two(_ *cobra.Command, args []string) error {
	switch {
	case len(args) < 2:
		return errors.New("say which Stage and which Freight: wait STAGE FREIGHT")
	case len(args) > 2:
		return fmt.Errorf("expected one STAGE and one FREIGHT, not also %q", args[2])
	default:
		return nil
	}
}

const long = `Wait until a piece of Freight, named by its name, its alias or a unique prefix of
its name, is

  available  to the Stage: Kargo would admit a Promotion of it (the default)
  listed     for the Stage: auto-promotion, control-flow Stages and the UI see it
  verified   in the Stage
  current    in the Stage: the Stage runs it now

The cluster is watched, not polled, and the end of a soak is waited for without
it. The exit code is 0 when the condition is met, and 1 when the time runs out,
when the Freight is deleted, or when the condition cannot be met as the Stages are
written; the last line says why.`

const examples = `  # Until lucky-koala may be promoted to prod, for up to half an hour
  kubectl kargo-avail wait prod lucky-koala --timeout 30m

  # Until it is verified in staging, in Project web, and then go on
  kubectl kargo-avail wait staging lucky-koala -p web --for verified --timeout -1s && echo verified

  # Whether it is available right now
  kubectl kargo-avail wait prod lucky-koala --timeout 0 -q`

// waiting is one wait.
type waiting struct {
	options *options
	env     cli.Env
	// live is nil until the first look has not ended the wait.
	live *load.Live
	// name is the Freight's, title what people call it.
	name, title string
	// known has the Stages that matter, once they were there.
	known map[string]bool
}

// run waits, and says how that ended.
func (o *options) run(ctx context.Context, env cli.Env) error {
	limited := ctx
	if o.timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	subject, err := load.ForQuestion(limited, env, o.Options, load.Question{Stage: o.stage, Freight: o.freight})
	switch {
	case err != nil && limited.Err() != nil && ctx.Err() == nil:
		return fmt.Errorf("timed out after %s, before all that is needed was read", o.timeout)
	case err != nil:
		return err
	case subject.FreightUnread:
		return subject.Incomplete()
	}
	w := &waiting{options: o, env: env, name: subject.Freight.Metadata.Name, known: map[string]bool{}}
	if err := w.wait(limited, subject); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	if o.quiet {
		return nil
	}
	if _, err := fmt.Fprintf(env.Out, "freight.%s/%s condition met: %s\n", kargo.Group, term.Sanitize(w.name), o.condition.of(o.stage)); err != nil {
		return &cli.WriteError{Err: err}
	}
	return nil
}

// wait returns nil as soon as the condition is met. It looks first, and watches only
// where that does not end it.
func (w *waiting) wait(ctx context.Context, subject *load.Subject) error {
	subject.PrintWarnings(w.env, w.options.Connection.Color)
	if w.options.condition == listed && subject.Evaluator().Project().Unread(pipeline.Warehouses) {
		return errors.New("incomplete: whether Freight is listed is unknown without the Warehouses")
	}
	m := w.look(subject.Input, nil)
	if ended, err := w.ends(m); ended {
		return err
	}
	if w.options.timeout == 0 {
		return &cli.NegativeError{Text: fmt.Sprintf("%s is not %s: %s", w.title, w.what(), w.reason(m))}
	}
	var err error
	switch w.live, err = subject.Watch(ctx, w.env); {
	case err != nil && ctx.Err() != nil:
		return w.timedOut(m)
	case err != nil:
		return err
	}
	defer w.live.Close()
	return w.watch(ctx)
}

// watch goes on until something ends the wait.
func (w *waiting) watch(ctx context.Context) error {
	for {
		in, lost := w.live.At(w.env.Now())
		m := w.look(in, lost)
		w.live.PrintLoss(w.env, lost)
		if ended, err := w.ends(m); ended {
			return err
		}
		if failed := w.live.Failed(); failed != nil {
			return failed
		}
		if ctx.Err() != nil {
			return w.timedOut(m)
		}
		w.sleep(ctx, m.turn())
	}
}

// ends reports whether the wait is over with what is known: the condition is met or, which
// is an error, will not be.
func (w *waiting) ends(m *moment) (bool, error) {
	if m.isMet(w.options.condition) {
		return true, nil
	}
	if never := w.never(m); never != "" {
		return true, &cli.NegativeError{Text: never}
	}
	return false, nil
}

func (w *waiting) timedOut(m *moment) error {
	return &cli.NegativeError{Text: fmt.Sprintf("timed out waiting for %s to be %s: %s", w.title, w.what(), w.reason(m))}
}

// sleep returns when there is news, when the time is up, or at an instant, unless it
// is zero.
func (w *waiting) sleep(ctx context.Context, until time.Time) {
	var turn <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(until.Sub(w.env.Now()))
		defer timer.Stop()
		turn = timer.C
	}
	select {
	case <-ctx.Done():
	case <-w.live.Changed():
	case <-turn:
	}
}
