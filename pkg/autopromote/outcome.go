package autopromote

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Outcome is what auto-promotion does about one piece of Freight.
type Outcome struct {
	// Asked says that auto-promotion is on or may be, so that candidates matter.
	Asked bool
	// Guard is what keeps the Freight from being promoted, were it the candidate;
	// GuardNone unless Asked.
	Guard Guard
	// Words say it to a person.
	Words string
	// hold is on the origin, whatever the Guard is; nil when there is none.
	hold *kargo.Hold
}

// OutcomeOf returns what auto-promotion to the Stage does about f.
func OutcomeOf(s *avail.Stage, f *kargo.Freight) Outcome {
	policy, err := SwitchOf(s.Project(), s.Stage, s.Rules())
	switch {
	case s.IsControlFlow():
		return Outcome{Words: "does not apply: a control-flow Stage runs nothing, it passes on by itself what its listing has"}
	case policy.Enabled == avail.No:
		return Outcome{Words: "off: nothing is promoted to " + s.Metadata.Name + " by itself"}
	}
	o := Outcome{Asked: true, Guard: GuardOf(s, f), hold: HoldOf(s.Stage, s.Rules(), f.Origin)}
	switch {
	case err != nil:
		o.Words = fmt.Sprintf("unknown: %v", err)
	case policy.Enabled == avail.Unknown:
		o.Words = "unknown: the promotion policies are not known"
	case o.hold != nil:
		o.Words = "on, but on hold" + held(o.hold) + ": nothing is promoted by itself; " + o.words(s, f)
	default:
		o.Words = "on: " + o.words(s, f)
	}
	return o
}

// words says what auto-promotion does where it is on.
func (o Outcome) words(s *avail.Stage, f *kargo.Freight) string {
	candidates := Candidates(s, avail.Configured)
	candidate := candidates[f.Origin]
	switch {
	case candidates == nil:
		return "which Freight it picks is not known"
	case s.ListError(avail.Configured) != "":
		return "it picks nothing, as the Stage's listing fails"
	case !s.Requests(f.Origin):
		return fmt.Sprintf("it never picks this Freight, as %s does not request %s", s.Metadata.Name, f.Origin)
	case candidate == nil && len(s.Listed(f.Origin, avail.Configured, 2)) > 1:
		return fmt.Sprintf("it picks nothing of %s, as several pieces of Freight match the upstream", f.Origin)
	case candidate == nil:
		return fmt.Sprintf("it picks nothing of %s, as none is listed", f.Origin)
	case candidate != f && s.Project().Newer(candidate, f):
		return fmt.Sprintf("its candidate is %s, which is newer%s; older Freight is not tried", called(candidate), o.running(s, candidate, " and"))
	case candidate != f:
		return fmt.Sprintf("its candidate is %s%s; this Freight is not listed", called(candidate), o.running(s, candidate, ","))
	default:
		return "this Freight is its candidate" + o.next(s, f)
	}
}

// running says, behind a word that joins it, that the Stage runs the candidate already.
func (o Outcome) running(s *avail.Stage, candidate *kargo.Freight, join string) string {
	switch {
	case !s.RunsNow(candidate):
		return ""
	case o.hold != nil:
		return join + " which the Stage runs already"
	default:
		return join + " which the Stage runs already, so that nothing is promoted"
	}
}

// next says what becomes of a candidate.
func (o Outcome) next(s *avail.Stage, f *kargo.Freight) string {
	refused := !s.Judge(f).Available[avail.Configured]
	switch o.Guard.Reason {
	case GuardNone:
		if refused {
			return ", and the webhook refuses its Promotion; nothing else is tried meanwhile"
		}
		return ", and is promoted when the Stage's controller looks next, within about five minutes"
	case GuardCurrent:
		return ", and the Stage runs it"
	case GuardHeld:
		if refused {
			return ", and the webhook would refuse its Promotion"
		}
		return ""
	case GuardInProgress:
		return fmt.Sprintf(", and its Promotion %s is under way", o.Guard.Promotion)
	case GuardSettling:
		return fmt.Sprintf(", and its Promotion %s has just succeeded", o.Guard.Promotion)
	case GuardUnsuccessful:
		return fmt.Sprintf(", and is not promoted again, as its last Promotion, %s, did not succeed", o.Guard.Promotion)
	case GuardPromotedBefore:
		return fmt.Sprintf(", and is not promoted, as there has been a Promotion of it, %s", o.Guard.Promotion)
	case GuardUnknown:
		switch {
		case refused:
			return ", and is not promoted: the webhook refuses that, whatever became of its earlier Promotions"
		case o.Guard.Promotion != "":
			return "; whether it is promoted again is open, as some of its Promotions did not succeed, and Kargo looks at any one of them"
		default:
			return "; whether it is promoted hangs on Promotions that are not known"
		}
	}
	return ""
}

// held says who holds, and since when.
func held(hold *kargo.Hold) string {
	text := ""
	if hold.Actor != "" {
		text += " by " + hold.Actor
	}
	if hold.CreatedAt != nil {
		text += " since " + hold.CreatedAt.UTC().Format(time.RFC3339)
	}
	return text
}

// called is what people call a piece of Freight.
func called(f *kargo.Freight) string {
	return cmp.Or(f.Alias, f.Metadata.Name)
}
