package remedy

import (
	"cmp"
	"slices"
)

// mostWays is how many alternatives are told apart at a Stage.
const mostWays = 16

// underWay is the number, in a clearance and in a way, of all that is under way; a step has
// the number that numberOf gives it.
const underWay = 0

func numberOf(step int) int { return step + 1 }

// clearance is what clears a blocker.
type clearance struct {
	// taken has the numbers of the steps that clear it together; empty where none is known.
	taken bitset
	// follows is the upstream that has to be reached for it, "" where taken says it all.
	follows string
}

// ways returns what of all steps is needed together, and what are alternatives. A step over
// the upstreams that is on no way, as a shorter one makes do without it, is taken out.
func (a *advisor) ways() [][]int {
	if a.tooMany {
		return nil
	}
	var needed bitset
	for _, way := range a.upstream {
		needed = needed.union(way)
	}
	first := numberOf(0)
	if len(a.underWay) > 0 { // the step that waits is the first of all
		first = underWay
	}
	index := map[int]int{} // of a step, by its number
	var kept []Step
	for i, step := range a.steps {
		if n := first + i; i >= a.upstreamSteps || len(a.upstream) == 0 || needed.has(n) {
			index[n] = len(kept)
			kept = append(kept, step)
		}
	}
	var ways [][]int
	for _, way := range a.upstream {
		var together []int
		for _, n := range way.members() {
			together = append(together, index[n])
		}
		ways = append(ways, together)
	}
	for i := a.upstreamSteps; i < len(a.steps); i++ {
		ways = append(ways, []int{index[first+i]})
	}
	a.steps = kept
	return ways
}

// waysUpstream returns the ways over the upstreams to the Stage that is asked about, those
// of few steps first. They are found from the far ends on, until nothing is added.
func (a *advisor) waysUpstream() (ways []bitset, tooMany bool) {
	known := map[string][]bitset{}
	for again := true; again; {
		again = false
		for _, name := range a.order {
			found := a.waysTo(name, known)
			if len(found) > mostWays {
				return nil, true
			}
			if !slices.EqualFunc(found, known[name], slices.Equal) {
				known[name], again = found, true
			}
		}
	}
	return known[a.name()], false
}

// waysTo returns the ways to a Stage over what is known of its upstreams; more than
// mostWays where it gave up.
func (a *advisor) waysTo(name string, known map[string][]bitset) []bitset {
	stage := a.stage.Other(name)
	var ways []bitset
	together := map[int][]bitset{} // by request that takes all
	for i, b := range a.blockers[name] {
		past := known[a.clearances[name][i].follows]
		if taken := a.clearances[name][i].taken; taken.size() > 0 {
			past = []bitset{taken}
		}
		if !stage.TakesAll(b.Request) {
			ways = fewest(append(ways, past...))
		} else if others, met := together[b.Request]; !met {
			together[b.Request] = past
		} else {
			together[b.Request] = fewest(products(others, past))
		}
		if len(ways) > mostWays || len(together[b.Request]) > mostWays {
			return make([]bitset, mostWays+1)
		}
	}
	for i := range stage.Spec.RequestedFreight {
		ways = append(ways, together[i]...)
	}
	return fewest(ways)
}

// products returns each way of one list with each of the other.
func products(some, others []bitset) []bitset {
	var all []bitset
	for _, a := range some {
		for _, b := range others {
			all = append(all, a.union(b))
		}
	}
	return all
}

// fewest returns the ways that have no other within them, those of few steps first, in an
// order that depends on nothing but what they are. It changes the order of its argument.
func fewest(ways []bitset) []bitset {
	slices.SortFunc(ways, func(a, b bitset) int {
		return cmp.Or(cmp.Compare(a.size(), b.size()), slices.Compare(a.members(), b.members()))
	})
	var kept []bitset
	for _, way := range ways {
		if !slices.ContainsFunc(kept, func(other bitset) bool { return other.within(way) }) {
			kept = append(kept, way)
		}
	}
	return kept
}
