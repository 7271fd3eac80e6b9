package report_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Many Stages are judged at the same time, and reported as one after the other.
func TestManyStagesAreReportedInOrder(t *testing.T) {
	objects := pipeline.Objects{Project: "p", Warehouses: []string{"w"}}
	for i := range 120 {
		request := build.Requests("w", build.Direct())
		if i > 0 {
			request = build.Requests("w", build.From("s000", fmt.Sprintf("s%03d", i/10)))
		}
		objects.Stages = append(objects.Stages, build.Stage(fmt.Sprintf("s%03d", i), request))
	}
	objects.Freight = []kargo.Freight{build.Freight("f1", "w", build.Verified("s000", "s001")), build.Freight("f2", "w")}
	builder := func(limit int) *report.Builder {
		rules := avail.RulesFor(kargo.Releases{})
		e := avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, build.Noon())
		b := &report.Builder{Projects: []*avail.Evaluator{e}}
		b.Selection.Limit = limit
		return b
	}
	want := builder(0).Collect(report.Header{})
	if got := builder(10).Collect(report.Header{}); !reflect.DeepEqual(want, got) {
		t.Error("a limit that leaves nothing out changes the report")
	}
	sorting, sorted := builder(10), 0 // which the race detector minds where it is shared
	sorting.Selection.Sort = func([]report.Freight) { sorted++ }
	if got := len(sorting.Collect(report.Header{}).Projects[0].Stages); sorted != got {
		t.Errorf("sorted the Freight of %d Stages of %d", sorted, got)
	}
	var names []string
	for project := range builder(10).Each() {
		for stage := range project.Stages { // who has seen enough ends it
			if names = append(names, stage.Name); len(names) == 3 {
				break
			}
		}
	}
	if !slices.Equal(names, []string{want.Projects[0].Stages[0].Name, want.Projects[0].Stages[1].Name, want.Projects[0].Stages[2].Name}) {
		t.Errorf("the first Stages are %v", names)
	}
}
