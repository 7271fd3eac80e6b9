package avail

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Evaluator answers questions about one Project at one instant. It keeps what it
// has worked out, so it is not safe for concurrent use.
type Evaluator struct {
	project *pipeline.Project
	rules   Rules
	now     time.Time
	stages  map[string]*Stage
	// sinceless is the Freight over which Kargo's listing may panic; almost always empty.
	sinceless []*kargo.Freight
}

// New returns an Evaluator of the Project by these rules at now, in any time zone.
func New(project *pipeline.Project, rules Rules, now time.Time) *Evaluator {
	e := &Evaluator{project: project, rules: rules, now: now, stages: map[string]*Stage{}}
	for _, f := range project.Freight() {
		if isSinceless(f) {
			e.sinceless = append(e.sinceless, f)
		}
	}
	return e
}

// Project returns the Project under evaluation.
func (e *Evaluator) Project() *pipeline.Project { return e.project }

// Rules returns the rules in force.
func (e *Evaluator) Rules() Rules { return e.rules }

// Now returns the instant of judgment.
func (e *Evaluator) Now() time.Time { return e.now }

// Stage returns the view of the Stage of this name, nil when there is no such Stage.
func (e *Evaluator) Stage(name string) *Stage {
	if view, ok := e.stages[name]; ok {
		return view
	}
	stage := e.project.Stage(name)
	if stage == nil {
		return nil
	}
	view := &Stage{Stage: stage, evaluator: e}
	for _, semantics := range EverySemantics() {
		view.failures[semantics], view.known[semantics] = e.listingFailure(stage, semantics)
	}
	e.stages[name] = view
	return view
}

// Stage is one Stage as its Evaluator sees it.
type Stage struct {
	*kargo.Stage
	evaluator *Evaluator
	failures  [3]*failure
	known     [3]bool
}

// Project returns the Project that the Stage is of.
func (s *Stage) Project() *pipeline.Project { return s.evaluator.project }

// Rules returns the rules by which the Stage is judged.
func (s *Stage) Rules() Rules { return s.evaluator.rules }

// Other returns the view of another Stage of the Project, nil when there is none.
func (s *Stage) Other(name string) *Stage { return s.evaluator.Stage(name) }

// Now returns the instant of judgment.
func (s *Stage) Now() time.Time { return s.evaluator.now }

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
	standings := e.standings(s.Stage, f)
	var j Judgment
	for _, semantics := range EverySemantics() {
		d := e.rules.check(standings, semantics)
		j.Available[semantics] = d.available
		if semantics == Configured {
			j.Verdict = d.verdict
		}
		listed := e.rules.lists(standings, semantics)
		failed := s.failures[semantics]
		if failed == nil && s.known[semantics] {
			j.Listed[semantics] = TruthOf(listed)
		}
		switch {
		case failed != nil && d.available:
			j.Divergences = addCause(j.Divergences, failed.cause, semantics)
		case j.Listed[semantics] == No && d.available:
			j.Divergences = addCause(j.Divergences, e.unlistedCause(d, standings, semantics), semantics)
		case j.Listed[semantics] == Yes && !d.available:
			j.Divergences = addCause(j.Divergences, e.refusedCause(f, standings, semantics), semantics)
		}
	}
	return j
}

// ListError returns the error with which the listing fails, or "".
func (s *Stage) ListError(semantics Semantics) string {
	if failed := s.failures[semantics]; failed != nil {
		return failed.message
	}
	return ""
}

// ListKnown reports whether the listing could be computed, be it to a failure.
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
		if s.evaluator.rules.lists(s.evaluator.standings(s.Stage, f), semantics) {
			listed = append(listed, f)
		}
	}
	return listed
}

// RunsNow reports whether the Stage runs f now, be it for an origin of its own or not.
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

// available is the promotion check as configured.
func (s *Stage) available(f *kargo.Freight) decision {
	return s.evaluator.rules.check(s.evaluator.standings(s.Stage, f), Configured)
}
