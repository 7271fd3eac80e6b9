package pipeline_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func pipelineOf() *pipeline.Project {
	return pipeline.New(pipeline.Objects{
		Project: "p",
		Stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", build.From("dev"))),
			build.Stage("dev", build.Requests("w", build.Direct())),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("09:00"))),
			build.Freight("f2", "w", build.Created(build.At("10:00"))),
		},
	}, true)
}

func TestWithStages(t *testing.T) {
	before := pipelineOf()
	all := build.Stage("prod", build.Requests("w", build.From("dev"), build.All()))
	gone := build.Stage("gone")
	after := before.WithStages(map[string]*kargo.Stage{"prod": &all, "gone": &gone})

	if after.Stage("prod") != &all || after.Stages[1] != &all {
		t.Error("prod is not the other one")
	}
	if after.Stage("dev") != before.Stage("dev") || after.Stages[0] != before.Stages[0] || len(after.Stages) != 2 || after.Stage("gone") != nil {
		t.Error("a Stage is another one that was not to be")
	}
	if before.Stage("prod") == &all || before.Stages[1] == &all {
		t.Error("the Project itself was changed")
	}
	if !slices.Equal(freightNames(after.Freight()), []string{"f2", "f1"}) {
		t.Error("Freight is lost")
	}
}

func TestWithFreight(t *testing.T) {
	before := pipelineOf()
	approved := build.Freight("f1", "w", build.Created(build.At("09:00")), build.Approved("prod"), build.Verified("dev"))
	stranger := build.Freight("f3", "w")
	after := before.WithFreight(map[string]*kargo.Freight{"f1": &approved, "f3": &stranger})

	if diff := cmp.Diff([]string{"f2", "f1"}, freightNames(after.Freight())); diff != "" {
		t.Errorf("the order is another one:\n%s", diff)
	}
	if after.FreightNamed("f1") != &approved || after.FreightFrom(build.Origin("w"))[1] != &approved || after.FreightNamed("f3") != nil {
		t.Error("f1 is not the other one everywhere")
	}
	if after.FreightNamed("f2") != before.FreightNamed("f2") {
		t.Error("f2 is another one")
	}
	stage := build.Stage("prod") // it requests nothing: only approvals concern it
	if got := freightNames(after.FreightFor(&stage)); !slices.Equal(got, []string{"f1"}) {
		t.Errorf("approved for prod are %v", got)
	}
	if before.FreightNamed("f1") == &approved || len(before.FreightFor(&stage)) > 0 {
		t.Error("the Project itself was changed")
	}
}

func TestFreightNamed(t *testing.T) {
	p := pipelineOf()
	if f := p.FreightNamed("f1"); f == nil || f.Metadata.Name != "f1" {
		t.Errorf("f1 is %v", f)
	}
	if f := p.FreightNamed("f9"); f != nil {
		t.Errorf("f9 is %v", f)
	}
}

func TestNewer(t *testing.T) {
	p := pipelineOf()
	older, newer := p.FreightNamed("f1"), p.FreightNamed("f2")
	if !p.Newer(newer, older) || p.Newer(older, newer) || p.Newer(older, older) {
		t.Error("Newer is not the order of Freight()")
	}
}
