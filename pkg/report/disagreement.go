package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
				list = append(list, disagreement(s, f, &j, part))
			}
		}
	}
	return list
}

// disagreement is about semantics under which the check says the same.
func disagreement(s *avail.Stage, f *kargo.Freight, j *avail.Judgment, d avail.Divergence) Disagreement {
	in := d.In[0]
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules())
	said := Disagreement{
		Divergence:  divergences([]avail.Divergence{d})[0],
		Available:   j.Available[in],
		Listed:      maybe(j.Listed[in]),
		Reason:      d.String(),
		Consequence: consequence(s.IsControlFlow(), j.Available[in], policy.Enabled, picksNow(s, f, in)),
		WayOut:      wayOut(d.Cause, s.IsControlFlow(), j.Available[in]),
	}
	if d.Cause == avail.NotCurrentlyUpstream {
		said.WayOut = wayPastMatchUpstream(s, f)
	}
	if in != avail.Configured {
		said.Consequence = "with that strategy, " + said.Consequence
	}
	return said
}

// picksNow says when auto-promotion, by the semantics, picks a listed piece of Freight.
func picksNow(s *avail.Stage, f *kargo.Freight, semantics avail.Semantics) string {
	if autopromote.Candidates(s, semantics)[f.Origin] == f {
		return "now"
	}
	return "once it is the newest"
}

// wayPastMatchUpstream is the way out for Freight that the upstream which the Stage follows does not
// run: it can be promoted there if it is available there.
func wayPastMatchUpstream(s *avail.Stage, f *kargo.Freight) string {
	ways := []string{"promote it by hand"}
	if s.IsControlFlow() { // an approval does not get past MatchUpstream either
		ways = nil
	}
	for i := range s.Spec.RequestedFreight {
		request := &s.Spec.RequestedFreight[i]
		if request.Origin != f.Origin || !s.Follows(request) || len(request.Sources.Stages) == 0 {
			continue
		}
		if way := promoteTo(s.Other(request.Sources.Stages[0]), f); way != "" {
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		return "drop the selectionPolicy"
	}
	return strings.Join(ways, ", or ")
}

// promoteTo says how the Freight comes to the upstream that is followed, "" if nohow.
func promoteTo(upstream *avail.Stage, f *kargo.Freight) string {
	if upstream == nil || upstream.IsControlFlow() {
		return ""
	}
	text := fmt.Sprintf("promote it to %s, which the Stage follows", upstream.Metadata.Name)
	switch o := upstream.Forecast(f).Available[avail.Configured]; o.State {
	case avail.Now:
		return text
	case avail.Later:
		return fmt.Sprintf("%s, once it is available there at %s", text, o.At.UTC().Format(time.RFC3339))
	case avail.Never:
		return fmt.Sprintf("%s: not possible unless %s", text, strings.Join(o.Unless, "; or "))
	case avail.Open, avail.Unsure:
	}
	var waits []string
	for _, b := range upstream.Blockers(f) {
		if !slices.Contains(waits, b.Stage) {
			waits = append(waits, b.Stage)
		}
	}
	return fmt.Sprintf("%s, once it is available there: it waits for %s, or for an approval for %s", text, strings.Join(waits, ", "), upstream.Metadata.Name)
}

// consequence says what a user meets; picks says when auto-promotion picks it.
func consequence(controlFlow, available bool, auto avail.Truth, picks string) string {
	switch {
	case controlFlow && available:
		return "the check admits it, but the Stage does not pass it on to its downstream Stages"
	case controlFlow:
		return "the Stage still passes it on: it counts as verified there, although the check would not admit it"
	case available && auto == avail.No:
		return "it can be promoted by hand; the web UI does not offer it"
	case available:
		return "it can be promoted by hand; auto-promotion does not pick it, and the web UI does not offer it"
	case auto == avail.No:
		return "the web UI offers it, and Kargo's webhook refuses its Promotion"
	case auto == avail.Unknown:
		return "auto-promotion, where it is on, picks it " + picks + ", and Kargo's webhook refuses the Promotion"
	default:
		return "auto-promotion picks it " + picks + ", Kargo's webhook refuses the Promotion, the Stage becomes not Ready, and older Freight is not tried"
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
			return byHand + ", or remove requiredSoakTime from the request"
		}
		return "let it soak in the upstreams, or approve it"
	case avail.ControlFlowSoak:
		return "remove requiredSoakTime from the request, or approve this Freight; or move the soak time into the requests of the control-flow Stage, and refresh that Stage when the soak is over"
	case avail.NotCurrentlyUpstream: // wayPastMatchUpstream says it
	case avail.ForeignOriginApproval:
		return "promote it by hand now: from v1.11.0 on such an approval does not count"
	case avail.WarehouseMissing:
		return "create the Warehouse, or remove the request for its Freight; until then nothing at all is listed for the Stage"
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
