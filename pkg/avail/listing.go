package avail

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// failure is why a listing fails as a whole, in which case the Stage's controller
// sees no Freight at all.
type failure struct {
	cause   Cause
	message string
	// repairs are what has to be mended, all of it, for it to work again: what is wrong in
	// further requests as well. Empty when it may do so by itself.
	repairs way
}

// lists is Kargo's listing for one piece of Freight, where the listing as a whole
// does not fail: the union over the requests of its origin.
func (r Rules) lists(f stageFacts, semantics Semantics) bool {
	return slices.ContainsFunc(f.requests, func(facts requestFacts) bool { return r.listsRequest(&facts, semantics) })
}

func (r Rules) listsRequest(f *requestFacts, semantics Semantics) bool {
	if f.request.Sources.Direct {
		return true
	}
	if r.follows(f.request.Request) && !f.atFirstUpstream {
		return false
	}
	if quorum, hypothetical := r.quorum(f.request, semantics); hypothetical {
		return f.approved || f.satisfied >= quorum
	}
	return f.approved || r.listsVerified(f, semantics) && r.listsSoaked(f, semantics)
}

// follows reports whether the request lists only what its first upstream runs now.
func (r Rules) follows(request *kargo.Request) bool {
	return r.matchesUpstream && request.Sources.MatchesUpstream()
}

// listsVerified is the listing's first filter: verified in one or in every
// upstream.
func (r Rules) listsVerified(f *requestFacts, semantics Semantics) bool {
	if r.listsAll(f.request, semantics) {
		if !f.hasUpstreams() {
			return r.listsAllOfNothing
		}
		return f.verified == f.upstreams
	}
	return f.verified > 0
}

// listsAll reports whether the listing asks for all upstreams of the request.
func (r Rules) listsAll(request *request, semantics Semantics) bool {
	return r.knowsStrategy && semantics.strategy(request.Sources.AvailabilityStrategy) == kargo.All
}

// listsSoaked is the listing's second filter. Where the check asks whether the
// Freight has soaked in an upstream, the listing asks in which Stages at all it
// has: under All these must be the upstreams exactly, else there must be one.
func (r Rules) listsSoaked(f *requestFacts, semantics Semantics) bool {
	if _, soaks := r.soakTime(f.request); !soaks || !f.hasUpstreams() {
		return true
	}
	upstreams, elsewhere := f.satisfied, f.soakedElsewhere
	if !r.soakByResidence {
		upstreams, elsewhere = f.agedUpstreams, f.agedElsewhere
	}
	if r.listsAll(f.request, semantics) {
		return upstreams == f.upstreams && !elsewhere
	}
	return upstreams > 0 || elsewhere
}

// listingFailure returns why the listing of a Stage fails, nil when it does not,
// and whether that is known: it is not when Warehouses or Freight could not be
// read. The first request that fails decides, as in Kargo.
func (s *Stage) listingFailure(semantics Semantics) (failed *failure, known bool) {
	project := s.evaluator.project
	known = !project.Unread(pipeline.Freight)
	for i := range s.requests {
		request := &s.requests[i]
		failed = failed.and(s.evaluator.warehouseFailure(request))
		known = known && (failed != nil || !project.Unread(pipeline.Warehouses))
		failed = failed.and(s.requestFailure(request, semantics))
	}
	return failed, known || failed != nil
}

// and adds to what is to be repaired; the first failure decides the error.
func (f *failure) and(other *failure) *failure {
	switch {
	case f == nil:
		return other
	case other == nil:
		return f
	}
	both := *f
	both.repairs = f.repairs.and(other.repairs)
	return &both
}

func (e *Evaluator) warehouseFailure(request *request) *failure {
	if !e.rules.knowsSoak || e.project.Unread(pipeline.Warehouses) || e.project.HasWarehouse(request.Origin.Name) {
		return nil
	}
	return &failure{
		cause:   WarehouseMissing,
		message: fmt.Sprintf("Warehouse %q not found in namespace %q", request.Origin.Name, e.project.Name),
		repairs: way{warehouseExists(request.Origin.Name)},
	}
}

func (s *Stage) requestFailure(request *request, semantics Semantics) *failure {
	rules, sources := s.evaluator.rules, &request.Sources
	strategy := semantics.strategy(sources.AvailabilityStrategy)
	switch {
	case sources.Direct:
		return nil
	case rules.follows(request.Request) && len(sources.Stages) == 0:
		return &failure{
			cause:   MatchUpstreamWithoutUpstream,
			message: "selectionPolicy MatchUpstream without an upstream Stage: Kargo's listing panics",
			repairs: way{followsNoMore(s.Metadata.Name, request.index, "or names an upstream to match")},
		}
	case rules.knowsStrategy && !strategy.Known():
		return &failure{
			cause:   UnknownStrategy,
			message: fmt.Sprintf("unknown availabilityStrategy %q", strategy),
			repairs: way{saysStrategy(s.Metadata.Name, request.index)},
		}
	default:
		return s.sinceFailure(request, semantics)
	}
}

// sinceFailure is the panic of Kargo's listing over Freight that has been in a Stage
// since an instant that was not recorded.
func (s *Stage) sinceFailure(request *request, semantics Semantics) *failure {
	e := s.evaluator
	if _, soaks := e.rules.soakTime(request); !soaks || !e.rules.soakByResidence || len(request.upstreams) == 0 {
		return nil
	}
	for _, f := range e.sinceless {
		if f.Origin != request.Origin {
			continue
		}
		approved := f.Status.ApprovedFor.Has(s.Metadata.Name)
		facts := e.requestFactsOf(e.record(f), request, approved)
		if !approved && (!e.rules.follows(request.Request) || facts.atFirstUpstream) && e.rules.listsVerified(&facts, semantics) {
			return &failure{cause: SoakWithoutSince, message: fmt.Sprintf(
				"Freight %q is in a Stage without the time since when (status.currentlyIn): Kargo's listing panics", f.Metadata.Name)}
		}
	}
	return nil
}

// isSinceless reports whether f is, without a beginning, in a Stage that verified it.
func isSinceless(f *kargo.Freight) bool {
	for stage, residence := range f.Status.CurrentlyIn.All() {
		if f.Status.VerifiedIn.Has(stage) && residence.Since == nil {
			return true
		}
	}
	return false
}
