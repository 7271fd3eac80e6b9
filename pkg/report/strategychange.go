package report

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// KindStrategyChange and KindWhatIf are the kinds of what a change does.
const (
	KindStrategyChange = "StrategyChange"
	KindWhatIf         = "WhatIf"
)

// StrategyChange says what a change of strategies in one Project does.
type StrategyChange struct {
	Header
	Project string `json:"project"`
	// Requests has every request that the change is about.
	Requests []ChangedRequest `json:"requests"`
	// Effect is nil when it is not known, as Freight could not be read.
	Effect *Effect `json:"effect"`
	// Consequences say the same in words, worst first.
	Consequences []Consequence `json:"consequences"`
	// DryRun is none, client or server.
	DryRun string `json:"dryRun"`
	// Results has every Stage that was meant.
	Results []ChangeResult `json:"results"`
}

// ChangeResult is what became of one Stage.
type ChangeResult struct {
	Stage  string        `json:"stage"`
	Result ChangeOutcome `json:"result"`
	// Message says it in words.
	Message string `json:"message"`
	// Object is the Stage as it is now, or would be; nil after a failure.
	Object jsontext.Value `json:"object"`
}

// ChangeOutcome says in which way a change of a Stage ended.
type ChangeOutcome string

// The outcomes.
const (
	Changed   ChangeOutcome = "Changed"
	Unchanged ChangeOutcome = "Unchanged"
	Failed    ChangeOutcome = "Failed"
	// UnknownOutcome says that the answer to the write was lost, and reading the Stage
	// again did not tell.
	UnknownOutcome ChangeOutcome = "Unknown"
)

// ChangedRequest is one request of a change.
type ChangedRequest struct {
	Stage   string `json:"stage"`
	Request int    `json:"request"`
	Origin  string `json:"origin"`
	// From and To are the strategies as written, "" for an absent field; To may be a rule
	// that Kargo does not have.
	From string `json:"from"`
	To   string `json:"to"`
	// RequiredSoakTime is optional: there where a soak time is asked for.
	RequiredSoakTime *SoakChange `json:"requiredSoakTime,omitzero"`
	// Changes says that something becomes otherwise.
	Changes bool `json:"changes"`
	// NoEffect is optional: why another strategy changes no answer.
	NoEffect string `json:"noEffect,omitzero"`
	// Hazards say what Kargo makes of the request then that nobody expects.
	Hazards []string `json:"hazards"`
}

// SoakChange is a soak time before and after; nil is none.
type SoakChange struct {
	From *kargo.Duration `json:"from"`
	To   *kargo.Duration `json:"to"`
}

// Effect is what follows from a change: at once, and when the control-flow Stages
// have passed on what they then list.
type Effect struct {
	Now     []StageEffect `json:"now"`
	Follows []StageEffect `json:"follows"`
}

// StageEffect is what is otherwise at one Stage.
type StageEffect struct {
	Stage       string `json:"stage"`
	ControlFlow bool   `json:"controlFlow"`
	// Gained and Lost are available then and no more, Listed and Unlisted the same for
	// the listing.
	Gained   []Named `json:"gained"`
	Lost     []Named `json:"lost"`
	Listed   []Named `json:"listed"`
	Unlisted []Named `json:"unlisted"`
	// Passes is what a control-flow Stage passes on that it had not, of Listed; Passed is
	// of Unlisted, what it has already passed on.
	Passes []Named `json:"passes"`
	Passed []Named `json:"passed"`
	// Starts is what auto-promotion then promotes; Reverts is what of it, or of Awaits, is
	// older than what the Stage runs.
	Starts  []Named `json:"starts"`
	Reverts []Named `json:"reverts"`
	// Refused is what auto-promotion then picks and Kargo's webhook refuses: nothing else is
	// promoted to the Stage by itself meanwhile.
	Refused []Named `json:"refused"`
	// Fails are Promotions that Kargo fails.
	Fails []FailingPromotion `json:"fails"`
	// Stranded is what the Stage runs or ran and could not be promoted to it again.
	Stranded []Named `json:"stranded"`
	// Unverified is what it runs and could not be verified there any more.
	Unverified []Named `json:"unverified"`
	// Freeze is optional: there while a promotion window of the Stage is closed. Awaits,
	// optional, is what auto-promotion then promotes when it opens.
	Freeze *Freeze `json:"freeze,omitzero"`
	Awaits []Named `json:"awaits,omitempty"`
	// Removed is optional: the Stage is deleted.
	Removed bool `json:"removed,omitzero"`
	// AutoPromotion is optional: there where another answer of the policies applies.
	AutoPromotion *SwitchFlip `json:"autoPromotion,omitzero"`
	// Listing is optional: there where the listing begins or ceases to fail.
	Listing *ListingFlip `json:"listing,omitzero"`
	// Forgets is optional: what was verified in a deleted Stage or approved for it, and no
	// longer is.
	Forgets []Named `json:"forgets,omitempty"`
	// Unknown names the members that may lack something, as what they hang on could not
	// be read: "listed" (and unlisted), "starts", "fails".
	Unknown []string `json:"unknown"`
}

// SwitchFlip is what the policies say about auto-promotion, before and after; null is
// unknown.
type SwitchFlip struct {
	Before *bool `json:"before"`
	After  *bool `json:"after"`
}

// ListingFlip is the error of a Stage's listing before and after, "" for none. A listing that
// fails has no Freight of any origin.
type ListingFlip struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// FailingPromotion is a Promotion that Kargo fails.
type FailingPromotion struct {
	Promotion string `json:"promotion"`
	Freight   Named  `json:"freight"`
	// Running says that it fails at once, else when its turn comes.
	Running bool `json:"running"`
	// Suppresses says that auto-promotion does not promote the Freight again.
	Suppresses bool `json:"suppresses"`
}

// WhatIf says how a Project would be had a change always been in force.
type WhatIf struct {
	Header
	Project  string           `json:"project"`
	Requests []ChangedRequest `json:"requests"`
	// NotInKargo lists the rules among them that Kargo does not have.
	NotInKargo []string `json:"notInKargo"`
	// Freight is how many pieces were looked at.
	Freight int `json:"freight"`
	// Rows has what flips, or everything where that was asked for; unknown when Freight
	// could not be read.
	Rows   Nullable[WhatIfRow] `json:"rows"`
	Effect *Effect             `json:"effect"`
	// Consequences say in words what the change would do now, worst first.
	Consequences []Consequence `json:"consequences"`
}

// WhatIfRow is one piece of Freight at one Stage, before and after.
type WhatIfRow struct {
	Stage        string     `json:"stage"`
	Freight      Named      `json:"freight"`
	Origin       string     `json:"origin"`
	DiscoveredAt *time.Time `json:"discoveredAt"`
	// Rule is what then decides.
	Rule      string  `json:"rule"`
	Available Flip    `json:"available"`
	Listed    MayFlip `json:"listed"`
	// Blockers are the upstreams that are not satisfied then.
	Blockers []Blocker `json:"blockers"`
	// Divergence says why available and listed then differ.
	Divergence []Divergence `json:"divergence"`
}

// Flip is an answer before and after.
type Flip struct {
	Before bool `json:"before"`
	After  bool `json:"after"`
}

// MayFlip is an answer before and after that may be unknown.
type MayFlip struct {
	Before *bool `json:"before"`
	After  *bool `json:"after"`
}

// NewStrategyChange works out what a plan does to the Project under evaluation.
func NewStrategyChange(header Header, before *avail.Evaluator, plan *change.Plan) *StrategyChange {
	header.Kind = KindStrategyChange
	c := &StrategyChange{Header: header, Project: before.Project().Name, Requests: changedRequests(plan), DryRun: "none", Results: []ChangeResult{}}
	c.Effect, c.Consequences = effect(before, plan)
	return c
}

// NewWhatIf works out how the Project would be had the plan always been in force. all
// keeps what does not flip.
func NewWhatIf(header Header, before *avail.Evaluator, plan *change.Plan, all bool) *WhatIf {
	header.Kind = KindWhatIf
	w := &WhatIf{Header: header, Project: before.Project().Name, Requests: changedRequests(plan), NotInKargo: notInKargo(plan)}
	w.Effect, w.Consequences = effect(before, plan)
	if before.Project().Unread(pipeline.Freight) {
		return w
	}
	w.Freight, w.Rows = len(before.Project().Freight()), Nullable[WhatIfRow]{}
	hypothetical := change.Hypothetical(before, plan)
	for _, name := range plan.Reached() {
		was, is := before.Stage(name), hypothetical.Stage(name)
		for _, f := range is.Project().FreightFor(is.Stage) {
			if row := whatIfRow(was, is, f, plan); all || row.flips() {
				row.Blockers = blockers(is.Blockers(f))
				w.Rows = append(w.Rows, row)
			}
		}
	}
	return w
}

func whatIfRow(was, is *avail.Stage, f *kargo.Freight, plan *change.Plan) WhatIfRow {
	row := answersAfter(is, f)
	row.Rule = plan.RuleFor(is.Stage, f.Origin)
	before := was.Judge(was.Project().FreightNamed(f.Metadata.Name))
	row.Available.Before, row.Listed.Before = before.Available[avail.Configured], maybe(before.Listed[avail.Configured])
	return row
}

// answersAfter returns the row of one piece of Freight, without what was before, the rule
// and the blockers.
func answersAfter(is *avail.Stage, f *kargo.Freight) WhatIfRow {
	after := is.Judge(f)
	diverging := slices.DeleteFunc(after.Divergences, func(d avail.Divergence) bool { return !slices.Contains(d.In, avail.Configured) })
	return WhatIfRow{
		Stage: is.Metadata.Name, Freight: named(f), Origin: f.Origin.String(), DiscoveredAt: utc(is.Project().DiscoveredAt(f)),
		Available:  Flip{After: after.Available[avail.Configured]},
		Listed:     MayFlip{After: maybe(after.Listed[avail.Configured])},
		Divergence: divergences(diverging),
	}
}

// flips reports whether an answer is another one then, or is known then alone.
func (r *WhatIfRow) flips() bool {
	before, after := r.Listed.Before, r.Listed.After
	return r.Available.Before != r.Available.After || (before == nil) != (after == nil) || before != nil && *before != *after
}

func notInKargo(plan *change.Plan) []string {
	list := []string{}
	seen := map[string]bool{}
	for i := range plan.Requests {
		rule := plan.Requests[i].To
		if _, ofKargo := rule.Strategy(); !ofKargo && !seen[rule.String()] {
			seen[rule.String()] = true
			list = append(list, rule.String())
		}
	}
	return list
}

func changedRequests(plan *change.Plan) []ChangedRequest {
	list := []ChangedRequest{}
	for i := range plan.Requests {
		r := &plan.Requests[i]
		changed := ChangedRequest{
			Stage: r.Stage, Request: r.Index, Origin: r.Origin.String(), From: string(r.From), To: r.To.String(),
			Changes: r.Changes(), NoEffect: r.NoEffect, Hazards: orEmpty(r.Hazards),
		}
		if r.Soak != nil {
			changed.RequiredSoakTime = &SoakChange{r.SoakFrom, r.Soak.Time}
		}
		list = append(list, changed)
	}
	return list
}

func effect(before *avail.Evaluator, plan *change.Plan) (*Effect, []Consequence) {
	if before.Project().Unread(pipeline.Freight) {
		return nil, []Consequence{}
	}
	e := change.EffectOf(before, plan)
	return &Effect{stageEffects(e.Now), stageEffects(e.Follows)}, consequences(e, change.Cut(before, e.After))
}

func stageEffects(list []change.StageEffect) []StageEffect {
	effects := []StageEffect{}
	for i := range list {
		e := &list[i]
		effect := StageEffect{
			Stage: e.Stage.Metadata.Name, ControlFlow: e.Stage.IsControlFlow(),
			Gained: namedAll(e.Gained), Lost: namedAll(e.Lost), Listed: namedAll(e.Listed), Unlisted: namedAll(e.Unlisted),
			Passes: namedAll(e.Passes), Passed: namedAll(e.Passed), Starts: namedAll(e.Starts), Reverts: namedAll(e.Reverts), Refused: namedAll(e.Refused), Fails: []FailingPromotion{},
			Stranded: namedAll(e.Stranded), Unverified: namedAll(e.Unverified), Unknown: []string{},
			Freeze: freeze(e.Stage), Awaits: namedAll(e.Awaits), Removed: e.Removed, Forgets: namedAll(e.Forgets),
		}
		if e.Auto != nil {
			effect.AutoPromotion = &SwitchFlip{maybe(e.Auto.Before), maybe(e.Auto.After)}
		}
		if e.Listing != nil {
			effect.Listing = &ListingFlip{e.Listing.Before, e.Listing.After}
		}
		for _, part := range e.Unknown {
			effect.Unknown = append(effect.Unknown, string(part))
		}
		for _, p := range e.Fails {
			effect.Fails = append(effect.Fails, FailingPromotion{p.Name, named(p.Freight), p.Running, p.Suppresses})
		}
		effects = append(effects, effect)
	}
	return effects
}

func namedAll(list []*kargo.Freight) []Named {
	names := []Named{}
	for _, f := range list {
		names = append(names, named(f))
	}
	return names
}

func named(f *kargo.Freight) Named { return Named{f.Metadata.Name, f.Alias} }
