package autopromote

import (
	"fmt"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Words says in a few words what becomes of the origin, for a table.
func (o Outcome) Words() string {
	switch o {
	case Deleting:
		return "Stage is being deleted"
	case Off:
		return "off"
	case ListingFails:
		return "listing fails"
	case Current:
		return "current"
	case Held:
		return "on hold"
	case NoCandidate:
		return "nothing listed"
	case Ambiguous:
		return "several match"
	case InProgress:
		return "promoting"
	case Settling:
		return "just promoted"
	case Unsuccessful:
		return "failed, not retried"
	case PromotedBefore:
		return "promoted before, not again"
	case Frozen:
		return "frozen"
	case Refused:
		return "refused"
	case Behind:
		return "behind a refusal"
	case WillPromote:
		return "promotes"
	case Undetermined:
	}
	return "unknown"
}

// slowest is how long Kargo pauses at most before it tries again what failed.
const slowest = "up to 17 minutes"

// Reason says what is promoted next of the origin, or why nothing is: a clause in which
// "it" is the candidate. Instants are in UTC.
func (n *Next) Reason() string {
	switch n.Outcome {
	case Deleting:
		return "nothing is promoted, as the Stage is being deleted"
	case Off:
		return "nothing is promoted, as auto-promotion is off"
	case ListingFails:
		return "nothing is promoted, as the Stage's listing fails: " + n.Detail
	case Current:
		return "the Stage already runs it"
	case Held:
		return fmt.Sprintf("nothing is promoted, as auto-promotion of %s is on hold%s", n.Origin, heldBy(n.Hold))
	case NoCandidate:
		return fmt.Sprintf("nothing of %s is listed", n.Origin)
	case Ambiguous:
		return fmt.Sprintf("nothing of %s is promoted, as several pieces of Freight match the upstream", n.Origin)
	case Frozen:
		return n.frozen()
	case Refused:
		return "Kargo refuses its Promotion, as it is listed but not available" + n.until(", until %s; until then nothing else is promoted, and after that the next attempt can take %s")
	case Behind:
		return fmt.Sprintf("it waits: %s, the candidate of %s, comes first and is refused", n.First.Freight.Title(), n.First.Origin) +
			n.until(", until %s; after that the next attempt can take %s")
	case WillPromote:
		return "it is promoted " + n.When()
	case InProgress, Settling, Unsuccessful, PromotedBefore, Undetermined:
	}
	return n.earlier()
}

// earlier says what earlier Promotions of the candidate mean for it.
func (n *Next) earlier() string {
	switch n.Outcome {
	case InProgress:
		return fmt.Sprintf("its %s %s is %s", n.kind(), n.Promotion, underWay(n.Phase))
	case Settling:
		return fmt.Sprintf("its %s %s has just succeeded", n.kind(), n.Promotion)
	case Unsuccessful:
		return "it is not promoted again, " + n.Failure()
	case PromotedBefore:
		return fmt.Sprintf("it is not promoted, as there has been a %s of it, %s", n.kind(), n.Promotion)
	default:
	}
	switch {
	case n.Detail != "":
		return "whether it is promoted is unknown: " + n.Detail
	case n.Freight == nil:
		return "which Freight is picked is not known"
	case n.Phase != "" && !kargo.PromotionPhase(n.Phase).Known():
		return fmt.Sprintf("whether it is promoted is unknown, as its %s %s is in the phase %q, which this version does not know", n.kind(), n.Promotion, n.Phase)
	case n.Promotion != "":
		return "whether it is promoted again is open: some of its Promotions did not succeed, and Kargo looks at any one of them"
	default:
		return "whether it is promoted is unknown, as its Promotions or the policies could not be read"
	}
}

// Failure says why what is Unsuccessful is not tried again: "as its last Promotion, p1, errored".
func (n *Next) Failure() string {
	return fmt.Sprintf("as its last %s, %s, %s", n.kind(), n.Promotion, ended(n.Phase))
}

// When says, of an origin whose candidate will be promoted, how long that may take.
func (n *Next) When() string {
	const text = "when the Stage is next reconciled, "
	switch {
	case n.First != nil:
		return fmt.Sprintf(text+"which may take %s: %s, the candidate of %s, is refused after it, so that each attempt fails",
			slowest, n.First.Freight.Title(), n.First.Origin)
	case n.Detail != "":
		return fmt.Sprintf(text+"which may take %s, as the last attempts failed", slowest)
	default:
		return text + "within about five minutes"
	}
}

// frozen says how long promotion windows keep the Stage closed.
func (n *Next) frozen() string {
	closed := kargo.WindowStatus{Closed: true, Reason: n.Detail}
	if !n.Until.IsZero() {
		closed.NextOpen = &n.Until
	}
	return "promotions are frozen" + closed.Closure()
}

// until says when the obstacle goes away by itself, "" where that is not known.
func (n *Next) until(format string) string {
	if n.Until.IsZero() {
		return ""
	}
	return fmt.Sprintf(format, instant(n.Until), slowest)
}

// kind is what promotes: a target-aware Stage has PromotionRequests.
func (n *Next) kind() string {
	if n.Requested {
		return "PromotionRequest"
	}
	return "Promotion"
}

func underWay(phase string) string {
	if phase == string(kargo.PromotionRunning) {
		return "running"
	}
	return "queued"
}

func ended(phase string) string {
	if phase == "" {
		return "did not succeed"
	}
	words := strings.ToLower(phase)
	if phase == string(kargo.PromotionAborted) {
		words = "was aborted"
	}
	return words
}

// HeldBy says who holds an origin, and since when: the end of a sentence, or "".
func (n *Next) HeldBy() string {
	if n.Hold == nil {
		return ""
	}
	return heldBy(n.Hold)
}

// heldBy says who holds, and since when.
func heldBy(hold *kargo.Hold) string {
	text := ""
	if hold.Actor != "" {
		text += " by " + hold.Actor
	}
	if hold.CreatedAt != nil {
		text += " since " + instant(*hold.CreatedAt)
	}
	return text
}

// instant writes a time for a person, to the second and in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Prospect is what auto-promotion does about one piece of Freight.
type Prospect struct {
	// Asked says that auto-promotion is on or may be, so that candidates matter.
	Asked bool
	// Next is what it does about the Freight's origin; nil where the Stage does not request
	// it, and for a control-flow Stage.
	Next *Next
	// Guard is what keeps the Freight from being promoted, were it the candidate;
	// GuardNone unless Asked.
	Guard Guard
	// Words say it to a person.
	Words string
}

// ProspectOf returns what auto-promotion to the Stage does about f.
func ProspectOf(s *avail.Stage, f *kargo.Freight) Prospect {
	policy, err := SwitchOf(s.Project(), s.Stage, s.Rules())
	switch {
	case s.IsControlFlow():
		return Prospect{Words: "does not apply: a control-flow Stage runs nothing, and passes on by itself all Freight that is listed for it"}
	case policy.Enabled == avail.No:
		return Prospect{Next: NextFor(s, f.Origin), Words: "off: nothing is promoted to " + s.Metadata.Name + " automatically"}
	}
	p := Prospect{Asked: true, Next: NextFor(s, f.Origin), Guard: GuardOf(s, f)}
	switch {
	case err != nil:
		p.Words = fmt.Sprintf("unknown: %v", err)
	case policy.Enabled == avail.Unknown:
		p.Words = "unknown: the promotion policies are not known"
	default:
		p.Words = "on: " + p.about(s, f)
	}
	return p
}

// about says what the origin's Next means for the Freight.
func (p *Prospect) about(s *avail.Stage, f *kargo.Freight) string {
	n := p.Next
	switch {
	case n == nil:
		return fmt.Sprintf("it never picks this Freight, as %s does not request %s", s.Metadata.Name, f.Origin)
	case n.Freight == nil:
		return n.Reason()
	case n.Freight == f:
		return "this Freight is its candidate; " + n.Reason()
	case s.Project().Newer(n.Freight, f):
		return fmt.Sprintf("the candidate is %s: %s; this Freight is older", n.Freight.Title(), n.Reason())
	default:
		return fmt.Sprintf("the candidate is %s: %s; this Freight is not listed", n.Freight.Title(), n.Reason())
	}
}
