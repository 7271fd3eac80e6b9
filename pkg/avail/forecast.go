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
	// Unless has, for Never, what would open the way, each alone: ends of a sentence
	// that begins with "unless".
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
	for i := range s.Spec.RequestedFreight {
		request := &s.Spec.RequestedFreight[i]
		need := request.Sources.RequiredSoakTime
		if request.Origin != f.Origin || need == nil || !e.rules.knowsSoak {
			continue
		}
		for stage, verified := range f.Status.VerifiedIn.All() {
			if since := f.Status.CurrentlyIn.At(stage).Since; since != nil {
				add(since.Add(time.Duration(*need)))
			}
			if at := verified.VerifiedAt.Time(); !at.IsZero() && !e.rules.soakByResidence {
				add(at.Add(time.Duration(*need) + 1)) // the age has to exceed the soak time
			}
		}
	}
	slices.SortFunc(turns, time.Time.Compare)
	return slices.CompactFunc(turns, time.Time.Equal)
}

// Forecast returns when f will be available to the Stage and listed there.
func (s *Stage) Forecast(f *kargo.Freight) Forecast {
	e, turns, reach := s.evaluator, s.Turns(f), s.reach(f)
	var forecast Forecast
	for _, semantics := range EverySemantics() {
		forecast.Available[semantics] = reach.available(semantics, e.outlook(turns, func(at *Evaluator) bool {
			return e.rules.check(at.standings(s.Stage, f), semantics).available
		}))
		switch {
		case s.failures[semantics] != nil:
			forecast.Listed[semantics] = s.failures[semantics].outlook()
		case s.known[semantics]:
			forecast.Listed[semantics] = reach.listed(semantics, e.outlook(turns, func(at *Evaluator) bool {
				return e.rules.lists(at.standings(s.Stage, f), semantics)
			}))
		}
	}
	return forecast
}

// outlook asks a question now and at each turn. Whether an open one can be
// answered yes at all is left to others.
func (e *Evaluator) outlook(turns []time.Time, ask func(*Evaluator) bool) Outlook {
	o := Outlook{State: Open}
	if ask(e) {
		o.State = Now
	}
	for _, turn := range turns {
		yes := ask(e.at(turn))
		switch {
		case yes && o.State == Open:
			o.State, o.At = Later, turn
		case !yes && o.State != Open:
			o.Until = turn
			return o
		}
	}
	return o
}

// at returns an Evaluator of the same objects at another instant, good for their
// standings alone.
func (e *Evaluator) at(now time.Time) *Evaluator {
	other := *e
	other.now = now
	return &other
}

// outlook returns when a listing that fails will have something to say.
func (f *failure) outlook() Outlook {
	if f.unless == "" {
		return Outlook{State: Open}
	}
	return Outlook{State: Never, Unless: []string{f.unless}}
}
