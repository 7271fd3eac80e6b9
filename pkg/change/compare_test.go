package change_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// declared returns the manifests that say what is: without a status, without Freight.
func (w world) declared() pipeline.Objects {
	d := pipeline.Objects{Project: w.Project, Warehouses: slices.Clone(w.Warehouses)}
	if !w.Unread.Has(pipeline.Policies) {
		d.Config = w.Config
	}
	for _, s := range w.Stages {
		s.Status = kargo.StageStatus{}
		d.Stages = append(d.Stages, s)
	}
	return d
}

// drawHead draws what a pull request makes of manifests: Stages that are written otherwise,
// added, removed or renamed, other policies, a Warehouse less.
func drawHead(t *rapid.T, w world, base pipeline.Objects) pipeline.Objects {
	head := base
	head.Stages = nil
	upstreams := append(names(6), "ghost")
	for _, s := range base.Stages {
		switch rapid.IntRange(0, 7).Draw(t, "what becomes of "+s.Metadata.Name) {
		case 0:
			continue
		case 1:
			s.Metadata.Name = "renamed-" + s.Metadata.Name
		case 2, 3:
			s = drawStage(t, s.Metadata.Name, upstreams, len(w.Freight))
			s.Status = kargo.StageStatus{}
		}
		head.Stages = append(head.Stages, s)
	}
	if rapid.IntRange(0, 2).Draw(t, "adds a Stage") == 0 {
		added := drawStage(t, "added", upstreams, len(w.Freight))
		added.Status = kargo.StageStatus{}
		if !slices.ContainsFunc(head.Stages, func(s kargo.Stage) bool { return s.Metadata.Name == "added" }) {
			head.Stages = append(head.Stages, added)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "other policies") == 0 {
		head.Config = &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{Name: "glob:*"}, AutoPromotionEnabled: rapid.Bool().Draw(t, "on")}}}
	}
	if rapid.IntRange(0, 5).Draw(t, "a Warehouse less") == 0 && len(head.Warehouses) > 0 {
		head.Warehouses = head.Warehouses[1:]
	}
	return head
}

// apply returns the world after head was applied over what base says, with pruning.
func (w world) apply(base, head pipeline.Objects) world {
	w.Objects = change.Prune(change.Overlay(w.Objects, head), change.Missing(base, head))
	return w
}

func TestPropertyCompareWithItselfIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		same := w.apply(w.declared(), w.declared())
		for _, after := range []world{w, same} {
			effect := change.Compare(w.evaluator(t), after.evaluator(t))
			if len(effect.Now)+len(effect.Follows) > 0 {
				t.Errorf("there is an effect: %+v", effect)
			}
			if cut := change.Cut(w.evaluator(t), after.evaluator(t)); len(cut) > 0 {
				t.Errorf("Stages are cut off: %+v", cut)
			}
			if list := change.Differences(w.Objects, after.Objects); len(list) > 0 {
				t.Errorf("objects differ: %+v", list)
			}
		}
	})
}

// A plan is a case of it: the same edit as manifests has the same effect.
func TestPropertyCompareOfAPlanIsItsEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		e := w.evaluator(t)
		plan, _ := drawPlan(t, w, e)
		after := w.apply(w.declared(), w.after(plan).declared())
		got := change.Compare(e, after.evaluator(t))
		if diff := cmp.Diff(wordsOf(change.EffectOf(e, plan)), wordsOf(got)); diff != "" {
			t.Errorf("(-plan +manifests):\n%s", diff)
		}
	})
}

// effectWords is an effect with names in place of objects.
type effectWords struct {
	Stage                                                           string
	Removed                                                         bool
	Gained, Lost, Listed, Unlisted, Passes, Passed, Starts, Reverts []string
	Refused, Stranded, Unverified, Forgets, Fails                   []string
	Auto                                                            *change.SwitchFlip
	Unknown                                                         []change.Part
}

func wordsOf(effect change.Effect) (words [2][]effectWords) {
	for i, list := range [][]change.StageEffect{effect.Now, effect.Follows} {
		for _, e := range list {
			w := effectWords{
				e.Stage.Metadata.Name, e.Removed, freightNames(e.Gained), freightNames(e.Lost), freightNames(e.Listed), freightNames(e.Unlisted),
				freightNames(e.Passes), freightNames(e.Passed), freightNames(e.Starts), freightNames(e.Reverts),
				freightNames(e.Refused), freightNames(e.Stranded), freightNames(e.Unverified), freightNames(e.Forgets), nil, e.Auto, e.Unknown,
			}
			for _, p := range e.Fails {
				w.Fails = append(w.Fails, p.Name)
			}
			words[i] = append(words[i], w)
		}
	}
	return words
}

func freightNames(list []*kargo.Freight) []string {
	var names []string
	for _, f := range list {
		names = append(names, f.Metadata.Name)
	}
	return names
}

// answersOf has what the engine says of every Stage and piece of Freight.
func answersOf(t tester, w world) map[string]bool {
	t.Helper()
	e := w.evaluator(t)
	words := map[string]bool{}
	for _, stage := range e.Project().Stages {
		s := e.Stage(stage.Metadata.Name)
		for _, f := range e.Project().Freight() {
			j := s.Judge(f)
			words["available "+stage.Metadata.Name+" "+f.Metadata.Name] = j.Available[avail.Configured]
			words["listed "+stage.Metadata.Name+" "+f.Metadata.Name] = j.Listed[avail.Configured] == avail.Yes
		}
	}
	return words
}

// flips returns the answers that differ, as the effect tells them.
func flips(effect change.Effect) (begins, ends []string) {
	for _, e := range effect.Now {
		for _, part := range []struct {
			word    string
			freight []*kargo.Freight
			into    *[]string
		}{{"available ", e.Gained, &begins}, {"listed ", e.Listed, &begins}, {"available ", e.Lost, &ends}, {"listed ", e.Unlisted, &ends}} {
			for _, f := range part.freight {
				*part.into = append(*part.into, part.word+e.Stage.Metadata.Name+" "+f.Metadata.Name)
			}
		}
	}
	slices.Sort(begins)
	slices.Sort(ends)
	return begins, ends
}

// What flips is what the engine says of the Project as it is and as it would be, at every
// Stage and for every piece of Freight.
func TestPropertyFlipsAreTheEnginesOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		untouched := text(t, w.Objects)
		base := w.declared()
		after := w.apply(base, drawHead(t, w, base))
		effect := change.Compare(w.evaluator(t), after.evaluator(t))
		was, is := answersOf(t, w), answersOf(t, after)
		begins, ends := flips(effect)
		if diff := cmp.Diff(gained(was, is), begins); diff != "" {
			t.Errorf("what begins (-engine +effect):\n%s", diff)
		}
		if diff := cmp.Diff(gained(is, was), ends); diff != "" {
			t.Errorf("what ends (-engine +effect):\n%s", diff)
		}
		if diff := cmp.Diff(untouched, text(t, w.Objects)); diff != "" {
			t.Errorf("the live objects were modified (-before +after):\n%s", diff)
		}
	})
}

// Two changes, one after the other, end where one change to the same end does: what flips
// twice does not flip.
func TestPropertyComparisonsCompose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		base := w.declared()
		middle := drawHead(t, w, base)
		end := drawHead(t, w, middle)
		first, second := w.apply(base, middle), w.apply(base, middle).apply(middle, end)
		odd := map[string]int{}
		for _, effect := range []change.Effect{
			change.Compare(w.evaluator(t), first.evaluator(t)), change.Compare(first.evaluator(t), second.evaluator(t)),
		} {
			begins, ends := flips(effect)
			for _, word := range begins {
				odd[word]++
			}
			for _, word := range ends {
				odd[word]--
			}
		}
		begins, ends := flips(change.Compare(w.evaluator(t), second.evaluator(t)))
		for _, word := range begins {
			odd[word]--
		}
		for _, word := range ends {
			odd[word]++
		}
		for word, count := range odd {
			if count != 0 {
				t.Errorf("%s: %+d", word, count)
			}
		}
		direct := w.apply(base, end)
		if diff := cmp.Diff(text(t, sortedStages(direct)), text(t, sortedStages(second))); diff != "" && !renamesBack(base, middle, end) {
			t.Errorf("the Stages end otherwise (-at once +in two steps):\n%s", diff)
		}
	})
}

func sortedStages(w world) []kargo.Stage {
	return slices.SortedFunc(slices.Values(w.Stages), func(a, b kargo.Stage) int {
		if a.Metadata.Name < b.Metadata.Name {
			return -1
		}
		return 1
	})
}

// renamesBack reports whether a Stage is gone in the middle and there again in the end: it
// is then another one, without a status.
func renamesBack(base, middle, end pipeline.Objects) bool {
	gone := change.Missing(base, middle)
	return slices.ContainsFunc(end.Stages, func(s kargo.Stage) bool {
		return slices.ContainsFunc(gone.Stages, func(g kargo.Stage) bool { return g.Metadata.Name == s.Metadata.Name })
	})
}

// What a deleted Stage verified or was approved for it does not count any more, and nothing
// else is taken back.
func TestPropertyPruneTakesBackWhatTheFinalizerDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		base := w.declared()
		head := drawHead(t, w, base)
		after := w.apply(base, head)
		gone := change.Missing(base, head)
		for i, f := range w.Freight {
			got := after.Freight[i].Status
			for _, stage := range names(6) {
				isGone := slices.ContainsFunc(gone.Stages, func(s kargo.Stage) bool { return s.Metadata.Name == stage })
				if want := f.Status.VerifiedIn.Has(stage) && !isGone; got.VerifiedIn.Has(stage) != want {
					t.Errorf("%s is verified in %s: %v", f.Metadata.Name, stage, !want)
				}
				if want := f.Status.ApprovedFor.Has(stage) && !isGone; got.ApprovedFor.Has(stage) != want {
					t.Errorf("%s is approved for %s: %v", f.Metadata.Name, stage, !want)
				}
				if got.CurrentlyIn.Has(stage) != f.Status.CurrentlyIn.Has(stage) {
					t.Errorf("%s is in %s: %v", f.Metadata.Name, stage, got.CurrentlyIn.Has(stage))
				}
			}
		}
	})
}

func strategyOf(name string, upstreams []string, strategy kargo.Strategy) kargo.Stage {
	return build.Stage(name, build.Requests("w", build.From(upstreams...), build.Strategy(strategy)))
}

func TestOverlay(t *testing.T) {
	live := pipeline.Objects{
		Project: "p", Warehouses: []string{"w"}, PoliciesFromStatus: true,
		Stages: []kargo.Stage{build.Stage("prod", build.Labels(map[string]string{"old": "1"}), build.Runs("f1"), build.Requests("w", build.From("a")))},
	}
	declared := pipeline.Objects{
		Stages: []kargo.Stage{strategyOf("prod", []string{"a", "b"}, kargo.All), strategyOf("b", nil, "")}, Warehouses: []string{"w", "x"},
		Config: &kargo.ProjectSpec{},
	}
	declared.Stages[0].Metadata.Labels = map[string]string{"new": "1"}
	got := change.Overlay(live, declared)
	prod := got.Stages[0]
	switch {
	case len(got.Stages) != 2 || got.Stages[1].Metadata.Name != "b" || got.Stages[1].Metadata.Namespace != "p":
		t.Errorf("the Stages are %+v", got.Stages)
	case prod.Status.Current() == nil || prod.Spec.RequestedFreight[0].Sources.AvailabilityStrategy != kargo.All:
		t.Errorf("prod is %+v: want the spec of the file and the status of the live one", prod)
	case prod.Metadata.Labels["new"] != "1" || prod.Metadata.Labels["old"] != "":
		t.Errorf("the labels are %v", prod.Metadata.Labels)
	case !slices.Equal(got.Warehouses, []string{"w", "x"}) || got.Config == nil || got.PoliciesFromStatus:
		t.Errorf("the other objects are %+v", got)
	}
	if live.Stages[0].Spec.RequestedFreight[0].Sources.AvailabilityStrategy != "" || len(live.Warehouses) != 1 {
		t.Error("the live objects were modified")
	}
}

func TestDifferences(t *testing.T) {
	before := pipeline.Objects{
		Project: "p", Warehouses: []string{"old", "w"},
		Stages: []kargo.Stage{
			build.Stage("gone", build.Requests("w", build.From("x"))),
			build.Stage("kept", build.Requests("w", build.Direct())),
			build.Stage("prod", build.Labels(map[string]string{"tier": "1"}), build.Requests("w", build.From("a", "b"), build.Soak("1h"))),
		},
		Config: &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{Stage: "kept"}, {Stage: "prod"}}},
	}
	after := pipeline.Objects{
		Project: "p", Warehouses: []string{"new", "w"},
		Stages: []kargo.Stage{
			build.Stage("kept", build.Requests("w", build.Direct())),
			build.Stage("other", build.Requests("w", build.From("x"))),
			build.Stage("prod", build.ControlFlow(), build.Requests("v", build.Direct()), build.Requests("w", build.From("b", "c"), build.All())),
		},
		Config: &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{Stage: "kept"}, {Stage: "prod", AutoPromotionEnabled: true}}},
	}
	var got []string
	for _, c := range change.Differences(before, after) {
		line := string(c.Change) + " " + c.Kind + " " + c.Name
		if c.RenamedFrom != "" {
			line += " from " + c.RenamedFrom
		}
		got = append(got, line)
		for _, f := range c.Fields {
			got = append(got, "  "+f.Path+": "+deref(f.From)+" -> "+deref(f.To))
		}
	}
	want := []string{
		"removed Stage gone",
		"added Stage other from gone",
		"changed Stage prod",
		"  /metadata/labels/tier: 1 -> -",
		"  /spec/requestedFreight/0/origin: - -> Warehouse/v",
		"  /spec/requestedFreight/0/sources/direct: - -> true",
		"  /spec/requestedFreight/0/sources/stages/0: a -> -",
		"  /spec/requestedFreight/1/sources/stages/1: - -> c",
		"  /spec/requestedFreight/1/sources/requiredSoakTime: 1h0m0s -> -",
		"  /spec/requestedFreight/1/sources/availabilityStrategy: - -> All",
		"  /spec/promotionTemplate/spec/steps: present -> -",
		"added Warehouse new",
		"removed Warehouse old",
		"changed ProjectConfig p",
		"  /spec/promotionPolicies/1: stage: prod: off -> -",
		"  /spec/promotionPolicies/1: - -> stage: prod: on",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func deref(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}

// TestCut: a Stage that asks for all of an upstream that nothing reaches can never get
// anything, neither what is there nor what is to come.
func TestCut(t *testing.T) {
	w := world{release: "v1.11.2"}
	w.Project, w.Warehouses = "p", []string{"w"}
	w.Stages = []kargo.Stage{
		build.Stage("a", build.Requests("w", build.Direct())),
		strategyOf("prod", []string{"a"}, ""),
		strategyOf("after", []string{"prod"}, ""),
	}
	w.Freight = []kargo.Freight{build.Freight("f1", "w", build.Verified("a")), build.Freight("f2", "w", build.Approved("prod"))}
	head := w.declared()
	head.Stages[1] = strategyOf("prod", []string{"a", "ghost"}, kargo.All)
	after := w.apply(w.declared(), head)
	var got []string
	for _, u := range change.Cut(w.evaluator(t), after.evaluator(t)) {
		for _, f := range u.Freight {
			got = append(got, u.Stage.Metadata.Name+" "+f.Metadata.Name)
		}
		for _, o := range u.Origins {
			got = append(got, u.Stage.Metadata.Name+" "+o.String())
		}
	}
	want := []string{"prod f1", "prod Warehouse/w", "after f1", "after Warehouse/w"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
