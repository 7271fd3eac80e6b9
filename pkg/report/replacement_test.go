package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// TestReplacement: prod runs f1; qa and uat run f2, and dev, which is no upstream, f3.
func TestReplacement(t *testing.T) {
	contains := func(artifacts ...string) build.FreightOption {
		return func(f *kargo.Freight) { f.Artifacts = artifacts }
	}
	objects := pipeline.Objects{
		Project: "web", Warehouses: []string{"w"},
		Stages: []kargo.Stage{
			build.Stage("dev", build.Requests("w", build.Direct()), build.Runs("f3")),
			build.Stage("qa", build.Requests("w", build.From("dev")), build.Runs("f2")),
			build.Stage("uat", build.Requests("w", build.From("dev")), build.Runs("f2")),
			build.Stage("perf", build.Requests("w", build.From("dev")), build.Runs("f1")),
			build.Stage("prod", build.Requests("w", build.From("qa", "uat", "perf", "ghost")), build.Runs("f1")),
			build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("qa"))),
			build.Stage("empty", build.Requests("w", build.From("qa"))),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", contains("r.io/app:v1", "https://g.io/app.git@111", "https://g.io/app.git@aaa", "r.io/old:v1", "r.io/same:v1")),
			build.Freight("f2", "w", contains("r.io/app:v2", "https://g.io/app.git@222", "https://g.io/app.git@bbb", "r.io/same:v1", "r.io/new:v1"),
				func(f *kargo.Freight) { f.Alias = "calm-crow" }),
			build.Freight("f3", "w", contains("r.io/app:v3")),
		},
	}
	to := func(s string) *string { return &s }
	changes := report.Nullable[report.ArtifactChange]{
		{Repository: "r.io/app", From: to(":v1"), To: to(":v2")},
		{Repository: "https://g.io/app.git", From: to("@111"), To: to("@222")},
		{Repository: "https://g.io/app.git", From: to("@aaa"), To: to("@bbb")},
		{Repository: "r.io/old", From: to(":v1")},
		{Repository: "r.io/new", To: to(":v1")},
	}
	f2 := report.Named{Name: "f2", Alias: "calm-crow"}

	prod := explainAt(t, objects, "prod", "f2")
	if diff := cmp.Diff(&report.Replacement{Named: report.Named{Name: "f1"}, Changes: changes}, prod.Freight[0].Replaces); diff != "" {
		t.Errorf("f2 replaces at prod (-want +got):\n%s", diff)
	}
	want := report.Nullable[report.Ahead]{{Named: f2, Origin: "Warehouse/w", Upstreams: []string{"qa", "uat"}, Changes: changes}}
	if diff := cmp.Diff(want, prod.Stage.Ahead); diff != "" {
		t.Errorf("ahead of prod (-want +got):\n%s", diff)
	}
	for _, stage := range []string{"gate", "empty"} {
		if got := explainAt(t, objects, stage, "f2").Freight[0].Replaces; got != nil {
			t.Errorf("f2 replaces %+v at %s", got, stage)
		}
	}
	if got := explainAt(t, objects, "gate", "f2").Stage.Ahead; len(got) > 0 {
		t.Errorf("ahead of a control-flow Stage: %+v", got)
	}
	if got := explainAt(t, objects, "empty", "f2").Stage.Ahead; len(got) != 1 || got[0].Changes != nil {
		t.Errorf("ahead of a Stage that runs nothing: %+v", got)
	}
	if got := explainAt(t, objects, "prod", "f1").Freight[0].Replaces; got != nil {
		t.Errorf("what runs replaces %+v", got)
	}
}

func explainAt(t *testing.T, objects pipeline.Objects, stage, freight string) *report.Explanation {
	t.Helper()
	prod, f := prodOf(t, "", objects, freight)
	return explainer().Explain(prod.Other(stage), f)
}
