package remedy

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Steps returns what would get f to the Stage or, where it is available, into it: what
// comes by itself first, then what mends the way that the pipeline prescribes, then
// what goes around it. Empty when there is nothing to do, or nothing helps.
func Steps(s *avail.Stage, f *kargo.Freight, commands Commands) []Step {
	a := &advisor{
		stage: s, freight: f, commands: commands, project: s.Project().Name, judged: s.Judge(f), blockers: map[string][]avail.Blocker{},
	}
	switch {
	case s.Metadata.DeletionTimestamp != nil: // nothing gets there any more
	case a.judged.Available[avail.Configured]:
		a.intoStage()
	default:
		a.toStage()
	}
	return a.steps
}

// advisor gathers steps.
type advisor struct {
	stage    *avail.Stage
	freight  *kargo.Freight
	judged   avail.Judgment
	project  string
	commands Commands
	steps    []Step
	// blockers has those that can be cleared of each Stage that was followed; order has
	// these Stages, each after those it waits for.
	blockers map[string][]avail.Blocker
	order    []string
	// underWay says what is.
	underWay []string
	// admitted is the Project once the Freight is available everywhere; nil until asked for.
	admitted *avail.Evaluator
}

func (a *advisor) add(step Step) {
	same := func(other Step) bool { return other.Action == step.Action && other.Stage == step.Stage }
	if !slices.ContainsFunc(a.steps, same) {
		a.steps = append(a.steps, step)
	}
}

// wait adds that something comes by itself, before all else.
func (a *advisor) wait(condition, what string) {
	command := a.commands.wait(a.project, a.name(), a.freight.Metadata.Name, condition)
	if command != "" {
		what += "; the command returns when it is " + map[string]string{"current": "there", "available": "available to " + a.name()}[condition]
	}
	a.steps = slices.Insert(a.steps, 0, Step{Action: Wait, Stage: a.name(), Command: command, Effect: what})
}

func (a *advisor) name() string { return a.stage.Metadata.Name }

// intoStage is for Freight that is available and perhaps not there.
func (a *advisor) intoStage() {
	verified := a.freight.Status.VerifiedIn.Has(a.name())
	switch {
	case a.stage.IsControlFlow() && verified, a.stage.RunsNow(a.freight) && verified:
	case a.stage.IsControlFlow():
		a.throughGate(a.stage)
	case a.stage.RunsNow(a.freight):
		a.verify(a.stage, "", "it is verified")
	default:
		a.promoteHere()
	}
}

// throughGate is for a control-flow Stage that has not passed the Freight on.
func (a *advisor) throughGate(gate *avail.Stage) {
	name := gate.Metadata.Name
	if gate.Judge(a.freight).Listed[avail.Configured] == avail.Yes {
		a.add(Step{
			Action: Refresh, Stage: name, Command: a.commands.stage("refresh", a.project, name),
			Effect: fmt.Sprintf("makes the controller of %s look again, and pass the Freight on", name),
		})
	}
}

// promoteHere is for Freight that the Stage may have and does not run.
func (a *advisor) promoteHere() {
	last := a.stage.LastPromotion(a.freight)
	if last.Open() {
		a.wait("current", fmt.Sprintf("its %s to %s, %s, is %s", kindOf(last), a.name(), last.Name, a.underWayHere(last)))
		return
	}
	prospect := autopromote.ProspectOf(a.stage, a.freight)
	if prospect.Next != nil && prospect.Next.Freight == a.freight && prospect.Asked {
		a.comesByItself(prospect.Next)
	}
	switch frozen := a.stage.FrozenHistory(); {
	case frozen != nil: // another Promotion would not be recorded either
		a.thaw(a.stage, frozen)
	case a.promotable(a.stage):
		a.add(Step{
			Action: Promote, Stage: a.name(),
			Command: a.commands.kargo("promote", a.project, a.name(), a.freight.Metadata.Name),
			Effect:  a.promotes(a.stage),
		})
	case a.stage.IsTargetAware():
		a.requestAgain(a.stage)
	}
}

// comesByItself adds that auto-promotion promotes the Freight, its candidate, now or at a
// time that is known.
func (a *advisor) comesByItself(next *autopromote.Next) {
	switch next.Outcome {
	case autopromote.WillPromote:
		a.wait("current", fmt.Sprintf("auto-promotion promotes it to %s %s", a.name(), next.When()))
	case autopromote.Behind, autopromote.Frozen, autopromote.Refused:
		if !next.Until.IsZero() {
			a.wait("current", fmt.Sprintf("auto-promotion promotes it to %s later: %s", a.name(), next.Reason()))
		}
	default:
	}
}

// promotable reports whether a Promotion by hand can be made: not to a target-aware Stage,
// which has PromotionRequests, and not while a window is closed.
func (a *advisor) promotable(s *avail.Stage) bool {
	window := s.Status.PromotionWindowStatus
	return !s.IsTargetAware() && (window == nil || !window.Closed)
}

// kindOf is what promotes.
func kindOf(p *avail.Promotion) string {
	if p.Requested {
		return "PromotionRequest"
	}
	return "Promotion"
}

// underWayHere says how far an open Promotion to the Stage has come.
func (a *advisor) underWayHere(p *avail.Promotion) string {
	if p.Phase == kargo.PromotionRunning {
		return "running"
	}
	return "queued" + a.stage.QueuedBehind(p)
}

// promotes says what a Promotion to the Stage does.
func (a *advisor) promotes(s *avail.Stage) string {
	text := "promotes it to " + s.Metadata.Name
	last := s.LastPromotion(a.freight)
	again := last != nil && last.Phase.Unsuccessful()
	if again {
		text = "tries again to promote it to " + s.Metadata.Name
	}
	text += a.replacing(s)
	if again {
		text += fmt.Sprintf(", after Promotion %s %s", last.Name, strings.ToLower(string(last.Phase)))
		if last.Message != "" {
			text += ": " + last.Message
		}
	}
	if s.Project().Unread(pipeline.Promotions) && !last.Open() {
		text += ", unless a Promotion of it is queued already"
	}
	return text + a.holding(s)
}

// replacing says what a Promotion to the Stage replaces.
func (a *advisor) replacing(s *avail.Stage) string {
	current := s.Status.Current()
	if current == nil {
		return ""
	}
	name := current.Items[a.freight.Origin.String()].Name
	if name == "" || name == a.freight.Metadata.Name {
		return ""
	}
	return fmt.Sprintf(", in place of %s, which it runs now", a.called(name))
}

// called is what people call a piece of Freight.
func (a *advisor) called(name string) string {
	if f := a.stage.Project().FreightNamed(name); f != nil && f.Alias != "" {
		return f.Alias
	}
	return name
}

// holding says what a Promotion by hand does to the Stage's auto-promotion.
func (a *advisor) holding(s *avail.Stage) string {
	rules, auto := s.Rules(), enabled(s)
	if !rules.KnowsHolds() || auto == avail.No {
		return ""
	}
	if s.ListError(avail.Configured) != "" { // Kargo asks the listing whether it is the candidate
		return ""
	}
	candidates := autopromote.Candidates(s, avail.Configured)
	held := autopromote.HoldOf(s.Stage, rules, a.freight.Origin) != nil
	switch candidate := candidates[a.freight.Origin]; {
	case candidates == nil || auto == avail.Unknown:
		return "; unless it is auto-promotion's candidate, this pauses auto-promotion" + paused(s, a.freight)
	case candidate != a.freight:
		return "; as it is not auto-promotion's candidate, this pauses auto-promotion" + paused(s, a.freight)
	case held:
		return "; as it is auto-promotion's candidate, this ends the hold"
	default:
		return ""
	}
}

// toStage is for Freight that is not available.
func (a *advisor) toStage() {
	a.follow(a.stage)
	if len(a.underWay) > 0 {
		what := strings.Join(a.underWay, "; ")
		if byHand := a.shortest().byHand.names(a.stage.Project()); len(byHand) > 0 {
			what += "; after that it has to be promoted by hand to " + a.hands(byHand)
		}
		a.wait("available", what)
	}
	a.mend()
	a.approve()
	a.strategy()
}

// mend adds what opens the way where nothing that happens does: each was tried.
func (a *advisor) mend() {
	outlook := a.stage.Forecast(a.freight).Available[avail.Configured]
	var ways []string
	for _, way := range outlook.Unless {
		if !strings.HasPrefix(way, "it is approved ") {
			ways = append(ways, way)
		}
	}
	if outlook.State == avail.Never && len(ways) > 0 {
		a.add(Step{
			Action: Mend, Stage: a.name(),
			Effect: fmt.Sprintf("it can become available to %s if %s", a.name(), strings.Join(ways, "; or if ")),
		})
	}
}

// follow goes from a Stage that the Freight is not available to, to those that can act,
// and adds what they can do, or what is under way there. Each Stage is followed once.
func (a *advisor) follow(waiting *avail.Stage) {
	name := waiting.Metadata.Name
	if _, followed := a.blockers[name]; followed {
		return
	}
	a.blockers[name] = a.inForce(waiting)
	for _, b := range a.blockers[name] {
		a.clear(waiting, b)
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

// clear adds what clears a blocker.
func (a *advisor) clear(waiting *avail.Stage, b avail.Blocker) {
	upstream := a.stage.Other(b.Stage)
	if !a.comes(upstream, b.Reason) {
		a.follow(upstream)
		return
	}
	switch b.Reason {
	case avail.Soaking:
		a.isUnderWay(fmt.Sprintf("it soaks in %s until %s", b.Stage, instant(b.Until)))
	case avail.PromotionRunning:
		a.isUnderWay(fmt.Sprintf("it is being promoted to %s", b.Stage))
	case avail.PromotionPending:
		a.isUnderWay(fmt.Sprintf("its Promotion to %s is queued", b.Stage))
	case avail.VerificationPending, avail.VerificationRunning:
		a.isUnderWay(fmt.Sprintf("%s is verifying it", b.Stage))
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
	return fmt.Sprintf(" of %s to %s, until somebody promotes the candidate", f.Origin, s.Metadata.Name)
}

// isUnderWay notes what is under way.
func (a *advisor) isUnderWay(what string) {
	if !slices.Contains(a.underWay, what) {
		a.underWay = append(a.underWay, what)
	}
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
		Effect: fmt.Sprintf("reruns the verification of %s in %s%s; if that succeeds%s, %s", called(a.freight), name, healthy, soak, then),
	})
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
		Command: a.commands.kargo("promote", a.project, name, a.freight.Metadata.Name),
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
		Command: a.commands.kargo("promote", a.project, name, a.freight.Metadata.Name),
		Effect:  fmt.Sprintf("%s; once it %s, %s", a.promotes(upstream), a.proven(waiting, b), a.then(waiting, upstream, b)),
	})
}

// cannotPromote says what can be done where a Promotion by hand is refused.
func (a *advisor) cannotPromote(s *avail.Stage) {
	next := autopromote.NextFor(s, a.freight.Origin)
	switch window := s.Status.PromotionWindowStatus; {
	case window != nil && window.Closed:
		end := ", without a known end"
		if window.NextOpen != nil {
			end = " until " + instant(*window.NextOpen)
		}
		a.isUnderWay(fmt.Sprintf("promotions to %s are frozen%s: %s", s.Metadata.Name, end, window.Reason))
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

// then says what follows once the upstream satisfies the Stage that waits for it.
func (a *advisor) then(waiting, upstream *avail.Stage, b avail.Blocker) string {
	satisfied := verifiedIn(a.freight, upstream.Metadata.Name)
	name := waiting.Metadata.Name
	if waiting.Judge(satisfied).Available[avail.Configured] {
		return fmt.Sprintf("it is available to %s", name)
	}
	others := slices.DeleteFunc(waiting.Unsatisfied(satisfied), func(other string) bool { return other == b.Stage })
	if len(others) == 0 {
		return "it is one step nearer to " + name
	}
	return fmt.Sprintf("%s waits for %s alone", name, firstOf(others))
}

// approve adds an approval for the Stage, if that admits the Freight.
func (a *advisor) approve() {
	approved := *a.freight
	approved.Status.ApprovedFor = approved.Status.ApprovedFor.With(a.name(), kargo.Approved{})
	judged := a.stage.Judge(&approved)
	unlisted := judged.Listed[avail.Configured] == avail.No || a.stage.ListError(avail.Configured) != ""
	if !judged.Available[avail.Configured] || a.stage.IsControlFlow() && unlisted {
		return // a control-flow Stage passes on what it lists, and nothing else
	}
	effect := fmt.Sprintf("makes it available to %s at once, whatever its upstreams say", a.name())
	switch {
	case a.stage.IsControlFlow():
		effect += fmt.Sprintf("; %s passes it on at its next reconcile", a.name())
		if command := a.commands.stage("refresh", a.project, a.name()); command != "" {
			effect += ", which it does at once after " + command
		}
	case unlisted:
		effect += "; auto-promotion still leaves it alone, as it is not listed"
	default:
		effect += a.picked(&approved)
	}
	a.add(Step{
		Action: Approve, Stage: a.name(), Effect: effect,
		Command: a.commands.kargo("approve", a.project, a.name(), a.freight.Metadata.Name),
	})
}

// after returns the Stage as it is when the Freight or the Stage itself is otherwise.
func (a *advisor) after(stages map[string]*kargo.Stage, freight *kargo.Freight) *avail.Stage {
	project := a.stage.Project()
	if stages != nil {
		project = project.WithStages(stages)
	}
	if freight != nil {
		project = project.WithFreight(map[string]*kargo.Freight{freight.Metadata.Name: freight})
	}
	return avail.New(project, a.stage.Rules(), a.stage.Now()).Stage(a.name())
}

// picked says what auto-promotion does once the Freight is approved.
func (a *advisor) picked(approved *kargo.Freight) string {
	prospect := autopromote.ProspectOf(a.after(nil, approved), approved)
	next := prospect.Next
	switch {
	case !prospect.Asked || next == nil || next.Freight != approved:
		return ""
	case next.Outcome == autopromote.WillPromote:
		return "; auto-promotion then promotes it " + next.When()
	case next.Outcome == autopromote.Undetermined:
		return "; auto-promotion may then promote it"
	case next.Stops(), next.Outcome == autopromote.Behind, next.Outcome == autopromote.Frozen:
		return "; auto-promotion does not promote it then: " + next.Reason()
	default:
		return ""
	}
}

// strategy adds that the Stage asks for one upstream instead of all, if that admits
// the Freight.
func (a *advisor) strategy() {
	takesAll := slices.ContainsFunc(a.stage.Decide(a.freight), func(d avail.RequestDecision) bool { return d.TakesAll })
	if !takesAll || !a.judged.Available[avail.Any] {
		return
	}
	a.add(Step{
		Action: SetStrategy, Stage: a.name(),
		Command: a.commands.setStrategy(a.project, a.name(), a.freight.Origin.Name),
		Effect:  fmt.Sprintf("lets one upstream be enough for %s, for all Freight of %s from then on%s", a.name(), a.freight.Origin, a.released()),
	})
}

// released says what the Stage does by itself once one upstream is enough.
func (a *advisor) released() string {
	if a.stage.IsControlFlow() {
		return "; it passes on at once all that one of them has verified, which cannot be undone"
	}
	own := *a.stage.Stage
	own.Spec.RequestedFreight = slices.Clone(own.Spec.RequestedFreight)
	for i := range own.Spec.RequestedFreight {
		if request := &own.Spec.RequestedFreight[i]; request.Origin == a.freight.Origin {
			request.Sources.AvailabilityStrategy = kargo.OneOf
		}
	}
	next := autopromote.NextFor(a.after(map[string]*kargo.Stage{a.name(): &own}, nil), a.freight.Origin)
	switch {
	case next == nil || next.Outcome == autopromote.Off || next.Outcome == autopromote.NoCandidate:
		return ""
	case next.Outcome == autopromote.WillPromote && next.Freight == a.freight:
		return "; auto-promotion then promotes it " + next.When()
	case next.Outcome == autopromote.WillPromote:
		return fmt.Sprintf("; auto-promotion then promotes %s, which is the newest", a.called(next.Freight.Metadata.Name))
	case next.Outcome == autopromote.Undetermined:
		return "; what auto-promotion then does is not known"
	case next.Outcome == autopromote.Current:
		return ""
	default:
		return "; auto-promotion does not promote it then: " + next.Reason()
	}
}

// verifiedIn returns the Freight as it is once it is verified in the Stage and has
// soaked there.
func verifiedIn(f *kargo.Freight, stage string) *kargo.Freight {
	other := *f
	verified := f.Status.VerifiedIn.At(stage)
	verified.LongestSoak = math.MaxInt64
	other.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, verified)
	return &other
}
