package report

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// Explainer computes Explanations.
type Explainer struct {
	Header   Header
	Commands remedy.Commands
	// Limit is how many further pieces of Freight get a line, per origin; 0 is all.
	Limit int
	// Sentence writes the summary of a piece of Freight, Reason the line of one.
	Sentence func(stage *Stage, f *ExplainedFreight) string
	Reason   func(stage *Stage, f *Freight) string
}

// Explain explains one piece of Freight to the Stage or, when f is nil, the newest
// piece of each origin that is not available; where all are available, the newest.
func (x Explainer) Explain(s *avail.Stage, f *kargo.Freight) *Explanation {
	header := x.Header
	header.Kind = KindExplanation
	e := &Explanation{Header: header, Project: s.Project().Name, Stage: explainStage(s, x.Commands)}
	if s.Project().Unread(pipeline.Freight) {
		return e
	}
	e.Freight = Nullable[ExplainedFreight]{}
	if f != nil {
		e.Asked = true
		e.Freight = append(e.Freight, x.freight(s, f))
		return e
	}
	for _, list := range byOriginOf(s) {
		e.Freight = append(e.Freight, x.newest(s, list))
	}
	return e
}

// byOriginOf returns the Freight that concerns a Stage, newest first, by origin in
// the order of the requests; Freight of other origins that is approved comes last.
func byOriginOf(s *avail.Stage) [][]*kargo.Freight {
	var lists [][]*kargo.Freight
	at := map[kargo.Origin]int{}
	for _, origin := range pipeline.Origins(s.Stage) {
		at[origin] = len(lists)
		lists = append(lists, nil)
	}
	for _, f := range s.Project().FreightFor(s.Stage) {
		i, known := at[f.Origin]
		if !known {
			i, at[f.Origin] = len(lists), len(lists)
			lists = append(lists, nil)
		}
		lists[i] = append(lists[i], f)
	}
	return slices.DeleteFunc(lists, func(list []*kargo.Freight) bool { return len(list) == 0 })
}

// newest explains the newest piece of a list that is not available, with a line for
// each of the next ones, or else the newest of all.
func (x Explainer) newest(s *avail.Stage, list []*kargo.Freight) ExplainedFreight {
	var out []*kargo.Freight
	for _, f := range list {
		if j := s.Judge(f); !j.Available[avail.Configured] {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return x.freight(s, list[0])
	}
	explained := x.freight(s, out[0])
	stage := explainedAs(s)
	for _, f := range out[1:] {
		if x.Limit > 0 && len(explained.Next) >= x.Limit {
			explained.More++
			continue
		}
		row := freight(s.Project(), s, f)
		row.Blockers = blockers(s.Blockers(f))
		explained.Next = append(explained.Next, NextFreight{
			Named: Named{row.Name, row.Alias}, DiscoveredAt: row.DiscoveredAt, Verdict: row.Verdict, Reason: x.Reason(stage, &row),
		})
	}
	return explained
}

// explainedAs is the Stage as the writers of sentences want it.
func explainedAs(s *avail.Stage) *Stage {
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules())
	return &Stage{
		Name: s.Metadata.Name, ControlFlow: s.IsControlFlow(), Current: current(s.Project(), s.Stage), Requests: requests(s.Stage),
		AutoPromotion: AutoPromotion{Enabled: maybe(policy.Enabled), Next: next(s)}, ListError: s.ListError(avail.Configured),
	}
}

func explainStage(s *avail.Stage, commands remedy.Commands) ExplainedStage {
	policy, _ := autopromote.SwitchOf(s.Project(), s.Stage, s.Rules()) // what cannot be understood is a warning
	stage := ExplainedStage{
		Name:          s.Metadata.Name,
		ControlFlow:   s.IsControlFlow(),
		Current:       current(s.Project(), s.Stage),
		Requests:      requests(s.Stage),
		AutoPromotion: Policies{Enabled: maybe(policy.Enabled), Selecting: []Policy{}, Next: next(s)},
		ListError:     s.ListError(avail.Configured),
		Freeze:        freeze(s),
		WebUIFails:    s.WebUIFails(),
		Problems:      problems(s, commands),
	}
	for _, p := range autopromote.Selecting(s.Project(), s.Stage, s.Rules()) {
		stage.AutoPromotion.Selecting = append(stage.AutoPromotion.Selecting, Policy(p))
	}
	if s.Project().Partial { // what follows is about Freight that was not read
		return stage
	}
	stage.Origins, stage.Rollbacks, stage.Sets, stage.Ahead = originsOf(s), []Named{}, []Set{}, aheadOf(s)
	for _, f := range remedy.Rollbacks(s) {
		stage.Rollbacks = append(stage.Rollbacks, Named{f.Metadata.Name, f.Alias})
	}
	for _, set := range remedy.Sets(s, commands) {
		own := Set{Upstream: set.Upstream, Freight: []Named{}, Commands: orEmpty(set.Commands)}
		for _, f := range set.Freight {
			own.Freight = append(own.Freight, Named{f.Metadata.Name, f.Alias})
		}
		stage.Sets = append(stage.Sets, own)
	}
	return stage
}

// problems are what is wrong at the Stage itself.
func problems(s *avail.Stage, commands remedy.Commands) []Problem {
	list := []Problem{}
	for _, p := range remedy.Problems(s, commands) {
		list = append(list, Problem{string(p.Kind), p.Text, p.Remedy, p.Command, p.Waits})
	}
	return list
}

// originsOf says of each origin that a Stage requests what runs and how it came there.
func originsOf(s *avail.Stage) []Running {
	list := []Running{}
	var newest *Running
	for _, origin := range pipeline.Origins(s.Stage) {
		own := Running{Origin: origin.String()}
		if collection := s.Status.Current(); collection != nil {
			own.Freight = collection.Items[own.Origin].Name
		}
		if f := s.Project().FreightNamed(own.Freight); f != nil {
			own.Alias = f.Alias
			own.Since = utcOf(f.Status.CurrentlyIn.At(s.Metadata.Name).Since)
			if last := s.LastSucceeded(f); last != nil {
				own.Promotion = last.Name
			}
		}
		list = append(list, own)
	}
	for i := range list {
		if list[i].Since != nil && (newest == nil || list[i].Since.After(*newest.Since)) {
			newest = &list[i]
		}
	}
	if newest != nil && len(list) > 1 {
		newest.Last = true
	}
	return list
}

func (x Explainer) freight(s *avail.Stage, f *kargo.Freight) ExplainedFreight {
	row := freight(s.Project(), s, f)
	row.Blockers = blockers(s.Blockers(f))
	forecast := s.Forecast(f)
	explained := ExplainedFreight{
		Freight:       row,
		SameArtifacts: sameArtifacts(s, f),
		Replaces:      replaces(s, f),
		Chain:         chain(s, f),
		Checks:        checks(s, f),
		Disagreements: disagreements(s, f),
		AutoPromotion: freightPolicies(s, f),
		Forecast:      Forecast{outlooks(forecast.Available), outlooks(forecast.Listed), divergencesThen(s, f, forecast)},
		Steps:         []Step{},
		Next:          []NextFreight{},
	}
	if row.Here.Current && !row.Here.Verified {
		explained.Unverified = Unverified(s, f)
	}
	advice := remedy.Advise(s, f, x.Commands)
	for _, step := range advice.Steps {
		explained.Steps = append(explained.Steps, Step{string(step.Action), step.Stage, step.Command, step.Effect})
	}
	if explained.Ways = advice.Ways; len(advice.Steps) == 0 {
		explained.Ways = Nullable[[]int]{}
	}
	explained.Summary = x.Sentence(explainedAs(s), &explained)
	return explained
}

// mostTwins is how many pieces of Freight with the same artifacts are told.
const mostTwins = 5

// sameArtifacts returns other Freight of the origin that carries the same artifacts.
func sameArtifacts(s *avail.Stage, f *kargo.Freight) Nullable[Twin] {
	if s.Project().Partial {
		return nil
	}
	twins := Nullable[Twin]{}
	if len(f.Artifacts) == 0 {
		return twins
	}
	for _, other := range s.Project().FreightFrom(f.Origin) {
		if other == f || !slices.Equal(other.Artifacts, f.Artifacts) || len(twins) == mostTwins {
			continue
		}
		twin := Twin{Named: Named{other.Metadata.Name, other.Alias}, VerifiedIn: []string{}}
		for stage := range other.Status.VerifiedIn.All() {
			twin.VerifiedIn = append(twin.VerifiedIn, stage)
		}
		slices.Sort(twin.VerifiedIn)
		twins = append(twins, twin)
	}
	return twins
}

// chain is what the Stage's blockers wait for.
func chain(s *avail.Stage, f *kargo.Freight) []Link {
	links := []Link{}
	for _, link := range s.Chain(f) {
		links = append(links, Link{link.Stage, blockers(link.Blockers)})
	}
	return links
}

func checks(s *avail.Stage, f *kargo.Freight) []Check {
	list := []Check{}
	approved := f.Status.ApprovedFor.At(s.Metadata.Name)
	for _, decision := range s.Decide(f) {
		check := Check{
			Request: decision.Request, Approved: decision.Approved, ApprovedAt: utcOf(approved.ApprovedAt), Direct: decision.Direct,
			Available: decision.Available, Needed: decision.Needed, TakesAll: decision.TakesAll, RequiredSoakTime: decision.SoakTime,
			Ignores: ignores(&decision), Upstreams: []UpstreamCheck{},
		}
		for i := range decision.Upstreams {
			check.Upstreams = append(check.Upstreams, upstreamCheck(s, f, &decision.Upstreams[i]))
		}
		list = append(list, check)
	}
	return list
}

// ignores names the fields of a request that the check does not look at by these rules.
func ignores(decision *avail.RequestDecision) []string {
	var fields []string
	if decision.IgnoresSoak {
		fields = append(fields, IgnoresSoak)
	}
	if decision.IgnoresStrategy {
		fields = append(fields, IgnoresStrategy)
	}
	return fields
}

func upstreamCheck(s *avail.Stage, f *kargo.Freight, decision *avail.UpstreamDecision) UpstreamCheck {
	evidence := s.EvidenceAt(decision.Stage, f)
	upstream := s.Other(decision.Stage)
	check := UpstreamCheck{
		Stage:       decision.Stage,
		Exists:      upstream != nil,
		ControlFlow: upstream != nil && upstream.IsControlFlow(),
		Satisfied:   decision.Satisfied,
		Verified:    decision.Verified,
		VerifiedAt:  utc(evidence.VerifiedAt),
		Current:     evidence.There,
		Since:       utcOf(evidence.Since),
	}
	if soak := decision.Soak; soak != nil {
		check.Soak = &Soak{kargo.Duration(soak.Required), kargo.Duration(soak.Elapsed), soak.Complete, utc(soak.Until)}
	}
	if p := evidence.Promotion; p != nil {
		check.Promotion = &PromotionEvidence{p.Kind(), Promotion{p.Name, string(p.Phase), p.Message}, utcOf(p.FinishedAt)}
	}
	if v := evidence.Verification; v != nil {
		check.Verification = &VerificationEvidence{
			Phase: string(v.Phase), Message: v.Message, Replaced: evidence.Replaced, StartTime: utcOf(v.StartTime), FinishTime: utcOf(v.FinishTime),
		}
		if v.AnalysisRun != nil {
			check.Verification.AnalysisRun = v.AnalysisRun.Name
		}
	}
	if h := evidence.Health; h != nil {
		check.Health = &HealthEvidence{h.Status, orEmpty(h.Issues), utcOf(evidence.HealthSince)}
	}
	return check
}

// divergencesThen returns the disagreements as configured at the instant at which the
// Freight becomes available by itself.
func divergencesThen(s *avail.Stage, f *kargo.Freight, forecast avail.Forecast) []Divergence {
	o := forecast.Available[avail.Configured]
	if o.State != avail.Later {
		return []Divergence{}
	}
	then := avail.New(s.Project(), s.Rules(), o.At).Stage(s.Metadata.Name).Judge(f)
	return divergences(slices.DeleteFunc(then.Divergences, func(d avail.Divergence) bool {
		return !slices.Contains(d.In, avail.Configured)
	}))
}

func outlooks(by [3]avail.Outlook) Outlooks {
	return Outlooks{outlook(by[avail.Configured]), outlook(by[avail.Any]), outlook(by[avail.All])}
}

func outlook(o avail.Outlook) Outlook {
	state := string(o.State)
	if o.State == avail.Unsure {
		state = "Unknown"
	}
	return Outlook{State: state, At: utc(o.At), Until: utc(o.Until), NotBefore: utc(o.NotBefore), NotWithin: kargo.Duration(o.NotWithin), Unless: o.Unless}
}

// freightPolicies says what auto-promotion does about the Freight.
func freightPolicies(s *avail.Stage, f *kargo.Freight) FreightPolicies {
	policies := FreightPolicies{}
	if hold := autopromote.HoldOf(s.Stage, s.Rules(), f.Origin); hold != nil {
		policies.Hold = &Hold{hold.FreightName, aliasOf(s.Project(), hold.FreightName), hold.PromotionName, hold.Actor, utcOf(hold.CreatedAt)}
	}
	o := autopromote.ProspectOf(s, f)
	if o.Asked {
		policies.Candidates = &CandidatesOf{candidatesOf(s, f.Origin)}
	}
	if guard := o.Guard; guard.Reason != autopromote.GuardNone {
		policies.Guard = &Guard{string(guard.Reason), guard.Promotion}
	}
	policies.Outcome = o.Words
	return policies
}

// candidatesOf returns what auto-promotion would pick of one origin, by semantics;
// nil when it is not known.
func candidatesOf(s *avail.Stage, origin kargo.Origin) map[string]Named {
	known := map[string]Named{}
	for _, semantics := range avail.EverySemantics() {
		candidates := autopromote.Candidates(s, semantics)
		if candidates == nil {
			return nil
		}
		if f := candidates[origin]; f != nil {
			known[semantics.String()] = Named{f.Metadata.Name, f.Alias}
		}
	}
	return known
}

// utcOf returns an instant that may be missing in UTC.
func utcOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return utc(*t)
}
