package change

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Effect is what a Plan does.
type Effect struct {
	// Now has, by depth, the Stages that the plan changes, and what is otherwise at them
	// the moment it is carried out.
	Now []StageEffect
	// After is the Project after the change, while control-flow Stages have not looked yet.
	After *avail.Evaluator
	// Follows has the Stages at which something is otherwise once the control-flow
	// Stages have passed on what they then list, in addition to Now.
	Follows []StageEffect
}

// StageEffect is what is otherwise at one Stage. Freight is newest first.
type StageEffect struct {
	// Stage is as it is after the change, or before it if Removed.
	Stage *avail.Stage
	// Removed says that the Stage is deleted.
	Removed bool
	// Auto is set when another answer of the policies applies than before.
	Auto *SwitchFlip
	// Verifies is set when a Stage that is promoted to got a verification, or lost it.
	Verifies *VerificationFlip
	// Listing is set when the listing begins or ceases to fail, or fails for another reason.
	Listing *ListingFlip
	// Forgets is what was verified in the deleted Stage or approved for it, and no longer
	// is, not even if a Stage of that name is created again.
	Forgets []*kargo.Freight
	// Gained and Lost are available since then, and no more.
	Gained, Lost []*kargo.Freight
	// Listed and Unlisted are listed since then, and no more.
	Listed, Unlisted []*kargo.Freight
	// Passes is what a control-flow Stage passes on that it had not, of Listed; Passed is
	// of Unlisted, what it has already passed on. That cannot be taken back.
	Passes, Passed []*kargo.Freight
	// Starts are what auto-promotion promotes that it would not have promoted; Reverts is
	// what of it is older than what the Stage runs.
	Starts, Reverts []*kargo.Freight
	// Awaits are what auto-promotion picks that it would not have picked, at a Stage whose
	// promotion window is closed: it promotes them when that opens. Reverts has those of
	// them that are older, too.
	Awaits []*kargo.Freight
	// Refused is what auto-promotion picks then, and not before, though the check refuses
	// it: nothing else is promoted to the Stage by itself as long as that is so.
	Refused []*kargo.Freight
	// Fails are Promotions to the Stage that are under way and whose Freight is lost.
	Fails []FailingPromotion
	// Stranded is what the Stage runs or ran and is lost: it cannot be promoted there again.
	Stranded []*kargo.Freight
	// Unverified is what the Stage runs without having verified it, and cannot verify
	// once a Promotion to it has failed; empty when none will.
	Unverified []*kargo.Freight
	// Unknown names the parts that may lack something, as what they hang on could not be
	// read.
	Unknown []Part
}

// SwitchFlip is what the policies say about auto-promotion, before and after.
type SwitchFlip struct{ Before, After avail.Truth }

// VerificationFlip says whether the Stage has a verification after the change, which it has
// not before or the other way round. Without one, whatever is promoted to it is verified as
// soon as the Stage is healthy. Kargo: the regular Stage reconciler's verifyStageFreight.
type VerificationFlip struct{ After bool }

// ListingFlip is the error of the listing before and after, "" for none. A listing that
// fails has no Freight of any origin.
type ListingFlip struct{ Before, After string }

// Part is a part of a StageEffect.
type Part string

// The parts that may be unknown.
const (
	// PartListed is what is listed since then, and no more.
	PartListed Part = "listed"
	// PartStarts is what auto-promotion starts.
	PartStarts Part = "starts"
	// PartFails are the Promotions that fail.
	PartFails Part = "fails"
)

// FailingPromotion is a Promotion that will end as Errored.
type FailingPromotion struct {
	Name    string
	Freight *kargo.Freight
	// Running says that it errors at its next reconciliation; else it is queued, and errors
	// when its turn comes and nothing has changed by then.
	Running bool
	// Suppresses says that auto-promotion will not promote the Freight again, not even
	// when it is available.
	Suppresses bool
}

// IsEmpty reports whether nothing is otherwise, as far as that is known.
func (e *StageEffect) IsEmpty() bool {
	return len(e.Gained)+len(e.Lost)+len(e.Listed)+len(e.Unlisted)+len(e.Starts)+len(e.Awaits)+len(e.Refused)+len(e.Unknown)+len(e.Forgets) == 0 && e.Auto == nil && e.Listing == nil
}

// EffectOf returns what the plan does to the Project under evaluation.
func EffectOf(before *avail.Evaluator, plan *Plan) Effect {
	project, quorums := plan.After()
	after := avail.New(project, before.Rules().WithQuorums(quorums), before.Now())
	changed := setOf(plan.Stages())
	changes := func(name string) bool { return changed[name] }
	return compareWhere(before, after, changes, changes)
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// compare returns what changes at the Stage of this name; one of the two Projects may lack
// it.
func compare(earlier, later *avail.Evaluator, name string) StageEffect {
	before, after := earlier.Stage(name), later.Stage(name)
	if after == nil {
		return removed(before)
	}
	effect := StageEffect{Stage: after}
	for _, f := range freightOf(before, after) {
		effect.sort(f, before, after)
	}
	if before != nil && !before.ListKnown(avail.Configured) || !after.ListKnown(avail.Configured) {
		effect.Unknown = append(effect.Unknown, PartListed)
	}
	if was, is := listError(before), listError(after); was != is {
		effect.Listing = &ListingFlip{was, is}
	}
	if after.IsControlFlow() {
		effect.passes(earlier.Project(), after)
		return effect
	}
	if was, is := switchOf(before), switchOf(after); was != is {
		effect.Auto = &SwitchFlip{was, is}
	}
	effect.verifies(before, after)
	effect.starts(before, after)
	effect.promotions(after)
	return effect
}

func (e *StageEffect) verifies(before, after *avail.Stage) {
	if before == nil || before.IsControlFlow() {
		return
	}
	if had, has := before.Spec.Verification != nil, after.Spec.Verification != nil; had != has {
		e.Verifies = &VerificationFlip{has}
	}
}

func listError(s *avail.Stage) string {
	if s == nil {
		return ""
	}
	return s.ListError(avail.Configured)
}

// original returns the piece of Freight as it is in the Project of a Stage.
func original(s *avail.Stage, f *kargo.Freight) *kargo.Freight {
	return s.Project().FreightNamed(f.Metadata.Name)
}

// sort notes which answers about a piece of Freight differ.
func (e *StageEffect) sort(f *kargo.Freight, before, after *avail.Stage) {
	had, was := judge(before, f)
	has, is := judge(after, f)
	switch {
	case has && !had:
		e.Gained = append(e.Gained, f)
	case had && !has:
		e.Lost = append(e.Lost, f)
	}
	switch {
	case is == avail.Yes && was != avail.Yes:
		e.Listed = append(e.Listed, f)
	case was == avail.Yes && is != avail.Yes:
		e.Unlisted = append(e.Unlisted, f)
	}
}

// passes tells what a control-flow Stage newly lists, or lists no more, by whether it
// has passed it on.
func (e *StageEffect) passes(before *pipeline.Project, after *avail.Stage) {
	for _, f := range e.Listed {
		if !isVerified(before.FreightNamed(f.Metadata.Name), after) && !isGoing(after.Stage) {
			e.Passes = append(e.Passes, f)
		}
	}
	for _, f := range e.Unlisted {
		if isVerified(f, after) {
			e.Passed = append(e.Passed, f)
		}
	}
}

func isVerified(f *kargo.Freight, in *avail.Stage) bool {
	verified := f.Status.VerifiedIn.Has(in.Metadata.Name)
	return verified
}

// starts adds what auto-promotion promotes after and not before.
func (e *StageEffect) starts(before, after *avail.Stage) {
	was, is := turn{known: true}, promotes(after)
	if before != nil {
		was = promotes(before)
	}
	if f := is.refused; f != nil && (was.refused == nil || was.refused.Metadata.Name != f.Metadata.Name) {
		e.Refused = append(e.Refused, f)
	}
	for _, f := range is.will {
		if has(was.will, f) {
			continue
		}
		e.Starts = append(e.Starts, f)
		e.reverts(after, f)
	}
	for _, f := range is.frozen {
		if !has(was.frozen, f) {
			e.Awaits = append(e.Awaits, f)
			e.reverts(after, f)
		}
	}
	perhaps := func(f *kargo.Freight) bool { return !has(was.may, f) }
	if !is.known || slices.ContainsFunc(is.may, perhaps) {
		e.Unknown = append(e.Unknown, PartStarts)
	}
}

// reverts notes Freight that is older than what the Stage runs.
func (e *StageEffect) reverts(s *avail.Stage, f *kargo.Freight) {
	if runs := running(s, f.Origin); runs != nil && s.Project().Newer(runs, f) {
		e.Reverts = append(e.Reverts, f)
	}
}

// has reports whether a piece of Freight of the same name is in the list.
func has(list []*kargo.Freight, f *kargo.Freight) bool {
	return slices.ContainsFunc(list, func(g *kargo.Freight) bool { return g.Metadata.Name == f.Metadata.Name })
}

// running returns what the Stage runs of an origin, nil when nothing is known of it.
func running(s *avail.Stage, origin kargo.Origin) *kargo.Freight {
	current := s.Status.Current()
	if current == nil {
		return nil
	}
	return s.Project().FreightNamed(current.Items[origin.String()].Name)
}

// turn is what auto-promotion is about to do at a Stage.
type turn struct {
	// will is what it promotes, may what it perhaps promotes.
	will, may []*kargo.Freight
	// frozen is what it promotes when the Stage's promotion window opens.
	frozen []*kargo.Freight
	// refused is the candidate that the check refuses: the turn ends with it. Nil when
	// there is none.
	refused *kargo.Freight
	// known is false where it could be anything.
	known bool
}

// promotes returns what auto-promotion is about to promote to the Stage.
func promotes(s *avail.Stage) turn {
	t := turn{known: true}
	for _, next := range autopromote.NextOf(s) {
		switch next.Outcome {
		case autopromote.WillPromote:
			t.will = append(t.will, next.Freight)
		case autopromote.Frozen:
			if s.Judge(next.Freight).Available[avail.Configured] {
				t.frozen = append(t.frozen, next.Freight)
			}
		case autopromote.Refused:
			if t.refused == nil {
				t.refused = next.Freight
			}
		case autopromote.Undetermined:
			if next.Freight == nil {
				t.known = false
			} else {
				t.may = append(t.may, next.Freight)
			}
		default:
		}
	}
	return t
}

// promotions adds what becomes of Promotions of the lost Freight, and of what the
// Stage runs.
func (e *StageEffect) promotions(s *avail.Stage) {
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules())
	for _, f := range e.Lost {
		if s.Ran(f) {
			e.Stranded = append(e.Stranded, f)
		}
		for _, open := range slices.Backward(s.OpenPromotions(f)) {
			e.Fails = append(e.Fails, FailingPromotion{
				Name: open.Name, Freight: f, Running: open.Phase == kargo.PromotionRunning, Suppresses: policy.Enabled != avail.No,
			})
		}
	}
	if len(e.Lost) > 0 && s.Project().Unread(pipeline.Promotions) {
		e.Unknown = append(e.Unknown, PartFails)
	}
	if len(e.Fails) == 0 {
		return
	}
	for _, f := range s.Project().FreightFor(s.Stage) {
		if s.RunsNow(f) && !isVerified(f, s) {
			e.Unverified = append(e.Unverified, f)
		}
	}
}
