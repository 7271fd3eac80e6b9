package page

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// StrategyChange writes for a person what a change does, before it is made.
func StrategyChange(w io.Writer, c *report.StrategyChange, style term.Style) error {
	p := &writer{style: style}
	p.changedRequests(c.Requests)
	p.follows(c.Effect, c.Consequences, false)
	p.unaffected(c.Requests, c.Consequences, 0)
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

// follows says what a change does, by when: below a heading, or else under headings of its
// own. Nothing of it is known where effect is nil.
func (p *writer) follows(effect *report.Effect, list []report.Consequence, below bool) {
	freezes, indent, title := freezesOf(effect), 0, p.heading
	if below {
		indent, title = 2, func(text string) { p.item(2, "", text) }
	}
	switch {
	case effect == nil:
		title("What that does is unknown: some of what it depends on could not be read; the warnings say what.")
	case len(list)+len(freezes) == 0:
		title("Nothing follows: no answer changes, and nothing is promoted, passed on or refused because of it.")
	}
	for _, when := range report.Whens() {
		comes := report.ConsequencesAt(when, list)
		if len(comes) == 0 && (when != report.AtOnce || len(freezes) == 0) {
			continue
		}
		title(describe.When(when) + ":")
		for _, c := range comes {
			mark := "-"
			if c.Effect.IsGrave() {
				mark = "!"
			}
			p.item(indent+2, mark, term.Sanitize(c.Text))
		}
		if when == report.AtOnce {
			for _, text := range freezes {
				p.item(indent+2, "-", text)
			}
		}
	}
}

// unaffected names the Stages whose change does nothing, where others do something.
func (p *writer) unaffected(requests []report.ChangedRequest, list []report.Consequence, indent int) {
	affected := map[string]bool{}
	for i := range list {
		affected[list[i].Stage] = true
	}
	var idle stageNames
	for i := range requests {
		if r := &requests[i]; r.Changes && r.NoEffect == "" && !affected[r.Stage] {
			idle.add(r.Stage)
		}
	}
	if len(list) > 0 && len(idle.list) > 0 {
		p.item(indent, "", "Nothing changes at "+describe.Names(idle.list)+".")
	}
}

// freezesOf says at which Stages nothing is promoted for now.
func freezesOf(effect *report.Effect) []string {
	if effect == nil {
		return nil
	}
	var texts []string
	for i := range effect.Now {
		if e := &effect.Now[i]; e.Freeze != nil {
			texts = append(texts, term.Sanitize(e.Stage)+": "+describe.FreezeAdvice(e.Freeze))
		}
	}
	return texts
}
