package change_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func planned(t *testing.T, stage kargo.Stage, e change.Edit, others ...kargo.Stage) []change.Request {
	t.Helper()
	w := world{Objects: pipeline.Objects{Project: "p", Stages: append(others, stage)}}
	e.Stage = stage.Metadata.Name
	return planOf(t, w.evaluator(t), e).Requests
}

func TestPlans(t *testing.T) {
	soak := func(d string) *change.Soak {
		s := kargo.Sources{}
		build.Soak(d)(&s)
		return &change.Soak{Time: s.RequiredSoakTime}
	}
	from := func(options ...build.SourceOption) kargo.Stage {
		return build.Stage("prod", build.Requests("w", append([]build.SourceOption{build.From("a", "b")}, options...)...))
	}
	all, one, unset := new(change.All()), new(change.Any()), new(change.Unset())
	tests := []struct {
		name  string
		stage kargo.Stage
		edit  change.Edit
		want  string
	}{
		{"absent to All", from(), change.Edit{Rule: all}, "0: - -> All"},
		{"absent to OneOf", from(), change.Edit{Rule: one}, "0: - -> OneOf, as it is"},
		{"OneOf to absent", from(build.Strategy("OneOf")), change.Edit{Rule: unset}, "0: OneOf -> -: an absent field means OneOf"},
		{"absent to absent", from(), change.Edit{Rule: unset}, "0: - -> -, as it is"},
		{"All to absent", from(build.All()), change.Edit{Rule: unset}, "0: All -> -"},
		{"All to All", from(build.All()), change.Edit{Rule: all}, "0: All -> All, as it is"},
		{"All to OneOf", from(build.All()), change.Edit{Rule: one}, "0: All -> OneOf"},
		{"an unknown strategy", from(build.Strategy("Most")), change.Edit{Rule: one}, "0: Most -> OneOf"},
		{"an unknown strategy over one upstream", build.Stage("prod", build.Requests("w", build.From("a"), build.Strategy("Most"))), change.Edit{Rule: one}, "0: Most -> OneOf"},
		{"an unknown strategy stays with another soak time", from(build.Strategy("Most")), change.Edit{Soak: soak("1h")}, "0: Most -> Most soak"},
		{"the soak time alone", from(), change.Edit{Soak: soak("1h")}, "0: - -> - soak"},
		{"the same soak time", from(build.Soak("1h")), change.Edit{Soak: soak("60m")}, "0: - -> -, as it is"},
		{"no soak time where there is none", from(), change.Edit{Soak: &change.Soak{}}, "0: - -> -, as it is"},
		{"0s is not none", from(), change.Edit{Soak: soak("0s")}, "0: - -> - soak"},
		{
			"one upstream",
			build.Stage("prod", build.Requests("w", build.From("a", "a"))),
			change.Edit{Rule: all},
			"0: - -> All: a is its only upstream",
		},
		{"one upstream that is to soak", build.Stage("prod", build.Requests("w", build.From("a"))), change.Edit{Rule: all, Soak: soak("1h")}, "0: - -> All soak ! 4586"},
		{"one upstream with a soak time", build.Stage("prod", build.Requests("w", build.From("a"), build.Soak("1h"))), change.Edit{Rule: all}, "0: - -> All ! 4586"},
		{"All with a soak time", from(build.Soak("1h")), change.Edit{Rule: all}, "0: - -> All ! 4586"},
		{"OneOf with a soak time", from(build.All(), build.Soak("1h")), change.Edit{Rule: one}, "0: All -> OneOf"},
		{"All with a soak time, as it is", from(build.All(), build.Soak("1h")), change.Edit{Rule: all}, "0: All -> All, as it is"},
		{"a soak time in a control-flow Stage", from(build.From("gate", "b")), change.Edit{Soak: soak("1h")}, "0: - -> - soak ! 6360"},
		{"All over it", from(build.From("gate", "b"), build.Soak("1h")), change.Edit{Rule: all}, "0: - -> All ! 4586 ! 6360"},
		{"0s has soaked at once", from(build.From("gate", "b"), build.All()), change.Edit{Soak: soak("0s")}, "0: All -> All soak ! 4586"},
		{
			"straight from the Warehouse",
			from(build.Direct(), build.Soak("1h")),
			change.Edit{Rule: all},
			"0: - -> All: it takes its Freight straight from the Warehouse, whatever the strategy",
		},
		{
			"straight from the Warehouse alone, when it is named",
			build.Stage("prod", build.Requests("w", build.Direct())),
			change.Edit{Rule: all, Warehouse: "w"},
			"0: - -> All: it takes its Freight straight from the Warehouse, whatever the strategy",
		},
		{"All over no upstream admits everything", build.Stage("prod", build.Requests("w")), change.Edit{Rule: all, Warehouse: "w"}, "0: - -> All"},
		{
			"every request that has an upstream",
			build.Stage("prod", build.Requests("w", build.From("a", "b")), build.Requests("x", build.Direct()), build.Requests("y", build.From("a", "c"), build.All())),
			change.Edit{Rule: all},
			"0: - -> All\n2: All -> All, as it is",
		},
		{
			"the request of one origin",
			build.Stage("prod", build.Requests("w", build.From("a", "b")), build.Requests("x", build.From("a", "b"))),
			change.Edit{Rule: all, Warehouse: "x"},
			"1: - -> All",
		},
		{
			"an origin that is requested twice: the requests hang together",
			build.Stage("prod", build.Requests("w", build.From("a"), build.All()), build.Requests("w", build.From("b"))),
			change.Edit{Rule: one},
			"0: All -> OneOf\n1: - -> OneOf, as it is",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var lines []string
			for _, r := range planned(t, test.stage, test.edit, build.Stage("gate", build.ControlFlow())) {
				lines = append(lines, line(&r))
			}
			if diff := gocmp.Diff(test.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// line writes a request of a plan, with - for what is absent.
func line(r *change.Request) string {
	text := fmt.Sprintf("%d: %s -> %s", r.Index, cmp.Or(string(r.From), "-"), cmp.Or(r.To.String(), "-"))
	if r.SoakDiffers {
		text += " soak"
	}
	if !r.Changes() {
		text += ", as it is"
	}
	if r.NoEffect != "" {
		text += ": " + r.NoEffect
	}
	for _, hazard := range r.Hazards {
		_, issue, _ := strings.Cut(strings.TrimSuffix(hazard, ")"), "kargo#")
		text += " ! " + issue
	}
	return text
}

func TestNoPlan(t *testing.T) {
	w := world{Objects: pipeline.Objects{Project: "p", Stages: []kargo.Stage{
		build.Stage("dev", build.Requests("w", build.Direct())),
		build.Stage("prod", build.Requests("w", build.From("dev", "dev"))),
	}}}
	quorum, err := change.ParseRule("quorum:2")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		edit change.Edit
		want string
	}{
		{edit("gone", change.All()), `stages.kargo.akuity.io "gone" not found`},
		{edit("dev", change.All()), `stage "dev": none of its requests names an upstream Stage, so that a strategy means nothing to it`},
		{change.Edit{Stage: "prod", Warehouse: "x", Rule: new(change.All())}, `stage "prod": it does not request Freight of Warehouse "x"`},
		{edit("prod", quorum), `stage "prod", Warehouse/w: quorum:2 asks for more upstreams than it has: 1`},
	} {
		if plan, err := change.NewPlan(w.evaluator(t).Project(), []change.Edit{test.edit}); err == nil || err.Error() != test.want {
			t.Errorf("%+v: %v, %v, want the error %s", test.edit, plan, err, test.want)
		}
	}
}

// What decides at a Stage once a plan is in force.
func TestRuleFor(t *testing.T) {
	w := world{Objects: pipeline.Objects{Project: "p", Stages: []kargo.Stage{
		build.Stage("prod",
			build.Requests("w", build.From("a", "b")), build.Requests("x", build.Direct()), build.Requests("y", build.From("a", "b"), build.Strategy("Most"))),
		build.Stage("other", build.Requests("w", build.From("a", "b"))),
	}}}
	project := w.evaluator(t).Project()
	for _, test := range []struct {
		edit          change.Edit
		stage, origin string
		want          string
	}{
		{edit("prod", change.All()), "prod", "w", "All"},
		{edit("prod", change.All()), "prod", "x", "direct"},
		{edit("prod", change.All()), "prod", "z", ""},
		{edit("prod", change.All()), "other", "w", "OneOf"},
		{edit("prod", change.Unset()), "prod", "w", "OneOf"},
		{edit("prod", majority()), "prod", "w", "majority"},
		{change.Edit{Stage: "prod", Soak: &change.Soak{}}, "prod", "y", "Most"},
		{change.Edit{Stage: "prod", Warehouse: "w", Rule: new(majority())}, "prod", "y", "Most"},
	} {
		plan := planOf(t, w.evaluator(t), test.edit)
		after, _ := plan.After()
		if got := plan.RuleFor(after.Stage(test.stage), build.Origin(test.origin)); got != test.want {
			t.Errorf("%s, %s: %q, want %q", test.stage, test.origin, got, test.want)
		}
	}
	if project.Stage("prod").Spec.RequestedFreight[0].Sources.AvailabilityStrategy != "" {
		t.Error("the Project was changed")
	}
}

// What a plan reaches, in the order of the pipeline.
func TestReached(t *testing.T) {
	w := world{Objects: pipeline.Objects{Project: "p", Stages: []kargo.Stage{
		build.Stage("dev", build.Requests("w", build.Direct())),
		build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("dev", "x"))),
		build.Stage("next", build.ControlFlow(), build.Requests("w", build.From("gate", "x"))),
		build.Stage("prod", build.Requests("w", build.From("next", "dev"))),
		build.Stage("after", build.Requests("w", build.From("prod"))),
		build.Stage("soaked", build.Requests("w", build.From("dev"), build.Soak("1h"))),
	}}}
	for _, test := range []struct {
		edits []change.Edit
		want  string
	}{
		{[]change.Edit{edit("gate", change.All())}, "gate soaked next prod"},
		{[]change.Edit{edit("next", change.All())}, "soaked next prod"},
		{[]change.Edit{edit("prod", change.All())}, "prod"},
		{[]change.Edit{edit("after", change.All()), edit("gate", change.Any())}, "gate after"},
	} {
		if got := strings.Join(planOf(t, w.evaluator(t), test.edits...).Reached(), " "); got != test.want {
			t.Errorf("%+v reaches %s, want %s", test.edits, got, test.want)
		}
	}
}
