package describe

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// WhyChanged says why the verdict, or an answer under another strategy, has changed.
func WhyChanged(c *report.Change) string {
	if c.Object == nil {
		return string(c.Gone)
	}
	var parts []string
	switch {
	case c.From != nil && *c.From == *c.To:
		for _, semantics := range c.Flipped {
			parts = append(parts, whyFlipped(c, semantics))
		}
		return strings.Join(parts, "; ")
	case avail.Verdict(*c.To) == avail.VerdictApproved:
		parts = append(parts, "it is approved for "+term.Sanitize(c.Stage))
	case c.Object.Available.Configured:
		parts = append(parts, admitted(&report.ExplainedFreight{Freight: *c.Object, Checks: c.Checks}))
	}
	return strings.Join(append(parts, Reasons(c.Where, c.Object, false)...), "; ")
}

// whyFlipped says of an answer that it is another one than before, and why.
func whyFlipped(c *report.Change, semantics string) string {
	available := map[string]bool{"any": c.Object.Available.Any, "all": c.Object.Available.All}
	if available[semantics] {
		return withReason("under "+semantics+": available now", satisfied(c.Checks))
	}
	blockers := blocking(c.Object, func(*report.Blocker) string { return semantics })
	return withReason("under "+semantics+": not available any more", strings.Join(Blockers(blockers, false), ", "))
}

func withReason(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

// satisfied says which upstreams are.
func satisfied(checks []report.Check) string {
	var done []string
	soaked := ""
	for i := range checks {
		for _, upstream := range checks[i].Upstreams {
			if !upstream.Satisfied {
				continue
			}
			done = append(done, upstream.Stage)
			if upstream.Soak != nil {
				soaked = " and soaked"
			}
		}
	}
	if len(done) == 0 {
		return ""
	}
	return "verified in " + Names(done) + soaked
}
