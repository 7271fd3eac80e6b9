package avail

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Stage is one Stage as its Evaluator sees it.
type Stage struct {
	*kargo.Stage
	evaluator *Evaluator
	position  int
	requests  []request
	failures  [3]*failure
	known     [3]bool
}

// request is one request of a Stage.
type request struct {
	*kargo.Request
	// index is where it is in spec.requestedFreight.
	index int
	// upstreams has the distinct upstreams, and positions where each is in the Project,
	// -1 for one that does not exist.
	upstreams []string
	positions []int
}

func newStage(e *Evaluator, position int) *Stage {
	s := &Stage{Stage: e.project.Stages[position], evaluator: e, position: position}
	for i := range s.Spec.RequestedFreight {
		r := request{Request: &s.Spec.RequestedFreight[i], index: i, upstreams: s.Spec.RequestedFreight[i].Sources.Upstreams()}
		for _, upstream := range r.upstreams {
			r.positions = append(r.positions, e.project.Position(upstream))
		}
		s.requests = append(s.requests, r)
	}
	for _, semantics := range EverySemantics() {
		s.failures[semantics], s.known[semantics] = s.listingFailure(semantics)
	}
	return s
}

// Project returns the Project that the Stage is of.
func (s *Stage) Project() *pipeline.Project { return s.evaluator.project }

// Rules returns the rules by which the Stage is judged.
func (s *Stage) Rules() Rules { return s.evaluator.rules }

// Other returns the view of another Stage of the Project, nil when there is none.
func (s *Stage) Other(name string) *Stage { return s.evaluator.Stage(name) }

// Now returns the instant of judgment.
func (s *Stage) Now() time.Time { return s.evaluator.now }

// ListError returns the error with which the listing fails, or "".
func (s *Stage) ListError(semantics Semantics) string {
	if failed := s.failures[semantics]; failed != nil {
		return failed.message
	}
	return ""
}

// ListRepairs says what has to be so, all of it together, for the listing as configured to
// work again; "" when it does not fail, or may work again by itself.
func (s *Stage) ListRepairs() string {
	if failed := s.failures[Configured]; failed != nil {
		return failed.repairs.String()
	}
	return ""
}

// StatusChangedAt returns the newest instant that the Stage's status mentions, zero when
// it mentions none: the status is at least as new.
func (s *Stage) StatusChangedAt() time.Time { return pipeline.NewestOf(s.Stage) }

// ListKnown reports whether the listing could be computed, also to a failure.
func (s *Stage) ListKnown(semantics Semantics) bool {
	return s.failures[semantics] != nil || s.known[semantics]
}

// Listed returns, newest first, up to limit pieces of Freight of one origin that
// the listing has; none where the listing fails or is unknown.
func (s *Stage) Listed(origin kargo.Origin, semantics Semantics, limit int) []*kargo.Freight {
	if s.failures[semantics] != nil || !s.known[semantics] {
		return nil
	}
	var listed []*kargo.Freight
	for _, f := range s.evaluator.project.FreightFrom(origin) {
		if len(listed) == limit {
			break
		}
		if s.evaluator.rules.lists(s.facts(f), semantics) {
			listed = append(listed, f)
		}
	}
	return listed
}

// RunsNow reports whether the Stage runs f now, for an origin that it requests or another.
func (s *Stage) RunsNow(f *kargo.Freight) bool {
	current := s.Status.Current()
	return current != nil && current.Holds(f.Metadata.Name)
}

// Ran reports whether the Stage runs f, or ran it as far as its history goes back.
func (s *Stage) Ran(f *kargo.Freight) bool {
	return slices.ContainsFunc(s.Status.FreightHistory, func(c kargo.FreightCollection) bool { return c.Holds(f.Metadata.Name) })
}

// Follows reports whether the request lists only what its upstream runs now
// (MatchUpstream), in releases that know this.
func (s *Stage) Follows(request *kargo.Request) bool { return s.evaluator.rules.follows(request) }

// WebUIFails reports whether Kargo's API server fails to list the Stage's Freight, although
// its controllers can: with MatchUpstream, in v1.8 and up to v1.9.5 (kargo#5935).
func (s *Stage) WebUIFails() bool {
	return s.evaluator.rules.webUIFailsOnMatch && slices.ContainsFunc(s.requests, func(r request) bool { return s.Follows(r.Request) })
}

// TakesAll reports whether the check asks for all upstreams of one of the Stage's requests,
// as configured.
func (s *Stage) TakesAll(request int) bool {
	return s.evaluator.rules.takesAll(&s.requests[request], Configured)
}

// SoakTime returns how long Freight has to soak in the upstreams of one of the Stage's
// requests; ok is false where no soak time counts.
func (s *Stage) SoakTime(request int) (need time.Duration, ok bool) {
	return s.evaluator.rules.soakTime(&s.requests[request])
}

// available is the promotion check as configured.
func (s *Stage) available(f *kargo.Freight) decision {
	return s.evaluator.rules.check(s.facts(f), Configured)
}
