package change

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// follows returns what is otherwise, beyond what is so at once, when the control-flow
// Stages have passed on all that they list. What they have passed already stays
// passed. What they are about to pass without the change is no effect of it, nor is what
// would follow if somebody promoted something.
func follows(before, after *avail.Evaluator, now []StageEffect) []StageEffect {
	settledBefore, settledAfter := Settle(before), Settle(after)
	if settledBefore == before && settledAfter == after {
		return nil
	}
	already := make(map[string]*StageEffect, len(now))
	for i := range now {
		already[now[i].Stage.Metadata.Name] = &now[i]
	}
	var effects []StageEffect
	for _, stage := range after.Project().Stages {
		name := stage.Metadata.Name
		effect := compare(settledBefore, settledAfter, name)
		if own := already[name]; own != nil {
			effect.subtract(own)
		}
		if !effect.IsEmpty() {
			effects = append(effects, effect)
		}
	}
	return effects
}

// takesFrom reports whether one of the names is an upstream of the Stage.
func takesFrom(stage *kargo.Stage, names map[string]bool) bool {
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool {
		return slices.ContainsFunc(r.Sources.Stages, func(upstream string) bool { return names[upstream] })
	})
}

// subtract leaves what is not in the other effect already.
func (e *StageEffect) subtract(other *StageEffect) {
	for _, part := range []struct {
		own   *[]*kargo.Freight
		other []*kargo.Freight
	}{
		{&e.Gained, other.Gained},
		{&e.Lost, other.Lost},
		{&e.Listed, other.Listed},
		{&e.Unlisted, other.Unlisted},
		{&e.Passes, other.Passes},
		{&e.Passed, other.Passed},
		{&e.Starts, other.Starts},
		{&e.Reverts, other.Reverts},
		{&e.Awaits, other.Awaits},
		{&e.Refused, other.Refused},
		{&e.Stranded, other.Stranded},
	} {
		*part.own = without(*part.own, part.other)
	}
	e.Fails = slices.DeleteFunc(e.Fails, func(p FailingPromotion) bool {
		return slices.ContainsFunc(other.Fails, func(q FailingPromotion) bool { return q.Name == p.Name })
	})
	e.Unknown = slices.DeleteFunc(e.Unknown, func(p Part) bool { return slices.Contains(other.Unknown, p) })
	if len(e.Fails) == 0 {
		e.Unverified = nil
	}
	if other.Auto != nil {
		e.Auto = nil
	}
	if other.Listing != nil {
		e.Listing = nil
	}
}

// without returns what of the list is not in the other one.
func without(list, other []*kargo.Freight) []*kargo.Freight {
	names := make(map[string]bool, len(other))
	for _, f := range other {
		names[f.Metadata.Name] = true
	}
	return slices.DeleteFunc(list, func(f *kargo.Freight) bool { return names[f.Metadata.Name] })
}

// Settle returns the Project as it is when every control-flow Stage has passed on what
// it lists, and those behind it in turn, at the same instant.
func Settle(e *avail.Evaluator) *avail.Evaluator {
	passed := map[string]*kargo.Freight{}
	works := func(gate *avail.Stage) bool { return !isGoing(gate.Stage) }
	for _, f := range e.Project().Freight() {
		if other := e.Pass(f, works, f.Status.VerifiedIn.Get); other != f {
			passed[f.Metadata.Name] = other
		}
	}
	if len(passed) == 0 {
		return e
	}
	return avail.New(e.Project().WithFreight(passed), e.Rules(), e.Now())
}

// isGoing reports whether a Stage is being deleted: it then does nothing any more.
func isGoing(stage *kargo.Stage) bool { return stage.Metadata.DeletionTimestamp != nil }
