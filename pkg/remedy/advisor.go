package remedy

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Advise returns what would get f to the Stage or, where it is available, into it: what
// comes by itself first, then what mends the way that the pipeline prescribes, then
// what goes around it. There are no steps when there is nothing to do, or nothing helps.
func Advise(s *avail.Stage, f *kargo.Freight, commands Commands) Advice {
	a := &advisor{
		stage: s, freight: f, commands: commands, project: s.Project().Name, judged: s.Judge(f),
		blockers: map[string][]avail.Blocker{}, clearances: map[string][]clearance{},
	}
	switch {
	case s.Metadata.DeletionTimestamp != nil: // nothing gets there any more
	case a.judged.Available[avail.Configured]:
		a.intoStage()
	default:
		a.toStage()
	}
	ways := a.ways()
	return Advice{a.steps, ways}
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
	// clearances has, for each of blockers, what clears it.
	clearances map[string][]clearance
	// taken has what was added since it was last emptied: see clearance.
	taken bitset
	// underWay says what is.
	underWay []string
	// upstream has the ways over the upstreams, whose steps are the first of all; tooMany
	// says that there are more ways than are told.
	upstream      []bitset
	upstreamSteps int
	tooMany       bool
	// admitted is the Project once the Freight is available everywhere; nil until asked for.
	admitted *avail.Evaluator
}

func (a *advisor) add(step Step) {
	same := func(other Step) bool { return other.Action == step.Action && other.Stage == step.Stage }
	i := slices.IndexFunc(a.steps, same)
	if i < 0 {
		i = len(a.steps)
		a.steps = append(a.steps, step)
	}
	a.taken = a.taken.with(numberOf(i))
}

// wait adds that something comes by itself, before all else.
func (a *advisor) wait(condition, what string) {
	command := a.commands.wait(a.stage.Project(), a.name(), a.freight, condition)
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
		a.wait("current", fmt.Sprintf("its %s to %s, %s, is %s", last.Kind(), a.name(), last.Name, a.underWayHere(last)))
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
			Command: a.commands.kargo("promote", a.stage.Project(), a.name(), a.freight),
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
		text += " again"
	}
	text += a.replacing(s)
	if again {
		text += fmt.Sprintf(" (%s %s)", last.Title(), strings.ToLower(string(last.Phase)))
	}
	behind := s.QueuedBehind(&avail.Promotion{})
	switch queued := len(a.queued(s)) > 0; {
	case behind != "" && queued:
		behind += " and the Promotions that are queued"
	case queued:
		behind = " behind the Promotions that are queued"
	}
	if behind != "" {
		text += "; it waits" + behind + ", and breaks nothing off"
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
	switch {
	case name == "" || name == a.freight.Metadata.Name:
		return ""
	case slices.ContainsFunc(a.queued(s), func(f *kargo.Freight) bool { return f.Origin == a.freight.Origin }):
		return ", in place of what it runs by then"
	}
	return fmt.Sprintf(", in place of %s, which it runs now", a.called(name))
}

// queued returns the other Freight, each once, whose Promotions to the Stage are queued, as
// far as they could be read.
func (a *advisor) queued(s *avail.Stage) []*kargo.Freight {
	var list []*kargo.Freight
	seen := map[string]bool{a.freight.Metadata.Name: true}
	for _, p := range s.Project().PromotionsTo(s.Metadata.Name) {
		f := s.Project().FreightNamed(p.FreightName())
		if f == nil || seen[f.Metadata.Name] {
			continue
		}
		seen[f.Metadata.Name] = true
		if slices.ContainsFunc(s.OpenPromotions(f), func(open *avail.Promotion) bool { return open.Phase != kargo.PromotionRunning }) {
			list = append(list, f)
		}
	}
	return list
}

// called is what people call a piece of Freight.
func (a *advisor) called(name string) string {
	if f := a.stage.Project().FreightNamed(name); f != nil {
		return f.Title()
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
	a.visitBlockers(a.stage)
	a.upstream, a.tooMany = a.waysUpstream()
	if len(a.underWay) > 0 {
		what := strings.Join(a.underWay, "; ")
		if byHand := namesOf(a.shortest().byHand, a.stage.Project()); len(byHand) > 0 {
			what += "; after that it has to be promoted by hand to " + a.hands(byHand)
		}
		a.wait("available", what)
	}
	a.upstreamSteps = len(a.steps)
	a.mend()
	a.approve()
	a.strategy()
}

// mend adds what opens the way where nothing that happens does: each was tried.
func (a *advisor) mend() {
	outlook := a.stage.Forecast(a.freight).Available[avail.Configured]
	var ways []string
	for _, way := range outlook.Unless {
		if !strings.HasPrefix(way, avail.ApprovedFor) {
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
		effect += fmt.Sprintf("; %s passes it on at its next reconcile, which cannot be undone", a.name())
		if command := a.commands.stage("refresh", a.project, a.name()); command != "" {
			effect += "; to have that now, run: " + command
		}
	case unlisted:
		effect += "; auto-promotion still leaves it alone, as it is not listed"
	default:
		effect += a.picked(&approved)
	}
	a.add(Step{
		Action: Approve, Stage: a.name(), Effect: effect,
		Command: a.commands.kargo("approve", a.stage.Project(), a.name(), a.freight),
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
