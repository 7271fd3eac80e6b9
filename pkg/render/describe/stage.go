package describe

import (
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Auto says in a word whether Kargo promotes to the Stage by itself: yes or no, ? where
// that is not known, or why it is on and promotes nothing of any origin.
func Auto(stage *report.Stage) string {
	a := &stage.AutoPromotion
	switch {
	case stage.ControlFlow:
		return "no"
	case a.Enabled == nil:
		return "?"
	case !*a.Enabled:
		return "no"
	}
	why := ""
	for _, next := range a.Next {
		word := obstacle(autopromote.Outcome(next.Outcome))
		if word == "" || why != "" && why != word {
			why = ""
			break
		}
		why = word
	}
	switch {
	case why != "":
		return why
	case len(a.Held) > 0:
		return "held"
	default:
		return "yes"
	}
}

// obstacle says in a word why nothing is promoted; "" for outcomes that are no obstacle.
func obstacle(outcome autopromote.Outcome) string {
	switch outcome {
	case autopromote.Held:
		return "held"
	case autopromote.ListingFails:
		return "failing"
	case autopromote.Frozen:
		return "frozen"
	case autopromote.Unsuccessful:
		return "failed"
	case autopromote.Refused:
		return "refused"
	default:
		return ""
	}
}

// StageLabel is what stands behind the name of a Stage: that it is a control-flow Stage, or
// what Auto says of it; "" for a Stage to which Kargo does not promote by itself.
func StageLabel(stage *report.Stage) string {
	if stage.ControlFlow {
		return " (control flow)"
	}
	switch auto := Auto(stage); auto {
	case "no":
		return ""
	case "yes":
		return " (auto)"
	case "?":
		return " (auto?)"
	case "failing":
		return " (auto, listing fails)"
	case "failed":
		return " (auto, not retried)"
	default:
		return " (auto, " + auto + ")"
	}
}

// IsNext reports whether the Freight is what auto-promotion promotes next.
func IsNext(stage *report.Stage, f *report.Freight) bool {
	next, known := stage.AutoPromotion.Next[f.Origin]
	return known && next.Freight == f.Name && autopromote.Outcome(next.Outcome) == autopromote.WillPromote
}

// passedOver says why auto-promotion leaves the Freight, which is its candidate, alone; ""
// when it does not, or that is said by other words.
func passedOver(stage *report.Stage, f *report.Freight) string {
	next, known := stage.AutoPromotion.Next[f.Origin]
	if !known || next.Freight != f.Name {
		return ""
	}
	switch autopromote.Outcome(next.Outcome) {
	case autopromote.Held:
		return "auto-promotion is on hold"
	case autopromote.Unsuccessful:
		return "auto-promotion does not try it again"
	case autopromote.PromotedBefore, autopromote.Behind:
		return "auto-promotion: " + term.Sanitize(next.Reason)
	default:
		return ""
	}
}

// Freeze says that promotions to the Stage are frozen, and until when.
func Freeze(freeze *report.Freeze) string {
	closed := kargo.WindowStatus{Closed: true, Reason: term.Sanitize(freeze.Reason), NextOpen: freeze.Until}
	return "promotions are frozen" + closed.Closure()
}

// FreezeAdvice says what Freeze says, and how old it is: what counts is decided when a
// Promotion is created.
func FreezeAdvice(freeze *report.Freeze) string {
	text := Freeze(freeze) + " (as the Stage's status says"
	if freeze.StatusChangedAt != nil {
		text += ", last changed at " + freeze.StatusChangedAt.Format(time.RFC3339)
	}
	return text + ")"
}

// Strategies names the strategy of the Stage's requests, or of those of one origin
// alone: OneOf or All, direct, or none for a request that has no source at all.
func Strategies(stage *report.Stage, origin string) string {
	var names []string
	for i := range stage.Requests {
		request := &stage.Requests[i]
		if origin != "" && request.Origin != origin {
			continue
		}
		for _, name := range sourcesOf(request) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, "+")
}

func sourcesOf(request *report.Request) []string {
	var names []string
	if request.Direct {
		names = append(names, "direct")
	}
	if len(request.Upstreams) > 0 || !request.Direct {
		names = append(names, term.Sanitize(request.Strategy))
	}
	return names
}
