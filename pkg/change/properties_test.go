package change_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func rules() []change.Rule { return []change.Rule{change.Any(), change.All(), change.Unset()} }

// drawPlan draws a plan of Kargo's strategies and perhaps soak times.
func drawPlan(t *rapid.T, w world, e *avail.Evaluator) (*change.Plan, []change.Edit) {
	edits := drawEdits(t, w, rules()...)
	for i := range edits {
		edits[i].Soak = drawSoak(t)
	}
	return planOf(t, e, edits...), edits
}

// A plan that is carried out leaves nothing to do, has written where it said and nowhere
// else, and the Project that it was made for is what it was.
func TestPropertyAPlanIsIdempotentAndTouchesOnePath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		untouched := text(t, w.Objects)
		e := w.evaluator(t)
		plan, edits := drawPlan(t, w, e)
		project, quorums := plan.After()
		if len(quorums) > 0 {
			t.Errorf("Kargo's strategies want %d quorums", len(quorums))
		}
		again, err := change.NewPlan(project, edits)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, r := range again.Requests {
			if r.Changes() || r.NoEffect != "" || r.Hazards != nil {
				t.Errorf("%s[%d] is to be changed again: %+v", r.Stage, r.Index, r)
			}
		}
		twice, _ := again.After()
		if diff := cmp.Diff(text(t, project.Stages), text(t, twice.Stages)); diff != "" {
			t.Errorf("the second time writes (-first +second):\n%s", diff)
		}
		change.EffectOf(e, plan)
		change.Hypothetical(e, plan)
		if diff := cmp.Diff(untouched, text(t, w.Objects)); diff != "" {
			t.Errorf("the Project was modified (-before +after):\n%s", diff)
		}

		want := copyOf(t, w.Stages)
		for _, r := range plan.Requests {
			sources := &want[slices.IndexFunc(want, func(s kargo.Stage) bool { return s.Metadata.Name == r.Stage })].Spec.RequestedFreight[r.Index].Sources
			strategy, _ := r.To.Strategy()
			if r.To == change.Unset() || strategy.Normal() != sources.AvailabilityStrategy.Normal() {
				sources.AvailabilityStrategy = strategy
			}
			if r.Soak != nil {
				sources.RequiredSoakTime = r.Soak.Time
			}
		}
		for i := range want {
			if diff := cmp.Diff(text(t, want[i]), text(t, project.Stage(want[i].Metadata.Name))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", want[i].Metadata.Name, diff)
			}
		}
		if diff := cmp.Diff(text(t, e.Project().Freight()), text(t, project.Freight())); diff != "" {
			t.Errorf("Freight was changed:\n%s", diff)
		}
	})
}

func copyOf[T any](t tester, v T) T {
	t.Helper()
	var other T
	if err := json.Unmarshal([]byte(text(t, v)), &other); err != nil {
		t.Fatalf("%v", err)
	}
	return other
}

// answers are what a report says of a Stage, as a set of words; an answer that is not
// known is none.
func answers(e *avail.Evaluator, stage *report.Stage) map[string]bool {
	words := map[string]bool{}
	for _, f := range stage.Freight {
		words["available "+f.Name] = f.Available.Configured
		words["listed "+f.Name] = f.Listed.Configured != nil && *f.Listed.Configured
	}
	if enabled := stage.AutoPromotion.Enabled; stage.ControlFlow || enabled == nil || !*enabled {
		return words
	}
	view := e.Stage(stage.Name)
	for _, origin := range pipeline.Origins(view.Stage) {
		candidate := stage.AutoPromotion.Candidates.Configured[origin.String()]
		if candidate == "" {
			continue
		}
		guard := autopromote.GuardOf(view, e.Project().FreightNamed(candidate)).Reason
		if open := guard == autopromote.GuardNone || guard == autopromote.GuardUnknown; open && !words["available "+candidate] {
			break
		}
		words["starts "+candidate] = guard == autopromote.GuardNone
	}
	return words
}

// gained returns the words that hold after and not before, without those left out.
func gained(before, after map[string]bool, without ...map[string]bool) []string {
	var words []string
	for _, word := range slices.Sorted(maps.Keys(after)) {
		already := slices.ContainsFunc(without, func(w map[string]bool) bool { return w[word] })
		if after[word] && !before[word] && !already {
			words = append(words, word)
		}
	}
	return words
}

// told writes an effect in the same words, what begins and what ends.
func told(e *change.StageEffect) (begins, ends []string) {
	for _, part := range []struct {
		word    string
		freight []*kargo.Freight
		into    *[]string
	}{
		{"available ", e.Gained, &begins},
		{"listed ", e.Listed, &begins},
		{"starts ", e.Starts, &begins},
		{"available ", e.Lost, &ends},
		{"listed ", e.Unlisted, &ends},
	} {
		for _, f := range part.freight {
			*part.into = append(*part.into, part.word+f.Metadata.Name)
		}
	}
	slices.Sort(begins)
	slices.Sort(ends)
	return begins, ends
}

// stopped leaves out that auto-promotion no longer promotes something: of no effect is
// that said.
func stopped(words []string) []string {
	var others []string
	for _, word := range words {
		if !strings.HasPrefix(word, "starts ") {
			others = append(others, word)
		}
	}
	return others
}

func set(words []string) map[string]bool {
	s := map[string]bool{}
	for _, word := range words {
		s[word] = true
	}
	return s
}

// What is so at once is the difference of what `list -o json` prints, and it is at the
// Stages that change alone.
func TestPropertyNowIsTheDifferenceOfTheReports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		plan, _ := drawPlan(t, w, e)
		project, _ := plan.After()
		after := avail.New(project, e.Rules(), e.Now())
		effect := change.EffectOf(e, plan)
		was, is := list(e), list(after)
		seen := 0
		for i := range was {
			before, then := answers(e, &was[i]), answers(after, &is[i])
			begins, ends := told(&change.StageEffect{})
			for j := range effect.Now {
				if effect.Now[j].Stage.Metadata.Name == was[i].Name {
					begins, ends = told(&effect.Now[j])
					seen++
				}
			}
			if diff := cmp.Diff(gained(before, then), begins); diff != "" {
				t.Errorf("%s: what begins (-report +effect):\n%s", was[i].Name, diff)
			}
			if diff := cmp.Diff(stopped(gained(then, before)), ends); diff != "" {
				t.Errorf("%s: what ends (-report +effect):\n%s", was[i].Name, diff)
			}
			if !slices.Contains(plan.Stages(), was[i].Name) {
				forget(&was[i])
				forget(&is[i])
				if diff := cmp.Diff(text(t, was[i]), text(t, is[i])); diff != "" {
					t.Errorf("%s is reported otherwise, and is not changed:\n%s", was[i].Name, diff)
				}
			}
		}
		if seen != len(plan.Stages()) || seen != len(effect.Now) {
			t.Errorf("%d of %d changed Stages are told of", seen, len(plan.Stages()))
		}
	})
}

// forget leaves out the blockers, which follow the upstreams to their own.
func forget(stage *report.Stage) {
	for i := range stage.Freight {
		stage.Freight[i].Blockers = nil
	}
}

// passAll writes into the objects what control-flow Stages do: all that a report says is
// listed at them is verified there, until nothing is left.
func passAll(t tester, w world) world {
	t.Helper()
	w.Freight = slices.Clone(w.Freight)
	for again := true; again; {
		again = false
		for _, stage := range list(w.evaluator(t)) {
			for _, f := range stage.Freight {
				i := slices.IndexFunc(w.Freight, func(g kargo.Freight) bool { return g.Metadata.Name == f.Name })
				status := &w.Freight[i].Status
				if status.VerifiedIn.Has(stage.Name) || !stage.ControlFlow || f.Listed.Configured == nil || !*f.Listed.Configured {
					continue
				}
				again = true
				status.VerifiedIn = status.VerifiedIn.With(stage.Name, kargo.Verified{VerifiedAt: kargo.InstantOf(w.evaluator(t).Now())})
			}
		}
	}
	return w
}

// after is the world once the plan is carried out.
func (w world) after(plan *change.Plan) world {
	project, _ := plan.After()
	w.Stages = slices.Clone(w.Stages)
	for i := range w.Stages {
		w.Stages[i] = *project.Stage(w.Stages[i].Metadata.Name)
	}
	return w
}

// What follows is what control-flow Stages bring about by passing on what they list,
// without what they would have brought about anyway and what was so at once.
func TestPropertyWhatFollowsIsWhatTheGatesPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		plan, _ := drawPlan(t, w, e)
		effect := change.EffectOf(e, plan)
		before, after := passAll(t, w).evaluator(t), passAll(t, w.after(plan)).evaluator(t)
		was, is := list(before), list(after)
		for i := range was {
			nowBegins, nowEnds := told(of(effect.Now, was[i].Name))
			begins, ends := told(of(effect.Follows, was[i].Name))
			anyway, then := answers(before, &was[i]), answers(after, &is[i])
			if diff := cmp.Diff(gained(anyway, then, set(nowBegins)), begins); diff != "" {
				t.Errorf("%s: what begins (-simulated +effect):\n%s", was[i].Name, diff)
			}
			if diff := cmp.Diff(stopped(gained(then, anyway, set(nowEnds))), ends); diff != "" {
				t.Errorf("%s: what ends (-simulated +effect):\n%s", was[i].Name, diff)
			}
		}
	})
}

// of returns the effect at a Stage, an empty one where there is none.
func of(effects []change.StageEffect, stage string) *change.StageEffect {
	for i := range effects {
		if effects[i].Stage.Metadata.Name == stage {
			return &effects[i]
		}
	}
	return &change.StageEffect{}
}

// What a control-flow Stage is said to pass on is verified there in the end, and was not;
// what it is said to have passed is verified there from the beginning.
func TestPropertyWhatIsPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		plan, _ := drawPlan(t, w, e)
		effect := change.EffectOf(e, plan)
		end := passAll(t, w.after(plan)).evaluator(t).Project()
		verified := func(project *pipeline.Project, f *kargo.Freight, stage string) bool {
			yes := project.FreightNamed(f.Metadata.Name).Status.VerifiedIn.Has(stage)
			return yes
		}
		for _, s := range slices.Concat(effect.Now, effect.Follows) {
			name := s.Stage.Metadata.Name
			for _, f := range s.Passes {
				if verified(e.Project(), f, name) || !verified(end, f, name) {
					t.Errorf("%s is said to pass on %s", name, f.Metadata.Name)
				}
			}
			for _, f := range s.Passed {
				if !verified(end, f, name) {
					t.Errorf("%s is said to have passed on %s", name, f.Metadata.Name)
				}
			}
			if !s.Stage.IsControlFlow() && len(s.Passes)+len(s.Passed) > 0 {
				t.Errorf("%s passes on nothing", name)
			}
		}
	})
}

// strict reports whether a Stage requests no origin twice, and each from some upstream.
func strict(stage *kargo.Stage) bool {
	seen := map[kargo.Origin]bool{}
	for _, r := range stage.Spec.RequestedFreight {
		if seen[r.Origin] || len(r.Sources.Stages) == 0 {
			return false
		}
		seen[r.Origin] = true
	}
	return true
}

func TestPropertyAllGainsNothingAndOneOfLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		for _, test := range []struct {
			to   change.Rule
			name string
			none func(*change.StageEffect) []*kargo.Freight
		}{
			{change.All(), "gained under All", func(e *change.StageEffect) []*kargo.Freight { return e.Gained }},
			{change.Any(), "lost under OneOf", func(e *change.StageEffect) []*kargo.Freight { return e.Lost }},
		} {
			effect := change.EffectOf(e, planOf(t, e, drawEdits(t, w, test.to)...))
			for i := range effect.Now {
				if wrong := test.none(&effect.Now[i]); len(wrong) > 0 && strict(effect.Now[i].Stage.Stage) {
					t.Errorf("%s: %s is %s", effect.Now[i].Stage.Metadata.Name, wrong[0].Metadata.Name, test.name)
				}
			}
		}
	})
}

// Where a plan says that a change has no effect, it has none.
func TestPropertyNoEffectIsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		for i := range w.Stages {
			stage := &w.Stages[i]
			rule := rapid.SampledFrom(rules()).Draw(t, "rule")
			for index, r := range stage.Spec.RequestedFreight {
				plan := planOf(t, e, change.Edit{Stage: stage.Metadata.Name, Warehouse: r.Origin.Name, Rule: &rule})
				if slices.ContainsFunc(plan.Requests, func(r change.Request) bool { return r.Changes() && r.NoEffect == "" }) {
					continue
				}
				effect := change.EffectOf(e, plan)
				for _, s := range slices.Concat(effect.Now, effect.Follows) {
					s.Unknown = nil
					if !s.IsEmpty() {
						t.Errorf("%s[%d] to %s: %+v has an effect at %s", stage.Metadata.Name, index, rule, plan.Requests, s.Stage.Metadata.Name)
					}
				}
			}
		}
	})
}

// Each Stage's own strategy changes nothing, and what changes nothing flips nothing.
func TestPropertyWithoutAChangeNothingFlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		var edits []change.Edit
		for i := range w.Stages {
			stage := &w.Stages[i]
			same := func(r kargo.Request) bool {
				return r.Sources.AvailabilityStrategy == stage.Spec.RequestedFreight[0].Sources.AvailabilityStrategy
			}
			strategy := stage.Spec.RequestedFreight[0].Sources.AvailabilityStrategy
			if slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return !same(r) }) || !strategy.Known() || !stage.IsDownstream() {
				continue
			}
			rule := change.Any()
			if strategy == kargo.All {
				rule = change.All()
			}
			edits = append(edits, change.Edit{Stage: stage.Metadata.Name, Rule: &rule})
		}
		e := w.evaluator(t)
		plan := planOf(t, e, edits...)
		if stages := plan.Stages(); len(stages) > 0 {
			t.Errorf("%v are changed", stages)
		}
		if rows := report.NewWhatIf(report.Header{}, e, plan, false).Rows; len(rows) > 0 {
			t.Errorf("%d answers flip: %+v", len(rows), rows)
		}
		if effect := change.EffectOf(e, plan); len(effect.Now)+len(effect.Follows) > 0 {
			t.Errorf("there is an effect: %+v", effect)
		}
	})
}

// What flips at a regular Stage that changes, and is not behind a control-flow Stage that
// does, is what a change brings about at once: the two verbs agree.
func TestPropertyWhatIfAndTheEffectAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		var edits []change.Edit
		for _, edit := range drawEdits(t, w, rules()...) {
			if !e.Stage(edit.Stage).IsControlFlow() {
				edit.Soak = drawSoak(t)
				edits = append(edits, edit)
			}
		}
		plan := planOf(t, e, edits...)
		effect := change.EffectOf(e, plan)
		begins, ends := map[string][]string{}, map[string][]string{}
		for _, row := range report.NewWhatIf(report.Header{}, e, plan, false).Rows {
			sortFlip(row, "available ", &row.Available.Before, &row.Available.After, begins, ends)
			sortFlip(row, "listed ", row.Listed.Before, row.Listed.After, begins, ends)
		}
		for i := range effect.Now {
			s := effect.Now[i]
			s.Starts = nil
			wantBegins, wantEnds := told(&s)
			name := s.Stage.Metadata.Name
			slices.Sort(begins[name])
			slices.Sort(ends[name])
			if diff := cmp.Diff([][]string{wantBegins, wantEnds}, [][]string{begins[name], ends[name]}); diff != "" {
				t.Errorf("%s (-effect +what-if):\n%s", name, diff)
			}
			delete(begins, name)
			delete(ends, name)
		}
		if len(begins)+len(ends) > 0 {
			t.Errorf("flips where nothing is changed: %v %v", begins, ends)
		}
	})
}

func sortFlip(row report.WhatIfRow, word string, before, after *bool, begins, ends map[string][]string) {
	yes := func(b *bool) bool { return b != nil && *b }
	switch {
	case yes(after) && !yes(before):
		begins[row.Stage] = append(begins[row.Stage], word+row.Freight.Name)
	case yes(before) && !yes(after):
		ends[row.Stage] = append(ends[row.Stage], word+row.Freight.Name)
	}
}

// In the imagined Project a control-flow Stage that changes has passed on what its rule
// lists and nothing else, as have those behind it; all else is as it was.
func TestPropertyHypotheticalGatesPassWhatTheyList(t *testing.T) {
	allRules := rules()
	for _, written := range []string{"majority", "quorum:1", "percent:40", "percent:100"} {
		rule, err := change.ParseRule(written)
		if err != nil {
			t.Fatal(err)
		}
		allRules = append(allRules, rule)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		for i := range w.Stages { // a soak time may list what it lists no more once it is passed on
			for j := range w.Stages[i].Spec.RequestedFreight {
				w.Stages[i].Spec.RequestedFreight[j].Sources.RequiredSoakTime = nil
			}
		}
		w.Unread = 0
		e := w.evaluator(t)
		edits := slices.DeleteFunc(drawEdits(t, w, allRules...), func(edit change.Edit) bool {
			_, err := change.NewPlan(e.Project(), []change.Edit{edit})
			return err != nil // a request without an upstream has no quorum
		})
		plan := planOf(t, e, edits...)
		imagined := change.Hypothetical(e, plan)
		passes := behind(w, plan.Stages())
		for i := range w.Stages {
			name := w.Stages[i].Metadata.Name
			view := imagined.Stage(name)
			for _, f := range imagined.Project().Freight() {
				got, verified := f.Status.VerifiedIn.Get(name)
				record, recorded := e.Project().FreightNamed(f.Metadata.Name).Status.VerifiedIn.Get(name)
				want := recorded
				if passes[name] {
					want = view.Requests(f.Origin) && view.Judge(f).Listed[avail.Configured] == avail.Yes
				}
				if verified != want {
					t.Errorf("%s is verified in %s: %t, want %t", f.Metadata.Name, name, verified, want)
				}
				if verified && recorded && text(t, got) != text(t, record) {
					t.Errorf("what is on record of %s in %s is lost: %s, was %s", f.Metadata.Name, name, text(t, got), text(t, record))
				}
			}
		}
	})
}

// behind returns the control-flow Stages among the named ones, and those that can be
// reached from them through others.
func behind(w world, changed []string) map[string]bool {
	gates := map[string]bool{}
	for range w.Stages {
		for i := range w.Stages {
			stage := &w.Stages[i]
			for _, r := range stage.Spec.RequestedFreight {
				follows := slices.ContainsFunc(r.Sources.Stages, func(name string) bool { return gates[name] })
				if stage.IsControlFlow() && (follows || slices.Contains(changed, stage.Metadata.Name)) {
					gates[stage.Metadata.Name] = true
				}
			}
		}
	}
	return gates
}

// A rule of so many upstreams is any when it is one, and all when it is every one.
func TestPropertyQuorumsAtTheEnds(t *testing.T) {
	one, err := change.ParseRule("quorum:1")
	if err != nil {
		t.Fatal(err)
	}
	hundred, err := change.ParseRule("percent:100")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		w.release = rapid.SampledFrom([]string{"v1.11.2", "v1.10.10", "v1.3.3"}).Draw(t, "exact release")
		e := w.evaluator(t)
		for i := range w.Stages {
			if !strict(&w.Stages[i]) {
				continue
			}
			name := w.Stages[i].Metadata.Name
			for _, pair := range [][2]change.Rule{{one, change.Any()}, {hundred, change.All()}} {
				imagined := imagine(t, e, name, pair[0])
				kargos := imagine(t, e, name, pair[1])
				for _, f := range e.Project().FreightFor(&w.Stages[i]) {
					got, want := imagined.Judge(f), kargos.Judge(f)
					if got.Available[avail.Configured] != want.Available[avail.Configured] {
						t.Errorf("%s, %s: %s says %t, %s says not", name, f.Metadata.Name, pair[0], got.Available[avail.Configured], pair[1])
					}
					if soakless(&w.Stages[i]) && got.Listed[avail.Configured] != want.Listed[avail.Configured] {
						t.Errorf("%s, %s: %s lists %d, %s lists %d", name, f.Metadata.Name, pair[0], got.Listed[avail.Configured], pair[1], want.Listed[avail.Configured])
					}
				}
			}
		}
	})
}

// imagine returns a Stage by a rule, with all else as it is.
func imagine(t tester, e *avail.Evaluator, stage string, rule change.Rule) *avail.Stage {
	t.Helper()
	project, quorums := planOf(t, e, change.Edit{Stage: stage, Rule: &rule}).After()
	return avail.New(project, e.Rules().WithQuorums(quorums), e.Now()).Stage(stage)
}

func soakless(stage *kargo.Stage) bool {
	return !slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool {
		return r.Sources.RequiredSoakTime != nil || !r.Sources.AvailabilityStrategy.Known()
	})
}
