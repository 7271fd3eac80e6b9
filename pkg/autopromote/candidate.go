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
// and nil when the listing is unknown, or not all Freight is known.
func Candidates(stage *avail.Stage, semantics avail.Semantics) map[kargo.Origin]*kargo.Freight {
	fails := stage.ListError(semantics) != ""
	if !stage.ListKnown(semantics) || stage.Project().Partial && !fails {
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
// MatchUpstream. The first request decides where an origin is requested twice; one
// that is not requested follows nothing.
func followsUpstream(stage *avail.Stage, origin kargo.Origin) bool {
	i := slices.IndexFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return r.Origin == origin })
	return i >= 0 && stage.Follows(&stage.Spec.RequestedFreight[i])
}

// HeldOrigins returns the origins, sorted and as Kargo writes them, of which auto-promotion
// is on hold.
func HeldOrigins(stage *kargo.Stage, rules avail.Rules) []string {
	return slices.Sorted(maps.Keys(holds(stage, rules)))
}

// HoldOf returns the hold on auto-promotion of one origin, nil when there is none.
func HoldOf(stage *kargo.Stage, rules avail.Rules, origin kargo.Origin) *kargo.Hold {
	if hold, held := holds(stage, rules)[origin.String()]; held {
		return &hold
	}
	return nil
}

// holds returns by origin what a person asked for who promoted other Freight than
// the candidate. Control-flow Stages are never held. Kargo: from v1.11.0.
func holds(stage *kargo.Stage, rules avail.Rules) map[string]kargo.Hold {
	switch {
	case stage.IsControlFlow() || !rules.KnowsHolds():
		return nil
	case rules.EffectiveHolds():
		return stage.Status.EffectiveAutoPromotionHolds
	default:
		return stage.Status.AutoPromotionHolds
	}
}
