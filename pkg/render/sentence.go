package render

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Sentence says in one sentence whether a piece of Freight is available to a Stage as
// configured, and why.
func Sentence(stage *report.Stage, f *report.ExplainedFreight) string {
	name, to := freightName(&f.Freight), Visible(stage.Name)
	if f.Available.Configured {
		return fmt.Sprintf("%s is available to %s: %s.", name, to, admitted(stage, f))
	}
	why := strings.Join(blocked(stage, &f.Freight, false), "; ")
	if avail.Verdict(f.Verdict) == avail.VerdictOriginNotRequested { // approved or not
		why = fmt.Sprintf("%s does not request %s", to, Visible(f.Origin))
	}
	if why == "" { // requests of one origin whose strategies differ
		why = "no request of its origin admits it"
	}
	never := ""
	if avail.OutlookState(f.Forecast.Available.Configured.State) == avail.Never {
		never = ", and will not be as the Stages are written"
	}
	return fmt.Sprintf("%s is not available to %s%s%s: %s.", name, to, asks(stage, &f.Freight), never, why)
}

// freightName is what people call a piece of Freight.
func freightName(f *report.Freight) string {
	if f.Alias != "" {
		return Visible(f.Alias)
	}
	return Visible(hashes().ReplaceAllString(f.Name, "$1"))
}

// asks says how many upstreams a Stage asks for, where it asks for several.
func asks(stage *report.Stage, f *report.Freight) string {
	for i := range stage.Requests {
		request := &stage.Requests[i]
		switch {
		case request.Origin != f.Origin || len(request.Upstreams) < 2:
		case request.Strategy == string(kargo.All):
			return fmt.Sprintf(", which asks for all of its %d upstreams", len(request.Upstreams))
		default:
			return fmt.Sprintf(", which asks for any of its %d upstreams", len(request.Upstreams))
		}
	}
	return ""
}

// admitted says what admits a piece of Freight.
func admitted(stage *report.Stage, f *report.ExplainedFreight) string {
	switch avail.Verdict(f.Verdict) {
	case avail.VerdictApproved:
		return "it is approved for it"
	case avail.VerdictDirect:
		return "it comes straight from " + Visible(f.Origin)
	case avail.VerdictAllOfNothing:
		return "All over no upstreams asks for nothing"
	case avail.VerdictVerified:
		return verifiedBy(stage, f.Checks)
	case avail.VerdictBlocked, avail.VerdictNoSource, avail.VerdictOriginNotRequested:
	}
	return f.Verdict
}

// verifiedBy says which upstreams are satisfied, and whether they are enough.
func verifiedBy(stage *report.Stage, checks []report.Check) string {
	for i := range checks {
		request, upstreams := &stage.Requests[checks[i].Request], checks[i].Upstreams
		var done []string
		for u := range upstreams {
			if upstreams[u].Satisfied {
				done = append(done, Visible(upstreams[u].Stage))
			}
		}
		if len(done) == 0 {
			continue
		}
		text := "verified in " + strings.Join(done, ", ")
		if request.RequiredSoakTime != nil {
			text += fmt.Sprintf(" and soaked %s", request.RequiredSoakTime)
		}
		switch {
		case len(upstreams) == 1:
			return text
		case request.Strategy == string(kargo.All) && len(done) < len(upstreams):
			return text + ", which is enough, as this Kargo ignores All when Freight is promoted (kargo#3740)"
		case request.Strategy == string(kargo.All):
			return text + ", which are all of its upstreams"
		case len(done) < len(upstreams):
			return text + ", and any one of its upstreams is enough"
		default:
			return text
		}
	}
	return "verified upstream"
}
