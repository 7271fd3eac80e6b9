package render

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// phrase says in a few words why an upstream is not satisfied, and whether the
// blocker's message has evidence beyond them.
func phrase(b *report.Blocker) (words string, evidence bool) {
	switch avail.Reason(b.Reason) {
	case avail.SelfReference:
		return "names itself as its upstream", false
	case avail.StageNotFound:
		return "no such Stage", false
	case avail.Soaking:
		return "soaking, " + duration.HumanDuration(time.Duration(b.Remaining)) + " left", true
	case avail.SoakImpossible:
		return "never soaks, it is a control-flow Stage", false
	case avail.SoakInterrupted:
		return "left before it had soaked", true
	case avail.StageDeleting:
		return "being deleted", true
	case avail.OriginNotRequested:
		return "does not request the origin", true
	case avail.AwaitingGate, avail.AwaitingHealth:
		return Visible(b.Message), false // it says which of several things is in the way
	case avail.PromotionRunning:
		return "promoting", true
	case avail.VerificationPending, avail.VerificationRunning:
		return "verifying", true
	case avail.PromotionPending:
		return "promotion queued", true
	case avail.VerificationFailed:
		return "verification failed", true
	case avail.VerificationError:
		return "verification errored", true
	case avail.VerificationAborted:
		return "verification aborted", true
	case avail.VerificationInconclusive:
		return "verification inconclusive", true
	case avail.Superseded:
		return "replaced before it was verified", true
	case avail.PromotionFailed:
		return "promotion failed", true
	case avail.PromotionErrored:
		return "promotion errored", true
	case avail.PromotionAborted:
		return "promotion aborted", true
	case avail.NoSource:
		return "has no source", false
	case avail.Cycle:
		return "in a circle", true
	case avail.UpstreamBlocked:
		return "blocked", false
	case avail.NotPromoted:
		return "not promoted", false
	case avail.ReasonUnknown:
		return "unknown: " + Visible(b.Message), false
	}
	return b.Reason, true
}

// clauses says which blockers there are and why; those with the same reason share
// a clause. One that waits for others is followed to those that can act. Wide adds
// the evidence.
func clauses(blockers []report.Blocker, wide bool) []string {
	var order []string
	stages := map[string][]string{} // by what is said of them
	for i := range blockers {
		said := saying(&blockers[i], wide)
		if _, known := stages[said]; !known {
			order = append(order, said)
		}
		if name := Visible(blockers[i].Stage); !slices.Contains(stages[said], name) {
			stages[said] = append(stages[said], name)
		}
	}
	parts := make([]string, 0, len(order))
	for _, said := range order {
		parts = append(parts, strings.Join(stages[said], ", ")+": "+said)
	}
	return parts
}

// saying is what is said of one blocker.
func saying(b *report.Blocker, wide bool) string {
	reason := avail.Reason(b.Reason)
	if len(b.Causes) > 0 {
		roots := strings.Join(clauses(roots(b.Causes), wide), ", ")
		if reason == avail.ReasonUnknown {
			return "unknown, waits for " + roots
		}
		return "waits for " + roots
	}
	said, evidence := phrase(b)
	if wide && evidence && b.Message != "" {
		said += " (" + Visible(b.Message) + ")"
	}
	return said
}

// roots returns the blockers at the ends of the chains, in the order of the chains.
// A blocked Stage whose causes are given elsewhere in the tree is no end.
func roots(causes []report.Blocker) []report.Blocker {
	var ends []report.Blocker
	for i := range causes {
		switch {
		case len(causes[i].Causes) > 0:
			ends = append(ends, roots(causes[i].Causes)...)
		case avail.Reason(causes[i].Reason) != avail.UpstreamBlocked:
			ends = append(ends, causes[i])
		}
	}
	return ends
}

// explanation is why a piece of Freight is or is not available to a Stage, in
// parts that stand for themselves.
func explanation(stage *report.Stage, f *report.Freight, wide bool) []string {
	parts := blocked(stage, f, wide)
	for i := range f.Divergence {
		parts = append(parts, divergence(stage, f, &f.Divergence[i]))
	}
	if promotion := promotionHere(f); promotion != "" {
		parts = append(parts, promotion)
	}
	return parts
}

// blocked says what keeps the Freight out as configured, or else what would keep
// it out under the other strategy.
func blocked(stage *report.Stage, f *report.Freight, wide bool) []string {
	if !f.Available.Configured {
		switch avail.Verdict(f.Verdict) {
		case avail.VerdictNoSource:
			return []string{"no source: neither direct nor an upstream"}
		case avail.VerdictOriginNotRequested:
			return []string{"approved, but the Stage does not request " + Visible(f.Origin)}
		case avail.VerdictApproved, avail.VerdictDirect, avail.VerdictVerified, avail.VerdictAllOfNothing, avail.VerdictBlocked:
		}
		return clauses(blocking(f, func(b *report.Blocker) string { return inForce(stage, b) }), wide)
	}
	if !f.Available.All {
		return under("all", clauses(blocking(f, func(*report.Blocker) string { return "all" }), wide))
	}
	if !f.Available.Any {
		return []string{"any: no upstream to verify it"}
	}
	return nil
}

// inForce returns the semantics that the blocker's request has as configured.
func inForce(stage *report.Stage, b *report.Blocker) string {
	if stage.Requests[b.Request].Strategy == string(kargo.All) {
		return "all"
	}
	return "any"
}

// blocking returns the blockers that keep from holding what semantics says of each.
func blocking(f *report.Freight, semantics func(*report.Blocker) string) []report.Blocker {
	var list []report.Blocker
	for i := range f.Blockers {
		if slices.Contains(f.Blockers[i].Blocks, semantics(&f.Blockers[i])) {
			list = append(list, f.Blockers[i])
		}
	}
	return list
}

// under says that what follows holds under a semantics that is not in force.
func under(semantics string, parts []string) []string {
	if len(parts) > 0 {
		parts[0] = semantics + ": " + parts[0]
	}
	return parts
}

// divergence says what follows from a disagreement of available and listed.
func divergence(stage *report.Stage, f *report.Freight, d *report.Divergence) string {
	available, prefix := f.Available.Configured, ""
	if !slices.Contains(d.In, "configured") {
		available = f.Available.Any && slices.Contains(d.In, "any") || f.Available.All && slices.Contains(d.In, "all")
		prefix = strings.Join(d.In, " and ") + ": "
	}
	why := avail.Divergence{Cause: avail.Cause(d.Cause)}.String()
	will := "will"
	if prefix != "" || stage.AutoPromotion.Enabled != nil && !*stage.AutoPromotion.Enabled {
		will = "would"
	}
	switch {
	case available && stage.ControlFlow:
		return prefix + "the Stage does not pass it on: " + why
	case available:
		return prefix + "auto-promotion " + will + " not pick it up: " + why
	case stage.ControlFlow:
		return prefix + "the Stage passes it on all the same: " + why
	default:
		return prefix + "auto-promotion " + will + " pick it and be refused: " + why
	}
}

// promotionHere says what became of the Freight's last Promotion to the Stage
// itself, where that is news.
func promotionHere(f *report.Freight) string {
	p := f.Here.Promotion
	if p == nil {
		return ""
	}
	switch phase := kargo.PromotionPhase(p.Phase); {
	case phase.Unsuccessful():
		text := "last promotion here " + strings.ToLower(p.Phase)
		if p.Message != "" {
			text += ": " + Visible(p.Message)
		}
		return text
	case phase.Ended():
		return ""
	case phase == kargo.PromotionRunning:
		return "promotion here running"
	default:
		return "promotion here queued"
	}
}

// failedHere reports whether the Freight's last Promotion to the Stage ended
// without success.
func failedHere(f *report.Freight) bool {
	return f.Here.Promotion != nil && kargo.PromotionPhase(f.Here.Promotion.Phase).Unsuccessful()
}
