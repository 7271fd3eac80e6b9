package remedy_test

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// TestWays asks for what is needed together on the way to prod.
func TestWays(t *testing.T) {
	direct := func(names ...string) []kargo.Stage {
		var stages []kargo.Stage
		for _, name := range names {
			stages = append(stages, build.Stage(name, build.Requests("w", build.Direct())))
		}
		return stages
	}
	from := func(name string, options ...build.SourceOption) kargo.Stage {
		return build.Stage(name, build.Requests("w", options...))
	}
	all := build.Strategy(kargo.All)
	var many []string
	for i := range 17 {
		many = append(many, fmt.Sprintf("qa-%02d", i))
	}
	verifying := build.Stage("qa", build.Requests("w", build.Direct()), build.Runs("f1", build.Verification(kargo.VerificationRunning, "")), build.Health(kargo.Healthy))
	tests := []struct {
		name   string
		stages []kargo.Stage
		want   [][]string
	}{
		{"available", direct("prod"), [][]string{{"Promote prod"}}},
		{"any of two", append([]kargo.Stage{from("prod", build.From("qa", "uat"))}, direct("qa", "uat")...), [][]string{{"Promote qa"}, {"Promote uat"}, {"Approve prod"}}},
		{"all of two", append([]kargo.Stage{from("prod", build.From("qa", "uat"), all)}, direct("qa", "uat")...), [][]string{{"Promote qa", "Promote uat"}, {"Approve prod"}}},
		{
			"all of two, of which one is under way",
			append([]kargo.Stage{from("prod", build.From("qa", "uat"), all), verifying}, direct("uat")...),
			[][]string{{"Wait prod", "Promote uat"}, {"Approve prod"}},
		},
		{
			"one Stage on both ways",
			append([]kargo.Stage{from("prod", build.From("eu", "us")), from("eu", build.From("qa", "uat"), all), from("us", build.From("qa"))}, direct("qa", "uat")...),
			[][]string{{"Promote qa"}, {"Approve prod"}},
		},
		{
			"any of two that each need two",
			append([]kargo.Stage{from("prod", build.From("eu", "us")), from("eu", build.From("qa", "uat"), all), from("us", build.From("qa", "perf"), all)}, direct("qa", "uat", "perf")...),
			[][]string{{"Promote qa", "Promote uat"}, {"Promote qa", "Promote perf"}, {"Approve prod"}},
		},
		{"any of seventeen", append([]kargo.Stage{from("prod", build.From(many...))}, direct(many...)...), nil},
		{"all of seventeen", append([]kargo.Stage{from("prod", build.From(many...), all)}, direct(many...)...), func() [][]string {
			var together []string
			for _, name := range many {
				together = append(together, "Promote "+name)
			}
			return [][]string{together, {"Approve prod"}}
		}()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{release: "v1.11.2", stages: test.stages, freight: []kargo.Freight{build.Freight("f1", "w")}}
			advice := w.advice(t)
			var ways [][]string
			for _, way := range advice.Ways {
				var together []string
				for _, i := range way {
					together = append(together, fmt.Sprint(advice.Steps[i].Action, " ", advice.Steps[i].Stage))
				}
				ways = append(ways, together)
			}
			if diff := cmp.Diff(test.want, ways); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWaysAreTheSmallestSetsThatLeadThere tries every set of the steps on the way.
// Promotion windows are open: a closed one opens first, and then asks for a step more.
func TestWaysAreTheSmallestSetsThatLeadThere(t *testing.T) {
	check(t, func(t *rapid.T, w world, _ []remedy.Step) {
		for _, s := range w.stages {
			w = w.with(s.Metadata.Name, func(s *kargo.Stage) { s.Status.PromotionWindowStatus = nil })
		}
		advice := w.advice(t)
		t.Logf("advice %+v", advice)
		if w.available(t) {
			return
		}
		onTheWay := slices.IndexFunc(advice.Steps, func(s remedy.Step) bool { return !moves(s) && s.Action != remedy.Wait })
		if onTheWay < 0 {
			onTheWay = len(advice.Steps)
		}
		var smallest []uint
		for set := range uint(1) << onTheWay {
			within := func(other uint) bool { return other&set == other }
			if !slices.ContainsFunc(smallest, within) && w.leads(t, advice.Steps, set) {
				smallest = slices.DeleteFunc(smallest, func(other uint) bool { return set&other == set })
				smallest = append(smallest, set)
			}
		}
		var told []uint
		var onSome uint
		for _, way := range advice.Ways {
			var set uint
			for _, i := range way {
				set |= 1 << i
			}
			if bits.Len(set) <= onTheWay {
				told = append(told, set)
				onSome |= set
			}
		}
		if diff := cmp.Diff(smallest, told, cmpopts.SortSlices(func(a, b uint) bool { return a < b }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the smallest sets, and those that are told: %s", diff)
		}
		if want := uint(1)<<onTheWay - 1; len(told) > 0 && onSome != want {
			t.Errorf("steps %b are on some way, of %b", onSome, want)
		}
	})
}

// leads reports whether the Freight gets to the Stage that is asked about once the steps of
// the set were taken, if it is promoted to, and verified in, each Stage that it then becomes
// available to, and in no other.
func (w world) leads(t *rapid.T, steps []remedy.Step, set uint) bool {
	t.Helper()
	f := w.subject()
	closed := map[string]bool{}
	for _, s := range w.stages {
		view := w.view(t, s.Metadata.Name)
		closed[s.Metadata.Name] = view.CanVerify(f) || view.Judge(f).Available[avail.Configured] || s.Metadata.DeletionTimestamp != nil
	}
	for i, step := range steps {
		switch {
		case set&(1<<i) == 0:
		case step.Action == remedy.Wait:
			w = w.later(t)
		default:
			w = w.satisfies(step.Stage)
		}
	}
	for range w.stages {
		for _, s := range w.stages {
			if name := s.Metadata.Name; !closed[name] && w.view(t, name).Judge(w.subject()).Available[avail.Configured] {
				w = w.satisfies(name)
			}
		}
	}
	return w.available(t)
}

// satisfies returns the world with f0 verified and long soaked in the Stage.
func (w world) satisfies(stage string) world {
	w = w.verified(stage)
	if !w.controlFlow(stage) {
		build.Soaked(stage, "1000h")(&w.freight[0])
	}
	return w
}

func (w world) controlFlow(stage string) bool {
	return slices.ContainsFunc(w.stages, func(s kargo.Stage) bool { return s.Metadata.Name == stage && s.IsControlFlow() })
}
