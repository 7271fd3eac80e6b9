package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Problem is something at a Stage that keeps it from moving by itself.
type Problem struct {
	Kind ProblemKind
	// Text says what it is, Remedy what frees it; Remedy may be empty.
	Text, Remedy string
	// Command does it, ready for a POSIX shell; "" when there is none.
	Command string
	// Waits says that it goes away by itself.
	Waits bool
}

// ProblemKind is what is wrong at a Stage.
type ProblemKind string

// The kinds, in the order in which they are told.
const (
	// StageDeleted: the Stage is being deleted.
	StageDeleted ProblemKind = "Deleting"
	// ListingBroken: the listing fails.
	ListingBroken ProblemKind = "ListingFails"
	// HistoryFrozen: a Promotion succeeded that Kargo does not record.
	HistoryFrozen ProblemKind = "HistoryFrozen"
	// HealthNotAssessed: the health stays Unknown until a Promotion succeeds.
	HealthNotAssessed ProblemKind = "HealthUnknown"
	// Unhealthy: the Stage is not Healthy.
	Unhealthy ProblemKind = "NotHealthy"
	// ReconcileFails: the controller fails, and tries again more and more seldom.
	ReconcileFails ProblemKind = "ReconcileFails"
	// NotReady: the condition Ready is not true, for another reason.
	NotReady ProblemKind = "NotReady"
	// VerificationBad: what the Stage runs did not pass its newest verification.
	VerificationBad ProblemKind = "VerificationFailed"
	// WindowClosed: promotions are frozen.
	WindowClosed ProblemKind = "Frozen"
	// OnHold: auto-promotion of an origin is on hold.
	OnHold ProblemKind = "Held"
	// NotRetried: the candidate of auto-promotion failed before, and is not tried again.
	NotRetried ProblemKind = "NotRetried"
	// OriginRefused: the candidate of an origin is refused, and what is behind it waits.
	OriginRefused ProblemKind = "Refused"
	// Queued: Promotions wait for their turn.
	Queued ProblemKind = "Queue"
)

// Problems returns what is wrong at a Stage, worst first, with what frees it; none when
// nothing is.
func Problems(s *avail.Stage, commands Commands) []Problem {
	d := &doctor{stage: s, project: s.Project().Name, commands: commands}
	d.deletion()
	d.listing()
	d.history()
	d.health()
	d.conditions()
	d.verification()
	d.window()
	d.autoPromotion()
	d.queue()
	return d.problems
}

// doctor gathers the problems of one Stage.
type doctor struct {
	stage    *avail.Stage
	project  string
	commands Commands
	problems []Problem
}

func (d *doctor) name() string { return d.stage.Metadata.Name }

func (d *doctor) add(p Problem) { d.problems = append(d.problems, p) }

func (d *doctor) deletion() {
	if at := d.stage.Metadata.DeletionTimestamp; at != nil {
		d.add(Problem{Kind: StageDeleted, Text: fmt.Sprintf("the Stage is being deleted since %s: nothing is promoted to it any more", instant(*at))})
	}
}

func (d *doctor) listing() {
	failed := d.stage.ListError(avail.Configured)
	if failed == "" {
		return
	}
	what := "auto-promotion and the web UI see no Freight at all"
	if d.stage.IsControlFlow() {
		what = "the Stage passes nothing on"
	}
	p := Problem{Kind: ListingBroken, Text: fmt.Sprintf("its listing fails, so that %s: %s", what, failed)}
	if repairs := d.stage.ListRepairs(); repairs != "" {
		p.Remedy = "it works again when " + repairs
	}
	d.add(p)
}

func (d *doctor) history() {
	frozen := d.stage.FrozenHistory()
	if frozen == nil {
		return
	}
	d.add(Problem{
		Kind: HistoryFrozen,
		Text: fmt.Sprintf("Promotion %s of %s succeeded at %s, and Kargo ignores it: its name sorts before that of Promotion %s, which the Stage recorded last (kargo#6214)",
			frozen.Ignored, d.called(frozen.Freight), instant(frozen.FinishedAt), frozen.Last),
		Remedy: thaw(d.stage, frozen),
	})
}

// thaw says how a Stage records Promotions again. A Promotion with a later name does it,
// but since v1.11.0 nobody can choose the name of one.
func thaw(s *avail.Stage, frozen *avail.FrozenHistory) string {
	if s.Rules().NamesPromotions() {
		return fmt.Sprintf("delete Promotion %s if it still exists, remove lastPromotion from the status of %s (kubectl edit stage with --subresource=status), and promote again; "+
			"a new Promotion alone is ignored too, as Kargo names it, and that name sorts before the one of %s", frozen.Last, s.Metadata.Name, frozen.Last)
	}
	return fmt.Sprintf("create a Promotion to %s by hand (kubectl create) whose metadata.name sorts after %q; kargo promote makes names that sort before it, which are ignored too",
		s.Metadata.Name, frozen.Last)
}

func (d *doctor) health() {
	health := d.stage.Status.Health
	current := d.stage.Status.Current()
	switch {
	case health == nil || health.Status == kargo.Healthy:
	case d.stage.HealthStaysUnknown():
		p := Problem{
			Kind: HealthNotAssessed,
			Text: fmt.Sprintf("its health stays Unknown, as its last Promotion, %s: until a Promotion to it succeeds, nothing is verified here (kargo#3050)", endOf(d.stage.Status.LastPromotion)),
		}
		p.Remedy, p.Command = d.promoteAgain(current)
		d.add(p)
	default:
		text := "the Stage is " + health.Status
		if len(health.Issues) > 0 {
			text += ": " + strings.Join(health.Issues, "; ")
		}
		d.add(Problem{Kind: Unhealthy, Text: text, Remedy: "what it runs is verified once the Stage is Healthy", Waits: true})
	}
}

// endOf says how and when the last Promotion to a Stage, which did not succeed, ended.
func endOf(last *kargo.PromotionRef) string {
	text := last.Name + ", did not succeed"
	if last.Status != nil && last.Status.Phase.Unsuccessful() {
		text = last.Name + ", " + strings.ToLower(string(last.Status.Phase))
	}
	if last.FinishedAt != nil {
		text += " at " + instant(*last.FinishedAt)
	}
	if last.Status != nil && last.Status.Message != "" {
		text += " (" + last.Status.Message + ")"
	}
	return text
}

// promoteAgain says how a Promotion that succeeds can be had: of what the Stage runs, or
// else of the newest Freight that it may have.
func (d *doctor) promoteAgain(current *kargo.FreightCollection) (remedy, command string) {
	for _, f := range d.stage.Project().FreightFor(d.stage.Stage) {
		if current != nil && !current.Holds(f.Metadata.Name) || !d.stage.Judge(f).Available[avail.Configured] || d.stage.IsTargetAware() {
			continue
		}
		return fmt.Sprintf("it does not recover by waiting: promote to it what is available, for example %s", f.Title()),
			d.commands.kargo("promote", d.stage.Project(), d.name(), f)
	}
	return "it does not recover by waiting: promote to it what is available", ""
}

func (d *doctor) conditions() {
	if failing := autopromote.Failing(d.stage.Stage); failing != "" {
		d.add(Problem{
			Kind: ReconcileFails, Text: "its reconciles fail" + since(d.stage.Status.Condition(kargo.ConditionReconciling).LastTransitionTime) + ": " + failing,
			Remedy:  "it tries again after pauses that double, up to 17 minutes; a refresh makes it try now",
			Command: d.commands.stage("refresh", d.project, d.name()), Waits: true,
		})
		return
	}
	ready := d.stage.Status.Condition(kargo.ConditionReady)
	if ready == nil || ready.Status == "True" || len(d.problems) > 0 || ready.Reason == "NoFreight" || strings.HasPrefix(ready.Reason, "Verification") ||
		strings.Contains(ready.Reason, "VerificationPhase") {
		return
	}
	d.add(Problem{Kind: NotReady, Text: "it is not Ready: " + ready.String()})
}

func (d *doctor) verification() {
	current := d.stage.Status.Current()
	if current == nil || len(current.VerificationHistory) == 0 {
		return
	}
	newest := &current.VerificationHistory[0]
	if newest.Phase.Open() || newest.Phase == kargo.VerificationSuccessful || d.stage.HealthStaysUnknown() {
		return
	}
	text := fmt.Sprintf("the newest verification of what it runs ended %s", newest.Phase)
	if newest.Message != "" {
		text += ": " + newest.Message
	}
	d.add(Problem{
		Kind: VerificationBad, Text: text, Remedy: "rerun the verification",
		Command: d.commands.stage("verify", d.project, d.name()),
	})
}

func (d *doctor) window() {
	window := d.stage.Status.PromotionWindowStatus
	if window == nil || !window.Closed {
		return
	}
	p := Problem{Kind: WindowClosed, Text: "promotions, by hand and by auto-promotion, are frozen" + window.Closure(), Waits: window.NextOpen != nil}
	p.Remedy = "the Stage's status says so, which is as old as its last reconciliation"
	if at := d.stage.StatusChangedAt(); !at.IsZero() {
		p.Remedy += fmt.Sprintf(" (its newest change is of %s)", instant(at))
	}
	d.add(p)
}

func (d *doctor) autoPromotion() {
	for _, next := range autopromote.NextOf(d.stage) {
		switch next.Outcome {
		case autopromote.Held:
			p := Problem{Kind: OnHold, Text: fmt.Sprintf("auto-promotion of %s is on hold%s", next.Origin, next.HeldBy())}
			p.Remedy, p.Command = d.endOfHold(&next)
			d.add(p)
		case autopromote.Unsuccessful:
			p := Problem{Kind: NotRetried, Text: fmt.Sprintf("auto-promotion does not try %s, its candidate of %s, again, %s", next.Freight.Title(), next.Origin, next.Failure())}
			if !d.stage.IsTargetAware() && d.stage.Judge(next.Freight).Available[avail.Configured] {
				p.Remedy, p.Command = "promote it by hand", d.commands.kargo("promote", d.stage.Project(), d.name(), next.Freight)
			}
			d.add(p)
		case autopromote.Refused:
			d.add(Problem{
				Kind: OriginRefused, Waits: !next.Until.IsZero(),
				Text: fmt.Sprintf("auto-promotion picks %s of %s: %s", next.Freight.Title(), next.Origin, next.Reason()),
			})
		default:
		}
	}
}

// endOfHold says what ends a hold: a Promotion of the candidate.
func (d *doctor) endOfHold(next *autopromote.Next) (remedy, command string) {
	candidate := autopromote.Candidates(d.stage, avail.Configured)[next.Origin]
	if candidate == nil || !d.stage.Judge(candidate).Available[avail.Configured] || d.stage.IsTargetAware() {
		return "a Promotion of auto-promotion's candidate ends it, once there is one", ""
	}
	return fmt.Sprintf("promoting %s, auto-promotion's candidate, ends it", candidate.Title()), d.commands.kargo("promote", d.stage.Project(), d.name(), candidate)
}

// queue tells which Promotions wait, in the order in which they run.
func (d *doctor) queue() {
	var queued []*kargo.Promotion
	for _, p := range d.stage.Project().PromotionsTo(d.name()) {
		current := d.stage.Status.CurrentPromotion
		isCurrent := current != nil && current.Name == p.Metadata.Name
		if p.Status.Phase.Known() && !p.Status.Phase.Ended() && p.Status.Phase != kargo.PromotionRunning && !isCurrent && p.Spec.Target == "" {
			queued = append(queued, p)
		}
	}
	if len(queued) == 0 || d.stage.Project().Unread(pipeline.Promotions) {
		return
	}
	slices.SortFunc(queued, func(a, b *kargo.Promotion) int {
		return cmp.Or(a.Metadata.CreationTimestamp.Compare(b.Metadata.CreationTimestamp), cmp.Compare(a.Metadata.Name, b.Metadata.Name))
	})
	var names []string
	for _, p := range queued {
		names = append(names, d.called(p.FreightName()))
	}
	first := queued[0]
	behind := d.stage.QueuedBehind(&avail.Promotion{Name: first.Metadata.Name})
	d.add(Problem{Kind: Queued, Waits: true, Text: fmt.Sprintf("%d Promotions are queued%s, in this order: %s", len(queued), behind, firstOf(names))})
	if len(queued) == 1 {
		d.problems[len(d.problems)-1].Text = fmt.Sprintf("Promotion %s of %s is queued%s", first.Metadata.Name, names[0], behind)
	}
}

// Rollbacks returns what the Stage ran before, does not run now, and may be promoted to it
// again, newest first.
func Rollbacks(s *avail.Stage) []*kargo.Freight {
	var list []*kargo.Freight
	for _, f := range s.Project().FreightFor(s.Stage) {
		if s.Ran(f) && !s.RunsNow(f) && s.Judge(f).Available[avail.Configured] {
			list = append(list, f)
		}
	}
	return list
}

// Set is a whole set of Freight that an upstream runs and that may be promoted as it is.
type Set struct {
	Upstream string
	Freight  []*kargo.Freight
	// Commands promote one piece each.
	Commands []string
}

// Sets returns, for a Stage that requests several origins, the sets that its upstreams run
// of all of them, of which each piece is available to the Stage and some is not there yet.
func Sets(s *avail.Stage, commands Commands) []Set {
	origins := pipeline.Origins(s.Stage)
	if len(origins) < 2 || s.IsControlFlow() || s.IsTargetAware() {
		return nil
	}
	var sets []Set
	met := map[string]bool{}
	for i := range s.Spec.RequestedFreight {
		for _, upstream := range s.Spec.RequestedFreight[i].Sources.Upstreams() {
			if other := s.Other(upstream); other != nil && !met[upstream] {
				met[upstream] = true
				if set, ok := setOf(s, other, origins, commands); ok {
					sets = append(sets, set)
				}
			}
		}
	}
	return sets
}

func setOf(s, upstream *avail.Stage, origins []kargo.Origin, commands Commands) (set Set, ok bool) {
	current := upstream.Status.Current()
	if current == nil {
		return Set{}, false
	}
	set.Upstream = upstream.Metadata.Name
	missing := false
	for _, origin := range origins {
		f := s.Project().FreightNamed(current.Items[origin.String()].Name)
		if f == nil || !s.Judge(f).Available[avail.Configured] {
			return Set{}, false
		}
		set.Freight = append(set.Freight, f)
		if !s.RunsNow(f) {
			missing = true
			set.Commands = append(set.Commands, commands.kargo("promote", s.Project(), s.Metadata.Name, f))
		}
	}
	return set, missing
}

// called is what people call the Freight of this name.
func (d *doctor) called(name string) string {
	if f := d.stage.Project().FreightNamed(name); f != nil {
		return f.Title()
	}
	return name
}

// since ends a clause with the instant from which on something is so; "" for nil.
func since(at *time.Time) string {
	if at == nil {
		return ""
	}
	return " since " + instant(*at)
}
