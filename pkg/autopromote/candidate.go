package autopromote

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Candidates returns, by origin, the Freight that auto-promotion would pick under
// the semantics, whether it is switched on or not: the newest listed, or under
// MatchUpstream the only listed. It is empty when the listing fails or has none,
// and nil when the listing is unknown.
func Candidates(stage *avail.Stage, semantics avail.Semantics) map[kargo.Origin]*kargo.Freight {
	if !stage.ListKnown(semantics) {
		return nil
	}
	candidates := map[kargo.Origin]*kargo.Freight{}
	for _, origin := range pipeline.Origins(stage.Stage) {
		listed := stage.Listed(origin, semantics, 2)
		ambiguous := len(listed) > 1 && followsUpstream(stage, origin)
		if len(listed) > 0 && !ambiguous {
			candidates[origin] = listed[0]
		}
	}
	return candidates
}

// followsUpstream reports whether the Stage's request of the origin says
// MatchUpstream. The first request decides where an origin is requested twice.
func followsUpstream(stage *avail.Stage, origin kargo.Origin) bool {
	i := slices.IndexFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return r.Origin == origin })
	return stage.Follows(&stage.Spec.RequestedFreight[i])
}

// Held returns the origins, sorted and as Kargo writes them, of which auto-promotion
// is on hold: by a person who promoted other Freight than the candidate. Control-flow
// Stages are never held. Kargo: from v1.11.0.
func Held(stage *kargo.Stage, rules avail.Rules) []string {
	if stage.IsControlFlow() || !rules.KnowsHolds() {
		return nil
	}
	holds := stage.Status.AutoPromotionHolds
	if rules.EffectiveHolds() {
		holds = stage.Status.EffectiveAutoPromotionHolds
	}
	return slices.Sorted(maps.Keys(holds))
}
