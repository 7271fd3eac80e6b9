package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Consequence is one thing that follows from a change.
type Consequence struct {
	When   When            `json:"when"`
	Effect ConsequenceKind `json:"effect"`
	Stage  string          `json:"stage"`
	// Freight is what it is about, newest first; empty where it is about none in particular.
	Freight []Named `json:"freight"`
	// Text is a sentence without a period. It names up to ten pieces of Freight.
	Text string `json:"text"`
	// Irreversible says that reverting the change does not undo it.
	Irreversible bool `json:"irreversible"`
}

// consequences says what follows, worst first, then by when, then in the order of the
// Stages.
func consequences(effect change.Effect, cut []change.Unreachable) []Consequence {
	l := &consequenceList{list: []Consequence{}}
	for _, part := range []struct {
		when    When
		effects []change.StageEffect
	}{{AtOnce, effect.Now}, {Later, effect.Follows}} {
		for i := range part.effects {
			l.effect, l.when = &part.effects[i], part.when
			l.stage()
		}
	}
	for i := range cut {
		l.cut(&cut[i])
	}
	rank := map[ConsequenceKind]int{}
	for i, kind := range ConsequenceKinds() {
		rank[kind] = i
	}
	at := func(c Consequence) int { return slices.Index(Whens(), c.When) }
	slices.SortStableFunc(l.list, func(a, b Consequence) int {
		return cmp.Or(cmp.Compare(rank[a.Effect], rank[b.Effect]), cmp.Compare(at(a), at(b)))
	})
	return l.list
}

// consequenceList gathers what follows at one Stage after the other.
type consequenceList struct {
	list   []Consequence
	effect *change.StageEffect
	when   When
}

// add adds a consequence. In the format, %[1]s is the Stage and %[2]s the Freight.
func (l *consequenceList) add(kind ConsequenceKind, format string, freight []*kargo.Freight) {
	if len(freight) > 0 {
		l.put(kind, fmt.Sprintf(format, l.name(), freightWords(freight)), freight)
	}
}

func (l *consequenceList) put(kind ConsequenceKind, text string, freight []*kargo.Freight) {
	irreversible := kind == VerifiesForGood || kind == ForgetsVerification || kind == Promotes || kind == PromotesOlder || kind == ErrorsPromotion
	l.list = append(l.list, Consequence{l.when, kind, l.name(), namedAll(freight), text, irreversible})
}

func (l *consequenceList) name() string { return l.effect.Stage.Metadata.Name }

// stage says what follows at one Stage.
func (l *consequenceList) stage() {
	switch {
	case l.effect.Removed:
		l.removed()
	case l.effect.Stage.IsControlFlow():
		l.gate()
	default:
		l.policies()
		l.verification()
		l.promotions()
		l.failures()
		l.answers()
	}
	switch flip := l.effect.Listing; {
	case flip == nil:
	case flip.After != "":
		l.put(BreaksListing, fmt.Sprintf("the listing of %s fails, so auto-promotion, control flow and the web UI see no Freight there: %s", l.name(), flip.After), nil)
	default:
		l.put(MendsListing, fmt.Sprintf("the listing of %s works again (it failed: %s)", l.name(), flip.Before), nil)
	}
	for _, part := range l.effect.Unknown {
		l.put(Unsure, l.name()+": "+unknownWords(part), nil)
	}
}

func unknownWords(part change.Part) string {
	switch part {
	case change.PartListed:
		return "what is listed is unknown, as Warehouses could not be read"
	case change.PartStarts:
		return "whether auto-promotion promotes anything is unknown, as what it depends on could not be read"
	case change.PartFails:
		return "what becomes of its open Promotions is unknown"
	}
	return string(part)
}

func (l *consequenceList) removed() {
	l.add(ForgetsVerification, "%[1]s is deleted: Kargo removes its verifications and approvals from %[2]s, also if the Stage is created again", l.effect.Forgets)
	if len(l.effect.Forgets) == 0 {
		l.put(ForgetsVerification, l.name()+" is deleted; no Freight was verified in it or approved for it", nil)
	}
}

func (l *consequenceList) gate() {
	if passes := l.effect.Passes; len(passes) > 0 {
		text := fmt.Sprintf("control-flow Stage %s passes on %s%s; reverting the change does not undo that", l.name(), l.unverified(passes), l.takers())
		l.put(VerifiesForGood, text, passes)
	}
	l.add(Loses, "control-flow Stage %[1]s does not pass on: %[2]s", minus(l.effect.Unlisted, l.effect.Passed))
	l.add(Stays, "control-flow Stage %[1]s no longer lists %[2]s, but has passed it on already, and that stays", l.effect.Passed)
	l.add(Lists, "control-flow Stage %[1]s lists again what it has passed on before: %[2]s", minus(l.effect.Listed, l.effect.Passes))
}

// mostTakers is how many Stages behind a control-flow Stage are named.
const mostTakers = 6

// unverified names Freight, and the upstreams that have not verified it, and why.
func (l *consequenceList) unverified(list []*kargo.Freight) string {
	var names []string
	for _, f := range list[:min(len(list), mostNamed)] {
		name := f.Title()
		if open := l.effect.Stage.Blockers(f); len(open) > 0 {
			words, _ := open[0].Reason.Words()
			name += fmt.Sprintf(" (%s: %s", open[0].Stage, words)
			if more := len(open) - 1; more > 0 {
				name += fmt.Sprintf(", and %d more", more)
			}
			name += ")"
		}
		names = append(names, name)
	}
	text := strings.Join(names, ", ")
	if more := len(list) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// takers says which Stages take Freight from the Stage.
func (l *consequenceList) takers() string {
	var names []string
	more := 0
	for _, stage := range l.effect.Stage.Project().Stages {
		takes := slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return r.Sources.Lists(l.name()) })
		switch {
		case !takes:
		case len(names) == mostTakers:
			more++
		default:
			names = append(names, stage.Metadata.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := " to the Stages behind it, " + strings.Join(names, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// policies says whether another answer of the policies applies.
func (l *consequenceList) policies() {
	flip := l.effect.Auto
	if flip == nil {
		return
	}
	words := map[avail.Truth]string{avail.Yes: "on", avail.No: "off", avail.Unknown: "perhaps on: the policies could not be read"}
	l.put(SwitchesAuto, fmt.Sprintf("auto-promotion to %s is %s (before: %s)", l.name(), words[flip.After], words[flip.Before]), nil)
}

// verification says whether the Stage still verifies what it runs.
func (l *consequenceList) verification() {
	switch flip := l.effect.Verifies; {
	case flip == nil:
	case flip.After:
		l.put(AddsVerification, l.name()+" gets a verification: what is promoted to it counts as verified once that succeeds", nil)
	default:
		text := fmt.Sprintf("%s loses its verification: whatever is promoted to it counts as verified as soon as %[1]s is healthy", l.name())
		if takers := l.takers(); takers != "" {
			text += ", and goes on" + takers
		}
		l.put(DropsVerification, text, nil)
	}
}

// promotions says what auto-promotion does.
func (l *consequenceList) promotions() {
	e, when := l.effect, l.when
	l.promotes(minus(e.Starts, e.Reverts), minus(e.Reverts, e.Awaits))
	l.when = WhenThawed
	l.promotes(minus(e.Awaits, e.Reverts), minus(e.Reverts, e.Starts))
	l.when = when
	l.add(StallsAutoPromotion, "auto-promotion picks %[2]s for %[1]s and is refused, as the Freight is listed and not available; until it is available, nothing else is auto-promoted to %[1]s", e.Refused)
}

// promotes says what auto-promotion promotes at the same time, and what of it is older.
func (l *consequenceList) promotes(others, older []*kargo.Freight) {
	e := l.effect
	for _, f := range older {
		text := fmt.Sprintf("auto-promotion promotes %s, which is older than what runs there, to %s", f.Title(), l.name())
		if runs := e.Stage.Project().FreightNamed(e.Stage.Status.Current().Items[f.Origin.String()].Name); runs != nil {
			text = fmt.Sprintf("auto-promotion takes %s back from %s to %s, which is older", l.name(), runs.Title(), f.Title())
		}
		l.put(PromotesOlder, text, []*kargo.Freight{f})
	}
	l.add(Promotes, "auto-promotion promotes %[2]s to %[1]s", others)
}

// failures says what becomes of Promotions under way, and what cannot be promoted again.
func (l *consequenceList) failures() {
	e, when := l.effect, l.when
	var suppressed []*kargo.Freight
	for i := range e.Fails {
		p := &e.Fails[i]
		text := fmt.Sprintf("the queued Promotion %s of %s to %s ends as Errored when its turn comes, unless the Freight is available by then", p.Name, p.Freight.Title(), l.name())
		if l.when = InQueue; p.Running {
			l.when = when
			text = fmt.Sprintf("the running Promotion %s of %s to %s ends as Errored", p.Name, p.Freight.Title(), l.name())
		}
		l.put(ErrorsPromotion, text, []*kargo.Freight{p.Freight})
		if p.Suppresses && !slices.Contains(suppressed, p.Freight) {
			suppressed = append(suppressed, p.Freight)
		}
	}
	l.when = when
	l.add(Suppresses, "once a Promotion of it has errored, auto-promotion does not promote %[2]s to %[1]s again, even when it is available", suppressed)
	l.add(StopsVerification, "%[1]s runs %[2]s unverified, and cannot verify it after an errored Promotion until another one succeeds", e.Unverified)
	runs := func(f *kargo.Freight) bool { return e.Stage.RunsNow(f) }
	l.add(NoRollback, "%[1]s can no longer be rolled back to %[2]s", slices.DeleteFunc(slices.Clone(e.Stranded), runs))
	l.add(NoRollback, "what %[1]s runs now, %[2]s, can no longer be promoted to it", slices.DeleteFunc(slices.Clone(e.Stranded), func(f *kargo.Freight) bool { return !runs(f) }))
}

// answers says which answers flip.
func (l *consequenceList) answers() {
	e := l.effect
	loses, gains := "no longer available to %[1]s: %[2]s", "becomes available to %[1]s: %[2]s"
	if l.when == Later {
		loses = "does not become available to %[1]s: %[2]s" // it would have
	}
	if policy, err := autopromote.SwitchOf(e.Stage.Project(), e.Stage.Stage, e.Stage.Rules()); err == nil && policy.Enabled == avail.No {
		gains += " (auto-promotion is off there)"
	}
	l.add(Loses, loses, e.Lost)
	l.add(Unlists, "no longer listed at %[1]s, for auto-promotion and the web UI: %[2]s", minus(e.Unlisted, e.Lost))
	l.add(Gains, gains, e.Gained)
	l.add(Lists, "becomes listed at %[1]s, for auto-promotion and the web UI: %[2]s", minus(e.Listed, e.Gained))
}

// cut says what can never reach a Stage again.
func (l *consequenceList) cut(u *change.Unreachable) {
	l.effect, l.when = &change.StageEffect{Stage: u.Stage}, AtOnce
	if len(u.Origins) == 0 {
		l.add(CutsOff, "can never become available to %[1]s: %[2]s", u.Freight)
		return
	}
	var origins []string
	for _, origin := range u.Origins {
		origins = append(origins, origin.String())
	}
	text := fmt.Sprintf("no new Freight of %s can reach %s, whatever is promoted and verified", strings.Join(origins, ", "), l.name())
	if len(u.Freight) > 0 {
		text += ", and neither can " + freightWords(u.Freight)
	}
	l.put(CutsOff, text, u.Freight)
}

// minus returns what of the list is not in the other one.
func minus(list, other []*kargo.Freight) []*kargo.Freight {
	return slices.DeleteFunc(slices.Clone(list), func(f *kargo.Freight) bool { return slices.Contains(other, f) })
}

// mostNamed is how many pieces of Freight a sentence names.
const mostNamed = 10

func freightWords(list []*kargo.Freight) string {
	var names []string
	for _, f := range list[:min(len(list), mostNamed)] {
		names = append(names, f.Title())
	}
	text := strings.Join(names, ", ")
	if len(list) > mostNamed {
		text += fmt.Sprintf(" and %d more", len(list)-mostNamed)
	}
	return text
}

// FailOn names something that --fail-on watches for.
type FailOn string

// What --fail-on takes.
const (
	FailOnLoses    FailOn = "loses"
	FailOnGains    FailOn = "gains"
	FailOnPromotes FailOn = "promotes"
	FailOnAny      FailOn = "any"
)

// Happens reports whether the Diff has something that is watched for.
func (d *Diff) Happens(what FailOn) bool {
	kinds := map[FailOn][]ConsequenceKind{
		FailOnLoses:    {Loses, ForgetsVerification},
		FailOnGains:    {Gains, VerifiesForGood},
		FailOnPromotes: {Promotes, PromotesOlder},
	}
	return d.has(func(c *Consequence) bool { return what == FailOnAny || slices.Contains(kinds[what], c.Effect) })
}

// IsUnsure reports whether a part of the effect is unknown.
func (d *Diff) IsUnsure() bool {
	return d.has(func(c *Consequence) bool { return c.Effect == Unsure }) ||
		slices.ContainsFunc(d.Projects, func(p DiffProject) bool { return p.Effect == nil })
}

func (d *Diff) has(is func(*Consequence) bool) bool {
	for i := range d.Projects {
		list := d.Projects[i].Consequences
		if slices.ContainsFunc(list, func(c Consequence) bool { return is(&c) }) {
			return true
		}
	}
	return false
}

// Touched returns the Stages of a Project that are changed or at which something follows,
// by name.
func (p *DiffProject) Touched() []string {
	names := map[string]bool{}
	for i := range p.Objects {
		if p.Objects[i].Kind == "Stage" {
			names[p.Objects[i].Name] = true
		}
	}
	for i := range p.Consequences {
		names[p.Consequences[i].Stage] = true
	}
	return sortedKeys(names)
}
