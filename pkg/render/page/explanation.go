package page

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Explanation writes an Explanation for a person, section by section.
func Explanation(w io.Writer, e *report.Explanation, style term.Style) error {
	p := &writer{style: style, now: e.At, stage: &e.Stage, project: e.Project}
	if !e.Asked {
		p.stageItself()
	}
	for i := range e.Freight {
		if p.out.Len() > 0 {
			p.out.WriteString("\n")
		}
		p.freight(&e.Freight[i])
	}
	if e.Asked {
		p.stageItself()
	}
	_, err := io.WriteString(w, strings.TrimPrefix(p.out.String(), "\n"))
	return err
}

func (p *writer) freight(f *report.ExplainedFreight) {
	for _, line := range p.fold(f.Summary, 0) {
		p.out.WriteString(p.style.Palette.Strong(line) + "\n")
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
func (p *writer) facts(f *report.ExplainedFreight) {
	p.out.WriteString("\n")
	p.item(2, "Freight:  ", fmt.Sprintf("%s, from %s, %s", p.called(f), term.Sanitize(f.Origin), p.discovered(f.DiscoveredAt)))
	if len(f.Artifacts) > 0 {
		p.item(2, "Contains: ", strings.Join(describe.Artifacts(f.Artifacts), ", "))
	}
	if f.Replaces != nil {
		p.item(2, "Replaces: ", p.replaces(f))
	}
	for _, twin := range f.SameArtifacts {
		p.item(2, "Same as:  ", sameAs(&twin))
	}
	p.item(2, "Stage:    ", fmt.Sprintf("%s of Project %s, %s", p.stageName(), term.Sanitize(p.project), p.runs(f)))
	p.item(2, "Available:", fmt.Sprintf("%s as configured%s, %s under any, %s under all",
		p.answer(f.Available.Configured), p.strategy(f), p.answer(f.Available.Any), p.answer(f.Available.All)))
	p.item(2, "Listed:   ", p.listed(f))
	if here := describe.PromotionHere(&f.Freight); here != "" {
		p.item(2, "Here:     ", fmt.Sprintf("%s (%s)", here, term.Sanitize(f.Here.Promotion.Name)))
	}
	if f.Unverified != nil {
		p.item(2, "Here:     ", "not verified: "+describe.Blocker(f.Unverified))
	}
}

// replaces says what a Promotion would replace, and what artifacts it would change.
func (p *writer) replaces(f *report.ExplainedFreight) string {
	r := f.Replaces
	text := describe.Named(r.Named)
	switch changes := describe.ArtifactChanges(r.Changes, p.arrow()); {
	case len(changes) > 0:
		return text + ": " + strings.Join(changes, ", ")
	case r.Changes != nil && len(f.Artifacts) > 0:
		return text + ", which has the same artifacts"
	default:
		return text
	}
}

// sameAs says that other Freight carries the same artifacts.
func sameAs(twin *report.Twin) string {
	text := describe.Named(twin.Named) + " carries the same artifacts"
	if len(twin.VerifiedIn) > 0 {
		text += ", and is verified in " + describe.Names(twin.VerifiedIn)
	}
	return text
}

// strategy names the strategy of the Freight's request.
func (p *writer) strategy(f *report.ExplainedFreight) string {
	if len(f.Checks) != 1 {
		return ""
	}
	return " (" + term.Sanitize(p.stage.Requests[f.Checks[0].Request].Strategy) + ")"
}

// listed says what auto-promotion and the web UI see.
func (p *writer) listed(f *report.ExplainedFreight) string {
	text := p.style.Answer(truth(f.Listed.Configured))
	if p.stage.ListError != "" {
		return text + ", the Stage's listing fails: " + term.Sanitize(p.stage.ListError)
	}
	if p.stage.ControlFlow {
		return text + " (what the Stage passes on)"
	}
	if p.stage.WebUIFails {
		return text + " (what auto-promotion sees; the web UI fails for MatchUpstream in this Kargo, kargo#5935)"
	}
	return text + " (what auto-promotion and the web UI see)"
}

func (p *writer) called(f *report.ExplainedFreight) string {
	if f.Alias == "" {
		return term.Sanitize(f.Name)
	}
	return fmt.Sprintf("%s (%s)", term.Sanitize(f.Alias), term.Sanitize(f.Name))
}

func (p *writer) discovered(at *time.Time) string {
	if at == nil {
		return "discovered at an unknown time"
	}
	return "discovered " + p.when(at)
}

func (p *writer) stageName() string {
	if p.stage.ControlFlow {
		return "control-flow Stage " + term.Sanitize(p.stage.Name)
	}
	return term.Sanitize(p.stage.Name)
}

// runs says what the Stage runs of the Freight's origin.
func (p *writer) runs(f *report.ExplainedFreight) string {
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
			return "which runs " + describe.Named(report.Named{Name: current.Freight, Alias: current.Alias})
		}
	}
	return "which runs no Freight from " + term.Sanitize(f.Origin)
}

// autoPromotion says what Kargo does by itself.
func (p *writer) autoPromotion(f *report.ExplainedFreight) {
	p.heading("AUTO-PROMOTION")
	p.item(2, "", term.Sanitize(f.AutoPromotion.Outcome))
	if p.stage.Freeze != nil {
		p.item(2, "-", describe.Freeze(p.stage.Freeze))
	}
	selecting := p.stage.AutoPromotion.Selecting
	for i, policy := range selecting {
		says := map[bool]string{true: "on", false: "off"}[policy.Enabled]
		text := fmt.Sprintf("promotionPolicies[%d] (%s) says %s", policy.Index, term.Sanitize(policy.Selector), says)
		if policy.WindowsOnly {
			text += ": it has promotion windows and no autoPromotionEnabled, which switches it off"
		}
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
		return "candidate: " + configured + " (the same under any and all)"
	}
	return fmt.Sprintf("candidate as configured: %s; under any: %s; under all: %s", configured, one, all)
}

// hold says where a hold comes from; who holds, and since when, is told before.
func (p *writer) hold(hold *report.Hold) string {
	promotion := "a Promotion"
	if hold.Promotion != "" {
		promotion = "Promotion " + term.Sanitize(hold.Promotion)
	}
	return fmt.Sprintf("the hold came with %s of %s", promotion, describe.Named(report.Named{Name: hold.Freight, Alias: hold.Alias}))
}

func candidate(known map[string]report.Named, semantics string) string {
	named, ok := known[semantics]
	if !ok {
		return "none"
	}
	return describe.Named(named)
}

// disagreements says where the check and the listing differ.
func (p *writer) disagreements(f *report.ExplainedFreight) {
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
		in := semantics(d.In)
		if !slices.Contains(d.In, "configured") {
			in += " (not as configured)"
		}
		p.item(2, "", fmt.Sprintf("%s: available %s, %s: %s", in, p.answer(d.Available), listed, term.Sanitize(d.Reason)))
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

// next has a line for each further piece that is not available.
func (p *writer) next(f *report.ExplainedFreight) {
	if len(f.Next) == 0 {
		return
	}
	p.heading("NOT AVAILABLE EITHER")
	for _, n := range f.Next {
		p.item(2, describe.Freight(n.Alias, n.Name)+"  "+describe.Age(n.DiscoveredAt, p.now)+" ", n.Reason)
	}
	if f.More > 0 {
		p.item(2, "", fmt.Sprintf("and %d more (--limit 0 shows all)", f.More))
	}
}
