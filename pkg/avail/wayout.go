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
	// of asks the same about another view of the Stage.
	of func(*Stage) question
	// listing says that it is about the listing.
	listing bool
}

func (s *Stage) isAdmitted(semantics Semantics) question {
	return question{
		stage: s, semantics: semantics,
		asks: func(r *record) bool { return s.evaluator.rules.admits(s.factsOf(r), semantics) },
		can:  func(r *reachability) bool { return r.canAdmit(s, semantics) },
		of:   func(other *Stage) question { return other.isAdmitted(semantics) },
	}
}

func (s *Stage) isListed(semantics Semantics) question {
	return question{
		stage: s, semantics: semantics, listing: true,
		asks: func(r *record) bool {
			return s.failures[semantics] == nil && s.evaluator.rules.lists(s.factsOf(r), semantics)
		},
		can: func(r *reachability) bool { return r.canList(s, semantics) },
		of:  func(other *Stage) question { return other.isListed(semantics) },
	}
}

// unless says what would make the answer yes, each way alone: each was tried.
func (r *reachability) unless(q question) []string {
	w := &waysOut{reachability: r, seen: map[string]bool{}, onPath: map[string]bool{}}
	ways := w.tried(q, w.forStage(q.stage, q.semantics))
	if len(ways) == 0 {
		ways = w.tried(q, w.forWhole(q))
	}
	if len(ways) == 0 { // several things are wrong at once
		ways = w.tried(q, []way{{getsSource(q.stage.Metadata.Name, r.freight.Origin)}})
	}
	var list []string
	for _, way := range ways {
		if text := way.String(); !slices.Contains(list, text) {
			list = append(list, text)
		}
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
		text = ApprovedFor + own
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
		return ApprovedFor + names + " upstream"
	default:
		return text + ", or for " + names + " upstream"
	}
}

// ApprovedFor begins what an Outlook has in Unless for an approval.
const ApprovedFor = "the Freight is approved for "

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
func (w *waysOut) forStage(stage *Stage, semantics Semantics) []way {
	name := stage.Metadata.Name
	w.seen[name], w.order = true, append(w.order, name)
	w.path, w.onPath[name] = append(w.path, name), true
	defer func() { w.path, w.onPath[name] = w.path[:len(w.path)-1], false }()
	var ways []way
	requested, sourced := false, false
	for i := range stage.requests {
		request := &stage.requests[i]
		if request.Origin != w.freight.Origin {
			continue
		}
		requested = true
		sourced = sourced || request.Sources.Direct || slices.ContainsFunc(request.upstreams, func(u string) bool { return u != name })
		ways = append(ways, w.forRequest(stage, request, semantics)...)
	}
	switch {
	case !requested:
		return []way{{requests(name, w.freight.Origin)}}
	case !sourced:
		return []way{{getsSource(name, w.freight.Origin)}}
	default:
		return ways
	}
}

// forRequest returns what would let the Freight in by one request: under All
// everything that is in the way of its upstreams has to be cleared.
func (w *waysOut) forRequest(stage *Stage, request *request, semantics Semantics) []way {
	needed := w.evaluator.rules.needed(request, semantics)
	var ways []way
	all, more := way{}, 0
	for place, upstream := range request.upstreams {
		if w.evaluator.rules.satisfied(w.best, upstream, request) {
			continue
		}
		clears := w.forUpstream(stage, place, request)
		switch {
		case len(clears) == 0:
		case needed > 1 && len(all) < mostNamed:
			all = all.and(clears[0])
		case needed == 1 && len(ways) < mostNamed:
			ways = append(ways, clears...)
		default:
			more++
		}
	}
	if len(all) > 0 && more == 0 {
		ways = append(ways, all)
	}
	return ways
}

// forUpstream returns what would make one upstream satisfy the request, none when that is
// said elsewhere.
func (w *waysOut) forUpstream(stage *Stage, place int, request *request) []way {
	name, origin, upstream := stage.Metadata.Name, w.freight.Origin, request.upstreams[place]
	if request.positions[place] < 0 {
		return []way{{isCreated(upstream, origin)}}
	}
	view := w.evaluator.stageAt(request.positions[place])
	switch {
	case upstream == name:
		return []way{{dropsSelf(name)}}
	case view.Metadata.DeletionTimestamp != nil:
		return []way{{isCreatedAnew(upstream)}}
	case w.onPath[upstream]:
		if w.circles++; w.circles > maxCircles {
			return nil
		}
		return []way{{leavesCircle(name, origin, w.circle(upstream))}}
	}
	var ways []way
	if !w.gets[upstream] && !w.seen[upstream] {
		ways = w.forStage(view, Configured)
		if view.IsControlFlow() {
			ways = withAll(ways, w.forListing(view, Configured))
		}
	}
	if need, soaks := w.evaluator.rules.soakTime(request); soaks && need > 0 && view.IsControlFlow() {
		ways = withAll([]way{{dropsSoak(name, request.index, fmt.Sprintf("as nothing ever soaks in the control-flow Stage %s (kargo#6360)", upstream))}}, ways)
	}
	return ways
}

// circle writes the Stages of the path from this one on, and back to it.
func (w *waysOut) circle(name string) string {
	around := slices.Clone(w.path[slices.Index(w.path, name):])
	if more := len(around) - mostNamed; more > 1 {
		around = append(around[:mostNamed], fmt.Sprintf("%d more", more))
	}
	return strings.Join(append(around, name), " < ")
}

// forWhole returns what would let the Freight in where every upstream lets it through: what
// the Stage itself asks for cannot be had any more.
func (w *waysOut) forWhole(q question) []way {
	if q.listing {
		return w.forListing(q.stage, q.semantics)
	}
	var ways []way
	for i := range q.stage.requests {
		if _, soaks := w.evaluator.rules.soakTime(&q.stage.requests[i]); soaks && q.stage.requests[i].Origin == w.freight.Origin {
			ways = append(ways, way{dropsSoak(q.stage.Metadata.Name, i, "as the soak cannot be completed upstream any more")})
		}
	}
	return ways
}

// neverRuns says why an upstream never runs the Freight.
func (w *waysOut) neverRuns(upstream string) string {
	switch stage := w.evaluator.Stage(upstream); {
	case stage == nil:
		return "as there is no Stage " + upstream
	case stage.IsControlFlow():
		return "as " + upstream + ", a control-flow Stage, runs no Freight"
	default:
		return "as " + upstream + " never gets to run it"
	}
}

// forListing returns what would let the Freight into the listing of a Stage that
// could admit it.
func (w *waysOut) forListing(stage *Stage, semantics Semantics) []way {
	if failed := stage.failures[semantics]; failed != nil {
		return []way{failed.repairs}
	}
	var ways []way
	for i := range stage.requests {
		request := &stage.requests[i]
		if request.Origin != w.freight.Origin {
			continue
		}
		if w.evaluator.rules.follows(request.Request) {
			ways = append(ways, way{followsNoMore(stage.Metadata.Name, request.index, w.neverRuns(request.upstreams[0]))})
		}
		if _, soaks := w.evaluator.rules.soakTime(request); soaks {
			ways = append(ways, way{dropsSoak(stage.Metadata.Name, request.index, "as Kargo's listing excludes Freight that also soaked in other Stages (kargo#4586)")})
		}
	}
	return ways
}

// bound returns how late the Freight is available at the earliest, whatever is promoted and
// verified: at an instant, when a soak that runs is over, or after a length of time from
// now on, as it has to soak in an upstream that it is not in. Both are zero where neither
// is certain: where upstreams without a soak left are enough.
func (r *reachability) bound(stage *Stage, semantics Semantics) (notBefore time.Time, notWithin time.Duration) {
	e := r.evaluator
	facts := stage.facts(r.freight)
	if len(facts.requests) != 1 || !e.rules.checkHonorsStrategy {
		return time.Time{}, 0
	}
	request := facts.requests[0].request
	need, soaks := e.rules.soakTime(request)
	if !soaks || need <= 0 || len(request.upstreams) == 0 {
		return time.Time{}, 0
	}
	var ends []time.Time // of the soaks that run
	outside := 0         // upstreams that still have to get it
	for _, upstream := range request.upstreams {
		stay, inside := r.freight.Status.CurrentlyIn.Get(upstream)
		switch {
		case e.rules.satisfied(e.record(r.freight), upstream, request):
		case !inside:
			outside++
		case stay.Since != nil:
			ends = append(ends, stay.Since.Add(need))
		default: // since when is not known
			if !e.rules.takesAll(request, semantics) {
				return time.Time{}, 0
			}
		}
	}
	soonest := e.now.Add(need) // in an upstream that gets it now
	if outside > 0 {
		ends = append(ends, soonest)
	}
	if len(ends) == 0 {
		return time.Time{}, 0
	}
	notBefore = slices.MinFunc(ends, time.Time.Compare)
	if e.rules.takesAll(request, semantics) {
		notBefore = slices.MaxFunc(ends, time.Time.Compare)
	}
	switch {
	case outside > 0 && notBefore.Equal(soonest):
		return time.Time{}, need
	case notBefore.After(e.now):
		return notBefore, 0
	}
	return time.Time{}, 0
}
