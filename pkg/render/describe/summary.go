// Package describe puts Freight into words: its name, its age, why it is or is not
// available to a Stage, and what changed. All text from outside is sanitized.
package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Summary says in one sentence whether a piece of Freight is available to a Stage as
// configured, and why.
func Summary(stage *report.Stage, f *report.ExplainedFreight) string {
	name, to := Freight(f.Alias, f.Name), term.Sanitize(stage.Name)
	if f.Available.Configured {
		return fmt.Sprintf("%s is available to %s: %s.", name, to, admitted(f))
	}
	parts := blockedBy(stage, &f.Freight, false)
	if stopped(f.Checks) {
		parts = append(parts, "Kargo stops at the first All request of this origin")
	}
	why := strings.Join(parts, "; ")
	if avail.Verdict(f.Verdict) == avail.VerdictOriginNotRequested { // approved or not
		why = fmt.Sprintf("%s does not request %s", to, term.Sanitize(f.Origin))
	}
	if why == "" { // requests of one origin whose strategies differ
		why = "no request of its origin admits it"
	}
	never := ""
	if avail.OutlookState(f.Forecast.Available.Configured.State) == avail.Never {
		never = ", and never will be as configured"
	}
	return fmt.Sprintf("%s is not available to %s%s%s: %s.", name, to, asks(stage, f.Checks), never, why)
}

// asks says how many upstreams a Stage asks for, where it asks for several.
func asks(stage *report.Stage, checks []report.Check) string {
	for i := range checks {
		switch request := &stage.Requests[checks[i].Request]; {
		case len(request.Upstreams) < 2:
		case checks[i].TakesAll:
			return fmt.Sprintf(", which needs all of its %d upstreams to verify it", len(request.Upstreams))
		default:
			return fmt.Sprintf(", which needs one of its %d upstreams to verify it", len(request.Upstreams))
		}
	}
	return ""
}

// stopped reports whether a later request would have admitted the Freight, had Kargo not
// stopped at one that says All.
func stopped(checks []report.Check) bool {
	first := slices.IndexFunc(checks, func(c report.Check) bool { return c.TakesAll })
	return first >= 0 && slices.ContainsFunc(checks[first+1:], func(c report.Check) bool { return c.Available })
}

// admitted says what admits a piece of Freight.
func admitted(f *report.ExplainedFreight) string {
	switch avail.Verdict(f.Verdict) {
	case avail.VerdictApproved:
		return "it is approved for it"
	case avail.VerdictDirect:
		return "it comes straight from " + term.Sanitize(f.Origin)
	case avail.VerdictAllOfNothing:
		return "All over no upstreams requires nothing"
	case avail.VerdictVerified:
		return verifiedBy(f.Checks)
	case avail.VerdictBlocked, avail.VerdictNoSource, avail.VerdictOriginNotRequested:
	}
	return f.Verdict
}

// verifiedBy says which upstreams are satisfied, and whether they are enough.
func verifiedBy(checks []report.Check) string {
	for i := range checks {
		upstreams := checks[i].Upstreams
		var done []string
		for u := range upstreams {
			if upstreams[u].Satisfied {
				done = append(done, upstreams[u].Stage)
			}
		}
		if len(done) == 0 {
			continue
		}
		text := "verified in " + Names(done)
		ignored := checks[i].Ignores
		if soak := checks[i].RequiredSoakTime; soak != nil {
			text += fmt.Sprintf(" and soaked %s", soak)
		}
		switch {
		case slices.Contains(ignored, report.IgnoresSoak) && slices.Contains(ignored, report.IgnoresStrategy):
			return text + "; this Kargo looks neither at soak times nor at strategies"
		case slices.Contains(ignored, report.IgnoresSoak):
			return text + "; this Kargo does not look at soak times"
		case len(upstreams) == 1:
			return text
		case slices.Contains(ignored, report.IgnoresStrategy) && len(done) < len(upstreams):
			return text + ", which is enough, as this Kargo ignores All when Freight is promoted (kargo#3740)"
		case checks[i].TakesAll:
			return text + ", which are all of its upstreams"
		case len(done) < len(upstreams):
			return text + ", and any one of its upstreams is enough"
		default:
			return text
		}
	}
	return "verified upstream"
}
