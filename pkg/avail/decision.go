package avail

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// RequestDecision is what the promotion check makes of one request for a piece of
// Freight, by the Stage as configured. Everything that explains a verdict reads this.
type RequestDecision struct {
	// Request is the index in spec.requestedFreight.
	Request int
	// Approved says that the Freight is approved for the Stage, Direct that the request
	// takes it straight from the Warehouse.
	Approved, Direct bool
	// Upstreams has the distinct upstreams, in the order of the request.
	Upstreams []UpstreamDecision
	// TakesAll says that all upstreams must be satisfied; else Needed of them.
	TakesAll bool
	Needed   int
	// SoakTime is what each upstream has to let the Freight soak for; nil when the request
	// asks for none, or the check does not know soak times.
	SoakTime *kargo.Duration
	// IgnoresSoak and IgnoresStrategy say that the request sets the field, and that the
	// check of this release does not look at it.
	IgnoresSoak, IgnoresStrategy bool
	// Available says that the request, were it the only one, would admit the Freight.
	Available bool
}

// Satisfied counts the upstreams that are satisfied.
func (d *RequestDecision) Satisfied() int {
	n := 0
	for i := range d.Upstreams {
		if d.Upstreams[i].Satisfied {
			n++
		}
	}
	return n
}

// UpstreamDecision is how one upstream counts for a request.
type UpstreamDecision struct {
	Stage string
	// Verified says that the upstream verified the Freight, Satisfied that it has also
	// soaked there for long enough.
	Verified, Satisfied bool
	// Soak is nil where no soak time counts.
	Soak *SoakDecision
}

// SoakDecision is how long Freight was in a Stage, of how long it has to be.
type SoakDecision struct {
	Required time.Duration
	// Elapsed is the longest stay, including the running one, verified or not.
	Elapsed time.Duration
	// Complete says that it is long enough.
	Complete bool
	// Until is when the running stay will be long enough; zero when it is complete, or
	// when none runs.
	Until time.Time
}

// Decide returns the decisions about the requests of the Freight's origin, in their order.
func (s *Stage) Decide(f *kargo.Freight) []RequestDecision {
	facts := s.facts(f)
	decisions := make([]RequestDecision, 0, len(facts.requests))
	for i := range facts.requests {
		decisions = append(decisions, s.evaluator.decisionOf(s.evaluator.record(f), &facts.requests[i]))
	}
	return decisions
}

func (e *Evaluator) decisionOf(r *record, facts *requestFacts) RequestDecision {
	request := facts.request
	strategy := request.Sources.AvailabilityStrategy
	d := RequestDecision{
		Request: request.index, Approved: facts.approved, Direct: request.Sources.Direct,
		TakesAll: e.rules.takesAll(request, Configured), Needed: e.rules.needed(request, Configured),
		Available: e.rules.checkRequest(facts, Configured).available,
	}
	need, soaks := e.rules.soakTime(request)
	if soaks {
		d.SoakTime = request.Sources.RequiredSoakTime
	}
	d.IgnoresSoak = request.Sources.RequiredSoakTime != nil && !soaks
	d.IgnoresStrategy = strategy == kargo.All && !d.TakesAll
	for _, upstream := range request.upstreams {
		u := UpstreamDecision{Stage: upstream, Verified: r.verifiedIn(upstream), Satisfied: e.rules.satisfied(r, upstream, request)}
		if soaks {
			u.Soak = e.soakDecision(r, upstream, request, need)
		}
		d.Upstreams = append(d.Upstreams, u)
	}
	return d
}

func (e *Evaluator) soakDecision(r *record, upstream string, request *request, need time.Duration) *SoakDecision {
	soak := &SoakDecision{Required: need, Elapsed: r.soakedFor(upstream), Complete: e.rules.soaked(r, upstream, request)}
	if since := r.freight.Status.CurrentlyIn.At(upstream).Since; since != nil && !soak.Complete {
		soak.Until = since.Add(need)
	}
	return soak
}
