package avail

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// failure is why a listing fails as a whole, in which case the Stage's controller
// sees no Freight at all.
type failure struct {
	cause   Cause
	message string
	// unless says what has to be mended for it to work again; "" when it may do so by
	// itself.
	unless string
}

// lists is Kargo's listing for one piece of Freight, where the listing as a whole
// does not fail: the union over the requests of its origin.
func (r Rules) lists(f standings, semantics Semantics) bool {
	for i := range f.requests {
		if r.listsRequest(&f.requests[i], semantics) {
			return true
		}
	}
	return false
}

func (r Rules) listsRequest(s *standing, semantics Semantics) bool {
	if s.request.Sources.Direct {
		return true
	}
	if r.follows(s.request) && !s.atFirstUpstream {
		return false
	}
	if quorum, imagined := r.quorum(s, semantics); imagined {
		return s.approved || s.satisfied >= quorum
	}
	return s.approved || r.listsVerified(s, semantics) && r.listsSoaked(s, semantics)
}

// follows reports whether the request lists only what its first upstream runs now.
func (r Rules) follows(request *kargo.Request) bool {
	return r.matchesUpstream && request.Sources.MatchesUpstream()
}

// listsVerified is the listing's first filter: verified in one or in every
// upstream.
func (r Rules) listsVerified(s *standing, semantics Semantics) bool {
	if r.knowsStrategy && semantics.strategy(s.request.Sources.AvailabilityStrategy) == kargo.All {
		if !s.hasUpstreams() {
			return r.listsAllOfNothing
		}
		return s.verified == s.upstreams
	}
	return s.verified > 0
}

// listsSoaked is the listing's second filter. Where the check asks whether the
// Freight has soaked in an upstream, the listing asks in which Stages at all it
// has: under All these must be the upstreams exactly, else there must be one.
func (r Rules) listsSoaked(s *standing, semantics Semantics) bool {
	if !r.knowsSoak || !s.soaks() {
		return true
	}
	upstreams, elsewhere := s.satisfied, s.soakedElsewhere
	if !r.soakByResidence {
		upstreams, elsewhere = s.agedUpstreams, s.agedElsewhere
	}
	if r.knowsStrategy && semantics.strategy(s.request.Sources.AvailabilityStrategy) == kargo.All {
		return upstreams == s.upstreams && !elsewhere
	}
	return upstreams > 0 || elsewhere
}

// listingFailure returns why the listing of a Stage fails, nil when it does not,
// and whether that is known: it is not when Warehouses or Freight could not be
// read. The first request that fails decides, as in Kargo.
func (e *Evaluator) listingFailure(stage *kargo.Stage, semantics Semantics) (failed *failure, known bool) {
	known = !e.project.Unread(pipeline.Freight)
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if f := e.warehouseFailure(request); f != nil {
			return f, true
		}
		if e.project.Unread(pipeline.Warehouses) {
			known = false
		}
		if f := e.requestFailure(stage, request, semantics); f != nil {
			return f, true
		}
	}
	return nil, known
}

func (e *Evaluator) warehouseFailure(request *kargo.Request) *failure {
	if !e.rules.knowsSoak || e.project.Unread(pipeline.Warehouses) || e.project.HasWarehouse(request.Origin.Name) {
		return nil
	}
	return &failure{
		cause:   WarehouseMissing,
		message: fmt.Sprintf("Warehouse %q not found in namespace %q", request.Origin.Name, e.project.Name),
		unless:  fmt.Sprintf("Warehouse %s exists again", request.Origin.Name),
	}
}

func (e *Evaluator) requestFailure(stage *kargo.Stage, request *kargo.Request, semantics Semantics) *failure {
	sources := &request.Sources
	strategy := semantics.strategy(sources.AvailabilityStrategy)
	switch {
	case sources.Direct:
		return nil
	case e.rules.follows(request) && len(sources.Stages) == 0:
		return &failure{
			cause:   MatchUpstreamWithoutUpstream,
			message: "selectionPolicy MatchUpstream without an upstream Stage: Kargo's listing panics",
			unless:  stage.Metadata.Name + " has an upstream to match",
		}
	case e.rules.knowsStrategy && !strategy.Known():
		return &failure{
			cause:   UnknownStrategy,
			message: fmt.Sprintf("unknown availabilityStrategy %q", strategy),
			unless:  stage.Metadata.Name + " has an availabilityStrategy that Kargo knows",
		}
	case e.rules.soakByResidence && sources.RequiredSoakTime != nil && len(sources.Stages) > 0:
		return e.sinceFailure(stage, request, semantics)
	default:
		return nil
	}
}

// sinceFailure is the panic of Kargo's listing over Freight that is in a Stage
// since an instant that nobody wrote down.
func (e *Evaluator) sinceFailure(stage *kargo.Stage, request *kargo.Request, semantics Semantics) *failure {
	for _, f := range e.sinceless {
		if f.Origin != request.Origin {
			continue
		}
		approved := f.Status.ApprovedFor.Has(stage.Metadata.Name)
		s := e.standing(f, request, 0, approved)
		if !approved && (!e.rules.follows(request) || s.atFirstUpstream) && e.rules.listsVerified(&s, semantics) {
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
