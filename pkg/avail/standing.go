package avail

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// standing holds the facts about one piece of Freight and one request of its
// origin, from which both of Kargo's answers follow under every semantics.
type standing struct {
	request  *kargo.Request
	index    int  // of the request in spec.requestedFreight
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
func (s *standing) hasUpstreams() bool { return s.upstreams > 0 }

// soaks reports whether a soak time filters what the request lists.
func (s *standing) soaks() bool {
	return s.request.Sources.RequiredSoakTime != nil && s.hasUpstreams()
}

// standings are where one piece of Freight stands with a Stage: all that the rules
// look at.
type standings struct {
	// approved: for the Stage, be its origin requested or not.
	approved bool
	// requests has those of the Freight's origin, in their order.
	requests []standing
}

// standings returns where f stands with the Stage.
func (e *Evaluator) standings(stage *kargo.Stage, f *kargo.Freight) standings {
	approved := f.Status.ApprovedFor.Has(stage.Metadata.Name)
	s := standings{approved: approved}
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if request.Origin == f.Origin {
			s.requests = append(s.requests, e.standing(f, request, i, approved))
		}
	}
	return s
}

func (e *Evaluator) standing(f *kargo.Freight, request *kargo.Request, index int, approved bool) standing {
	s := standing{request: request, index: index, approved: approved}
	upstreams := request.Sources.Upstreams()
	s.upstreams = len(upstreams)
	for _, up := range upstreams {
		if !f.Status.VerifiedIn.Has(up) {
			continue
		}
		soaked := e.soaked(f, up, request)
		if s.verified == 0 {
			s.firstVerifiedSoaked = soaked
		}
		s.verified++
		if soaked {
			s.satisfied++
		}
		if e.aged(f, up, request) {
			s.agedUpstreams++
		}
	}
	if s.hasUpstreams() {
		s.atFirstUpstream = f.Status.CurrentlyIn.Has(upstreams[0])
	}
	if s.soaks() {
		e.lookElsewhere(&s, f)
	}
	return s
}

// lookElsewhere looks at the Stages that verified f without being upstreams of
// the request: Kargo's listing takes them for upstreams when a soak time is set.
func (e *Evaluator) lookElsewhere(s *standing, f *kargo.Freight) {
	for stage := range f.Status.VerifiedIn.All() {
		if s.request.Sources.Lists(stage) {
			continue
		}
		s.soakedElsewhere = s.soakedElsewhere || e.soaked(f, stage, s.request)
		s.agedElsewhere = s.agedElsewhere || e.aged(f, stage, s.request)
	}
}

// soaked reports whether f, verified in the Stage, has soaked there for as long
// as the request wants: the longer of its longest completed stay and the running
// one. Kargo: Freight.HasSoakedIn.
func (e *Evaluator) soaked(f *kargo.Freight, stage string, request *kargo.Request) bool {
	need := request.Sources.RequiredSoakTime
	return need == nil || !e.rules.knowsSoak || e.longestSoak(f, stage) >= time.Duration(*need)
}

// longestSoak returns the longer of f's longest completed stay in the Stage and
// the running one, which counts as 0 when nobody wrote down its beginning.
func (e *Evaluator) longestSoak(f *kargo.Freight, stage string) time.Duration {
	longest := time.Duration(f.Status.VerifiedIn.At(stage).LongestSoak)
	if since := f.Status.CurrentlyIn.At(stage).Since; since != nil {
		longest = max(longest, e.now.Sub(*since))
	}
	return longest
}

// aged reports whether the Stage verified f longer ago than the soak time, which
// is how the listing of v1.2.0 to v1.3.2 understands soaking.
func (e *Evaluator) aged(f *kargo.Freight, stage string, request *kargo.Request) bool {
	need, at := request.Sources.RequiredSoakTime, f.Status.VerifiedIn.At(stage).VerifiedAt.Time()
	return need != nil && !at.IsZero() && at.Before(e.now.Add(-time.Duration(*need)))
}
