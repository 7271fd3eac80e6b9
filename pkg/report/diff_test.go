package report_test

import (
	"slices"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/shapes"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// swapped returns the diff of a shape in which every Stage asks for all of its upstreams
// that asked for any, and the other way round.
func swapped(shape shapes.Shape, freight int) report.DiffProject {
	was := shape.Objects(freight)
	is := was
	is.Stages = slices.Clone(was.Stages)
	for i := range is.Stages {
		requests := slices.Clone(is.Stages[i].Spec.RequestedFreight)
		for r := range requests {
			if requests[r].Sources.AvailabilityStrategy == kargo.All {
				requests[r].Sources.AvailabilityStrategy = kargo.OneOf
			} else {
				requests[r].Sources.AvailabilityStrategy = kargo.All
			}
		}
		is.Stages[i].Spec.RequestedFreight = requests
	}
	rules := avail.RulesFor(kargo.Releases{})
	evaluator := func(o pipeline.Objects) *avail.Evaluator {
		return avail.New(pipeline.New(o, rules.ByDiscovery()), rules, shapes.Now())
	}
	return report.NewDiffProject(report.DiffInput{
		Before: evaluator(was), After: evaluator(is), Was: was, Is: is, AllRows: true,
		Place: func(change.ObjectChange) (report.Place, bool) { return report.Place{}, false },
	})
}

// Twice the pipeline is at most a little more than twice the document, whatever its shape.
func TestDiffGrowsWithThePipeline(t *testing.T) {
	const size, slack = 40, 2.6
	small, large := shapes.Growing(size), shapes.Growing(2*size)
	for i := range small {
		length := func(s shapes.Shape) float64 {
			text, err := formats.MarshalJSON(report.Diff{Projects: []report.DiffProject{swapped(s, 2)}})
			if err != nil {
				t.Fatal(err)
			}
			return float64(len(text)) / float64(len(s.Stages)+s.Edges)
		}
		if a, b := length(small[i]), length(large[i]); b > a*slack/2 {
			t.Errorf("%s: %.0f bytes per Stage and upstream, and %.0f in one of twice the size", small[i].Name, a, b)
		}
	}
}

func BenchmarkDiff(b *testing.B) {
	for name, shape := range map[string]shapes.Shape{
		"150 waves of 4": shapes.Waves(150, 4), "chain of 600": shapes.Chain(600), "cycle of 600": shapes.Cycle(600), "fan-in of 500": shapes.FanIn(500, 100),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				swapped(shape, 20)
			}
		})
	}
}
