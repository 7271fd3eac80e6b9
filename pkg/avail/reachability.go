package avail

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// reachability is how far a piece of Freight can come if every Promotion and every
// verification succeeds and every soak is sat out. The rules themselves say so: they are
// asked about the Freight as it would then be.
type reachability struct {
	evaluator *Evaluator
	freight   *kargo.Freight
	// without is the position of a Stage that the Freight does not pass, -1 for none.
	without int
	// best is the Freight as it would then be.
	best *record
	// gets holds the Stages that get it, or have it.
	gets map[string]bool
	// approved has what was asked about the Freight if it were approved for a Stage.
	approved map[string]*reachability
	// soaked says that it soaked in a further Stage since the gates were last asked.
	soaked bool
}

// reachabilityOf follows f through the pipeline, in time that grows with the Stages and
// upstreams: a Stage is asked again only when one of its upstreams gets the Freight after
// it was asked, which is so on cycles alone.
func (e *Evaluator) reachabilityOf(f *kargo.Freight) *reachability {
	return e.reachabilityWithout(f, -1)
}

// reachabilityWithout follows f as far as it does not need the Stage at a position.
func (e *Evaluator) reachabilityWithout(f *kargo.Freight, position int) *reachability {
	r := &reachability{evaluator: e, freight: f, without: position, best: e.record(f), gets: map[string]bool{}}
	queue := make([]int, len(e.stages))
	for i := range queue {
		queue[i] = i
	}
	r.visit(queue)
	for r.soaked { // listings count soaks in Stages that are no upstreams, too
		r.soaked = false
		r.visit(r.soakingGates())
	}
	return r
}

// visit asks the Stages at these positions, which are in the order of the pipeline, and
// those downstream of each that gets the Freight.
func (r *reachability) visit(queue []int) {
	queued := make([]bool, len(r.evaluator.stages))
	for _, position := range queue {
		queued[position] = true
	}
	for i := 0; i < len(queue); i++ {
		queued[queue[i]] = false
		stage := r.evaluator.stageAt(queue[i])
		if queue[i] == r.without || r.gets[stage.Metadata.Name] || !r.canGet(stage) {
			continue
		}
		r.gets[stage.Metadata.Name] = true
		r.pass(r.best, stage)
		r.soaked = r.soaked || r.letsSoak(stage)
		for _, next := range r.evaluator.downstreamOf(queue[i]) {
			if !queued[next] && !r.gets[r.evaluator.project.Stages[next].Metadata.Name] {
				queued[next] = true
				queue = append(queue, next)
			}
		}
	}
}

// soakingGates returns the positions of the control-flow Stages that ask for a soak time
// and do not get the Freight yet.
func (r *reachability) soakingGates() []int {
	var gates []int
	for i := range r.evaluator.stages {
		stage := r.evaluator.stageAt(i)
		asks := func(request request) bool {
			_, soaks := r.evaluator.rules.soakTime(&request)
			return soaks && request.Origin == r.freight.Origin
		}
		if stage.IsControlFlow() && !r.gets[stage.Metadata.Name] && slices.ContainsFunc(stage.requests, asks) {
			gates = append(gates, i)
		}
	}
	return gates
}

// pass notes that the Freight has passed the Stage in the best of cases: it was verified
// long ago and, where it can soak, soaked for as long as anybody asks.
func (r *reachability) pass(of *record, stage *Stage) {
	name := stage.Metadata.Name
	entry := kargo.Verified{VerifiedAt: kargo.InstantOf(time.Unix(0, 0)), LongestSoak: of.entry(name).LongestSoak}
	soaks := r.letsSoak(stage)
	if soaks {
		entry.LongestSoak = forever
	}
	of.pass(name, entry)
	of.passed.isIn[name] = soaks
}

// letsSoak reports whether Freight can soak in the Stage: never in a control-flow Stage,
// unless it is there from the time before the Stage was one.
func (r *reachability) letsSoak(stage *Stage) bool {
	return !stage.IsControlFlow() || r.freight.Status.CurrentlyIn.At(stage.Metadata.Name).Since != nil
}

// canGet reports whether the Stage would get the Freight, as far as its way is known.
func (r *reachability) canGet(stage *Stage) bool {
	switch {
	case stage.Metadata.DeletionTimestamp != nil:
		return false
	case stage.IsControlFlow():
		return r.canList(stage, Configured)
	default:
		return stage.CanVerify(r.freight) || r.canAdmit(stage, Configured)
	}
}

// canAdmit reports whether the check would admit the Freight. Up to v1.3.2 the first
// upstream that has verified it decides alone, for better or worse: there each upstream is
// also asked about Freight that came to it alone.
func (r *reachability) canAdmit(stage *Stage, semantics Semantics) bool {
	rules := r.evaluator.rules
	admits := func(of *record) bool { return rules.admits(stage.factsOf(of), semantics) }
	if rules.checkHonorsStrategy || admits(r.best) {
		return admits(r.best)
	}
	return slices.ContainsFunc(stage.requests, func(request request) bool {
		return slices.ContainsFunc(request.upstreams, func(upstream string) bool { return admits(r.viaOnly(upstream)) })
	})
}

// canList reports whether the listing would have the Freight. As it may hold soaks
// in other Stages against it, each request is also asked about Freight that came to
// its upstreams alone.
func (r *reachability) canList(stage *Stage, semantics Semantics) bool {
	if failed := stage.failures[semantics]; failed != nil && len(failed.repairs) > 0 {
		return false
	}
	lists := func(of *record, request *request) bool {
		approved := r.freight.Status.ApprovedFor.Has(stage.Metadata.Name)
		facts := r.evaluator.requestFactsOf(of, request, approved)
		return r.evaluator.rules.listsRequest(&facts, semantics)
	}
	return slices.ContainsFunc(stage.requests, func(request request) bool {
		return request.Origin == r.freight.Origin && (lists(r.best, &request) || lists(r.viaOnly(request.upstreams...), &request))
	})
}

// viaOnly is the Freight as it would be if it came to these upstreams alone.
func (r *reachability) viaOnly(upstreams ...string) *record {
	via := r.evaluator.record(r.freight)
	for _, upstream := range upstreams {
		if r.gets[upstream] {
			r.pass(via, r.evaluator.Stage(upstream))
		}
	}
	return via
}

// Satisfiable returns the distinct upstreams of a request of the other Stage, or of this
// one, that satisfy it for f, or still can before f is at this Stage: those that do not
// exist, never get f or never let it soak are missing.
func (s *Stage) Satisfiable(f *kargo.Freight, other *Stage, request int) []string {
	e := s.evaluator
	best := e.reachable(f, s.position).best
	return slices.DeleteFunc(slices.Clone(other.requests[request].upstreams), func(upstream string) bool {
		return !e.rules.satisfied(best, upstream, &other.requests[request])
	})
}

// reachable returns the reachability of f without the Stage at a position, -1 for none;
// what was asked last is kept.
func (e *Evaluator) reachable(f *kargo.Freight, without int) *reachability {
	if last := e.lastReachable; last == nil || last.freight != f || last.without != without {
		e.lastReachable = e.reachabilityWithout(f, without)
	}
	return e.lastReachable
}

// CanReach reports whether f is available to the Stage or may become so, as the Stages are
// written: if every Promotion and every verification succeeds and every soak is completed.
// Asking about all Stages for one piece of Freight, then for the next, costs the least.
func (s *Stage) CanReach(f *kargo.Freight) bool {
	return s.evaluator.reachable(f, -1).canAdmit(s, Configured)
}
