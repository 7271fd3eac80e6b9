package avail

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// waitGraph says of every Stage of a Project where it stands for one piece of Freight:
// which Stages wait for upstreams, which of these wait for each other, and what the root
// causes are. It is worked out once, in time that grows with Stages and upstreams, and
// keeps a few words per Stage.
type waitGraph struct {
	evaluator *Evaluator
	// states are by position in the Project.
	states []waitState
}

// waitState is where one Stage stands as an upstream of others.
type waitState struct {
	// admission says whether the Freight is available there.
	admission admission
	// waits says that what keeps it from being verified there are its own upstreams.
	waits bool
	// cycle is the place in waitCache.cycles of what is said of the Stages that wait for
	// each other, 0 for a Stage that is not one of them. Two Stages with the same one wait
	// for each other.
	cycle int
	// roots is the place of the root causes in waitCache.roots, 0 for none.
	roots int
	// needed says how many of the root causes have to be cleared.
	needed Relation
}

// finding says why an upstream does not satisfy a request of the asking Stage.
func (g *waitGraph) finding(asker *Stage, open openUpstream, f *kargo.Freight) Finding {
	d := &diagnosis{asker: asker, request: open.request, name: open.upstream(), freight: f}
	position := open.position()
	if position < 0 {
		return d.finding()
	}
	d.upstream = g.evaluator.stageAt(position)
	if d.forAsker() {
		return d.finding()
	}
	state := g.states[position]
	if cycle := state.cycle; cycle != 0 && g.states[asker.position].cycle == cycle {
		return Finding{Reason: Cycle, Message: g.evaluator.waits.cycles[cycle]}
	}
	return g.ownFinding(d.upstream, f)
}

// ownFinding says why f is not verified in a Stage, whoever waits for it.
func (g *waitGraph) ownFinding(s *Stage, f *kargo.Freight) Finding {
	state := g.states[s.position]
	finding := s.diagnose(f, state.admission).own()
	if state.waits {
		roots := g.evaluator.waits.roots[state.roots]
		finding.Roots, finding.MoreRoots = roots.list, roots.more
		if len(roots.list) > 1 && state.needed != byTurns {
			finding.RootsNeeded = state.needed
		}
	}
	return finding
}

// waitBuilder works out a waitGraph.
type waitBuilder struct {
	evaluator *Evaluator
	freight   *kargo.Freight
	record    *record
	states    []waitState
	// reasons are why the Freight is not verified in each Stage, by position.
	reasons []Reason
	// edges has the positions of the Stages that a waiting Stage waits for and that wait
	// themselves; ends what it waits for and that does not wait.
	edges [][]int
	ends  [][]Root
	// needed says, of each waiting Stage with several such upstreams, how many it needs.
	needed []Relation
	// component numbers the Stages that wait for each other.
	component []int
	members   [][]int
}

func (e *Evaluator) newWaitGraph(f *kargo.Freight) *waitGraph {
	n := len(e.stages)
	b := &waitBuilder{
		evaluator: e, freight: f, record: e.record(f), states: make([]waitState, n), reasons: make([]Reason, n),
		edges: make([][]int, n), ends: make([][]Root, n), needed: make([]Relation, n),
	}
	waits := false
	for i := range n {
		waits = b.stage(e.stageAt(i)) || waits
	}
	if waits {
		for i := range n {
			b.addEdges(e.stageAt(i))
		}
		b.components()
		b.cycles()
		b.roots()
	}
	return &waitGraph{evaluator: e, states: e.waits.interned(b.states)}
}

// stage works out the state of one Stage but for what lies upstream of it, and reports
// whether it waits.
func (b *waitBuilder) stage(s *Stage) bool {
	if b.freight.Status.VerifiedIn.Has(s.Metadata.Name) {
		return false
	}
	state := &b.states[s.position]
	state.admission = s.admission(b.freight)
	reason := s.diagnose(b.freight, state.admission).own().Reason
	b.reasons[s.position] = reason
	state.waits = state.admission == waiting && (reason == UpstreamBlocked || reason == ReasonUnknown && s.IsControlFlow())
	return state.waits
}

// addEdges notes what a waiting Stage waits for.
func (b *waitBuilder) addEdges(s *Stage) {
	if !b.states[s.position].waits {
		return
	}
	open := s.unsatisfied(b.record, s.factsOf(b.record))
	b.needed[s.position] = neededOf(s, open)
	for _, open := range open {
		position := open.position()
		d := &diagnosis{asker: s, request: open.request, name: open.upstream(), freight: b.freight}
		if position >= 0 {
			d.upstream = b.evaluator.stageAt(position)
		}
		own := position >= 0 && !d.forAsker()
		switch {
		case own && b.states[position].waits:
			b.edges[s.position] = append(b.edges[s.position], position)
		case own:
			b.ends[s.position] = append(b.ends[s.position], Root{open.upstream(), b.reasons[position]})
		default:
			b.ends[s.position] = append(b.ends[s.position], Root{open.upstream(), d.finding().Reason})
		}
	}
}

func (b *waitBuilder) components() {
	component, count := pipeline.Components(len(b.edges), func(node int) []int { return b.edges[node] })
	b.component, b.members = component, make([][]int, count)
	for node, c := range component { // in the order of the pipeline
		b.members[c] = append(b.members[c], node)
	}
}

// cycles says of Stages that wait for each other that they do. They are root causes
// themselves where nothing else can ever let the Freight in.
func (b *waitBuilder) cycles() {
	var reach *reachability
	for _, members := range b.members {
		if len(members) < 2 {
			continue
		}
		cycle := b.evaluator.waits.cycle(b.circle(members))
		if reach == nil {
			reach = b.evaluator.reachabilityOf(b.freight)
		}
		for _, node := range members {
			b.states[node].cycle = cycle
			if name := b.evaluator.project.Stages[node].Metadata.Name; !reach.gets[name] {
				b.ends[node] = append(b.ends[node], Root{name, Cycle})
			}
		}
	}
}

// mostInCircle is how many Stages of a circle are named.
const mostInCircle = 6

// circle says which Stages wait for each other.
func (b *waitBuilder) circle(members []int) string {
	var names []string
	for _, node := range members[:min(len(members), mostInCircle)] {
		names = append(names, b.evaluator.project.Stages[node].Metadata.Name)
	}
	last := names[len(names)-1]
	if more := len(members) - len(names); more > 0 {
		names, last = append(names, ""), fmt.Sprintf("%d more Stages", more)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + last + " wait for each other"
}
