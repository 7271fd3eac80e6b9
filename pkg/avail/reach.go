package avail

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// reach is how far a piece of Freight can come before it is at a Stage, if every
// Promotion and every verification succeeds and every soak is sat out. The rules
// themselves say so: they are asked about the Freight as it would then be.
type reach struct {
	stage   *Stage
	freight *kargo.Freight
	// best is the Freight as it would then be.
	best *kargo.Freight
	// gets holds the Stages that get it, or have it.
	gets map[string]bool
}

// reach follows f through the pipeline, as far as it does not need the Stage itself.
func (s *Stage) reach(f *kargo.Freight) *reach {
	best := *f
	r := &reach{stage: s, freight: f, best: &best, gets: map[string]bool{}}
	for again := true; again; {
		again = false
		for _, other := range s.evaluator.project.Stages {
			name := other.Metadata.Name
			if name == s.Metadata.Name || r.gets[name] || !r.canGet(s.evaluator.Stage(name)) {
				continue
			}
			r.gets[name], again = true, true
			r.pass(r.best, other)
		}
	}
	return r
}

// Satisfied reports whether the upstream of this name satisfies the request for f.
func (s *Stage) Satisfied(f *kargo.Freight, upstream string, request *kargo.Request) bool {
	return s.evaluator.satisfied(f, upstream, request)
}

// Satisfiable returns the distinct upstreams of the request that satisfy it for f, or
// still can: those that do not exist, never get f or never let it soak are missing.
func (s *Stage) Satisfiable(f *kargo.Freight, request *kargo.Request) []string {
	r := s.reach(f)
	return slices.DeleteFunc(slices.Clone(request.Sources.Upstreams()), func(upstream string) bool {
		return !s.evaluator.satisfied(r.best, upstream, request)
	})
}

// pass writes into the Freight's status that it has passed the Stage.
func (r *reach) pass(f *kargo.Freight, stage *kargo.Stage) {
	name, longAgo := stage.Metadata.Name, time.Unix(0, 0)
	verified := f.Status.VerifiedIn.At(name)
	verified.VerifiedAt = kargo.InstantOf(longAgo)
	if !stage.IsControlFlow() || f.Status.CurrentlyIn.At(name).Since != nil {
		verified.LongestSoak = math.MaxInt64
		f.Status.CurrentlyIn = f.Status.CurrentlyIn.With(name, kargo.Residence{Since: &longAgo})
	}
	f.Status.VerifiedIn = f.Status.VerifiedIn.With(name, verified)
}

// canGet reports whether the Stage would get the Freight, as far as its way is known.
func (r *reach) canGet(other *Stage) bool {
	switch {
	case other.Metadata.DeletionTimestamp != nil:
		return false
	case other.IsControlFlow():
		return r.canList(other, Configured)
	default:
		return other.RunsNow(r.freight) || r.canAdmit(other, Configured)
	}
}

// canAdmit reports whether the check would admit the Freight. Up to v1.3.2 the first
// upstream that has verified it decides alone, for better or worse: there each upstream is
// also asked about Freight that came to it alone.
func (r *reach) canAdmit(other *Stage, semantics Semantics) bool {
	e := r.stage.evaluator
	admits := func(f *kargo.Freight) bool {
		return e.rules.check(e.standings(other.Stage, f), semantics).available
	}
	if e.rules.checkHonoursStrategy || admits(r.best) {
		return admits(r.best)
	}
	for i := range other.Spec.RequestedFreight {
		upstreams := other.Spec.RequestedFreight[i].Sources.Stages
		if slices.ContainsFunc(upstreams, func(upstream string) bool { return admits(r.near(upstream)) }) {
			return true
		}
	}
	return false
}

// canList reports whether the listing would have the Freight. As it may hold soaks
// in other Stages against it, each request is also asked about Freight that came to
// its upstreams alone.
func (r *reach) canList(other *Stage, semantics Semantics) bool {
	if failed := other.failures[semantics]; failed != nil && failed.unless != "" {
		return false
	}
	e := r.stage.evaluator
	for i := range other.Spec.RequestedFreight {
		request := &other.Spec.RequestedFreight[i]
		for _, f := range [...]*kargo.Freight{r.best, r.near(request.Sources.Stages...)} {
			for _, standing := range e.standings(other.Stage, f).requests {
				if standing.index == i && e.rules.listsRequest(&standing, semantics) {
					return true
				}
			}
		}
	}
	return false
}

// near is the Freight as it would be if it came to these upstreams alone.
func (r *reach) near(upstreams ...string) *kargo.Freight {
	f := *r.freight
	for _, upstream := range upstreams {
		if r.gets[upstream] {
			r.pass(&f, r.stage.evaluator.project.Stage(upstream))
		}
	}
	return &f
}

// available completes the outlook on the check.
func (r *reach) available(semantics Semantics, o Outlook) Outlook {
	switch {
	case o.State != Open:
		return o
	case r.canAdmit(r.stage, semantics):
		o.NotBefore = r.notBefore(semantics)
		return o
	}
	return Outlook{State: Never, Unless: r.unless(semantics, r.stage.evaluator.rules.admits, (*reach).canAdmit)}
}

// listed completes the outlook on the listing.
func (r *reach) listed(semantics Semantics, o Outlook) Outlook {
	if o.State != Open || r.canList(r.stage, semantics) {
		return o
	}
	return Outlook{State: Never, Unless: r.unless(semantics, r.stage.evaluator.rules.lists, (*reach).canList)}
}

// unless says what would open the way: now is the question, can whether it may be
// answered yes some day.
func (r *reach) unless(semantics Semantics, now func(standings, Semantics) bool, can func(*reach, *Stage, Semantics) bool) []string {
	w := &ways{reach: r, seen: map[string]bool{}}
	list := w.into(r.stage, semantics, nil)
	if len(list) == 0 { // the way is open, and it is the listing that cannot follow
		list = w.listing(r.stage)
	}
	e, name := r.stage.evaluator, r.stage.Metadata.Name
	approval := r.approval(w.seen, func(stage string) bool {
		f := r.approvedFor(stage)
		if stage == name {
			return now(e.standings(r.stage.Stage, f), semantics)
		}
		return can(r.stage.reach(f), r.stage, semantics)
	})
	if approval != "" {
		list = append(list, approval)
	}
	return list
}

// mostApprovals is how many Stages further up are tried with an approval.
const mostApprovals = 20

// approval says for which Stages an approval would open the way: the Stage itself and
// those on the way to it; "" when none would.
func (r *reach) approval(onTheWay map[string]bool, helps func(stage string) bool) string {
	text := ""
	if helps(r.stage.Metadata.Name) {
		text = "it is approved for " + r.stage.Metadata.Name
	}
	var further []string
	for _, name := range slices.Sorted(maps.Keys(onTheWay)) {
		if name != r.stage.Metadata.Name && len(further) < mostApprovals && helps(name) {
			further = append(further, name)
		}
	}
	switch names := strings.Join(further, " or "); {
	case names == "":
		return text
	case text == "":
		return "it is approved for " + names + ", further up"
	default:
		return text + ", or further up for " + names
	}
}

// approvedFor is the Freight as it would be if it were approved for a Stage.
func (r *reach) approvedFor(stage string) *kargo.Freight {
	f := *r.freight
	f.Status.ApprovedFor = f.Status.ApprovedFor.With(stage, kargo.Approved{})
	return &f
}

// ways finds what would open the way to a Stage.
type ways struct {
	*reach
	seen map[string]bool
}

// into returns what would let the Freight into the Stage, each alone. Each Stage on
// the way is looked at once.
func (w *ways) into(stage *Stage, semantics Semantics, chain []string) []string {
	name := stage.Metadata.Name
	chain = append(slices.Clone(chain), name)
	w.seen[name] = true
	var list []string
	requested, sourced := false, false
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if request.Origin != w.freight.Origin {
			continue
		}
		requested = true
		sourced = sourced || request.Sources.Direct || len(request.Sources.Stages) > 0
		list = append(list, w.through(stage, request, semantics, chain)...)
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

// through returns what would let the Freight in by one request: under All
// everything that is in the way of its upstreams has to be cleared.
func (w *ways) through(stage *Stage, request *kargo.Request, semantics Semantics, chain []string) []string {
	var list []string
	for _, upstream := range request.Sources.Upstreams() {
		if w.stage.evaluator.satisfied(w.best, upstream, request) {
			continue
		}
		if way := w.past(stage, upstream, request, chain); way != "" && !slices.Contains(list, way) {
			list = append(list, way)
		}
	}
	if len(list) > 1 && semantics.strategy(request.Sources.AvailabilityStrategy) == kargo.All {
		return []string{strings.Join(list, ", and ")}
	}
	return list
}

// past returns what would make one upstream satisfy the request, "" when that is
// said elsewhere.
func (w *ways) past(stage *Stage, upstream string, request *kargo.Request, chain []string) string {
	name, origin := stage.Metadata.Name, w.freight.Origin
	view := w.stage.evaluator.Stage(upstream)
	var parts []string
	switch {
	case upstream == name:
		return name + " no longer names itself as its upstream"
	case view == nil:
		return fmt.Sprintf("a Stage %s is created", upstream)
	case !view.Requests(origin):
		return fmt.Sprintf("%s requests %s", upstream, origin)
	case view.Metadata.DeletionTimestamp != nil:
		return upstream + ", which is being deleted, is created anew"
	case slices.Contains(chain, upstream):
		return fmt.Sprintf("the circle %s is broken", strings.Join(append(chain[slices.Index(chain, upstream):], upstream), " < "))
	}
	if !w.gets[upstream] && !w.seen[upstream] {
		if parts = w.into(view, Configured, chain); len(parts) == 0 && view.IsControlFlow() {
			parts = w.listing(view)
		}
	}
	if need := request.Sources.RequiredSoakTime; view.IsControlFlow() && need != nil && *need > 0 {
		soak := fmt.Sprintf("%s drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage %s (kargo#6360)", name, upstream)
		return strings.Join(append([]string{soak}, parts...), ", and ")
	}
	return strings.Join(parts, ", or ")
}

// listing returns what would let the Freight into the listing of a Stage that
// could admit it.
func (w *ways) listing(stage *Stage) []string {
	if failed := stage.failures[Configured]; failed != nil {
		return []string{failed.unless}
	}
	return []string{fmt.Sprintf("%s drops its requiredSoakTime, as its listing holds it against the Freight that it soaked elsewhere (kargo#4586)", stage.Metadata.Name)}
}

// notBefore returns the instant before which no verification makes the Freight
// available: under All when the last of the soaks that run is over, under OneOf when
// the first is, if nothing but them is left.
func (r *reach) notBefore(semantics Semantics) time.Time {
	e := r.stage.evaluator
	where := e.standings(r.stage.Stage, r.freight)
	if len(where.requests) != 1 || !e.rules.checkHonoursStrategy {
		return time.Time{}
	}
	request := where.requests[0].request
	need := request.Sources.RequiredSoakTime
	if need == nil || *need <= 0 {
		return time.Time{}
	}
	var ends []time.Time
	bounded := true
	for _, upstream := range request.Sources.Upstreams() {
		since := r.freight.Status.CurrentlyIn.At(upstream).Since
		switch {
		case e.satisfied(r.freight, upstream, request):
		case since == nil:
			bounded = false
		default:
			ends = append(ends, since.Add(time.Duration(*need)))
		}
	}
	var bound time.Time
	switch all := semantics.strategy(request.Sources.AvailabilityStrategy) == kargo.All; {
	case len(ends) == 0:
	case all:
		bound = slices.MaxFunc(ends, time.Time.Compare)
	case bounded:
		bound = slices.MinFunc(ends, time.Time.Compare)
	}
	if !bound.After(e.now) {
		return time.Time{}
	}
	return bound
}
