package avail

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
	"strconv"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// MaxRoots is how many root causes a Finding names at most.
const MaxRoots = 50

// rootCauses are the root causes of one Finding, and how many more there are.
type rootCauses struct {
	list []Root
	more int
}

// rootSet is a set of root causes, by their place in the order of the pipeline.
type rootSet []uint64

func (s rootSet) add(place int) { s[place/64] |= 1 << (place % 64) }

func (s rootSet) union(other rootSet) {
	for i := range s {
		s[i] |= other[i]
	}
}

// roots works out the root causes of every waiting Stage: one pass over the components,
// each after those that it waits for. Stages with the same root causes share them.
func (b *waitBuilder) roots() {
	order, place := b.rootOrder()
	sets := make([]rootSet, len(b.members))
	relations := make([]Relation, len(b.members))
	kept := map[*uint64]int{}
	for c, members := range b.members {
		set := b.rootsOf(c, sets, place, len(order))
		sets[c] = set
		if set == nil {
			continue
		}
		if _, known := kept[&set[0]]; !known {
			kept[&set[0]] = b.evaluator.waits.internRoots(set.causes(order))
		}
		needed := b.neededBy(c, relations)
		relations[c] = needed
		for _, node := range members {
			b.states[node].roots, b.states[node].needed = kept[&set[0]], needed
		}
	}
}

// neededOf says how many of these upstreams, which a Stage waits for, it needs.
func neededOf(s *Stage, open []openUpstream) Relation {
	if len(open) < 2 {
		return Unrelated
	}
	for _, upstream := range open {
		if upstream.request != open[0].request { // which Kargo's webhook refuses
			return byTurns
		}
	}
	if s.TakesAll(open[0].request.index) {
		return AllOfThem
	}
	return AnyOfThem
}

// neededBy says how many of the root causes of a component's Stages have to be cleared.
func (b *waitBuilder) neededBy(component int, relations []Relation) Relation {
	members := b.members[component]
	if len(members) > 1 {
		return byTurns
	}
	needed := b.needed[members[0]]
	for _, upstream := range b.edges[members[0]] {
		needed = needed.and(relations[b.component[upstream]])
	}
	return needed
}

// rootsOf returns the set of one component, nil when its Stages do not wait.
func (b *waitBuilder) rootsOf(component int, sets []rootSet, place map[Root]int, total int) rootSet {
	var sources []rootSet
	own := false
	for _, node := range b.members[component] {
		own = own || len(b.ends[node]) > 0
		for _, upstream := range b.edges[node] {
			set := sets[b.component[upstream]]
			if b.component[upstream] == component || set == nil {
				continue
			}
			if len(sources) == 0 || &sources[len(sources)-1][0] != &set[0] {
				sources = append(sources, set)
			}
		}
	}
	if !own && len(sources) == 0 {
		return nil
	}
	if !own && len(sources) == 1 {
		return sources[0]
	}
	set := make(rootSet, (total+63)/64)
	for _, node := range b.members[component] {
		for _, end := range b.ends[node] {
			set.add(place[end])
		}
	}
	for _, source := range sources {
		set.union(source)
	}
	return set
}

// rootOrder returns all root causes in the order of the pipeline, and the place of each.
// Stages that do not exist come first: nothing is upstream of them.
func (b *waitBuilder) rootOrder() (order []Root, place map[Root]int) {
	place = map[Root]int{}
	for _, ends := range b.ends {
		for _, end := range ends {
			place[end] = 0
		}
	}
	project := b.evaluator.project
	order = slices.SortedFunc(maps.Keys(place), func(x, y Root) int {
		return cmp.Or(
			cmp.Compare(project.Position(x.Stage), project.Position(y.Stage)),
			cmp.Compare(x.Stage, y.Stage),
			cmp.Compare(x.Reason, y.Reason),
		)
	})
	for i, root := range order {
		place[root] = i
	}
	return order, place
}

// causes returns the first of the root causes in a set, and counts the others.
func (s rootSet) causes(order []Root) rootCauses {
	var causes rootCauses
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if len(causes.list) == MaxRoots {
				causes.more++
				continue
			}
			causes.list = append(causes.list, order[i*64+bits.TrailingZeros64(word)])
		}
	}
	return causes
}

// waitCache keeps what is known of the waiting for each piece of Freight. Freight that is
// in the same state everywhere, as most old Freight is, shares it.
type waitCache struct {
	graphs map[*kargo.Freight]*waitGraph
	states map[string][]waitState
	// roots and cycles have what the states refer to, their first entry being none.
	roots    []rootCauses
	rootsAt  map[string]int
	cycles   []string
	cyclesAt map[string]int
}

func newWaitCache() waitCache {
	return waitCache{
		graphs: map[*kargo.Freight]*waitGraph{}, states: map[string][]waitState{},
		roots: make([]rootCauses, 1), rootsAt: map[string]int{}, cycles: make([]string, 1), cyclesAt: map[string]int{},
	}
}

// waitsOf returns the waitGraph of a piece of Freight. It is kept for Freight of the
// Project, and not for what is assumed about it.
func (e *Evaluator) waitsOf(f *kargo.Freight) *waitGraph {
	if graph, known := e.waits.graphs[f]; known {
		return graph
	}
	graph := e.newWaitGraph(f)
	if e.project.FreightNamed(f.Metadata.Name) == f {
		e.waits.graphs[f] = graph
	}
	return graph
}

// interned returns the one copy of the states that is kept.
func (c *waitCache) interned(states []waitState) []waitState {
	key := make([]byte, 0, len(states)*8)
	for _, s := range states {
		key = append(key, byte(s.admission))
		key = strconv.AppendBool(key, s.waits)
		key = binary.AppendVarint(key, int64(s.cycle))
		key = binary.AppendVarint(key, int64(s.roots))
		key = append(key, byte(s.needed))
	}
	if same, known := c.states[string(key)]; known {
		return same
	}
	c.states[string(key)] = states
	return states
}

func (c *waitCache) internRoots(causes rootCauses) int {
	key := binary.AppendVarint(nil, int64(causes.more))
	for _, root := range causes.list {
		key = append(append(append(append(key, root.Stage...), 0), root.Reason...), 0)
	}
	if place, known := c.rootsAt[string(key)]; known {
		return place
	}
	place := len(c.roots)
	c.roots, c.rootsAt[string(key)] = append(c.roots, causes), place
	return place
}

// cycle returns the place of what is said of Stages that wait for each other.
func (c *waitCache) cycle(text string) int {
	if place, known := c.cyclesAt[text]; known {
		return place
	}
	place := len(c.cycles)
	c.cycles, c.cyclesAt[text] = append(c.cycles, text), place
	return place
}
