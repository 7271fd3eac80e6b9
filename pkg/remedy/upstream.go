package remedy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// visitBlockers goes from a Stage that the Freight is not available to, to those that can act,
// and adds what they can do, or what is under way there. Each Stage is followed once.
func (a *advisor) visitBlockers(waiting *avail.Stage) {
	name := waiting.Metadata.Name
	if _, followed := a.blockers[name]; followed {
		return
	}
	a.blockers[name] = a.inForce(waiting)
	for _, b := range a.blockers[name] {
		a.clearances[name] = append(a.clearances[name], a.clear(waiting, b))
	}
	a.order = append(a.order, name)
}

// inForce returns the blockers of a Stage that count as it is configured and that can
// be cleared.
func (a *advisor) inForce(waiting *avail.Stage) []avail.Blocker {
	clearable := map[int]map[string]bool{}
	for _, decision := range waiting.Decide(a.freight) {
		possible := a.stage.Satisfiable(a.freight, waiting, decision.Request)
		if decision.TakesAll && len(possible) < len(decision.Upstreams) {
			continue // one that cannot be cleared keeps it out whatever the others do
		}
		clearable[decision.Request] = map[string]bool{}
		for _, name := range possible {
			clearable[decision.Request][name] = true
		}
	}
	return slices.DeleteFunc(waiting.Blockers(a.freight), func(b avail.Blocker) bool {
		semantics := avail.Any
		if waiting.TakesAll(b.Request) {
			semantics = avail.All
		}
		return !slices.Contains(b.Blocks, semantics) || !clearable[b.Request][b.Stage]
	})
}

// clear adds what clears a blocker, and returns it.
func (a *advisor) clear(waiting *avail.Stage, b avail.Blocker) clearance {
	upstream := a.stage.Other(b.Stage)
	if !a.comes(upstream, b.Reason) {
		a.visitBlockers(upstream)
		return clearance{follows: b.Stage}
	}
	a.taken = nil
	a.act(waiting, upstream, b)
	return clearance{taken: a.taken}
}

// act adds what can be done, or is under way, at an upstream that the Freight is in or may
// come to next.
func (a *advisor) act(waiting, upstream *avail.Stage, b avail.Blocker) {
	switch b.Reason {
	case avail.Soaking:
		a.isUnderWay(fmt.Sprintf("it soaks in %s until %s", b.Stage, instant(b.Until)))
	case avail.PromotionRunning:
		a.isUnderWay(fmt.Sprintf("it is being promoted to %s%s", b.Stage, a.soakAhead(waiting, b)))
	case avail.PromotionPending:
		a.isUnderWay(fmt.Sprintf("its Promotion to %s is queued%s", b.Stage, a.soakAhead(waiting, b)))
	case avail.VerificationPending, avail.VerificationRunning:
		a.isUnderWay(fmt.Sprintf("%s is verifying it%s", b.Stage, a.soakAhead(waiting, b)))
	case avail.AwaitingHealth:
		if upstream.HealthStaysUnknown() {
			a.promoteThere(waiting, upstream, b)
		} else {
			a.isUnderWay(fmt.Sprintf("%s verifies it once the Stage is Healthy", b.Stage))
		}
	case avail.NotRecorded:
		if frozen := upstream.FrozenHistory(); frozen != nil {
			a.thaw(upstream, frozen)
		} else {
			a.isUnderWay(fmt.Sprintf("%s has just been promoted, and records it at its next reconcile", b.Stage))
		}
	case avail.AwaitingGate:
		a.throughGate(upstream)
	case avail.VerificationFailed, avail.VerificationError, avail.VerificationAborted, avail.VerificationInconclusive:
		if upstream.RunsNow(a.freight) && !upstream.HealthStaysUnknown() {
			a.verify(upstream, a.soakLeft(waiting, b), a.then(waiting, upstream, b))
		} else {
			a.promoteThere(waiting, upstream, b)
		}
	case avail.Superseded, avail.NotPromoted, avail.PromotionFailed, avail.PromotionErrored, avail.PromotionAborted, avail.SoakInterrupted:
		a.promoteThere(waiting, upstream, b)
	case avail.ReasonUnknown:
		if !a.freight.Status.VerifiedIn.Has(b.Stage) && !upstream.IsControlFlow() {
			a.promoteThere(waiting, upstream, b)
		}
	case avail.SelfReference, avail.StageNotFound, avail.SoakImpossible, avail.StageDeleting, avail.OriginNotRequested,
		avail.NoSource, avail.Cycle, avail.UpstreamBlocked:
	}
}

// comes reports whether the Freight is in the upstream, to be verified there if it is not,
// or may come there next. That it
// was there, or that a Promotion is under way, changes nothing about that: Kargo checks
// each Promotion before it runs.
func (a *advisor) comes(upstream *avail.Stage, reason avail.Reason) bool {
	return reason == avail.Soaking || reason == avail.AwaitingGate ||
		upstream.CanVerify(a.freight) || upstream.Judge(a.freight).Available[avail.Configured]
}

// paused says what a hold pauses, and what ends it.
func paused(s *avail.Stage, f *kargo.Freight) string {
	text := fmt.Sprintf(" of %s to %s, until somebody promotes the candidate", f.Origin, s.Metadata.Name)
	if candidates := autopromote.Candidates(s, avail.Configured); candidates != nil && candidates[f.Origin] == nil {
		text += " (there is none now)"
	}
	return text
}

// isUnderWay notes what is under way.
func (a *advisor) isUnderWay(what string) {
	if !slices.Contains(a.underWay, what) {
		a.underWay = append(a.underWay, what)
	}
	a.taken = a.taken.with(underWay)
}

// verify adds a rerun of the verification of what the Stage runs; soak is what must
// follow before then.
func (a *advisor) verify(s *avail.Stage, soak, then string) {
	found := s.EvidenceAt(s.Metadata.Name, a.freight)
	if s.HealthStaysUnknown() {
		a.promoteAgain(s, then)
		return
	}
	if found.Verification == nil || found.Verification.Phase.Open() || found.Verification.Phase == kargo.VerificationSuccessful {
		return
	}
	name, healthy := s.Metadata.Name, ""
	if s.Status.Health != nil && !s.Status.IsHealthy() {
		healthy = ", once it is Healthy"
	}
	a.add(Step{
		Action: Verify, Stage: name, Command: a.commands.stage("verify", a.project, name),
		Effect: fmt.Sprintf("reruns the verification of %s in %s%s%s; if that succeeds%s, %s", a.freight.Title(), name, healthy, endedAlike(s), soak, then),
	})
}

// endedAlike says how often in a row the verification of what the Stage runs has ended as it
// did last, "" for once.
func endedAlike(s *avail.Stage) string {
	history := s.Status.Current().VerificationHistory
	times := 0
	for times < len(history) && history[times].Phase == history[0].Phase && history[times].Message == history[0].Message {
		times++
	}
	if times < 2 {
		return ""
	}
	return fmt.Sprintf(", which has ended the same way %d times in a row", times)
}

// promoteAgain adds that the Freight, which the Stage runs, is promoted once more: its
// health stays Unknown until a Promotion succeeds, and it verifies nothing before.
func (a *advisor) promoteAgain(s *avail.Stage, then string) {
	if !a.promotable(s) || !s.Judge(a.freight).Available[avail.Configured] {
		return
	}
	name := s.Metadata.Name
	a.add(Step{
		Action: Promote, Stage: name,
		Command: a.commands.kargo("promote", a.stage.Project(), name, a.freight),
		Effect: fmt.Sprintf("promotes it to %s once more: after the Promotion that did not succeed, only one that succeeds lets Kargo assess the health of %s and verify again; once that succeeds, %s%s",
			name, name, then, a.holding(s)),
	})
}

// thaw adds how a Stage records Promotions again. The step has no command: it takes several.
func (a *advisor) thaw(s *avail.Stage, frozen *avail.FrozenHistory) {
	a.add(Step{Action: Promote, Stage: s.Metadata.Name, Effect: thaw(s, frozen) + " (kargo#6214)"})
}

// promoteThere adds that the Freight is promoted to an upstream that may have it.
func (a *advisor) promoteThere(waiting, upstream *avail.Stage, b avail.Blocker) {
	name := upstream.Metadata.Name
	if !a.promotable(upstream) {
		a.cannotPromote(upstream)
		return
	}
	if frozen := upstream.FrozenHistory(); frozen != nil { // it would not be recorded either
		a.thaw(upstream, frozen)
		return
	}
	a.add(Step{
		Action: Promote, Stage: name,
		Command: a.commands.kargo("promote", a.stage.Project(), name, a.freight),
		Effect:  fmt.Sprintf("%s; once it %s, %s", a.promotes(upstream), a.proven(waiting, b), a.then(waiting, upstream, b)),
	})
}

// cannotPromote says what can be done where a Promotion by hand is refused.
func (a *advisor) cannotPromote(s *avail.Stage) {
	next := autopromote.NextFor(s, a.freight.Origin)
	switch window := s.Status.PromotionWindowStatus; {
	case window != nil && window.Closed:
		a.isUnderWay(fmt.Sprintf("promotions to %s are frozen%s", s.Metadata.Name, window.Closure()))
	case next != nil && next.Freight == a.freight && next.Outcome == autopromote.WillPromote:
		a.isUnderWay(fmt.Sprintf("auto-promotion makes a PromotionRequest of it to %s when the Stage is next reconciled", s.Metadata.Name))
	case s.IsTargetAware():
		a.requestAgain(s)
	}
}

// requestAgain adds that the PromotionRequest that failed is deleted: as long as there is
// one, auto-promotion makes no other.
func (a *advisor) requestAgain(s *avail.Stage) {
	last := s.LastPromotion(a.freight)
	if last == nil || !last.Phase.Unsuccessful() || last.EnterpriseOnly || enabled(s) != avail.Yes {
		return
	}
	if candidate := autopromote.Candidates(s, avail.Configured)[a.freight.Origin]; candidate != a.freight {
		return
	}
	name := s.Metadata.Name
	a.add(Step{
		Action: Promote, Stage: name, Command: a.commands.deleteRequest(a.project, last.Name),
		Effect: fmt.Sprintf("deletes %s, which %s: auto-promotion then makes another one for %s", last.Title(), strings.ToLower(string(last.Phase)), name),
	})
}

// instant writes a time for a person, to the second and in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// proven says what the Freight then has to go through.
func (a *advisor) proven(waiting *avail.Stage, b avail.Blocker) string {
	var parts []string
	if !a.freight.Status.VerifiedIn.Has(b.Stage) {
		parts = append(parts, "is verified there")
	}
	if need, soaks := waiting.SoakTime(b.Request); soaks && need > 0 {
		parts = append(parts, fmt.Sprintf("has soaked there for %s", need))
	}
	return strings.Join(parts, " and ")
}

// soakLeft says how long Freight that is in the upstream still has to stay there.
func (a *advisor) soakLeft(waiting *avail.Stage, b avail.Blocker) string {
	need, soaks := waiting.SoakTime(b.Request)
	since := a.freight.Status.CurrentlyIn.At(b.Stage).Since
	if !soaks || need <= 0 || since != nil && a.stage.Now().Sub(*since) >= need {
		return ""
	}
	return fmt.Sprintf(" and it has soaked there for %s", need)
}

// soakAhead says how long Freight that is on its way to the upstream, or has come to it, has
// to stay there.
func (a *advisor) soakAhead(waiting *avail.Stage, b avail.Blocker) string {
	if a.soakLeft(waiting, b) == "" {
		return ""
	}
	need, _ := waiting.SoakTime(b.Request)
	return fmt.Sprintf(", where it has to soak for %s", need)
}

// then says what follows once the upstream satisfies the Stage that waits for it.
func (a *advisor) then(waiting, upstream *avail.Stage, b avail.Blocker) string {
	satisfied := verifiedIn(a.freight, upstream.Metadata.Name)
	name := waiting.Metadata.Name
	switch judged := waiting.Judge(satisfied); {
	case judged.Available[avail.Configured] && waiting.IsControlFlow() && judged.Listed[avail.Configured] == avail.Yes:
		return name + " passes it on"
	case judged.Available[avail.Configured]:
		return "it is available to " + name
	}
	others := slices.DeleteFunc(waiting.Unsatisfied(satisfied), func(other string) bool { return other == b.Stage })
	if len(others) == 0 {
		return "it is one step nearer to " + name
	}
	if !slices.ContainsFunc(waiting.Blockers(satisfied), func(o avail.Blocker) bool { return o.Stage != b.Stage && o.Reason != avail.Soaking }) {
		return fmt.Sprintf("it is available to %s as soon as it has soaked in %s, too", name, firstOf(others))
	}
	return fmt.Sprintf("%s waits for %s alone", name, firstOf(others))
}
