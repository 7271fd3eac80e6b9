package avail

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// requestFacts are the facts about one piece of Freight and one request of its origin,
// from which both of Kargo's answers follow under every semantics.
type requestFacts struct {
	request  *request
	approved bool // for the Stage
	// upstreams, verified and satisfied count distinct upstreams: all of them, those
	// in which the Freight is verified, and those in which it also has soaked.
	upstreams, verified, satisfied int
	// firstVerifiedSoaked: it has soaked in the first listed upstream that verified it.
	firstVerifiedSoaked bool
	// soakedElsewhere: it has soaked in some Stage that is not listed.
	soakedElsewhere bool
	// agedUpstreams counts distinct upstreams that verified it longer ago than the
	// soak time; agedElsewhere: so did a Stage that is not listed.
	agedUpstreams int
	agedElsewhere bool
	// atFirstUpstream: it is in the first listed upstream now.
	atFirstUpstream bool
}

// hasUpstreams reports whether the request names any upstream.
func (f *requestFacts) hasUpstreams() bool { return f.upstreams > 0 }

// stageFacts are all that the rules look at for one piece of Freight and one Stage.
type stageFacts struct {
	// approved: for the Stage, whether it requests the origin or not.
	approved bool
	// requests has those of the Freight's origin, in their order.
	requests []requestFacts
}

// factsOf gathers the facts about Freight at the Stage.
func (s *Stage) factsOf(r *record) stageFacts {
	facts := stageFacts{approved: r.freight.Status.ApprovedFor.Has(s.Metadata.Name)}
	for i := range s.requests {
		if request := &s.requests[i]; request.Origin == r.freight.Origin {
			facts.requests = append(facts.requests, s.evaluator.requestFactsOf(r, request, facts.approved))
		}
	}
	return facts
}

// facts gathers the facts about a piece of Freight as it is.
func (s *Stage) facts(f *kargo.Freight) stageFacts { return s.factsOf(s.evaluator.record(f)) }

// record returns the record of a piece of Freight as it is.
func (e *Evaluator) record(f *kargo.Freight) *record { return &record{freight: f, now: e.now} }

func (e *Evaluator) requestFactsOf(r *record, request *request, approved bool) requestFacts {
	facts := requestFacts{request: request, approved: approved, upstreams: len(request.upstreams)}
	for _, upstream := range request.upstreams {
		if !r.verifiedIn(upstream) {
			continue
		}
		soaked := e.rules.soaked(r, upstream, request)
		if facts.verified == 0 {
			facts.firstVerifiedSoaked = soaked
		}
		facts.verified++
		if soaked {
			facts.satisfied++
		}
		if need := request.Sources.RequiredSoakTime; need != nil && r.aged(upstream, time.Duration(*need)) {
			facts.agedUpstreams++
		}
	}
	if facts.hasUpstreams() {
		facts.atFirstUpstream = r.isIn(request.upstreams[0])
	}
	if need, soaks := e.rules.soakTime(request); soaks && facts.hasUpstreams() {
		// Kargo's listing takes every Stage that verified the Freight for an upstream.
		facts.soakedElsewhere = r.soakedInMoreThan(facts.satisfied, need)
		facts.agedElsewhere = !e.rules.soakByResidence && r.agedInMoreThan(facts.agedUpstreams, need)
	}
	return facts
}

// soakTime returns the soak time that a request asks for; ok is false where it asks for
// none, or Kargo does not know soak times. 0s is a soak time.
func (r Rules) soakTime(request *request) (need time.Duration, ok bool) {
	if request.Sources.RequiredSoakTime == nil || !r.knowsSoak {
		return 0, false
	}
	return time.Duration(*request.Sources.RequiredSoakTime), true
}

// soaked reports whether Freight, verified in the Stage, has soaked there for as long as
// the request asks.
func (r Rules) soaked(of *record, stage string, request *request) bool {
	need, soaks := r.soakTime(request)
	return !soaks || of.soakedFor(stage) >= need
}

// satisfied reports whether the upstream verified the Freight and it has soaked there.
func (r Rules) satisfied(of *record, upstream string, request *request) bool {
	return of.verifiedIn(upstream) && r.soaked(of, upstream, request)
}

// takesAll reports whether the check asks for all upstreams of the request.
func (r Rules) takesAll(request *request, semantics Semantics) bool {
	return r.knowsSoak && r.checkHonorsStrategy && semantics.strategy(request.Sources.AvailabilityStrategy) == kargo.All
}

// needed returns how many of its upstreams a request needs to be satisfied.
func (r Rules) needed(request *request, semantics Semantics) int {
	if quorum, hypothetical := r.quorum(request, semantics); hypothetical {
		return quorum
	}
	if r.takesAll(request, semantics) {
		return len(request.upstreams)
	}
	return 1
}
