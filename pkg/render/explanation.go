package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Explanation writes an Explanation for a person, section by section.
func Explanation(w io.Writer, e *report.Explanation, style Style) error {
	measureEverywhereAlike()
	p := &page{style: style, now: e.At, stage: &e.Stage, project: e.Project}
	for i := range e.Freight {
		if i > 0 {
			p.out.WriteString("\n")
		}
		p.freight(&e.Freight[i])
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// page gathers the lines of an Explanation.
type page struct {
	out     strings.Builder
	style   Style
	now     time.Time
	project string
	stage   *report.ExplainedStage
}

// heading begins a section.
func (p *page) heading(text string) {
	p.out.WriteString("\n" + paint(p.style.Palette.strong, text) + "\n")
}

// item writes text behind a mark, folded to the terminal's width.
func (p *page) item(indent int, mark, text string) {
	lead := strings.Repeat(" ", indent)
	if mark != "" {
		lead += mark + " "
	}
	for i, line := range p.fold(text, width(lead)) {
		if i > 0 {
			lead = strings.Repeat(" ", width(lead))
		}
		p.out.WriteString(lead + line + "\n")
	}
}

// fold breaks text into the lines that fit beside a margin.
func (p *page) fold(text string, margin int) []string {
	if !p.style.Terminal || p.style.Width == 0 {
		return []string{text}
	}
	return wrap(text, max(p.style.Width-margin, leastReason))
}

// mark says whether a point of the rule holds.
func (p *page) mark(yes bool) string {
	switch {
	case p.style.Glyphs:
		return p.answer(yes)
	case yes:
		return paint(p.style.Palette.good, "[x]")
	default:
		return paint(p.style.Palette.bad, "[ ]")
	}
}

// answer is yes or no.
func (p *page) answer(yes bool) string { return p.style.answer(avail.TruthOf(yes)) }

// beside marks a point that would do and does not have to hold.
func (p *page) beside(yes bool) string {
	if yes {
		return p.mark(true)
	}
	return "-"
}

func (p *page) freight(f *report.ExplainedFreight) {
	for _, line := range p.fold(f.Summary, 0) {
		p.out.WriteString(paint(p.style.Palette.strong, line) + "\n")
	}
	p.facts(f)
	p.rule(f)
	p.causes(f)
	p.autoPromotion(f)
	p.disagreements(f)
	p.forecast(f)
	p.steps(f)
	p.next(f)
}

// facts says what is explained.
func (p *page) facts(f *report.ExplainedFreight) {
	p.out.WriteString("\n")
	p.item(2, "Freight:  ", fmt.Sprintf("%s, from %s, %s", p.called(f), Visible(f.Origin), p.discovered(f.DiscoveredAt)))
	if len(f.Artifacts) > 0 {
		p.item(2, "Contains: ", strings.ReplaceAll(artifacts(f.Artifacts, hashes()), ",", ", "))
	}
	p.item(2, "Stage:    ", fmt.Sprintf("%s of Project %s, %s", p.stageName(), Visible(p.project), p.runs(f)))
	p.item(2, "Available:", fmt.Sprintf("%s as configured%s, %s under any, %s under all",
		p.answer(f.Available.Configured), p.strategy(f), p.answer(f.Available.Any), p.answer(f.Available.All)))
	p.item(2, "Listed:   ", p.listed(f))
	if here := promotionHere(&f.Freight); here != "" {
		p.item(2, "Here:     ", fmt.Sprintf("%s (%s)", here, Visible(f.Here.Promotion.Name)))
	}
	if f.Unverified != nil {
		p.item(2, "Here:     ", "not verified: "+Clause(f.Unverified))
	}
}

// strategy names the strategy of the Freight's request.
func (p *page) strategy(f *report.ExplainedFreight) string {
	if len(f.Checks) != 1 {
		return ""
	}
	return " (" + Visible(p.stage.Requests[f.Checks[0].Request].Strategy) + ")"
}

// listed says what auto-promotion and the web UI see.
func (p *page) listed(f *report.ExplainedFreight) string {
	text := p.style.answer(truth(f.Listed.Configured))
	if p.stage.ListError != "" {
		return text + ", the Stage's listing fails: " + Visible(p.stage.ListError)
	}
	if p.stage.ControlFlow {
		return text + " (what the Stage goes by when it passes Freight on)"
	}
	return text + " (what auto-promotion and the web UI go by)"
}

func (p *page) called(f *report.ExplainedFreight) string {
	if f.Alias == "" {
		return Visible(f.Name)
	}
	return fmt.Sprintf("%s (%s)", Visible(f.Alias), Visible(f.Name))
}

func (p *page) discovered(at *time.Time) string {
	if at == nil {
		return "discovered at an unknown time"
	}
	return "discovered " + p.when(at)
}

func (p *page) stageName() string {
	if p.stage.ControlFlow {
		return "control-flow Stage " + Visible(p.stage.Name)
	}
	return Visible(p.stage.Name)
}

// runs says what the Stage runs of the Freight's origin.
func (p *page) runs(f *report.ExplainedFreight) string {
	switch {
	case p.stage.ControlFlow && f.Here.Verified:
		return "which has passed it on"
	case p.stage.ControlFlow:
		return "which has not passed it on"
	case f.Here.Current && f.Here.Verified:
		return "which runs it and has verified it"
	case f.Here.Current:
		return "which runs it and has not verified it"
	}
	for _, current := range p.stage.Current {
		if current.Origin == f.Origin {
			return "which runs " + name(report.Named{Name: current.Freight, Alias: current.Alias})
		}
	}
	return "which runs nothing of this origin"
}

// when writes an instant and how far from now it is.
func (p *page) when(at *time.Time) string {
	return fmt.Sprintf("%s (%s)", at.UTC().Format(time.RFC3339), p.distance(*at))
}

// distance says how far from now an instant is.
func (p *page) distance(at time.Time) string {
	if at.After(p.now) {
		return "in " + duration.HumanDuration(at.Sub(p.now))
	}
	return duration.HumanDuration(p.now.Sub(at)) + " ago"
}

// rule is the checklist of each request.
func (p *page) rule(f *report.ExplainedFreight) {
	p.heading("RULE")
	if len(f.Checks) == 0 {
		text := fmt.Sprintf("%s does not request %s", Visible(p.stage.Name), Visible(f.Origin))
		if f.Available.Configured {
			text = "approved for it, though " + text
		}
		p.item(2, p.mark(f.Available.Configured), text)
	}
	for i := range f.Checks {
		check := &f.Checks[i]
		request := &p.stage.Requests[check.Request]
		p.item(2, "", p.wants(request, check.Ignores))
		approved := "not approved for it"
		if check.Approved {
			approved = "approved for it" + p.at(check.ApprovedAt)
		}
		p.item(4, p.beside(check.Approved), approved)
		if check.Direct {
			p.item(4, p.mark(true), "taken straight from the Warehouse")
		}
		for u := range check.Upstreams {
			p.upstream(&check.Upstreams[u])
		}
	}
}

// wants says what a request asks for.
func (p *page) wants(request *report.Request, ignored []string) string {
	names := make([]string, 0, len(request.Upstreams))
	for _, name := range request.Upstreams {
		names = append(names, Visible(name))
	}
	text := Visible(request.Origin) + ": "
	all := request.Strategy == string(kargo.All) && !slices.Contains(ignored, report.IgnoresStrategy)
	switch many := len(names) > 1; {
	case len(names) == 0 && request.Direct:
		return text + "whatever the Warehouse has found"
	case len(names) == 0:
		return text + "no source is named (" + Visible(request.Strategy) + ")"
	case many && all:
		text += fmt.Sprintf("verified in all of %s (All)", strings.Join(names, ", "))
	case many:
		text += fmt.Sprintf("verified in any of %s", strings.Join(names, ", "))
		if !slices.Contains(ignored, report.IgnoresStrategy) {
			text += " (" + Visible(request.Strategy) + ")"
		}
	default:
		text += "verified in " + names[0]
	}
	if request.RequiredSoakTime != nil && !slices.Contains(ignored, report.IgnoresSoak) {
		text += fmt.Sprintf(" and soaked there for %s", request.RequiredSoakTime)
	}
	if request.Direct {
		text += ", or straight from the Warehouse"
	}
	return text + ", or approved"
}

// at says when something was, if that is known.
func (p *page) at(at *time.Time) string {
	if at == nil {
		return ""
	}
	return " " + p.when(at)
}

// upstream is the checklist of one upstream.
func (p *page) upstream(u *report.UpstreamCheck) {
	p.item(4, p.mark(u.Satisfied), Visible(u.Stage))
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
func (p *page) verification(u *report.UpstreamCheck, verified bool) string {
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
		text = "; a later verification " + p.phase(v)
	default:
		text = ": verification " + p.phase(v)
	}
	if v.AnalysisRun != "" {
		text += ", AnalysisRun " + Visible(v.AnalysisRun)
	}
	if v.Message != "" {
		text += ": " + Visible(v.Message)
	}
	return text
}

// phase says how far a verification is, and since when.
func (p *page) phase(v *report.VerificationEvidence) string {
	text := strings.ToLower(Visible(v.Phase))
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
func (p *page) soak(u *report.UpstreamCheck) string {
	text := fmt.Sprintf("soaked %s of %s", clock(u.Soak.Elapsed), u.Soak.Required)
	switch {
	case u.Soak.Complete:
		return fmt.Sprintf("soaked %s, of which %s is required", clock(u.Soak.Elapsed), u.Soak.Required)
	case u.Soak.Until != nil:
		return text + ", until " + p.when(u.Soak.Until)
	case u.Soak.Elapsed > 0:
		return text + ", and left"
	case u.Current:
		return text + ", and since when it is there is not known"
	default:
		return text + ", and is not there"
	}
}

// clock writes a length of time in whole seconds.
func clock(d kargo.Duration) string { return time.Duration(d).Truncate(time.Second).String() }

// evidence says what else is known of an upstream that is not satisfied.
func (p *page) evidence(u *report.UpstreamCheck) {
	if promotion := u.Promotion; promotion != nil {
		phase := strings.ToLower(Visible(promotion.Phase))
		if phase == "" {
			phase = "queued"
		}
		text := fmt.Sprintf("Promotion %s %s%s", Visible(promotion.Name), phase, p.at(promotion.FinishedAt))
		if promotion.Message != "" {
			text += ": " + Visible(promotion.Message)
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
		text := "the Stage is " + Visible(health.Status)
		if health.Since != nil {
			text += " since " + p.when(health.Since)
		}
		if len(health.Issues) > 0 {
			text += ": " + Visible(strings.Join(health.Issues, "; "))
		}
		p.item(8, "-", text)
	}
}

// autoPromotion says what Kargo does by itself.
func (p *page) autoPromotion(f *report.ExplainedFreight) {
	p.heading("AUTO-PROMOTION")
	p.item(2, "", Visible(f.AutoPromotion.Outcome))
	selecting := p.stage.AutoPromotion.Selecting
	for i, policy := range selecting {
		says := map[bool]string{true: "on", false: "off"}[policy.Enabled]
		text := fmt.Sprintf("promotionPolicies[%d] (%s) says %s", policy.Index, Visible(policy.Selector), says)
		if i > 0 {
			text += fmt.Sprintf(", and does not count: promotionPolicies[%d] comes first", selecting[0].Index)
		}
		p.item(2, "-", text)
	}
	if off := p.stage.AutoPromotion.Enabled; len(selecting) == 0 && off != nil && !*off && !p.stage.ControlFlow {
		p.item(2, "-", "no promotion policy selects the Stage")
	}
	if hold := f.AutoPromotion.Hold; hold != nil {
		p.item(2, "-", p.hold(hold))
	}
	if c := f.AutoPromotion.Candidates; c != nil && c.Known != nil {
		p.item(2, "-", candidates(c.Known))
	}
}

// candidates says what auto-promotion picks.
func candidates(known map[string]report.Named) string {
	configured, one, all := candidate(known, "configured"), candidate(known, "any"), candidate(known, "all")
	if configured == one && one == all {
		return "candidate: " + configured + ", under any and under all as well"
	}
	return fmt.Sprintf("candidate as configured: %s; under any: %s; under all: %s", configured, one, all)
}

// hold says where a hold comes from; who holds, and since when, is told before.
func (p *page) hold(hold *report.Hold) string {
	return fmt.Sprintf("the hold came with Promotion %s of %s", Visible(hold.Promotion), name(report.Named{Name: hold.Freight, Alias: hold.Alias}))
}

func candidate(known map[string]report.Named, semantics string) string {
	named, ok := known[semantics]
	switch {
	case !ok:
		return "none"
	case named.Alias != "":
		return Visible(named.Alias)
	default:
		return Visible(hashes().ReplaceAllString(named.Name, "$1"))
	}
}

// disagreements says where the check and the listing differ.
func (p *page) disagreements(f *report.ExplainedFreight) {
	if len(f.Disagreements) == 0 {
		return
	}
	p.heading("AVAILABLE AND LISTED DIFFER")
	for i := range f.Disagreements {
		d := &f.Disagreements[i]
		listed := "the listing fails"
		if d.Listed != nil {
			listed = "listed " + p.answer(*d.Listed)
		}
		p.item(2, "", fmt.Sprintf("%s: available %s, %s: %s", semantics(d.In), p.answer(d.Available), listed, Visible(d.Reason)))
		p.item(4, "So:     ", d.Consequence)
		p.item(4, "Way out:", d.WayOut)
	}
}

// semantics says under which strategies something holds.
func semantics(in []string) string {
	words := make([]string, 0, len(in))
	for _, name := range in {
		words = append(words, map[string]string{"configured": "as configured", "any": "under any", "all": "under all"}[name])
	}
	return strings.Join(words, ", ")
}

// forecast says when what is not so yet will be; questions with one answer share it.
func (p *page) forecast(f *report.ExplainedFreight) {
	p.heading("FORECAST")
	available := &f.Forecast.Available
	questions := []struct {
		name    string
		outlook *report.Outlook
	}{
		{"as configured", &available.Configured}, {"under any", &available.Any}, {"under all", &available.All},
	}
	for len(questions) > 0 {
		first := p.outlook(questions[0].outlook)
		names := []string{questions[0].name}
		questions = questions[1:]
		for len(questions) > 0 && p.outlook(questions[0].outlook) == first {
			names, questions = append(names, questions[0].name), questions[1:]
		}
		p.item(2, "", "available "+strings.Join(names, ", ")+": "+first)
	}
	listed := &f.Forecast.Listed.Configured
	p.item(2, "", "listed: "+p.outlook(listed))
	if before(listed, &available.Configured) {
		p.item(4, "", "it is not available then: "+p.refused())
	}
	for _, d := range f.Forecast.Divergence {
		why := avail.Divergence{Cause: avail.Cause(d.Cause)}.String()
		p.item(2, "", "when it becomes available, it will not be listed, so that auto-promotion leaves it alone: "+why)
	}
}

// refused says what becomes of Freight that is listed and not available.
func (p *page) refused() string {
	switch on := p.stage.AutoPromotion.Enabled; {
	case on == nil:
		return "auto-promotion, if it is on, picks it and is refused"
	case *on:
		return "auto-promotion picks it and is refused"
	default:
		return "the web UI offers it, and its Promotion is refused"
	}
}

// before reports whether the listing will have the Freight by itself at an instant at
// which it is not available yet.
func before(listed, available *report.Outlook) bool {
	if avail.OutlookState(listed.State) != avail.Later {
		return false
	}
	switch avail.OutlookState(available.State) {
	case avail.Later:
		return listed.At.Before(*available.At)
	case avail.Open, avail.Never:
		return true
	case avail.Now, avail.Unsure:
	}
	return false
}

func (p *page) outlook(o *report.Outlook) string {
	return Outlook(o, func(at time.Time) string { return p.when(&at) })
}

// Outlook says when a question will be answered yes; when writes an instant.
func Outlook(o *report.Outlook, when func(time.Time) string) string {
	until := ""
	if o.Until != nil {
		until = ", until " + when(*o.Until)
	}
	switch avail.OutlookState(o.State) {
	case avail.Now:
		return "now" + until
	case avail.Later:
		return "by itself at " + when(*o.At) + until
	case avail.Open:
		if o.NotBefore != nil {
			return "not before " + when(*o.NotBefore) + ", when the soak is over; the rest depends on what happens upstream"
		}
		return "no time is set, it depends on what happens upstream"
	case avail.Never:
		return "never, unless " + Visible(strings.Join(o.Unless, "; or "))
	case avail.Unsure:
	}
	return "unknown"
}

// steps says what to do.
func (p *page) steps(f *report.ExplainedFreight) {
	p.heading("NEXT STEPS")
	if len(f.Steps) == 0 {
		p.item(2, "", p.nothing(f))
		return
	}
	for _, step := range f.Steps {
		if step.Command == "" {
			p.item(2, "-", actionWords(step.Action)+": "+Visible(step.Effect))
			continue
		}
		// The command is never folded: it is to be copied.
		p.out.WriteString("  " + paint(p.style.Palette.strong, Visible(step.Command)) + "\n")
		p.item(6, "", Visible(step.Effect))
	}
}

// actionWords names an action that has no command.
func actionWords(action string) string {
	switch remedy.Action(action) {
	case remedy.Wait:
		return "wait"
	case remedy.Refresh:
		return "refresh the Stage"
	case remedy.Verify:
		return "verify again"
	case remedy.Promote:
		return "promote it"
	case remedy.Approve:
		return "approve it"
	case remedy.SetStrategy:
		return "set availabilityStrategy to OneOf"
	}
	return action
}

// nothing says why there is no step.
func (p *page) nothing(f *report.ExplainedFreight) string {
	switch {
	case f.Available.Configured && (f.Here.Current || p.stage.ControlFlow):
		return "nothing to do"
	case f.Available.Configured:
		return "nothing is known to help"
	default:
		return "no command helps; see the forecast for what would"
	}
}

// next has a line for each further piece that is not available.
func (p *page) next(f *report.ExplainedFreight) {
	if len(f.Next) == 0 {
		return
	}
	p.heading("NOT AVAILABLE EITHER")
	for _, n := range f.Next {
		name := n.Alias
		if name == "" {
			name = hashes().ReplaceAllString(n.Name, "$1")
		}
		p.item(2, Visible(name)+"  "+age(n.DiscoveredAt, p.now)+" ", n.Reason)
	}
	if f.More > 0 {
		p.item(2, "", fmt.Sprintf("and %d more (--limit 0 shows all)", f.More))
	}
}

// truth is an answer that may be unknown.
func truth(b *bool) avail.Truth {
	if b == nil {
		return avail.Unknown
	}
	return avail.TruthOf(*b)
}
