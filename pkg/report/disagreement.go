package report

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// disagreements says where the check and the listing differ about a piece of Freight,
// what follows from it, and what mends it: one per cause and direction.
func disagreements(s *avail.Stage, f *kargo.Freight) []Disagreement {
	list := []Disagreement{}
	j := s.Judge(f)
	for _, d := range j.Divergences {
		for _, available := range [...]bool{true, false} {
			part := avail.Divergence{Cause: d.Cause, In: slices.DeleteFunc(slices.Clone(d.In), func(in avail.Semantics) bool {
				return j.Available[in] != available
			})}
			if len(part.In) > 0 {
				list = append(list, disagreement(s, &j, part))
			}
		}
	}
	return list
}

// disagreement is about semantics under which the check says the same.
func disagreement(s *avail.Stage, j *avail.Judgment, d avail.Divergence) Disagreement {
	in := d.In[0]
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules())
	said := Disagreement{
		Divergence:  divergences([]avail.Divergence{d})[0],
		Available:   j.Available[in],
		Listed:      maybe(j.Listed[in]),
		Reason:      d.String(),
		Consequence: consequence(s.IsControlFlow(), j.Available[in], policy.Enabled),
		WayOut:      wayOut(d.Cause, s.IsControlFlow(), j.Available[in]),
	}
	if in != avail.Configured {
		said.Consequence = "with that strategy, " + said.Consequence
	}
	return said
}

// consequence says what a user meets.
func consequence(controlFlow, available bool, auto avail.Truth) string {
	switch {
	case controlFlow && available:
		return "the check admits it, but the Stage does not pass it on to its downstream Stages"
	case controlFlow:
		return "the Stage passes it on all the same: it counts as verified there, though the check would not admit it"
	case available && auto == avail.No:
		return "it can be promoted by hand; the web UI does not offer it"
	case available:
		return "it can be promoted by hand; auto-promotion does not pick it, and the web UI does not offer it"
	case auto == avail.No:
		return "the web UI offers it, and Kargo's webhook refuses its Promotion"
	case auto == avail.Unknown:
		return "auto-promotion, where it is on, picks it once it is the newest, and Kargo's webhook refuses the Promotion"
	default:
		return "auto-promotion picks it once it is the newest, Kargo's webhook refuses the Promotion, the Stage becomes not Ready, and older Freight is not tried"
	}
}

// wayOut says what makes both agree.
func wayOut(cause avail.Cause, controlFlow, available bool) string {
	byHand := "promote it by hand"
	if controlFlow {
		byHand = "approve it for the Stage"
	}
	switch cause {
	case avail.SoakedElsewhere:
		if available {
			return byHand + "; or drop the request's requiredSoakTime"
		}
		return "let it soak in the upstreams, or approve it"
	case avail.ControlFlowSoak:
		return "drop the request's requiredSoakTime, or approve this piece; in the requests of the control-flow Stage a soak time works, with a kargo refresh stage once it is over"
	case avail.NotCurrentlyUpstream:
		if controlFlow { // an approval does not get past MatchUpstream either
			return "promote it to the upstream that the Stage follows"
		}
		return byHand + ", or promote it to the upstream that the Stage follows"
	case avail.ForeignOriginApproval:
		return "promote it by hand now: from v1.11.0 on such an approval does not count"
	case avail.WarehouseMissing:
		return "create the Warehouse again, or drop the request of it; until then nothing at all is listed for the Stage"
	case avail.OriginRequestedTwice:
		return "make one request of the two, as Kargo's webhook wants it"
	case avail.EmptyAll:
		return "name an upstream, or take the Freight directly; from v1.8.0 on it is listed"
	case avail.FirstVerifiedDecides, avail.StrategyIgnored, avail.SoakMeasuredDifferently:
		return "upgrade Kargo to v1.3.3 or later, where both answer alike"
	case avail.SoakWithoutSince:
		return "promote other Freight to the Stage that it is in, so that it leaves; until then nothing at all is listed for the Stage"
	case avail.UnknownStrategy:
		return "write OneOf or All"
	case avail.MatchUpstreamWithoutUpstream:
		return "name the upstream to match, or drop the selectionPolicy"
	}
	return ""
}
