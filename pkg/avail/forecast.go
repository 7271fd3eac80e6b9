package avail

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Forecast says when the questions about one piece of Freight at one Stage will be
// answered yes. The arrays are indexed by Semantics.
type Forecast struct {
	// Available is about the promotion check, Listed about the listing.
	Available, Listed [3]Outlook
}

// Outlook is when a question will be answered yes.
type Outlook struct {
	State OutlookState
	// At is, for Later, the first instant at which the answer is yes.
	At time.Time
	// Until is, for Now and Later, the first instant at which the answer will be no
	// again by itself; zero when there is none.
	Until time.Time
	// NotBefore is, for Open, an instant before which the answer is no whatever
	// happens at the upstreams; zero when none is certain.
	NotBefore time.Time
	// NotWithin is, for Open, how long it takes at least, as the Freight has to soak in an
	// upstream that it is not in; zero when none is certain. One of both is zero.
	NotWithin time.Duration
	// Unless has, for Never, what would open the way, each alone and each tried on the
	// rules: ends of a sentence that begins with "unless". Empty when nothing was found.
	Unless []string
}

// OutlookState says in which way a question is open.
type OutlookState string

// The states. The zero value claims nothing.
const (
	// Unsure: what the answer needs could not be read.
	Unsure OutlookState = ""
	// Now: the answer is yes.
	Now OutlookState = "Now"
	// Later: it will be by itself, as a soak elapses, if nothing else changes.
	Later OutlookState = "Later"
	// Open: something has to happen, such as a Promotion or a verification.
	Open OutlookState = "Open"
	// Never: as the Stages are written, nothing that may happen makes it yes.
	Never OutlookState = "Never"
)

// Turns returns the instants after now, ascending, at which some answer about f may
// change though no object does.
func (s *Stage) Turns(f *kargo.Freight) []time.Time {
	e := s.evaluator
	var turns []time.Time
	add := func(at time.Time) {
		if at.After(e.now) {
			turns = append(turns, at)
		}
	}
	for i := range s.requests {
		request := &s.requests[i]
		need, soaks := e.rules.soakTime(request)
		if request.Origin != f.Origin || !soaks {
			continue
		}
		for stage, verified := range f.Status.VerifiedIn.All() {
			if since := f.Status.CurrentlyIn.At(stage).Since; since != nil {
				add(since.Add(need))
			}
			if at := verified.VerifiedAt.Time(); !at.IsZero() && !e.rules.soakByResidence {
				add(at.Add(need + 1)) // the age has to exceed the soak time
			}
		}
	}
	slices.SortFunc(turns, time.Time.Compare)
	return slices.CompactFunc(turns, time.Time.Equal)
}

// Forecast returns when f will be available to the Stage and listed there.
func (s *Stage) Forecast(f *kargo.Freight) Forecast {
	turns, reach := s.Turns(f), s.evaluator.reachable(f, -1)
	var forecast Forecast
	for _, semantics := range EverySemantics() {
		admitted := s.isAdmitted(semantics)
		forecast.Available[semantics] = reach.outlook(admitted, turns)
		if o := &forecast.Available[semantics]; o.State == Open {
			o.NotBefore, o.NotWithin = reach.bound(s, semantics)
		}
		switch {
		case s.failures[semantics] != nil:
			forecast.Listed[semantics] = reach.failing(s, semantics)
		case s.known[semantics]:
			forecast.Listed[semantics] = reach.outlook(s.isListed(semantics), turns)
		}
	}
	return forecast
}

// outlook asks a question now and at each turn and, where the answer is no throughout,
// whether it can be yes at all.
func (r *reachability) outlook(q question, turns []time.Time) Outlook {
	o := Outlook{State: Open}
	if q.asks(r.evaluator.record(r.freight)) {
		o.State = Now
	}
	for _, turn := range turns {
		yes := q.asks(&record{freight: r.freight, now: turn})
		switch {
		case yes && o.State == Open:
			o.State, o.At = Later, turn
		case !yes && o.State != Open:
			o.Until = turn
			return o
		}
	}
	if o.State == Open && !q.can(r) {
		return Outlook{State: Never, Unless: r.unless(q)}
	}
	return o
}

// failing returns when a listing that fails as a whole will have the Freight.
func (r *reachability) failing(s *Stage, semantics Semantics) Outlook {
	if len(s.failures[semantics].repairs) == 0 {
		return Outlook{State: Open}
	}
	w := &waysOut{reachability: r, seen: map[string]bool{}, onPath: map[string]bool{}}
	var unless []string
	for _, way := range w.tried(s.isListed(semantics), w.forListing(s, semantics)) {
		unless = append(unless, way.String())
	}
	if len(unless) == 0 { // the Freight is kept out by more than the listing's failure
		unless = r.unless(s.isListed(semantics))
	}
	return Outlook{State: Never, Unless: unless}
}
