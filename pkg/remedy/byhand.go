package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// mostNamed is how many Stages are named one by one.
const mostNamed = 6

// way is how the Freight comes to be verified in a Stage that it is not available to yet.
type way struct {
	// byHand has the positions of the Stages that need a Promotion by hand.
	byHand bitset
	// first has those in which a person has to do something now.
	first bitset
	// moving says that something is under way on it already.
	moving bool
}

// and returns the way on which both have to be gone.
func (w way) and(other way) way {
	return way{w.byHand.union(other.byHand), w.first.union(other.first), w.moving || other.moving}
}

// shorter reports whether the way is to be preferred: what moves already, and then what
// asks the least of people.
func (w way) shorter(other way) bool {
	if w.moving != other.moving {
		return w.moving
	}
	return w.byHand.size()+w.first.size() < other.byHand.size()+other.first.size()
}

// namesOf returns the names of the Stages at these positions, in the order of the Project.
func namesOf(positions bitset, project *pipeline.Project) []string {
	var names []string
	for _, position := range positions.members() {
		names = append(names, project.Stages[position].Metadata.Name)
	}
	return names
}

// shortest returns a short way to the Stage through the Stages that were followed. The
// ways to them are found from the far ends on, until none gets shorter.
func (a *advisor) shortest() way {
	known := map[string]way{}
	for again := true; again; {
		again = false
		for _, name := range a.order {
			found, ok := a.way(name, known)
			if old, had := known[name]; ok && (!had || found.shorter(old)) {
				known[name], again = found, true
			}
		}
	}
	return known[a.name()]
}

// way returns the shortest way to a Stage over what is known of its upstreams; ok is
// false where they do not lead there yet.
func (a *advisor) way(name string, known map[string]way) (best way, ok bool) {
	stage := a.stage.Other(name)
	for i := range stage.Spec.RequestedFreight {
		found, leads := a.wayBy(stage, i, known)
		if leads && (!ok || found.shorter(best)) {
			best, ok = found, true
		}
	}
	position := stage.Project().Position(name)
	if best.byHand.has(position) { // a circle
		return way{}, false
	}
	if ok && name != a.name() && a.needsHand(stage) {
		best.byHand = best.byHand.with(position)
	}
	return best, ok
}

// wayBy is the way by one request of the Stage.
func (a *advisor) wayBy(stage *avail.Stage, request int, known map[string]way) (best way, ok bool) {
	all := stage.TakesAll(request)
	for _, b := range a.blockers[stage.Metadata.Name] {
		if b.Request != request {
			continue
		}
		found, leads := a.wayPast(b, known)
		switch {
		case all && !leads:
			return way{}, false
		case all && ok:
			best = best.and(found)
		case leads && (!ok || found.shorter(best)):
			best, ok = found, true
		}
	}
	return best, ok
}

// wayPast is the way on which a blocker is cleared.
func (a *advisor) wayPast(b avail.Blocker, known map[string]way) (w way, ok bool) {
	switch upstream := a.stage.Other(b.Stage); {
	case !a.comes(upstream, b.Reason):
		w, ok = known[b.Stage]
		return w, ok
	case isMoving(upstream, b.Reason):
		return way{moving: true}, true
	default:
		return way{first: bitset{}.with(upstream.Project().Position(b.Stage))}, true
	}
}

// isMoving reports whether what is found at an upstream goes on by itself.
func isMoving(upstream *avail.Stage, reason avail.Reason) bool {
	switch reason {
	case avail.Soaking, avail.PromotionRunning, avail.PromotionPending, avail.VerificationPending, avail.VerificationRunning:
		return true
	case avail.AwaitingHealth:
		return !upstream.HealthStaysUnknown()
	case avail.NotRecorded:
		return upstream.FrozenHistory() == nil
	default:
		return false
	}
}

// needsHand reports whether the Freight, once it is available to the Stage, gets there
// by a Promotion by hand alone, or perhaps so.
func (a *advisor) needsHand(s *avail.Stage) bool {
	return !s.IsControlFlow() && (enabled(s) == avail.No || a.passedOver(s) != avail.No)
}

// passedOver reports whether auto-promotion to the Stage, were it on, would leave the
// Freight alone once it is available.
func (a *advisor) passedOver(s *avail.Stage) avail.Truth {
	s, f := a.admittedTo(s)
	switch autopromote.GuardOf(s, f).Reason {
	case autopromote.GuardHeld, autopromote.GuardUnsuccessful, autopromote.GuardPromotedBefore:
		return avail.Yes
	case autopromote.GuardUnknown:
		return avail.Unknown
	case autopromote.GuardNone, autopromote.GuardCurrent, autopromote.GuardInProgress, autopromote.GuardSettling:
	}
	next := autopromote.NextFor(s, f.Origin)
	switch {
	case next == nil, next.Outcome == autopromote.Off: // the question is about a switch that is on
		candidate := autopromote.Candidates(s, avail.Configured)[f.Origin]
		return avail.TruthOf(candidate != nil && s.Project().Newer(candidate, f))
	case next.Freight != nil && next.Freight != f:
		return avail.TruthOf(s.Project().Newer(next.Freight, f))
	default:
		return avail.TruthOf(next.Stops())
	}
}

// admittedTo returns the Stage, and the Freight, as they are once the Freight is available
// to every Stage.
func (a *advisor) admittedTo(s *avail.Stage) (*avail.Stage, *kargo.Freight) {
	if a.admitted == nil {
		approvals := map[string]kargo.Approved{}
		for _, stage := range s.Project().Stages {
			approvals[stage.Metadata.Name] = kargo.Approved{}
		}
		f := *a.freight
		f.Status.ApprovedFor = f.Status.ApprovedFor.WithAll(approvals)
		a.admitted = avail.New(s.Project().WithFreight(map[string]*kargo.Freight{f.Metadata.Name: &f}), s.Rules(), s.Now())
	}
	return a.admitted.Stage(s.Metadata.Name), a.admitted.Project().FreightNamed(a.freight.Metadata.Name)
}

// firstOf names the first of some Stages, and says how many more there are.
func firstOf(names []string) string {
	if more := len(names) - mostNamed; more > 1 {
		names = append(slices.Clone(names[:mostNamed]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// hands names the Stages that need a Promotion by hand, and says why where
// auto-promotion is on.
func (a *advisor) hands(names []string) string {
	var said []string
	for i, name := range names {
		if i == mostNamed && len(names) > mostNamed+1 {
			said = append(said, fmt.Sprintf("and %d more", len(names)-i))
			break
		}
		s := a.stage.Other(name)
		switch passed := a.passedOver(s); {
		case enabled(s) != avail.Yes:
		case passed == avail.Yes:
			name += " (auto-promotion passes over it there)"
		case passed == avail.Unknown:
			name += " (auto-promotion may pass over it there)"
		}
		said = append(said, name)
	}
	return strings.Join(said, ", ")
}

// enabled reports whether auto-promotion to the Stage is on.
func enabled(s *avail.Stage) avail.Truth {
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules())
	return policy.Enabled
}
