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
	// Causes are the upstream's own blockers as it is configured, when it waits for them.
	Causes []Blocker
}

// Blockers returns the upstreams that are not satisfied, for each semantics under
// which f is not available: in the order of the requests and of the names in
// them. Freight that is available under every semantics has none, and so has
// Freight that has no upstream to wait for.
func (s *Stage) Blockers(f *kargo.Freight) []Blocker {
	var blockers []Blocker
	for _, open := range s.open(f) {
		if len(open.blocks) == 0 {
			continue
		}
		// Each direct upstream gets a trail of its own, so that the way to its root
		// is complete whatever the others share with it.
		t := &trail{evaluator: s.evaluator, freight: f, expanded: map[string]bool{}}
		blockers = append(blockers, t.blocker(s, open))
	}
	return blockers
}

// openUpstream is an upstream that does not satisfy a request.
type openUpstream struct {
	name    string
	request *kargo.Request
	index   int
	// blocks has Any and All as far as they are kept from holding.
	blocks []Semantics
}

// open returns the upstreams of the Stage that are not satisfied for f.
func (s *Stage) open(f *kargo.Freight) []openUpstream {
	e := s.evaluator
	standings := e.standings(s.Stage, f)
	blocks := make([]Semantics, 0, 2)
	for _, semantics := range [...]Semantics{Any, All} {
		if !e.rules.check(standings, semantics).available {
			blocks = append(blocks, semantics)
		}
	}
	var open []openUpstream
	for i := range standings.requests {
		request := standings.requests[i].request
		open = slices.Grow(open, standings.requests[i].upstreams)
		for _, name := range request.Sources.Upstreams() {
			if !e.satisfied(f, name, request) {
				open = append(open, openUpstream{name, request, standings.requests[i].index, blocks})
			}
		}
	}
	return open
}

// satisfied reports whether the upstream verified f and f has soaked there.
func (e *Evaluator) satisfied(f *kargo.Freight, upstream string, request *kargo.Request) bool {
	verified := f.Status.VerifiedIn.Has(upstream)
	return verified && e.soaked(f, upstream, request)
}

// trail follows the causes of one blocker upstream for one piece of Freight.
type trail struct {
	evaluator *Evaluator
	freight   *kargo.Freight
	// chain holds the Stages from the one asked about to the one looked at.
	chain []string
	// expanded holds the Stages whose own blockers were given already: shared
	// ancestors are followed once, so that the answer stays small.
	expanded map[string]bool
}

// blocker looks at an open upstream of the Stage.
func (t *trail) blocker(stage *Stage, open openUpstream) Blocker {
	t.chain = append(t.chain, stage.Metadata.Name)
	defer func() { t.chain = t.chain[:len(t.chain)-1] }()
	look := &look{trail: t, name: open.name, request: open.request, upstream: t.evaluator.Stage(open.name)}
	if look.upstream != nil {
		look.moves = look.upstream.moves(t.freight)
	}
	return Blocker{Stage: open.name, Request: open.index, Finding: look.finding(), Blocks: open.blocks}
}

// causes returns what blocks f at a Stage that it is not available to as configured;
// expand is false when that was given before on this trail.
func (t *trail) causes(stage *Stage) (causes []Blocker, expand bool) {
	if t.expanded[stage.Metadata.Name] {
		return nil, false
	}
	t.expanded[stage.Metadata.Name] = true
	found := stage.open(t.freight)
	causes = slices.Grow(causes, len(found))
	for _, open := range found {
		causes = append(causes, t.blocker(stage, open))
	}
	return causes, true
}
