package avail

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Blocker is an upstream Stage that keeps a piece of Freight from being available.
type Blocker struct {
	// Stage is the upstream, which need not exist; Request is the index of the
	// request that names it.
	Stage   string
	Request int
	Finding
	// Blocks has All, and Any before it when the upstream also keeps any from holding.
	// Only where an origin is requested twice, which Kargo's webhook refuses, can Any
	// stand alone, or a mixture of strategies refuse what neither any nor all would.
	Blocks []Semantics
}

// Finding is what is found at an upstream that is not satisfied.
type Finding struct {
	Reason Reason
	// Message is the evidence, for a person.
	Message string
	// Remaining and Until say how long a soak will take and when it ends; zero for
	// every reason but Soaking.
	Remaining time.Duration
	Until     time.Time
	// Roots are the root causes where the upstream itself waits as it is configured, in
	// the order of the pipeline: the blockers at the ends of the chains. Of many the first
	// ones are there, and MoreRoots says how many are not. They must not be modified.
	Roots     []Root
	MoreRoots int
	// RootsNeeded says how many of the root causes have to be cleared. It is Unrelated where
	// there is one root cause at most, and where the Stages between take any and all by
	// turns or wait for each other.
	RootsNeeded Relation
}

// Relation says how things that are needed relate: whether one of them is enough.
type Relation uint8

// The relations.
const (
	Unrelated Relation = iota
	AnyOfThem
	AllOfThem
	// byTurns is both, at different Stages; a Finding says Unrelated for it.
	byTurns
)

// String returns "any", "all", or "" for what is neither.
func (r Relation) String() string { return [...]string{"", "any", "all", ""}[r] }

// and returns what both make together.
func (r Relation) and(other Relation) Relation {
	switch {
	case r == Unrelated || r == other:
		return other
	case other == Unrelated:
		return r
	default:
		return byTurns
	}
}

// Root is a root cause: a Stage at which something or somebody can act.
type Root struct {
	Stage  string
	Reason Reason
}

// Blockers returns the upstreams that are not satisfied, for each semantics under
// which f is not available: in the order of the requests and of the names in
// them. Freight that is available under every semantics has none, and so has
// Freight that has no upstream to wait for.
//
// The first call for a piece of Freight takes time that grows with the Stages and
// upstreams of the Project, every further one for any Stage with that Stage's upstreams.
func (s *Stage) Blockers(f *kargo.Freight) []Blocker {
	facts := s.facts(f)
	blocks := s.refusing(facts)
	if len(blocks) == 0 {
		return nil
	}
	waits := s.evaluator.waitsOf(f)
	var blockers []Blocker
	for _, open := range s.unsatisfied(s.evaluator.record(f), facts) {
		blockers = append(blockers, Blocker{
			Stage: open.upstream(), Request: open.request.index, Finding: waits.finding(s, open, f), Blocks: blocks,
		})
	}
	return blockers
}

// Unsatisfied returns the distinct names of the upstreams that are not satisfied for f,
// in the order of the requests.
func (s *Stage) Unsatisfied(f *kargo.Freight) []string {
	var names []string
	met := map[string]bool{}
	for _, open := range s.unsatisfied(s.evaluator.record(f), s.facts(f)) {
		if name := open.upstream(); !met[name] {
			met[name] = true
			names = append(names, name)
		}
	}
	return names
}

// refusing returns the semantics among any and all under which the check refuses.
func (s *Stage) refusing(facts stageFacts) []Semantics {
	var refusing []Semantics
	for _, semantics := range [...]Semantics{Any, All} {
		if !s.evaluator.rules.admits(facts, semantics) {
			refusing = append(refusing, semantics)
		}
	}
	return refusing
}

// openUpstream is an upstream that does not satisfy a request, by its place among the
// request's distinct upstreams.
type openUpstream struct {
	request *request
	place   int
}

func (o openUpstream) upstream() string { return o.request.upstreams[o.place] }

// position is where the upstream is in the Project, -1 when it does not exist.
func (o openUpstream) position() int { return o.request.positions[o.place] }

// unsatisfied returns the upstreams of the Stage that are not satisfied.
func (s *Stage) unsatisfied(r *record, facts stageFacts) []openUpstream {
	var open []openUpstream
	for i := range facts.requests {
		request := facts.requests[i].request
		open = slices.Grow(open, facts.requests[i].upstreams-facts.requests[i].satisfied)
		for place, name := range request.upstreams {
			if !s.evaluator.rules.satisfied(r, name, request) {
				open = append(open, openUpstream{request, place})
			}
		}
	}
	return open
}
