package page

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// StrategyChange writes for a person what a change does, before it is made.
func StrategyChange(w io.Writer, c *report.StrategyChange, style term.Style) error {
	p := &writer{style: style}
	p.changedRequests(c.Requests)
	p.effect(c.Effect, 0)
	_, err := io.WriteString(w, p.out.String())
	return err
}

// changedRequests says what becomes of the requests, in one line of those of which there
// is the same to say.
func (p *writer) changedRequests(list []report.ChangedRequest) {
	var idle, stay stageNames
	var hazards []string
	endangered := map[string]*stageNames{} // by what is said of them
	for i := range list {
		r := &list[i]
		switch {
		case len(list) > 1 && !r.Changes:
			stay.add(r.Stage)
		case len(list) > 1 && r.NoEffect != "" && r.To != "":
			idle.add(r.Stage)
		default:
			p.item(0, "", changedRequest(r))
		}
		for _, hazard := range r.Hazards {
			if endangered[hazard] == nil {
				hazards, endangered[hazard] = append(hazards, hazard), &stageNames{}
			}
			endangered[hazard].add(r.Stage)
		}
	}
	if len(idle.list) > 0 {
		p.item(0, "", "The strategy makes no difference for "+describe.Names(idle.list)+": they have one upstream, or take their Freight straight from the Warehouse.")
	}
	if len(stay.list) > 0 {
		p.item(0, "", "Already set: "+describe.Names(stay.list)+".")
	}
	for _, hazard := range hazards {
		p.item(0, "!", describe.Names(endangered[hazard].list)+": "+term.Sanitize(hazard))
	}
}

// stageNames are names of Stages, each once.
type stageNames struct {
	list []string
	met  map[string]bool
}

func (n *stageNames) add(name string) {
	if n.met == nil {
		n.met = map[string]bool{}
	}
	if !n.met[name] {
		n.met[name] = true
		n.list = append(n.list, name)
	}
}

// changedRequest says what becomes of a request.
func changedRequest(r *report.ChangedRequest) string {
	text := fmt.Sprintf("%s, %s: %s", term.Sanitize(r.Stage), term.Sanitize(r.Origin), strategyWord(r.From))
	if r.From == r.To || strategyOf(r.From) == strategyOf(r.To) && r.To != "" {
		text += " stays"
	} else {
		text += " becomes " + strings.Replace(strategyWord(r.To), "not set", "unset", 1)
	}
	if soak := r.RequiredSoakTime; soak != nil {
		if from, to := soakWord(soak.From), soakWord(soak.To); from == to {
			text += ", as does its requiredSoakTime, " + from
		} else {
			text += fmt.Sprintf(", its requiredSoakTime becomes %s (was %s)", to, from)
		}
	}
	if r.NoEffect != "" {
		text += "; this makes no difference: " + term.Sanitize(r.NoEffect)
	}
	return text
}

// strategyOf is the strategy that a written one means.
func strategyOf(written string) string { return string(kargo.Strategy(written).Normal()) }

// strategyWord names a strategy as written.
func strategyWord(written string) string {
	if written == "" {
		return "not set (defaults to OneOf)"
	}
	return term.Sanitize(written)
}

func soakWord(soak *kargo.Duration) string {
	if soak == nil {
		return "none"
	}
	return soak.String()
}

// effect says what follows, at once and later.
func (p *writer) effect(e *report.Effect, indent int) {
	if e == nil {
		p.item(indent, "", "What that does is unknown: some of what it depends on could not be read; the warnings say what.")
		return
	}
	p.item(indent, "", "At once:")
	p.stageEffects(e.Now, indent+2, false)
	if len(e.Follows) > 0 {
		p.item(indent, "", "Later, as control-flow Stages pass on what they then list, which cannot be undone:")
		p.stageEffects(e.Follows, indent+2, true)
	}
}

// stageEffects lists what becomes otherwise, at once or later.
func (p *writer) stageEffects(list []report.StageEffect, indent int, later bool) {
	said := 0
	for i := range list {
		e := &list[i]
		for _, text := range stageEffect(e, later) {
			said++
			p.item(indent, "-", term.Sanitize(e.Stage)+": "+text)
		}
	}
	if said == 0 {
		p.item(indent, "-", "nothing")
	}
}

// stageEffect says what becomes otherwise at one Stage.
func stageEffect(e *report.StageEffect, later bool) []string {
	s := &effectLines{}
	if e.ControlFlow {
		s.gate(e)
	} else {
		s.answers(e, later)
		s.freeze(e, later)
		s.promotions(e)
	}
	switch flip := e.Listing; {
	case flip == nil:
	case flip.After != "":
		s.list = append(s.list, "its listing fails, so that auto-promotion, control flow and the UI see no Freight: "+term.Sanitize(flip.After))
	default:
		s.list = append(s.list, "its listing works again; it failed: "+term.Sanitize(flip.Before))
	}
	for _, part := range e.Unknown {
		s.list = append(s.list, unknownPart(change.Part(part)))
	}
	return s.list
}

// effectLines are what there is to say of a Stage.
type effectLines struct{ list []string }

// say says something of Freight, if there is any.
func (s *effectLines) say(text string, freight []report.Named) {
	if len(freight) > 0 {
		s.list = append(s.list, text+": "+names(freight))
	}
}

// gate says what a control-flow Stage passes on. As nothing is promoted to it, it goes
// by its listing alone.
func (s *effectLines) gate(e *report.StageEffect) {
	s.say("passes on, which cannot be undone", e.Passes)
	s.say("listed again, which passes on nothing new", without(e.Listed, e.Passes))
	s.say("does not pass on", without(e.Unlisted, e.Passed))
	s.say("already passed on, so the Stages behind it keep it", e.Passed)
}

// answers says what the check and the listing answer otherwise.
func (s *effectLines) answers(e *report.StageEffect, later bool) {
	not := "no longer"
	if later { // it would have become so
		not = "does not become"
	}
	s.say(not+" available or listed", both(e.Lost, e.Unlisted))
	s.say(not+" available", without(e.Lost, e.Unlisted))
	s.say(not+" listed, for auto-promotion and the UI", without(e.Unlisted, e.Lost))
	s.say("becomes available and listed", both(e.Gained, e.Listed))
	s.say("becomes available", without(e.Gained, e.Listed))
	s.say("becomes listed, for auto-promotion and the UI", without(e.Listed, e.Gained))
}

// promotions says what becomes of Promotions, and of what the Stage runs.
func (s *effectLines) promotions(e *report.StageEffect) {
	s.say("auto-promotion promotes", without(e.Starts, e.Reverts))
	s.say("auto-promotion promotes, though older than what it runs", without(e.Reverts, e.Awaits))
	s.say("once promotions are no longer frozen, auto-promotion promotes", without(e.Awaits, e.Reverts))
	s.say("once promotions are no longer frozen, auto-promotion promotes, though older than what it runs", both(e.Awaits, e.Reverts))
	s.say("auto-promotion picks it and is refused, as it is listed and not available; nothing of a later origin is promoted until then", e.Refused)
	var suppressed []report.Named
	for i := range e.Fails {
		f := &e.Fails[i]
		s.list = append(s.list, failing(f))
		if f.Suppresses && !slices.Contains(suppressed, f.Freight) {
			suppressed = append(suppressed, f.Freight)
		}
	}
	s.say("from then on auto-promotion leaves out, even when it is available again", suppressed)
	s.say("can no longer be rolled back to", e.Stranded)
	s.say("once a Promotion has failed, what it runs cannot be verified until another one succeeds", e.Unverified)
}

// freeze says once that nothing is promoted to the Stage for now.
func (s *effectLines) freeze(e *report.StageEffect, later bool) {
	if e.Freeze != nil && !later {
		s.list = append(s.list, describe.FreezeAdvice(e.Freeze))
	}
}

// failing says what becomes of a Promotion under way.
func failing(f *report.FailingPromotion) string {
	if f.Running {
		return fmt.Sprintf("the running Promotion %s of %s errors at its next reconcile", term.Sanitize(f.Promotion), describe.Named(f.Freight))
	}
	return fmt.Sprintf("the queued Promotion %s of %s errors when its turn comes, if nothing has changed by then", term.Sanitize(f.Promotion), describe.Named(f.Freight))
}

// unknownPart says what is not known of an effect.
func unknownPart(part change.Part) string {
	switch part {
	case change.PartListed:
		return "what is listed is unknown, as Warehouses could not be read"
	case change.PartStarts:
		return "whether auto-promotion promotes anything is unknown, as what it goes by could not be read"
	case change.PartFails:
		return "whether Promotions that are running or queued error is unknown, as they could not be read"
	}
	return string(part)
}

// both returns what is in both lists, without what is in the first alone.
func both(a, b []report.Named) []report.Named {
	return slices.DeleteFunc(slices.Clone(a), func(n report.Named) bool { return !slices.Contains(b, n) })
}

func without(a, b []report.Named) []report.Named {
	return slices.DeleteFunc(slices.Clone(a), func(n report.Named) bool { return slices.Contains(b, n) })
}

// mostNames is how many pieces of Freight a line names.
const mostNames = 10

func names(list []report.Named) string {
	var shown []string
	for _, n := range list[:min(len(list), mostNames)] {
		shown = append(shown, describe.Named(n))
	}
	text := strings.Join(shown, ", ")
	if len(list) > mostNames {
		text += fmt.Sprintf(" and %d more", len(list)-mostNames)
	}
	return text
}
