package avail

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Judgment is what holds for one piece of Freight at one Stage. The arrays are
// indexed by Semantics.
type Judgment struct {
	// Available is Kargo's promotion check.
	Available [3]bool
	// Listed is Kargo's listing; Unknown where it fails or could not be computed.
	Listed [3]Truth
	// Verdict says why, as configured.
	Verdict Verdict
	// Divergences names the causes wherever the check and the listing disagree. A
	// listing that fails disagrees with a check that admits.
	Divergences []Divergence
}

// divergence returns the disagreement under the semantics, the zero value when
// there is none.
func (j *Judgment) divergence(semantics Semantics) Divergence {
	for _, d := range j.Divergences {
		if slices.Contains(d.In, semantics) {
			return d
		}
	}
	return Divergence{}
}

// Judge answers for one piece of Freight.
func (s *Stage) Judge(f *kargo.Freight) Judgment {
	e := s.evaluator
	facts := s.facts(f)
	var j Judgment
	for _, semantics := range EverySemantics() {
		d := e.rules.check(facts, semantics)
		j.Available[semantics] = d.available
		if semantics == Configured {
			j.Verdict = d.verdict
		}
		listed := e.rules.lists(facts, semantics)
		failed := s.failures[semantics]
		if failed == nil && s.known[semantics] {
			j.Listed[semantics] = TruthOf(listed)
		}
		switch {
		case failed != nil && d.available:
			j.Divergences = addCause(j.Divergences, failed.cause, semantics)
		case j.Listed[semantics] == No && d.available:
			j.Divergences = addCause(j.Divergences, e.unlistedCause(d, facts, semantics), semantics)
		case j.Listed[semantics] == Yes && !d.available:
			j.Divergences = addCause(j.Divergences, e.refusedCause(f, facts, semantics), semantics)
		}
	}
	for i := range j.Divergences {
		if d := &j.Divergences[i]; d.Cause == NotCurrentlyUpstream {
			d.Detail = s.follows(f)
		}
	}
	return j
}

// follows says which upstream the Stage follows, or why that never runs anything; "" where it
// follows none.
func (s *Stage) follows(f *kargo.Freight) string {
	for i := range s.requests {
		request := &s.requests[i]
		if request.Origin != f.Origin || !s.Follows(request.Request) || len(request.upstreams) == 0 {
			continue
		}
		name := request.upstreams[0]
		switch position := request.positions[0]; {
		case position < 0:
			return fmt.Sprintf("MatchUpstream, and there is no Stage %s to match", name)
		case s.evaluator.project.Stages[position].IsControlFlow():
			return fmt.Sprintf("MatchUpstream, and %s is a control-flow Stage, which never runs anything to match", name)
		default:
			return fmt.Sprintf("MatchUpstream takes only what %s runs now", name)
		}
	}
	return ""
}
