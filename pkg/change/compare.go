package change

import (
	"reflect"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Compare returns what is different in one Project than in the other: two states of the
// same Project, judged at the same instant. Stages, Warehouses and policies may differ in
// any way; the Freight and the Promotions are the same, but for the status of the Freight.
//
// Now has every Stage that was added, removed or changed, and every other one at which an
// answer differs; those that were removed come last. The cost grows with Stages, upstreams
// and Freight.
func Compare(before, after *avail.Evaluator) Effect {
	freight := differentFreight(before, after)
	differs := func(name string) bool {
		was, is := before.Stage(name), after.Stage(name)
		return isChanged(was, is) || freight || answersMayDiffer(was, is)
	}
	return compareWhere(before, after, differs, func(name string) bool { return isChanged(before.Stage(name), after.Stage(name)) })
}

// compareWhere looks at the Stages for which differs is true. What is kept in Now without
// any effect are those for which keeps is true.
func compareWhere(before, after *avail.Evaluator, differs, keeps func(name string) bool) Effect {
	effect := Effect{After: after}
	for _, name := range stagesOf(before, after) {
		if !differs(name) {
			continue
		}
		at := compare(before, after, name)
		if keeps(name) || !at.IsEmpty() {
			effect.Now = append(effect.Now, at)
		}
	}
	effect.Follows = follows(before, after, effect.Now)
	return effect
}

// stagesOf returns the names of the Stages in the order of the second Project, and behind
// them those that only the first one has.
func stagesOf(before, after *avail.Evaluator) []string {
	var names []string
	for _, stage := range after.Project().Stages {
		names = append(names, stage.Metadata.Name)
	}
	for _, stage := range before.Project().Stages {
		if name := stage.Metadata.Name; after.Project().Stage(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// isChanged reports whether a Stage was added, removed or written in another way. Either
// may be nil.
func isChanged(before, after *avail.Stage) bool {
	if before == nil || after == nil {
		return before != after
	}
	if before.Stage == after.Stage {
		return false
	}
	return !reflect.DeepEqual(before.Spec, after.Spec) || !sameLabels(before.Metadata.Labels, after.Metadata.Labels)
}

func sameLabels(a, b map[string]string) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

// answersMayDiffer reports whether something other than the Stage itself is different that
// its listing or its auto-promotion depends on. Both Stages exist.
func answersMayDiffer(before, after *avail.Stage) bool {
	return listError(before) != listError(after) ||
		before.ListKnown(avail.Configured) != after.ListKnown(avail.Configured) ||
		switchOf(before) != switchOf(after)
}

func switchOf(s *avail.Stage) avail.Truth {
	if s == nil {
		return avail.No
	}
	decision, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules()) // with an error it is unknown
	return decision.Enabled
}

// differentFreight reports whether the status of some Freight differs.
func differentFreight(before, after *avail.Evaluator) bool {
	return slices.ContainsFunc(after.Project().Freight(), func(f *kargo.Freight) bool {
		was := before.Project().FreightNamed(f.Metadata.Name)
		return was != f && (was == nil || !reflect.DeepEqual(was.Status, f.Status))
	})
}

// freightOf returns, newest first, the Freight that concerns the Stage before or after.
// Either may be nil, not both.
func freightOf(before, after *avail.Stage) []*kargo.Freight {
	switch {
	case before == nil:
		return after.Project().FreightFor(after.Stage)
	case after == nil:
		return before.Project().FreightFor(before.Stage)
	}
	list := after.Project().FreightFor(after.Stage)
	known := make(map[string]bool, len(list))
	for _, f := range list {
		known[f.Metadata.Name] = true
	}
	missing := false
	for _, f := range before.Project().FreightFor(before.Stage) {
		if name := f.Metadata.Name; !known[name] {
			missing, known[name] = true, true
		}
	}
	if !missing {
		return list
	}
	return slices.DeleteFunc(slices.Clone(after.Project().Freight()), func(f *kargo.Freight) bool { return !known[f.Metadata.Name] })
}

// judge answers for one piece of Freight at a Stage; at a Stage that does not exist, the
// answer is no.
func judge(s *avail.Stage, f *kargo.Freight) (available bool, listed avail.Truth) {
	if s == nil {
		return false, avail.No
	}
	j := s.Judge(original(s, f))
	return j.Available[avail.Configured], j.Listed[avail.Configured]
}

// removed returns what ends with a Stage that is deleted: all that was available, and what
// Kargo's finalizer takes back.
func removed(before *avail.Stage) StageEffect {
	effect := StageEffect{Stage: before, Removed: true}
	for _, f := range freightOf(before, nil) {
		effect.sort(f, before, nil)
	}
	name := before.Metadata.Name
	for _, f := range before.Project().Freight() {
		if f.Status.VerifiedIn.Has(name) || f.Status.ApprovedFor.Has(name) {
			effect.Forgets = append(effect.Forgets, f)
		}
		if len(before.OpenPromotions(f)) > 0 {
			effect.markUnknown(PartFails)
		}
	}
	return effect
}

func (e *StageEffect) markUnknown(part Part) {
	if !slices.Contains(e.Unknown, part) {
		e.Unknown = append(e.Unknown, part)
	}
}

// Unreachable is what can no longer become available to a Stage, whatever is promoted and
// verified.
type Unreachable struct {
	Stage *avail.Stage
	// Freight could become available before, or was, and never can after.
	Freight []*kargo.Freight
	// Origins are those of which this is true for Freight still to come.
	Origins []kargo.Origin
}

// Cut returns the Stages that some Freight can no longer reach, in the order of the second
// Project. For each piece of Freight, all Stages are looked at once.
func Cut(before, after *avail.Evaluator) []Unreachable {
	at := map[string]*Unreachable{}
	note := func(stage *avail.Stage) *Unreachable {
		name := stage.Metadata.Name
		if at[name] == nil {
			at[name] = &Unreachable{Stage: stage}
		}
		return at[name]
	}
	for _, f := range after.Project().Freight() {
		for _, stage := range cutFor(before, after, before.Project().FreightNamed(f.Metadata.Name), f) {
			u := note(stage)
			u.Freight = append(u.Freight, f)
		}
	}
	for _, origin := range originsOf(after) {
		for _, stage := range cutFor(before, after, &kargo.Freight{Origin: origin}, &kargo.Freight{Origin: origin}) {
			u := note(stage)
			u.Origins = append(u.Origins, origin)
		}
	}
	var list []Unreachable
	for _, stage := range after.Project().Stages {
		if u := at[stage.Metadata.Name]; u != nil {
			list = append(list, *u)
		}
	}
	return list
}

// cutFor returns the Stages that one piece of Freight, as it is before and after, can no
// longer reach.
func cutFor(before, after *avail.Evaluator, was, is *kargo.Freight) []*avail.Stage {
	var stages []*avail.Stage
	for _, stage := range after.Project().Stages {
		name := stage.Metadata.Name
		old := before.Stage(name)
		if old == nil || was == nil || !old.Requests(was.Origin) {
			continue
		}
		if current := after.Stage(name); !current.CanReach(is) && old.CanReach(was) {
			stages = append(stages, current)
		}
	}
	return stages
}

// originsOf returns what the Stages request, each once.
func originsOf(e *avail.Evaluator) []kargo.Origin {
	var origins []kargo.Origin
	met := map[kargo.Origin]bool{}
	for _, stage := range e.Project().Stages {
		for _, r := range stage.Spec.RequestedFreight {
			if !met[r.Origin] {
				met[r.Origin] = true
				origins = append(origins, r.Origin)
			}
		}
	}
	return origins
}
