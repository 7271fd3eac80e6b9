package change_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// web is a Project in which f2 was verified in a alone, and f1 in a and b, from where prod
// takes Freight.
func web(prod ...build.StageOption) world {
	stages := []kargo.Stage{
		build.Stage("a", build.Requests("w", build.Direct())),
		build.Stage("b", build.Requests("w", build.Direct())),
		build.Stage("prod", prod...),
	}
	return world{Objects: pipeline.Objects{
		Project: "web", Warehouses: []string{"w"}, Stages: stages,
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("09:00")), build.Verified("a", "b")),
			build.Freight("f2", "w", build.Created(build.At("10:00")), build.Verified("a")),
		},
		Config: &kargo.ProjectSpec{},
	}}
}

// anyOf and allOf request what a and b have verified.
func anyOf() build.StageOption { return build.Requests("w", build.From("a", "b")) }
func allOf() build.StageOption { return build.Requests("w", build.From("a", "b"), build.All()) }

func (w world) with(changes ...func(*world)) world {
	for _, change := range changes {
		change(&w)
	}
	return w
}

func release(version string) func(*world) { return func(w *world) { w.release = version } }

func auto(stages ...string) func(*world) {
	return func(w *world) {
		for _, stage := range stages {
			w.Config.PromotionPolicies = append(w.Config.PromotionPolicies, kargo.PromotionPolicy{Stage: stage, AutoPromotionEnabled: true})
		}
	}
}

func promotions(list ...kargo.Promotion) func(*world) {
	return func(w *world) { w.Promotions = append(w.Promotions, list...) }
}

func stages(list ...kargo.Stage) func(*world) {
	return func(w *world) { w.Stages = append(w.Stages, list...) }
}

func freight(list ...kargo.Freight) func(*world) {
	return func(w *world) { w.Freight = append(w.Freight, list...) }
}

func unread(kind pipeline.Kind) func(*world) {
	return func(w *world) { w.Unread = w.Unread.With(kind) }
}

// gated is web with a control-flow Stage between a and b and prod, which has passed f1 on;
// the options are f2's.
func gated(gate build.StageOption, options ...build.FreightOption) world {
	w := web(build.Requests("w", build.From("gate")))
	w.Stages = append(w.Stages, build.Stage("gate", build.ControlFlow(), gate))
	for _, option := range options {
		option(&w.Freight[1])
	}
	build.Verified("gate")(&w.Freight[0])
	return w
}

func running(name, freight string) kargo.Promotion {
	return build.Promotion(name, "prod", freight, kargo.PromotionRunning)
}

func queued(name, freight string) kargo.Promotion {
	return build.Promotion(name, "prod", freight, kargo.PromotionPending)
}

// What a change brings about, line by line.
func TestEffects(t *testing.T) {
	tests := []struct {
		name  string
		world world
		edit  change.Edit
		want  []string
	}{
		{
			"to All, what one upstream verified is lost",
			web(anyOf()), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2"},
		},
		{
			"to OneOf, it is gained",
			web(allOf()), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"without the field, as OneOf",
			web(allOf()), edit("prod", change.Unset()),
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"to what it is, nothing",
			web(allOf()), edit("prod", change.All()),
			nil,
		},
		{
			"approved Freight is not lost",
			web(anyOf()).with(freight(build.Freight("f3", "w", build.Created(build.At("11:00")), build.Verified("a"), build.Approved("prod")))),
			edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2"},
		},
		{
			"a control-flow Stage: what it has passed stays passed, and nothing follows",
			gated(anyOf(), build.Verified("gate")), edit("gate", change.All()),
			[]string{"now gate: lost f2; unlisted f2; passed f2"},
		},
		{
			"a control-flow Stage that has not yet passed what it lists does not pass it on",
			gated(anyOf()), edit("gate", change.All()),
			[]string{"now gate: lost f2; unlisted f2", "follows prod: lost f2; unlisted f2"},
		},
		{
			"to OneOf, a control-flow Stage passes on what any upstream verified",
			gated(allOf()), edit("gate", change.Any()),
			[]string{"now gate: gained f2; listed f2; passes f2", "follows prod: gained f2; listed f2"},
		},
		{
			"what it had passed on before is listed again, and not passed on again",
			gated(allOf(), build.Verified("gate")), edit("gate", change.Any()),
			[]string{"now gate: gained f2; listed f2"},
		},
		{
			"through several control-flow Stages",
			gated(allOf()).with(stages(
				build.Stage("next", build.ControlFlow(), build.Requests("w", build.From("gate"))),
				build.Stage("last", build.Requests("w", build.From("next"))))),
			edit("gate", change.Any()),
			[]string{
				"now gate: gained f2; listed f2; passes f2",
				"follows next: gained f2; listed f2; passes f2",
				"follows prod: gained f2; listed f2",
				"follows last: gained f2; listed f2",
			},
		},
		{
			"what the control-flow Stage passes anyway is no effect",
			gated(allOf()).with(freight(build.Freight("f0", "w", build.Created(build.At("08:00")), build.Verified("a", "b")))),
			edit("gate", change.Any()),
			[]string{"now gate: gained f2; listed f2; passes f2", "follows prod: gained f2; listed f2"},
		},
		{
			"to OneOf with auto-promotion, the newest is promoted",
			web(allOf(), build.Runs("f1")).with(auto("prod")), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2; starts f2"},
		},
		{
			"to All with auto-promotion, the newest that qualifies",
			web(anyOf(), build.Runs("f0")).with(auto("prod"), promotions(build.Promotion("m1", "prod", "f2", kargo.PromotionErrored))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; starts f1"},
		},
		{
			"to All with auto-promotion, back to what qualifies, older than what it runs",
			web(anyOf(), build.Runs("f2")).with(auto("prod")), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; starts f1; reverts f1; stranded f2"},
		},
		{
			"in a closed promotion window, the newest is promoted when it opens",
			web(allOf(), build.Runs("f1"), build.Frozen("fair")).with(auto("prod")), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2; awaits f2"},
		},
		{
			"in a closed promotion window, what is older is promoted when it opens",
			web(anyOf(), build.Runs("f2"), build.Frozen("fair")).with(auto("prod")), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; awaits f1; reverts f1; stranded f2"},
		},
		{
			"from a strategy that Kargo does not know to a rule that it does not have",
			web(build.Requests("w", build.From("a", "b"), build.Strategy("Most"))), edit("prod", majority()),
			[]string{"now prod: lost f2; listed f1"},
		},
		{
			"where the Promotion of a candidate is refused, the origins after it do not have their turn",
			web(build.Requests("x", build.From("a"), build.Soak("1h")), allOf()).with(
				auto("prod"), func(w *world) { w.Warehouses = []string{"w", "x"} },
				freight(build.Freight("x1", "x", build.Verified("a"), build.Soaked("dev", "2h")))),
			change.Edit{Stage: "prod", Warehouse: "w", Rule: new(change.Any())},
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"a Stage that is being deleted promotes nothing",
			web(allOf(), build.Deleting(build.At("11:00"))).with(auto("prod")), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"a control-flow Stage that is being deleted passes on nothing",
			gated(allOf()).with(func(w *world) { build.Deleting(build.At("11:00"))(&w.Stages[3]) }), edit("gate", change.Any()),
			[]string{"now gate: gained f2; listed f2"},
		},
		{
			"to OneOf, nothing is promoted that was once, before v1.11",
			web(allOf()).with(auto("prod"), release("v1.10.10"), promotions(build.Promotion("m1", "prod", "f2", kargo.PromotionSucceeded))), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"auto-promotion behind a control-flow Stage starts later",
			gated(allOf()).with(auto("prod")), edit("gate", change.Any()),
			[]string{"now gate: gained f2; listed f2; passes f2", "follows prod: gained f2; listed f2; starts f2"},
		},
		{
			"a running Promotion fails, and keeps that Freight from auto-promotion",
			web(anyOf()).with(auto("prod"), promotions(running("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; starts f1; fails m1 running suppresses"},
		},
		{
			"the same before v1.11",
			web(anyOf()).with(auto("prod"), release("v1.10.10"), promotions(running("m1", "f2"), build.Promotion("m0", "prod", "f1", kargo.PromotionSucceeded))),
			edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running suppresses"},
		},
		{
			"without auto-promotion there is nothing to keep it from",
			web(anyOf()).with(promotions(running("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running"},
		},
		{
			"a queued Promotion fails when its turn comes",
			web(anyOf()).with(promotions(queued("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1"},
		},
		{
			"of several Promotions of one piece of Freight each fails",
			web(anyOf()).with(promotions(running("m1", "f2"), queued("m2", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running; fails m2"},
		},
		{
			"a queued Promotion that was created before one that ended",
			web(anyOf()).with(promotions(queued("m1", "f2"), build.Promotion("m2", "prod", "f2", kargo.PromotionAborted))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1"},
		},
		{
			"the Promotion that the Stage has admitted is running",
			web(anyOf(), build.Promoting("m1", "f2")).with(promotions(queued("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running"},
		},
		{
			"Promotions of other Freight, and those that ended, do not",
			web(anyOf()).with(promotions(running("m1", "f1"), build.Promotion("m2", "prod", "f2", kargo.PromotionSucceeded))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2"},
		},
		{
			"to OneOf, no Promotion fails",
			web(allOf()).with(promotions(running("m1", "f2"))), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2"},
		},
		{
			"what it runs unverified cannot be verified once a Promotion has failed",
			web(anyOf(), build.Runs("f1")).with(promotions(running("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running; unverified f1"},
		},
		{
			"what is verified there is not touched by it",
			web(anyOf(), build.Runs("f0")).with(
				freight(build.Freight("f0", "w", build.Verified("a", "b", "prod"))), promotions(running("m1", "f2"))), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; fails m1 running"},
		},
		{
			"no way back to what it runs, and to what it ran",
			web(anyOf(), build.Runs("f2"), build.Runs("f1"), build.Runs("f3")).with(freight(build.Freight("f3", "w", build.Verified("b")))),
			edit("prod", change.All()),
			[]string{"now prod: lost f2 f3; unlisted f2 f3; stranded f2 f3"},
		},
		{
			"a control-flow Stage that once ran something strands nothing",
			gated(anyOf(), build.Verified("gate")).with(func(w *world) { build.Runs("f2")(&w.Stages[3]) }), edit("gate", change.All()),
			[]string{"now gate: lost f2; unlisted f2; passed f2"},
		},
		{
			"All and a soak time: auto-promotion does not see what soaked elsewhere, kargo#4586",
			web(build.Requests("w", build.From("a", "b"), build.Soak("1h"))).with(func(w *world) {
				for _, stage := range []string{"a", "b", "dev"} {
					build.Soaked(stage, "2h")(&w.Freight[0])
				}
			}),
			edit("prod", change.All()),
			[]string{"now prod: unlisted f1"},
		},
		{
			"one upstream and a soak time: the listing alone changes",
			web(build.Requests("w", build.From("a"), build.Soak("1h"))).with(func(w *world) {
				build.Soaked("a", "2h")(&w.Freight[0])
				build.Soaked("dev", "2h")(&w.Freight[0])
			}),
			edit("prod", change.All()),
			[]string{"now prod: unlisted f1"},
		},
		{
			"before v1.3.3 All does not count when Freight is promoted, kargo#3740",
			web(anyOf()).with(release("v1.3.2")), edit("prod", change.All()),
			[]string{"now prod: unlisted f2"},
		},
		{
			"before v1.3 it counts for nothing",
			web(anyOf()).with(release("v1.2.3")), edit("prod", change.All()),
			[]string{"now prod: nothing"},
		},
		{
			"from a strategy that Kargo does not know the listing works again",
			web(build.Requests("w", build.From("a", "b"), build.Strategy("Most"))), edit("prod", change.Any()),
			[]string{"now prod: listed f2 f1"},
		},
		{
			"one Warehouse of several",
			web(anyOf(), build.Requests("x", build.From("a", "b"))).with(
				freight(build.Freight("x1", "x", build.Verified("a"))), func(w *world) { w.Warehouses = []string{"w", "x"} }),
			change.Edit{Stage: "prod", Warehouse: "x", Rule: new(change.All())},
			[]string{"now prod: lost x1; unlisted x1"},
		},
		{
			"Promotions that could not be read may fail, and may keep auto-promotion from more",
			web(anyOf()).with(auto("prod"), unread(pipeline.Promotions)), edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2; unknown starts fails"},
		},
		{
			"without policies nobody knows what auto-promotion does",
			web(allOf()).with(unread(pipeline.Policies)), edit("prod", change.Any()),
			[]string{"now prod: gained f2; listed f2; unknown starts"},
		},
		{
			"what auto-promotion is about to promote anyway is no effect, known or not",
			web(anyOf()).with(unread(pipeline.Policies), freight(build.Freight("f3", "w", build.Created(build.At("11:00")), build.Verified("a", "b")))),
			edit("prod", change.All()),
			[]string{"now prod: lost f2; unlisted f2"},
		},
		{
			"without Warehouses nobody knows what is listed",
			web(allOf()).with(auto("prod"), unread(pipeline.Warehouses)), edit("prod", change.Any()),
			[]string{"now prod: gained f2; unknown listed starts"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := test.world.evaluator(t)
			effect := change.EffectOf(e, planOf(t, e, test.edit))
			var got []string
			for i := range effect.Now {
				got = append(got, "now "+sentence(&effect.Now[i]))
			}
			for i := range effect.Follows {
				got = append(got, "follows "+sentence(&effect.Follows[i]))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func majority() change.Rule {
	rule, err := change.ParseRule("majority")
	if err != nil {
		panic(err)
	}
	return rule
}

func edit(stage string, rule change.Rule) change.Edit { return change.Edit{Stage: stage, Rule: &rule} }

// sentence writes an effect in a line.
func sentence(e *change.StageEffect) string {
	var parts []string
	for _, part := range []struct {
		word    string
		freight []*kargo.Freight
	}{
		{"gained", e.Gained},
		{"lost", e.Lost},
		{"listed", e.Listed},
		{"unlisted", e.Unlisted},
		{"passes", e.Passes},
		{"passed", e.Passed},
		{"starts", e.Starts},
		{"awaits", e.Awaits},
		{"reverts", e.Reverts},
	} {
		parts = say(parts, part.word, part.freight)
	}
	for _, p := range e.Fails {
		text := "fails " + p.Name
		if p.Running {
			text += " running"
		}
		if p.Suppresses {
			text += " suppresses"
		}
		parts = append(parts, text)
	}
	parts = say(parts, "stranded", e.Stranded)
	parts = say(parts, "unverified", e.Unverified)
	if len(e.Unknown) > 0 {
		parts = append(parts, strings.Trim(fmt.Sprint("unknown ", e.Unknown), "[]"))
	}
	if len(parts) == 0 {
		parts = []string{"nothing"}
	}
	return e.Stage.Metadata.Name + ": " + strings.ReplaceAll(strings.Join(parts, "; "), "[", "")
}

func say(parts []string, word string, list []*kargo.Freight) []string {
	if len(list) == 0 {
		return parts
	}
	for _, f := range list {
		word += " " + f.Metadata.Name
	}
	return append(parts, word)
}

// With OneOf and a soak time the listing counts a soak in any Stage, the check does
// not (kargo#4586): what auto-promotion picks then is refused, and nothing else is tried.
func TestRefusedCandidate(t *testing.T) {
	objects := pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", build.From("a", "b"), build.All(), build.Soak("1h")), build.AutoPromotes()),
			build.Stage("a", build.Requests("w", build.Direct())), build.Stage("b", build.Requests("w", build.Direct())), build.Stage("dev", build.Requests("w", build.Direct())),
		},
		Freight: []kargo.Freight{
			build.Freight("f0", "w", build.Created(build.At("01:00")), build.Soaked("a", "2h"), build.Soaked("b", "2h")),
			build.Freight("f1", "w", build.Created(build.At("02:00")), build.Verified("a"), build.In("a", build.At("11:50")), build.Soaked("dev", "2h")),
		},
		Warehouses:         []string{"w"},
		PoliciesFromStatus: true,
	}
	rules := avail.RulesFor(kargo.Releases{})
	before := avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, build.Noon())
	anyOf := change.Any()
	plan, err := change.NewPlan(before.Project(), []change.Edit{{Stage: "prod", Rule: &anyOf}})
	if err != nil {
		t.Fatal(err)
	}
	prod := change.EffectOf(before, plan).Now[0]
	if len(prod.Refused) != 1 || prod.Refused[0].Metadata.Name != "f1" || len(prod.Starts) != 0 {
		t.Errorf("refused %v, starts %v; want f1 and nothing", prod.Refused, prod.Starts)
	}
}
