package cluster

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/owner"
)

// conflictBackoff spaces the attempts to patch a Stage that others write, too.
func conflictBackoff() wait.Backoff {
	return wait.Backoff{Duration: 20 * time.Millisecond, Factor: 2, Jitter: 1, Steps: 6}
}

// lostBackoff spaces the attempts after answers that were lost.
func lostBackoff() wait.Backoff {
	return wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 3}
}

// write is the write of one Stage. It takes several patches when others write the Stage
// at the same time, or when the answer to a patch is lost.
type write struct {
	*Edit
	stage *edit.Stage
	// lost is the error that came instead of the answer to a patch, so that the patch may
	// have been applied; nil when every patch was answered.
	lost error
}

// Write is part of edit.Backend. It patches the Stage if its requests are still as they
// were read. If they changed, it reads and plans the Stage again, and goes on only if
// the plan is the one that was shown, or is confirmed. If an answer is lost, it reads
// the Stage again to find out whether the patch was applied.
func (e *Edit) Write(ctx context.Context, s *edit.Stage) error {
	w := &write{Edit: e, stage: s}
	conflicts, losses := conflictBackoff(), lostBackoff()
	for {
		err := w.patch(ctx)
		backoff := &conflicts
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return w.interrupted(ctx, err)
		case e.DryRun != edit.DryRunServer && kube.Unanswered(err):
			w.lost, backoff = err, &losses
		case !kube.IsOutdated(err):
			return e.explain(err, "patch")
		case conflicts.Steps <= 1:
			return fmt.Errorf("stage %q: not changed, because others kept changing it; run it again: %w", s.Name, err)
		}
		last := backoff.Steps <= 1
		if !sleep(ctx, backoff.Step()) {
			return w.interrupted(ctx, err)
		}
		if done, err := w.readAgain(ctx, err); done || err != nil {
			return err
		}
		if last {
			return fmt.Errorf("stage %q: not changed: the write failed, and the Stage is as it was when read again; run it again: %w", s.Name, err)
		}
	}
}

// sleep waits, and reports false when the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// patch makes one attempt. After a lost answer it insists that nobody has written the
// spec since the Stage was read, so that it cannot undo what others have decided since
// an earlier attempt was applied.
func (w *write) patch(ctx context.Context) error {
	s := w.stage
	switch {
	case !s.Plan.Changes():
		s.Object = s.Plan.Object
		return nil
	case w.DryRun == edit.DryRunClient:
		s.Object = s.Plan.Applied()
		return nil
	}
	object, err := w.client.SetStrategies(ctx, s.Plan.Object, edits(s.Plan), kube.PatchOptions{
		FieldManager: w.Manager, DryRun: w.DryRun == edit.DryRunServer, SameSpec: w.lost != nil,
	})
	if err != nil {
		return err
	}
	if !s.Plan.HoldsIn(object) {
		return fmt.Errorf("stage %q: %w; %s", s.Name, errNotKept, neededRelease())
	}
	s.Object = object
	return nil
}

// edits are the fields that a plan writes.
func edits(p *edit.Plan) []kube.StrategyEdit {
	var list []kube.StrategyEdit
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Writes {
			list = append(list, kube.StrategyEdit{Index: f.Index, Is: f.NewValue()})
		}
	}
	return list
}

// readAgain reads and plans the Stage again after a patch that failed with an error. It
// reports done when nothing is left to be written.
func (w *write) readAgain(ctx context.Context, failure error) (done bool, err error) {
	object, err := w.getAgain(ctx)
	if ctx.Err() != nil {
		return false, w.interrupted(ctx, failure)
	}
	s, shown := w.stage, w.stage.Plan
	switch {
	case err != nil && w.lost != nil:
		return false, w.unknown(fmt.Sprintf("the Stage could not be read again (%v)", err))
	case err != nil:
		return false, w.explain(err, "get")
	case w.lost == nil && apierrors.IsInvalid(failure) && object.GetResourceVersion() == shown.Object.GetResourceVersion():
		return false, w.explain(failure, "patch") // the refusal was not about a change
	}
	planned, err := w.Plan(object)
	switch {
	case w.lost != nil && err == nil && !planned.Changes() && object.GetUID() == shown.Object.GetUID():
		w.Reporter.Warn(fmt.Sprintf("the API server's answer to the write of Stage %q was lost (%v); read again, the Stage has the change", s.Name, w.lost))
		s.Object = object
		return true, nil
	case w.lost != nil && !sameSpec(object, shown.Object):
		return false, w.unknown("somebody else has written the Stage since, and it does not have the change now")
	case err != nil:
		return false, changedMeanwhile(s, err.Error())
	}
	s.Plan = planned
	if w.lost != nil || !planned.Changes() {
		return false, nil //nolint:nilerr // what was read says that there is nothing left to write
	}
	return false, w.accept(ctx, shown)
}

// lookTimeout bounds how long the Stage is looked for after a lost answer. The client
// retries a read by itself, too.
const lookTimeout = 15 * time.Second

// getAgain reads the Stage, and after a lost answer tries it several times.
func (w *write) getAgain(ctx context.Context) (*unstructured.Unstructured, error) {
	if w.lost != nil {
		bounded, cancel := context.WithTimeout(ctx, lookTimeout)
		defer cancel()
		ctx = bounded
	}
	object, err := w.client.Stage(ctx, w.project, w.stage.Name)
	for backoff := lostBackoff(); err != nil && w.lost != nil && kube.Unanswered(err) && backoff.Steps > 0; {
		if !sleep(ctx, backoff.Step()) {
			return nil, ctx.Err()
		}
		object, err = w.client.Stage(ctx, w.project, w.stage.Name)
	}
	return object, err
}

// sameSpec reports whether two reads are of the same Stage, and nobody has written its
// spec between them.
func sameSpec(now, then *unstructured.Unstructured) bool {
	if now.GetUID() != then.GetUID() {
		return false
	}
	return now.GetResourceVersion() == then.GetResourceVersion() || now.GetGeneration() != 0 && now.GetGeneration() == then.GetGeneration()
}

// accept decides whether a new plan may be written in the place of the one that was
// shown.
func (w *write) accept(ctx context.Context, shown *edit.Plan) error {
	s := w.stage
	if !slices.Equal(owner.Of(s.Plan.Object), owner.Of(shown.Object)) {
		if err := w.checkOwner(ctx, s); err != nil {
			return err
		}
	}
	difference := s.Plan.DiffersFrom(shown)
	if difference == "" && !w.Yes {
		difference = s.Plan.StrategyDiffersFrom(shown)
	}
	if difference == "" {
		return nil
	}
	if asked, err := w.Confirm(ctx, s, difference); asked {
		return err
	}
	return changedMeanwhile(s, difference)
}

func changedMeanwhile(s *edit.Stage, difference string) error {
	return fmt.Errorf("stage %q: not changed, because somebody else just changed it: %s; run it again", s.Name, difference)
}
