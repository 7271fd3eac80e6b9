package avail

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// question is one of the two about a Stage, asked by one semantics.
type question struct {
	stage     *Stage
	semantics Semantics
	// asks answers it about Freight as it is, can whether it may be answered yes some day.
	asks func(*record) bool
	can  func(*reachability) bool
}

func (s *Stage) isAdmitted(semantics Semantics) question {
	return question{
		stage: s, semantics: semantics,
		asks: func(r *record) bool { return s.evaluator.rules.admits(s.factsOf(r), semantics) },
		can:  func(r *reachability) bool { return r.canAdmit(s, semantics) },
	}
}

func (s *Stage) isListed(semantics Semantics) question {
	return question{
		stage: s, semantics: semantics,
		asks: func(r *record) bool { return s.evaluator.rules.lists(s.factsOf(r), semantics) },
		can:  func(r *reachability) bool { return r.canList(s, semantics) },
	}
}

// unless says what would make the answer yes, each way alone.
func (r *reachability) unless(q question) []string {
	w := &waysOut{reachability: r, seen: map[string]bool{}, onPath: map[string]bool{}}
	list := w.forStage(q.stage, q.semantics)
	if len(list) == 0 { // the way is open, and it is the listing that cannot follow
		list = w.forListing(q.stage)
	}
	if approval := r.approval(w.order, q); approval != "" {
		list = append(list, approval)
	}
	return list
}

// maxApprovals is how many Stages are tried with an approval.
const maxApprovals = 8

// approval says for which Stages an approval would open the way: the Stage itself and
// those on the way to it, of which the nearest are tried; "" when none would.
func (r *reachability) approval(onTheWay []string, q question) string {
	text, own := "", q.stage.Metadata.Name
	if q.asks(r.evaluator.record(r.approvedFor(own))) {
		text = "it is approved for " + own
	}
	var further []string
	for i, name := range onTheWay {
		if i == maxApprovals {
			break
		}
		if name != own && q.can(r.approvedAt(name)) {
			further = append(further, name)
		}
	}
	slices.Sort(further)
	switch names := alternatives(further); {
	case names == "":
		return text
	case text == "":
		return "it is approved for " + names + ", further up"
	default:
		return text + ", or further up for " + names
	}
}

// approvedAt is the reachability of the Freight if it were approved for a Stage; it is kept.
func (r *reachability) approvedAt(stage string) *reachability {
	if r.approved == nil {
		r.approved = map[string]*reachability{}
	}
	if r.approved[stage] == nil {
		r.approved[stage] = r.evaluator.reachabilityOf(r.approvedFor(stage))
	}
	return r.approved[stage]
}

// mostNamed is how many things are named one by one.
const mostNamed = 6

// alternatives joins names by "or", of many the first ones.
func alternatives(names []string) string {
	if more := len(names) - mostNamed; more > 1 {
		names = append(slices.Clone(names[:mostNamed]), fmt.Sprintf("one of %d more", more))
	}
	return strings.Join(names, " or ")
}

// approvedFor is the Freight as it would be if it were approved for a Stage.
func (r *reachability) approvedFor(stage string) *kargo.Freight {
	f := *r.freight
	f.Status.ApprovedFor = f.Status.ApprovedFor.With(stage, kargo.Approved{})
	return &f
}

// waysOut finds what would open the way to a Stage. Each Stage on the way is looked at once.
type waysOut struct {
	*reachability
	seen map[string]bool
	// order has the Stages of seen as they were met.
	order []string
	// path leads from the Stage asked about to the current one.
	path   []string
	onPath map[string]bool
	// circles counts those that were met.
	circles int
}

// maxCircles is how many circles are named.
const maxCircles = 3

// forStage returns what would let the Freight into the Stage, each alone.
func (w *waysOut) forStage(stage *Stage, semantics Semantics) []string {
	name := stage.Metadata.Name
	w.seen[name], w.order = true, append(w.order, name)
	w.path, w.onPath[name] = append(w.path, name), true
	defer func() { w.path, w.onPath[name] = w.path[:len(w.path)-1], false }()
	var list []string
	requested, sourced := false, false
	for i := range stage.requests {
		request := &stage.requests[i]
		if request.Origin != w.freight.Origin {
			continue
		}
		requested = true
		sourced = sourced || request.Sources.Direct || len(request.upstreams) > 0
		list = append(list, w.forRequest(stage, request, semantics)...)
	}
	switch {
	case !requested:
		return []string{fmt.Sprintf("%s requests %s", name, w.freight.Origin)}
	case !sourced:
		return []string{fmt.Sprintf("%s gets a source for %s", name, w.freight.Origin)}
	default:
		return list
	}
}

// forRequest returns what would let the Freight in by one request: under All
// everything that is in the way of its upstreams has to be cleared.
func (w *waysOut) forRequest(stage *Stage, request *request, semantics Semantics) []string {
	var list []string
	met := map[string]bool{}
	more := 0
	for place, upstream := range request.upstreams {
		if w.evaluator.rules.satisfied(w.best, upstream, request) {
			continue
		}
		way := w.forUpstream(stage, place, request)
		switch {
		case way == "" || met[way]:
		case len(list) == mostNamed:
			more++
		default:
			met[way] = true
			list = append(list, way)
		}
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("%d further upstreams can satisfy it", more))
	}
	if len(list) > 1 && w.evaluator.rules.needed(request, semantics) > 1 {
		return []string{strings.Join(list, ", and ")}
	}
	return list
}

// forUpstream returns what would make one upstream satisfy the request, "" when that is
// said elsewhere.
func (w *waysOut) forUpstream(stage *Stage, place int, request *request) string {
	name, origin, upstream := stage.Metadata.Name, w.freight.Origin, request.upstreams[place]
	if request.positions[place] < 0 {
		return fmt.Sprintf("a Stage %s is created", upstream)
	}
	view := w.evaluator.stageAt(request.positions[place])
	switch {
	case upstream == name:
		return name + " no longer names itself as its upstream"
	case !view.Requests(origin):
		return fmt.Sprintf("%s requests %s", upstream, origin)
	case view.Metadata.DeletionTimestamp != nil:
		return upstream + ", which is being deleted, is created anew"
	case w.onPath[upstream]:
		if w.circles++; w.circles > maxCircles {
			return ""
		}
		return fmt.Sprintf("the circle %s is broken", w.circle(upstream))
	}
	var parts []string
	if !w.gets[upstream] && !w.seen[upstream] {
		if parts = w.forStage(view, Configured); len(parts) == 0 && view.IsControlFlow() {
			parts = w.forListing(view)
		}
	}
	if need, soaks := w.evaluator.rules.soakTime(request); soaks && need > 0 && view.IsControlFlow() {
		soak := fmt.Sprintf("%s drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage %s (kargo#6360)", name, upstream)
		return strings.Join(append([]string{soak}, parts...), ", and ")
	}
	return strings.Join(parts, ", or ")
}

// circle writes the Stages of the path from this one on, and back to it.
func (w *waysOut) circle(name string) string {
	around := slices.Clone(w.path[slices.Index(w.path, name):])
	if more := len(around) - mostNamed; more > 1 {
		around = append(around[:mostNamed], fmt.Sprintf("%d more", more))
	}
	return strings.Join(append(around, name), " < ")
}

// forListing returns what would let the Freight into the listing of a Stage that
// could admit it.
func (w *waysOut) forListing(stage *Stage) []string {
	if failed := stage.failures[Configured]; failed != nil {
		return []string{failed.unless}
	}
	return []string{fmt.Sprintf("%s drops its requiredSoakTime, as its listing holds it against the Freight that it soaked elsewhere (kargo#4586)", stage.Metadata.Name)}
}

// notBefore returns the instant before which no verification makes the Freight
// available: when as many soaks as are still needed are over, if nothing but soaks that
// run can satisfy the request, or all upstreams are needed.
func (r *reachability) notBefore(stage *Stage, semantics Semantics) time.Time {
	e := r.evaluator
	facts := stage.facts(r.freight)
	if len(facts.requests) != 1 || !e.rules.checkHonorsStrategy {
		return time.Time{}
	}
	request := facts.requests[0].request
	need, soaks := e.rules.soakTime(request)
	if !soaks || need <= 0 {
		return time.Time{}
	}
	var ends []time.Time
	bounded := true
	for _, upstream := range request.upstreams {
		since := r.freight.Status.CurrentlyIn.At(upstream).Since
		switch {
		case e.rules.satisfied(e.record(r.freight), upstream, request):
		case since == nil:
			bounded = false
		default:
			ends = append(ends, since.Add(need))
		}
	}
	var bound time.Time
	switch {
	case len(ends) == 0:
	case e.rules.takesAll(request, semantics):
		bound = slices.MaxFunc(ends, time.Time.Compare)
	case bounded:
		bound = slices.MinFunc(ends, time.Time.Compare)
	}
	if !bound.After(e.now) {
		return time.Time{}
	}
	return bound
}
