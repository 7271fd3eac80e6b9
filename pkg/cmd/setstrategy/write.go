package setstrategy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/owner"
)

// patience is how often, and how long after one another, a Stage is written that
// others write, too.
func patience() wait.Backoff {
	return wait.Backoff{Duration: 20 * time.Millisecond, Factor: 2, Jitter: 1, Steps: 6}
}

// writeAll writes the Stages in turn, and goes on after an error. It fails only when
// the context ends or nobody reads the output.
func (w *work) writeAll(ctx context.Context) error {
	for _, t := range w.targets {
		if t.err == nil {
			t.err = w.write(ctx, t)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.tell(t); err != nil {
			return &cli.WriteError{Err: err}
		}
	}
	return nil
}

// write writes one Stage. When it has changed since it was read, it is read and planned
// again.
func (w *work) write(ctx context.Context, t *target) error {
	var refused error
	err := wait.ExponentialBackoffWithContext(ctx, patience(), func(ctx context.Context) (done bool, err error) {
		if refused != nil {
			if err := w.readAgain(ctx, t, refused); err != nil {
				return false, err
			}
		}
		refused = w.writeOnce(ctx, t)
		if kube.IsOutdated(refused) {
			return false, nil
		}
		return true, w.explain(refused, "patch")
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return fmt.Errorf("stage %q: not changed, as others kept changing it; try again: %w", t.name, refused)
	}
	return err
}

// readAgain reads and plans a Stage anew whose write was refused. When it is as it was,
// the refusal was not about that. What is planned then is written only if it is what was
// shown, or is confirmed.
func (w *work) readAgain(ctx context.Context, t *target, refused error) error {
	object, err := w.client.Stage(ctx, w.project, t.name)
	if err != nil {
		return w.explain(err, "get")
	}
	shown := t.stage
	if apierrors.IsInvalid(refused) && object.GetResourceVersion() == shown.object.GetResourceVersion() {
		return w.explain(refused, "patch")
	}
	planned, err := w.options.read(object)
	if err != nil {
		return changedMeanwhile(t, err.Error())
	}
	t.stage = planned
	if !planned.changes() {
		return nil
	}
	if !slices.Equal(owner.Of(object), owner.Of(shown.object)) {
		if err := w.heed(ctx, t); err != nil {
			return err
		}
	}
	difference := planned.differsFrom(shown)
	if difference == "" && !w.yes {
		difference = planned.movedFrom(shown)
	}
	switch {
	case difference == "":
		return nil
	case w.asked && !w.printsDocument():
		return w.askAgain(ctx, t, difference)
	default:
		return changedMeanwhile(t, difference)
	}
}

func changedMeanwhile(t *target, difference string) error {
	return fmt.Errorf("stage %q: not changed, as it has changed meanwhile: %s; run it again", t.name, difference)
}

// askAgain says what follows for a Stage that has changed since it was confirmed, and
// asks about that.
func (w *work) askAgain(ctx context.Context, t *target, difference string) error {
	tellWarnings(w.env, w.Connection.Color, fmt.Sprintf("Stage %q has changed meanwhile: %s", t.name, difference))
	alone := *w
	alone.targets = []*target{t}
	effect, err := alone.foresee(ctx)
	if err != nil {
		return err
	}
	err = alone.ask(append(effect.reasons(), "it has changed meanwhile"))
	if _, no := errors.AsType[*cli.NegativeError](err); no { // and others may have been written
		return &cli.NegativeError{Text: fmt.Sprintf("stage %q: not changed", t.name)}
	}
	return err
}

func (w *work) writeOnce(ctx context.Context, t *target) error {
	switch {
	case !t.stage.changes():
		t.object = t.stage.object
		return nil
	case w.dryRun == dryRunClient:
		t.object = t.stage.applied()
		return nil
	}
	object, err := w.client.SetStrategies(ctx, t.stage.object, t.stage.edits(), kube.PatchOptions{
		FieldManager: w.manager, DryRun: w.dryRun == dryRunServer,
	})
	if err != nil {
		return err
	}
	if !t.stage.took(object) {
		return fmt.Errorf("stage %q: the API server took the change and did not keep it, as a Kargo that does not know the field; %s", t.name, neededRelease())
	}
	t.object = object
	return nil
}

// tell says what became of one Stage.
func (w *work) tell(t *target) error {
	if t.err != nil {
		if len(w.targets) > 1 { // else the command ends with it
			cli.PrintError(w.env, t.err)
		}
		return nil
	}
	w.tellWithheld(w.env, t.stage)
	if w.printsDocument() || w.format == "name" && !t.stage.changes() {
		return nil
	}
	_, err := fmt.Fprintln(w.env.Out, w.line(t.stage))
	return err
}
