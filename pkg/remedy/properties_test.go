package remedy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// check draws worlds and hands each to the property with its steps.
func check(t *testing.T, property func(t *rapid.T, w world, steps []remedy.Step)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		steps := w.steps(t)
		t.Logf("%s\nsteps: %+v", w, steps)
		property(t, w, steps)
	})
}

// moves reports whether the step does something at a Stage on the way.
func moves(s remedy.Step) bool {
	return s.Action == remedy.Promote || s.Action == remedy.Verify || s.Action == remedy.Refresh
}

func TestEachStepCanBeTaken(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		f := w.subject()
		for _, step := range steps {
			at := w.view(t, step.Stage)
			judged := at.Judge(f)
			ok := true
			switch step.Action {
			case remedy.Promote:
				ok = judged.Available[avail.Configured] && !at.IsControlFlow() && (!at.RunsNow(f) || at.HealthStaysUnknown()) &&
					!isClosed(at) && (step.Command == "") == (at.FrozenHistory() != nil) // kargo promote makes names that are ignored
			case remedy.Verify:
				history := at.Status.Current().VerificationHistory
				ok = at.RunsNow(f) && !history[0].Phase.Open() && history[0].Phase != kargo.VerificationSuccessful
			case remedy.Refresh:
				verified := f.Status.VerifiedIn.Has(step.Stage)
				ok = at.IsControlFlow() && judged.Listed[avail.Configured] == avail.Yes && !verified
			case remedy.SetStrategy:
				ok = judged.Available[avail.Any] && !judged.Available[avail.Configured]
			case remedy.Approve:
				ok = !judged.Available[avail.Configured]
			case remedy.Mend:
				ok = at.Forecast(f).Available[avail.Configured].State == avail.Never
			case remedy.Wait:
			}
			if !ok || at.Metadata.DeletionTimestamp != nil {
				t.Errorf("%s at %s is no use, judged %+v", step.Action, step.Stage, judged)
			}
		}
	})
}

// isClosed reports whether a promotion window keeps the Stage closed.
func isClosed(s *avail.Stage) bool {
	window := s.Status.PromotionWindowStatus
	return window != nil && window.Closed
}

func TestApprovalAndStrategyHelpAtOnce(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		for _, step := range steps {
			if (step.Action == remedy.Approve || step.Action == remedy.SetStrategy) && !w.take(t, step).available(t) {
				t.Errorf("after %s it is not available", step.Action)
			}
		}
	})
}

// TestStepsLeadThere takes every step on the way that is suggested, lets happen what is
// under way, asks again, and so on: whoever does as told arrives.
func TestStepsLeadThere(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		suggests := slices.ContainsFunc(steps, func(s remedy.Step) bool { return moves(s) || s.Action == remedy.Wait })
		if w.available(t) || !suggests {
			return
		}
		for range 2 * len(w.stages) {
			for _, step := range w.steps(t) {
				if moves(step) {
					w = w.take(t, step)
				}
			}
			if w = w.later(t); w.available(t) {
				return
			}
		}
		t.Errorf("not available after all steps; now\n%s\nsteps: %+v", w, w.steps(t))
	})
}

// TestPromotionsByHandLeadThere takes every step, lets happen what is under way, and then
// promotes the Freight as it is told, Stage by Stage: each may have it when its turn comes.
// Auto-promotion is off, as no world promotes by itself, and promotion windows are open, as
// a Stage whose window is closed is named for that alone.
func TestPromotionsByHandLeadThere(t *testing.T) {
	check(t, func(t *rapid.T, w world, _ []remedy.Step) {
		w.config = nil
		for _, s := range w.stages {
			w = w.with(s.Metadata.Name, func(s *kargo.Stage) { s.Status.PromotionWindowStatus = nil })
		}
		steps := w.steps(t)
		if w.available(t) || len(steps) == 0 || steps[0].Action != remedy.Wait {
			return
		}
		for _, step := range steps {
			if moves(step) {
				w = w.take(t, step)
			}
		}
		w = w.settled(t)
		for _, name := range byHand(steps[0].Effect) {
			if !w.view(t, name).Judge(w.subject()).Available[avail.Configured] {
				t.Errorf("at its turn it is not available to %s", name)
			}
			w = w.promoted(name).settled(t)
		}
		if !w.available(t) {
			t.Errorf("not available after all; now\n%s", w)
		}
	})
}

// byHand returns the Stages that an effect says have to be promoted to by hand.
func byHand(effect string) []string {
	_, after, _ := strings.Cut(effect, "promoted by hand to ")
	names, _, _ := strings.Cut(after, ";")
	return strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
}

// settled returns the world once nothing is under way any more, and each control-flow
// Stage has looked.
func (w world) settled(t *rapid.T) world {
	t.Helper()
	for range w.stages {
		for _, s := range w.stages {
			if s.IsControlFlow() && s.Metadata.DeletionTimestamp == nil && s.Metadata.Name != w.stages[0].Metadata.Name {
				w = w.refreshed(t, s.Metadata.Name)
			}
		}
		w = w.later(t)
	}
	return w
}

// TestEveryStepIsOnTheWay: each step makes a Stage satisfy another that waits for it,
// from there to the one that is asked about, and nothing else keeps these shut.
func TestEveryStepIsOnTheWay(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		if w.available(t) {
			return
		}
		useful := w.useful(t)
		for _, step := range steps {
			if moves(step) && !useful[step.Stage] {
				t.Errorf("%s at %s leads nowhere, useful are %v", step.Action, step.Stage, useful)
			}
		}
	})
}

// useful returns the Stages that the Freight has to pass and has not, on any way to
// the Stage that is asked about.
func (w world) useful(t *rapid.T) map[string]bool {
	t.Helper()
	target, f := w.target(t), w.subject()
	useful := map[string]bool{}
	todo := []string{target.Metadata.Name}
	for len(todo) > 0 {
		stage := w.view(t, todo[0])
		todo = todo[1:]
		if stage.Judge(f).Available[avail.Configured] {
			continue
		}
		for _, decision := range stage.Decide(f) {
			possible := target.Satisfiable(f, stage, decision.Request)
			all := stage.Spec.RequestedFreight[decision.Request].Sources.AvailabilityStrategy == kargo.All
			if all && len(possible) < len(decision.Upstreams) {
				continue
			}
			for _, upstream := range decision.Upstreams {
				if slices.Contains(possible, upstream.Stage) && !upstream.Satisfied && !useful[upstream.Stage] {
					useful[upstream.Stage] = true
					todo = append(todo, upstream.Stage)
				}
			}
		}
	}
	return useful
}

func TestNeverMeansNoStepOnTheWay(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		if w.target(t).Forecast(w.subject()).Available[avail.Configured].State != avail.Never {
			return
		}
		for _, step := range steps {
			if step.Action != remedy.Approve && step.Action != remedy.SetStrategy && step.Action != remedy.Mend {
				t.Errorf("%s at %s, though it never becomes available", step.Action, step.Stage)
			}
		}
	})
}

func TestSomethingIsSuggestedWhereSomethingHelps(t *testing.T) {
	check(t, func(t *rapid.T, w world, steps []remedy.Step) {
		target := w.target(t)
		if w.available(t) || target.Metadata.DeletionTimestamp != nil {
			return
		}
		has := func(action remedy.Action) bool {
			return slices.ContainsFunc(steps, func(s remedy.Step) bool { return s.Action == action })
		}
		approved := w.take(t, remedy.Step{Action: remedy.Approve, Stage: target.Metadata.Name})
		judged := approved.target(t).Judge(approved.subject())
		passes := !target.IsControlFlow() || judged.Listed[avail.Configured] == avail.Yes
		if helps := judged.Available[avail.Configured] && passes; helps != has(remedy.Approve) {
			t.Errorf("an approval helps: %t, suggested: %t", helps, has(remedy.Approve))
		}
		if helps := target.Judge(w.subject()).Available[avail.Any]; helps != has(remedy.SetStrategy) {
			t.Errorf("one upstream is enough: %t, suggested: %t", helps, has(remedy.SetStrategy))
		}
	})
}

func TestNoStepTwiceAndNothingModified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		before, err := json.Marshal(w.objects())
		if err != nil {
			t.Fatal(err)
		}
		steps := w.steps(t)
		if after, err := json.Marshal(w.objects()); err != nil || string(after) != string(before) {
			t.Errorf("objects %v\nbefore %s\nafter  %s", err, before, after)
		}
		for i, a := range steps {
			if a.Effect == "" || a.Command == "" && a.Action != remedy.Mend && w.view(t, a.Stage).FrozenHistory() == nil {
				t.Errorf("%+v lacks words or a command", a)
			}
			for _, b := range steps[:i] {
				if a.Action == b.Action && a.Stage == b.Stage {
					t.Errorf("%s at %s twice", a.Action, a.Stage)
				}
			}
		}
		if again := w.steps(t); !slices.Equal(steps, again) {
			t.Errorf("asked again:\n%+v\nbefore\n%+v", again, steps)
		}
	})
}
