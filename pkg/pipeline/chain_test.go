package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestChain(t *testing.T) {
	stages := map[string]*kargo.Stage{}
	for _, stage := range []kargo.Stage{
		build.Stage("dev", build.Requests("w", build.Direct())),
		build.Stage("a", build.Requests("w", build.From("dev"))),
		build.Stage("b", build.Requests("w", build.From("dev", "gone"))),
		build.Stage("prod", build.Requests("w", build.From("a", "b")), build.Requests("x", build.From("lib"))),
		build.Stage("lib", build.Requests("x", build.From("lib", "prod"))),
	} {
		stages[stage.Metadata.Name] = &stage
	}
	of := func(warehouse string) *kargo.Origin {
		return &kargo.Origin{Kind: kargo.KindWarehouse, Name: warehouse}
	}
	for _, test := range []struct {
		name, stage string
		origin      *kargo.Origin
		want        []string
	}{
		{"nearest first, each once, those that are not there too", "prod", of("w"), []string{"prod", "a", "b", "dev", "gone"}},
		{"a circle", "lib", of("x"), []string{"lib", "prod"}},
		{"for any Freight", "prod", nil, []string{"prod", "a", "b", "lib", "dev", "gone"}},
		{"for Freight that is not requested", "prod", of("y"), []string{"prod"}},
		{"of a missing Stage", "gone", nil, []string{"gone"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := pipeline.Chain(test.stage, func(name string) *kargo.Stage { return stages[name] }, test.origin)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
