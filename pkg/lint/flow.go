package lint

import (
	"math"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// flow is how Freight of one origin can move through the Stages, if every Promotion and
// verification succeeds, every soak ends and nobody approves anything. The engine says
// which Stage admits it.
type flow struct {
	// best is Freight that has passed every Stage that it can pass.
	best *kargo.Freight
	// reached are the Stages that Freight can pass.
	reached map[string]bool
	index   map[string]int
	// must has for each Stage that is reached those that all its Freight has passed, may
	// those that some of its Freight can have passed; itself included.
	must, may map[string]stageSet
}

// stageSet is a set of Stages, by their index.
type stageSet []uint64

func newSet(size int) stageSet { return make(stageSet, (size+63)/64) }

func (s stageSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s stageSet) add(i int)      { s[i/64] |= 1 << (i % 64) }

func (s stageSet) remove(i int) { s[i/64] &^= 1 << (i % 64) }

// join adds what other has, and reports whether that was anything.
func (s stageSet) join(other stageSet) (grew bool) {
	for i := range s {
		grew = grew || other[i]&^s[i] != 0
		s[i] |= other[i]
	}
	return grew
}

func (s stageSet) meet(other stageSet) {
	for i := range s {
		s[i] &= other[i]
	}
}

func (s stageSet) meets(other stageSet) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

func (s stageSet) equals(other stageSet) bool {
	for i := range s {
		if s[i] != other[i] {
			return false
		}
	}
	return true
}

// flow returns how Freight of an origin can move.
func (p *Project) flow(origin kargo.Origin) *flow {
	if f := p.flows[origin]; f != nil {
		return f
	}
	f := &flow{
		best: fresh(origin), reached: map[string]bool{}, index: map[string]int{},
		must: map[string]stageSet{}, may: map[string]stageSet{},
	}
	p.flows[origin] = f
	for i, stage := range p.Stages {
		f.index[stage.Metadata.Name] = i
	}
	f.reach(p)
	f.trace(p)
	return f
}

// fresh is Freight that has passed no Stage.
func fresh(origin kargo.Origin) *kargo.Freight {
	return &kargo.Freight{Metadata: kargo.Metadata{Name: "made-up"}, Origin: origin}
}

// longAgo is when made-up Freight entered the Stages that it has soaked in.
func longAgo() time.Time { return time.Unix(0, 0) }

// passed returns the Freight as it is once it has passed a Stage and soaked there.
func passed(f *kargo.Freight, stage *kargo.Stage) *kargo.Freight {
	verified := kargo.Verified{VerifiedAt: kargo.InstantOf(longAgo())}
	after := *f
	if !stage.IsControlFlow() {
		since := longAgo()
		verified.LongestSoak = math.MaxInt64
		after.Status.CurrentlyIn = f.Status.CurrentlyIn.With(stage.Metadata.Name, kargo.Residence{Since: &since})
	}
	after.Status.VerifiedIn = f.Status.VerifiedIn.With(stage.Metadata.Name, verified)
	return &after
}

// reach lets Freight pass the Stages that admit it, until nothing is added.
func (f *flow) reach(p *Project) {
	for again := true; again; {
		again = false
		for _, stage := range p.Stages {
			name := stage.Metadata.Name
			if f.reached[name] || !stage.Requests(f.best.Origin) || stage.Metadata.DeletionTimestamp != nil {
				continue
			}
			if p.trial.Stage(name).Judge(f.best).Available[avail.Configured] {
				f.best = passed(f.best, stage)
				f.reached[name], again = true, true
			}
		}
	}
}

// trace works out, for each Stage that is reached, which Stages its Freight has passed.
func (f *flow) trace(p *Project) {
	var stages []*kargo.Stage
	for _, stage := range p.Stages {
		name := stage.Metadata.Name
		if !f.reached[name] {
			continue
		}
		stages = append(stages, stage)
		f.may[name] = newSet(len(p.Stages))
		f.may[name].add(f.index[name])
	}
	for again := true; again; { // once, unless Stages form a cycle
		again = false
		for _, stage := range stages {
			again = f.widen(stage) || again
		}
	}
	for again := true; again; {
		again = false
		for _, stage := range stages {
			again = f.narrow(stage) || again
		}
	}
}

func (f *flow) widen(stage *kargo.Stage) (grew bool) {
	name := stage.Metadata.Name
	for _, upstream := range f.upstreams(stage) {
		grew = f.may[name].join(f.may[upstream]) || grew
	}
	return grew
}

// upstreams returns the Stages from which the Stage gets Freight of the origin.
func (f *flow) upstreams(stage *kargo.Stage) []string {
	var names []string
	for _, r := range stage.Spec.RequestedFreight {
		if r.Origin != f.best.Origin || r.Sources.Direct {
			continue
		}
		for _, upstream := range r.Sources.Upstreams() {
			if f.reached[upstream] && upstream != stage.Metadata.Name {
				names = append(names, upstream)
			}
		}
	}
	return names
}

// narrow makes the set of a Stage what its requests ask for: under OneOf what the sets of
// its upstreams share, under All what any of them has. It reports whether that changed.
func (f *flow) narrow(stage *kargo.Stage) bool {
	name := stage.Metadata.Name
	var result stageSet
	for _, r := range stage.Spec.RequestedFreight {
		if r.Origin != f.best.Origin {
			continue
		}
		if by := f.required(&r); result == nil {
			result = by
		} else if by != nil {
			result.meet(by)
		}
	}
	if result == nil {
		return false // nothing is known of its upstreams yet
	}
	result.add(f.index[name])
	if before := f.must[name]; before != nil && before.equals(result) {
		return false
	}
	f.must[name] = result
	return true
}

// required returns what Freight that comes by a request has passed; nil when that is not
// known yet.
func (f *flow) required(r *kargo.Request) stageSet {
	if r.Sources.Direct || len(r.Sources.Stages) == 0 {
		return newSet(len(f.index))
	}
	all := r.Sources.AvailabilityStrategy == kargo.All
	var result stageSet
	for _, upstream := range r.Sources.Upstreams() {
		switch own := f.must[upstream]; {
		case own == nil:
		case result == nil:
			result = append(stageSet(nil), own...)
		case all:
			result.join(own)
		default:
			result.meet(own)
		}
	}
	return result
}

// setOf returns the Stages of these names that there are.
func (f *flow) setOf(names []string) stageSet {
	set := newSet(len(f.index))
	for _, name := range names {
		if i, known := f.index[name]; known {
			set.add(i)
		}
	}
	return set
}

// isIn reports whether the set has the Stage of this name.
func (f *flow) isIn(name string, set stageSet) bool {
	i, known := f.index[name]
	return known && set.has(i)
}

// hasPassed returns the other Stages that all Freight has passed that passes this one.
func (f *flow) hasPassed(name string) stageSet {
	others := newSet(len(f.index))
	if own := f.must[name]; own != nil {
		others.join(own)
		others.remove(f.index[name])
	}
	return others
}

// dominates reports whether all Freight that passes the one Stage has passed the other
// one before.
func (f *flow) dominates(upper, lower string) bool {
	i, known := f.index[upper]
	return known && upper != lower && f.must[lower] != nil && f.must[lower].has(i)
}

// before returns the regular Stages in the order of the Project, that are not among the
// upstreams of a request, and in which its Freight can be verified before it gets there.
func (f *flow) before(p *Project, r *kargo.Request) []string {
	var names []string
	for _, stage := range p.Stages {
		name := stage.Metadata.Name
		if stage.IsControlFlow() || r.Sources.Lists(name) {
			continue
		}
		for _, upstream := range r.Sources.Upstreams() {
			if may := f.may[upstream]; may != nil && may.has(f.index[name]) {
				names = append(names, name)
				break
			}
		}
	}
	return names
}
