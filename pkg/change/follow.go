package change

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
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
	var effects []StageEffect
	for _, stage := range after.Project().Stages {
		name := stage.Metadata.Name
		effect := compare(settledBefore.Stage(name), settledAfter.Stage(name))
		if i := slices.IndexFunc(now, func(e StageEffect) bool { return e.Stage.Metadata.Name == name }); i >= 0 {
			effect.subtract(&now[i])
		}
		if !effect.IsEmpty() {
			effects = append(effects, effect)
		}
	}
	return effects
}

// takesFrom reports whether one of the names is an upstream of the Stage.
func takesFrom(stage *kargo.Stage, names []string) bool {
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool {
		return slices.ContainsFunc(r.Sources.Stages, func(upstream string) bool { return slices.Contains(names, upstream) })
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
		{&e.Refused, other.Refused},
		{&e.Stranded, other.Stranded},
	} {
		*part.own = slices.DeleteFunc(*part.own, func(f *kargo.Freight) bool { return holds(part.other, f) })
	}
	e.Fails = slices.DeleteFunc(e.Fails, func(p FailingPromotion) bool {
		return slices.ContainsFunc(other.Fails, func(q FailingPromotion) bool { return q.Name == p.Name })
	})
	e.Unknown = slices.DeleteFunc(e.Unknown, func(p Part) bool { return slices.Contains(other.Unknown, p) })
	if len(e.Fails) == 0 {
		e.Unverified = nil
	}
}

func holds(list []*kargo.Freight, f *kargo.Freight) bool {
	return slices.ContainsFunc(list, func(other *kargo.Freight) bool { return other.Metadata.Name == f.Metadata.Name })
}

// Settle returns the Project as it is when every control-flow Stage has passed on what
// it lists, and those behind it in turn, at the same instant.
func Settle(e *avail.Evaluator) *avail.Evaluator {
	for {
		passed := map[string]*kargo.Freight{}
		for _, stage := range e.Project().Stages {
			if stage.IsControlFlow() && !isGoing(stage) {
				passing(e.Stage(stage.Metadata.Name), e.Project(), passed)
			}
		}
		if len(passed) == 0 {
			return e
		}
		e = avail.New(e.Project().WithFreight(passed), e.Rules(), e.Now())
	}
}

// isGoing reports whether a Stage is being deleted: it then does nothing any more.
func isGoing(stage *kargo.Stage) bool { return stage.Metadata.DeletionTimestamp != nil }

// passing adds the Freight that a control-flow Stage lists and has not passed on yet. What
// the record says of its having done so before stays.
func passing(gate *avail.Stage, record *pipeline.Project, passed map[string]*kargo.Freight) {
	name, now := gate.Metadata.Name, gate.Now()
	for _, f := range gate.Project().FreightFor(gate.Stage) {
		if isVerified(f, gate) || gate.Judge(f).Listed[avail.Configured] != avail.Yes {
			continue
		}
		entry, recorded := record.FreightNamed(f.Metadata.Name).Status.VerifiedIn.Get(name)
		if !recorded {
			entry.VerifiedAt = kargo.InstantOf(now)
		}
		passed[f.Metadata.Name] = verifiedIn(or(passed[f.Metadata.Name], f), name, entry)
	}
}

func or(f, otherwise *kargo.Freight) *kargo.Freight {
	if f == nil {
		return otherwise
	}
	return f
}

// verifiedIn returns a copy of the Freight that is also verified in the Stage.
func verifiedIn(f *kargo.Freight, stage string, entry kargo.Verified) *kargo.Freight {
	other := *f
	other.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, entry)
	return &other
}
