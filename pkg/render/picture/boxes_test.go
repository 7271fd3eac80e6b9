package picture_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/picture"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// waves are two rows of so many Stages, of which each takes from all of the row before.
func waves(n int) *picture.Picture {
	objects := pipeline.Objects{Project: "p", Warehouses: []string{"w"}}
	var first []string
	for i := range n {
		first = append(first, fmt.Sprintf("a%d", i))
		objects.Stages = append(objects.Stages, build.Stage(first[i], build.Requests("w", build.Direct())))
	}
	for i := range n {
		objects.Stages = append(objects.Stages, build.Stage(fmt.Sprintf("b%d", i), build.Requests("w", build.From(first...), build.All())))
	}
	rules := avail.RulesFor(kargo.Releases{})
	e := avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, build.Noon())
	g := graph.New(e.Project(), graph.Selection{})
	project := report.NewGraphProject(e, g, nil)
	return &picture.Picture{Graph: g, Project: &project}
}

// What is written grows with the Stages: twice as many take twice the rows, and every box is
// there and has its arrow.
func TestBoxesGrowWithTheStages(t *testing.T) {
	size := map[int]int{}
	for _, n := range []int{50, 100} {
		var out strings.Builder
		if why, err := waves(n).Boxes(&out, picture.Style{}); why != "" || err != nil {
			t.Fatalf("%d Stages: %q, %v", n, why, err)
		}
		size[n] = out.Len()
		if arrows := strings.Count(out.String(), ">|"); arrows != 2*n {
			t.Errorf("%d arrows lead to %d Stages", arrows, 2*n)
		}
	}
	if size[100] > size[50]*21/10 {
		t.Errorf("100 Stages take %d bytes, 50 take %d", size[100], size[50])
	}
}

func BenchmarkBoxes(b *testing.B) {
	for _, n := range []int{100, 200} {
		p := waves(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				var out strings.Builder
				if why, err := p.Boxes(&out, picture.Style{}); why != "" || err != nil {
					b.Fatalf("%q, %v", why, err)
				}
			}
		})
	}
}
