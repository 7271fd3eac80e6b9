package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// rule is the checklist of each request.
func (p *writer) rule(f *report.ExplainedFreight) {
	p.heading("RULE")
	if len(f.Checks) == 0 {
		text := fmt.Sprintf("%s does not request %s", term.Sanitize(p.stage.Name), term.Sanitize(f.Origin))
		if f.Available.Configured {
			text = "approved for it, though " + text
		}
		p.item(2, p.mark(f.Available.Configured), text)
	}
	for i := range f.Checks {
		check := &f.Checks[i]
		request := &p.stage.Requests[check.Request]
		p.item(2, "", p.wants(request, check))
		approved := "not approved for it"
		if check.Approved {
			approved = "approved for it" + p.at(check.ApprovedAt)
		}
		p.item(4, p.optionalMark(check.Approved), approved)
		if check.Direct {
			p.item(4, p.mark(true), "taken straight from the Warehouse")
		}
		p.upstreams(check.Upstreams)
	}
}

// mostUpstreams is how many upstreams of which different things are known are shown.
const mostUpstreams = 8

// upstreams is the checklist of the upstreams. Those of which the same is known share it.
func (p *writer) upstreams(list []report.UpstreamCheck) {
	var order []string
	alike := map[string][]string{}
	satisfied := map[string]bool{}
	for i := range list {
		u := &list[i]
		known := p.mark(u.Satisfied) + p.aside(func(aside *writer) { aside.upstream(u) })
		if _, met := alike[known]; !met {
			order = append(order, known)
		}
		alike[known], satisfied[known] = append(alike[known], u.Stage), u.Satisfied
	}
	for i, known := range order {
		if i == mostUpstreams && len(order) > mostUpstreams+1 {
			p.moreUpstreams(order[i:], alike, satisfied)
			return
		}
		p.item(4, p.mark(satisfied[known]), describe.Names(alike[known]))
		p.out.WriteString(strings.TrimPrefix(known, p.mark(satisfied[known])))
	}
}

// moreUpstreams counts the upstreams that are not shown.
func (p *writer) moreUpstreams(rest []string, alike map[string][]string, satisfied map[string]bool) {
	n, done := 0, 0
	for _, known := range rest {
		n += len(alike[known])
		if satisfied[known] {
			done += len(alike[known])
		}
	}
	p.item(4, "-", fmt.Sprintf("and %d more upstreams, of which %d are satisfied (-o json has all)", n, done))
}

// aside returns what write writes, in place of writing it.
func (p *writer) aside(write func(*writer)) string {
	other := &writer{style: p.style, now: p.now, project: p.project, stage: p.stage}
	write(other)
	return other.out.String()
}

// wants says what a request asks for.
func (p *writer) wants(request *report.Request, check *report.Check) string {
	text := term.Sanitize(request.Origin) + ": "
	names := describe.Names(request.Upstreams)
	switch many := len(request.Upstreams) > 1; {
	case len(request.Upstreams) == 0 && request.Direct:
		return text + "whatever the Warehouse has found"
	case len(request.Upstreams) == 0:
		return text + "no source is named (" + term.Sanitize(request.Strategy) + ")"
	case many && check.TakesAll:
		text += fmt.Sprintf("verified in all of %s (All)", names)
	case many:
		text += fmt.Sprintf("verified in any of %s", names)
		if !slices.Contains(check.Ignores, report.IgnoresStrategy) {
			text += " (" + term.Sanitize(request.Strategy) + ")"
		}
	default:
		text += "verified in " + names
	}
	if check.RequiredSoakTime != nil {
		text += fmt.Sprintf(" and soaked there for %s", check.RequiredSoakTime)
	}
	if request.Direct {
		text += ", or straight from the Warehouse"
	}
	return text + ", or approved"
}

// upstream is what is known of one upstream, below its name.
func (p *writer) upstream(u *report.UpstreamCheck) {
	if !u.Exists {
		p.item(8, p.mark(false), "there is no such Stage")
	}
	if u.Verified {
		p.item(8, p.mark(true), "verified"+p.at(u.VerifiedAt)+p.verification(u, true))
	} else if u.Exists {
		p.item(8, p.mark(false), "not verified"+p.verification(u, false))
	}
	if u.Soak != nil {
		p.item(8, p.mark(u.Verified && u.Soak.Complete), p.soak(u))
	}
	if !u.Satisfied {
		p.evidence(u)
	}
}

// verification says what the newest verification said. That of Freight that is verified
// may be a later one, which takes nothing back.
func (p *writer) verification(u *report.UpstreamCheck, verified bool) string {
	v := u.Verification
	if v == nil {
		return ""
	}
	phase := kargo.VerificationPhase(v.Phase)
	text := ""
	switch {
	case verified && phase == kargo.VerificationSuccessful && v.AnalysisRun == "":
		return ""
	case verified && phase == kargo.VerificationSuccessful:
	case verified:
		text = ", which still counts; a later verification " + p.phase(v)
	case phase == kargo.VerificationSuccessful:
		text = ", although its verification succeeded" + p.at(v.FinishTime)
	case phase.Open():
		text = ": verifying"
		if v.StartTime != nil {
			text += " since" + p.at(v.StartTime)
		}
	default:
		text = ": verification " + p.phase(v)
	}
	if v.AnalysisRun != "" {
		text += ", AnalysisRun " + term.Sanitize(v.AnalysisRun)
	}
	if v.Message != "" {
		text += ": " + term.Sanitize(v.Message)
	}
	return text
}

// phase says how far a verification is, and since when.
func (p *writer) phase(v *report.VerificationEvidence) string {
	text := strings.ToLower(term.Sanitize(v.Phase))
	if v.Phase == "" {
		text = "not reported"
	}
	switch {
	case v.FinishTime != nil && !kargo.VerificationPhase(v.Phase).Open():
		return text + p.at(v.FinishTime)
	case v.StartTime != nil:
		return text + ", since" + p.at(v.StartTime)
	default:
		return text
	}
}

// soak says how long the Freight was there, of how long it has to be.
func (p *writer) soak(u *report.UpstreamCheck) string {
	text := fmt.Sprintf("soaked %s of %s", clock(u.Soak.Elapsed), u.Soak.Required)
	switch {
	case u.Soak.Complete && !u.Verified:
		return fmt.Sprintf("was there for %s of the required %s, which counts once it is verified", clock(u.Soak.Elapsed), u.Soak.Required)
	case u.Soak.Complete:
		return fmt.Sprintf("soaked %s (needs %s)", clock(u.Soak.Elapsed), u.Soak.Required)
	case u.Soak.Until != nil:
		return text + ", until " + p.when(u.Soak.Until)
	case u.Soak.Elapsed > 0 && u.ControlFlow:
		return text + ", before the Stage was a control-flow Stage"
	case u.Soak.Elapsed > 0:
		return text + ", then it was replaced"
	case u.ControlFlow:
		return fmt.Sprintf("has not soaked (needs %s), and cannot: a control-flow Stage holds no Freight", u.Soak.Required)
	case u.Current:
		return text + "; it runs there, but since when is not known"
	default:
		return fmt.Sprintf("has not soaked (needs %s), and does not run there", u.Soak.Required)
	}
}

// clock writes a length of time in whole seconds.
func clock(d kargo.Duration) string { return time.Duration(d).Truncate(time.Second).String() }

// evidence says what else is known of an upstream that is not satisfied.
func (p *writer) evidence(u *report.UpstreamCheck) {
	if promotion := u.Promotion; promotion != nil {
		phase := strings.ToLower(term.Sanitize(promotion.Phase))
		if phase == "" || phase == strings.ToLower(string(kargo.PromotionPending)) {
			phase = "queued"
		}
		text := fmt.Sprintf("%s %s %s%s", promotion.Kind, term.Sanitize(promotion.Name), phase, p.at(promotion.FinishedAt))
		if promotion.Message != "" {
			text += ": " + term.Sanitize(promotion.Message)
		}
		p.item(8, "-", text)
	}
	switch {
	case u.Current && u.Since != nil:
		p.item(8, "-", "runs there since "+p.when(u.Since))
	case u.Current:
		p.item(8, "-", "runs there")
	case u.Verification != nil && u.Verification.Replaced:
		p.item(8, "-", "other Freight has replaced it there since")
	}
	if health := u.Health; health != nil {
		text := "the Stage is " + term.Sanitize(health.Status)
		if health.Since != nil {
			text += " since " + p.when(health.Since)
		}
		if len(health.Issues) > 0 {
			text += ": " + term.Sanitize(strings.Join(health.Issues, "; "))
		}
		p.item(8, "-", text)
	}
}
