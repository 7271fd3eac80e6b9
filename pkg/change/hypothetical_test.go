package change_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// passed returns what a Stage has verified.
func passed(e *avail.Evaluator, stage string) []string {
	var list []string
	for _, f := range e.Project().Freight() {
		if f.Status.VerifiedIn.Has(stage) {
			list = append(list, f.Metadata.Name)
		}
	}
	slices.Sort(list)
	return list
}

// An imagined control-flow Stage has passed on what its rule lists, not what the record
// says; what Stages with steps have verified stays.
func TestHypothetical(t *testing.T) {
	w := gated(anyOf(), build.Verified("gate", "prod"))
	e := w.evaluator(t)
	imagined := change.Hypothetical(e, planOf(t, e, edit("gate", change.All())))
	for stage, want := range map[string][]string{"gate": {"f1"}, "prod": {"f2"}, "a": {"f1", "f2"}} {
		if diff := cmp.Diff(want, passed(imagined, stage)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stage, diff)
		}
	}
	if diff := cmp.Diff([]string{"f1", "f2"}, passed(e, "gate")); diff != "" {
		t.Errorf("the Project was changed:\n%s", diff)
	}
}

// Control-flow Stages that take from each other pass on what comes to one of them.
func TestHypotheticalCircle(t *testing.T) {
	w := world{Objects: pipeline.Objects{
		Project: "p", Warehouses: []string{"w"},
		Stages: []kargo.Stage{
			build.Stage("one", build.ControlFlow(), build.Requests("w", build.From("a", "three"), build.All())),
			build.Stage("two", build.ControlFlow(), build.Requests("w", build.From("one"))),
			build.Stage("three", build.ControlFlow(), build.Requests("w", build.From("two", "three"))),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Verified("a")),
			build.Freight("f2", "w", build.Verified("two", "three")),
		},
	}}
	e := w.evaluator(t)
	imagined := change.Hypothetical(e, planOf(t, e, edit("one", change.Any())))
	for _, stage := range []string{"one", "two", "three"} {
		if diff := cmp.Diff([]string{"f1"}, passed(imagined, stage)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stage, diff)
		}
	}
}

// What a control-flow Stage passes on either way keeps its time: a Stage that soaked Freight
// before it lost its steps has it on record, and older releases count from there.
func TestHypotheticalKeepsTheRecord(t *testing.T) {
	w := gated(anyOf(), build.Soaked("gate", "3h"), build.VerifiedAt("gate", build.At("08:00")), build.Verified("b"))
	w.Stages[2] = build.Stage("prod", build.Requests("w", build.From("gate"), build.Soak("1h")))
	e := w.evaluator(t)
	imagined := change.Hypothetical(e, planOf(t, e, edit("gate", change.All())))
	entry := imagined.Project().FreightNamed("f2").Status.VerifiedIn.At("gate")
	if !entry.VerifiedAt.Time().Equal(build.At("08:00")) || time.Duration(entry.LongestSoak) != 3*time.Hour {
		t.Errorf("the record is %+v", entry)
	}
}

// A control-flow Stage that nothing about changes keeps what it has passed.
func TestHypotheticalLeavesOthersAlone(t *testing.T) {
	w := gated(allOf(), build.Verified("gate"))
	e := w.evaluator(t)
	imagined := change.Hypothetical(e, planOf(t, e, edit("gate", change.All()), edit("prod", change.All())))
	if diff := cmp.Diff([]string{"f1", "f2"}, passed(imagined, "gate")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
