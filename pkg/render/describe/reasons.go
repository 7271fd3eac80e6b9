package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Reasons says why a piece of Freight is or is not available to a Stage, in
// parts that stand for themselves.
func Reasons(stage *report.Stage, f *report.Freight, wide bool) []string {
	parts := blockedBy(stage, f, wide)
	for _, c := range Consequences(stage, f) {
		parts = append(parts, c.String())
	}
	if promotion := PromotionHere(f); promotion != "" {
		parts = append(parts, promotion)
	}
	if again := f.Here.Reverified; again != nil {
		text := "verified here before, and the newest verification ended " + again.Phase
		if again.Message != "" {
			text += ": " + term.Sanitize(again.Message)
		}
		parts = append(parts, text)
	}
	if passed := passedOver(stage, f); passed != "" {
		parts = append(parts, passed)
	}
	return parts
}

// Reason says in a line why the Freight is or is not available to the Stage, with the
// evidence; "" when there is nothing to say.
func Reason(stage *report.Stage, f *report.Freight) string {
	return strings.Join(Reasons(stage, f, true), "; ")
}

// Blocking says what keeps the Freight out as configured, or else what would keep it out
// under the other strategy; nothing for Freight that nothing keeps out.
func Blocking(stage *report.Stage, f *report.Freight) []string { return blockedBy(stage, f, false) }

// blockedBy says what keeps the Freight out as configured, or else what would keep
// it out under the other strategy.
func blockedBy(stage *report.Stage, f *report.Freight, wide bool) []string {
	if !f.Available.Configured {
		switch avail.Verdict(f.Verdict) {
		case avail.VerdictNoSource:
			return []string{"no source: neither direct nor an upstream"}
		case avail.VerdictOriginNotRequested:
			return []string{"approved, but the Stage does not request " + term.Sanitize(f.Origin)}
		case avail.VerdictApproved, avail.VerdictDirect, avail.VerdictVerified, avail.VerdictAllOfNothing, avail.VerdictBlocked:
		}
		return Blockers(neverFirst(blocking(f, func(b *report.Blocker) string { return inForce(stage, b) })), wide)
	}
	if !f.Available.All {
		return under("all", Blockers(neverFirst(blocking(f, func(*report.Blocker) string { return "all" })), wide))
	}
	if !f.Available.Any {
		return []string{"under any: no upstream to verify it"}
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
		parts[0] = "under " + semantics + ": " + parts[0]
	}
	return parts
}

// Consequence is what follows from a disagreement of available and listed, and why they
// disagree.
type Consequence struct{ Text, Why string }

// String joins the two.
func (c Consequence) String() string { return c.Text + ": " + c.Why }

// Consequences are those of all disagreements about a piece of Freight. Reasons has them,
// too, as strings.
func Consequences(stage *report.Stage, f *report.Freight) []Consequence {
	var list []Consequence
	for i := range f.Divergence {
		list = append(list, consequence(stage, f, &f.Divergence[i]))
	}
	return list
}

// ConsequencesNow are those of the strategy that the Stage has now.
func ConsequencesNow(stage *report.Stage, f *report.Freight) []Consequence {
	var list []Consequence
	for i := range f.Divergence {
		if slices.Contains(f.Divergence[i].In, "configured") {
			list = append(list, consequence(stage, f, &f.Divergence[i]))
		}
	}
	return list
}

func consequence(stage *report.Stage, f *report.Freight, d *report.Divergence) Consequence {
	available, prefix := f.Available.Configured, ""
	if !slices.Contains(d.In, "configured") {
		available = f.Available.Any && slices.Contains(d.In, "any") || f.Available.All && slices.Contains(d.In, "all")
		prefix = "under " + strings.Join(d.In, " and ") + ": "
	}
	why := avail.Divergence{Cause: avail.Cause(d.Cause), Detail: d.Detail}.String()
	will := "will"
	if prefix != "" || stage.AutoPromotion.Enabled != nil && !*stage.AutoPromotion.Enabled {
		will = "would"
	}
	switch {
	case available && stage.ControlFlow:
		return Consequence{prefix + "the Stage does not pass it on", why}
	case available:
		return Consequence{prefix + "auto-promotion " + will + " not pick it up", why}
	case stage.ControlFlow:
		return Consequence{prefix + "the Stage passes it on anyway", why}
	default:
		return Consequence{prefix + "auto-promotion " + will + " pick it and be refused", why}
	}
}

// PromotionHere says what became of the Freight's last Promotion to the Stage
// itself, where that is news.
func PromotionHere(f *report.Freight) string {
	p := f.Here.Promotion
	if p == nil {
		return ""
	}
	switch phase := kargo.PromotionPhase(p.Phase); {
	case phase.Unsuccessful():
		text := "last promotion here " + strings.ToLower(p.Phase)
		if p.Message != "" {
			text += ": " + term.Sanitize(p.Message)
		}
		return text
	case phase.Ended():
		return ""
	case !phase.Known():
		return fmt.Sprintf("promotion here is in the phase %q, which is not known", term.Sanitize(p.Phase))
	case phase == kargo.PromotionRunning:
		return "promotion here running"
	default:
		return "promotion here queued"
	}
}

// FailedHere reports whether the Freight's last Promotion to the Stage ended
// without success.
func FailedHere(f *report.Freight) bool {
	return f.Here.Promotion != nil && kargo.PromotionPhase(f.Here.Promotion.Phase).Unsuccessful()
}
