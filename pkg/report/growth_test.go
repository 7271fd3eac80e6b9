package report_test

import (
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/shapes"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// answer is something that a verb answers about a whole Project.
type answer struct {
	name string
	of   func(*avail.Evaluator) any
}

func answers() []answer {
	return []answer{
		{"list", func(e *avail.Evaluator) any {
			builder := report.Builder{Projects: []*avail.Evaluator{e}, Selection: report.Selection{AllStages: true}}
			return builder.Collect(report.Header{})
		}},
		{"explain", func(e *avail.Evaluator) any {
			last := e.Project().Stages[len(e.Project().Stages)-1]
			return explainer().Explain(e.Stage(last.Metadata.Name), e.Project().Freight()[0])
		}},
		{"what-if any", func(e *avail.Evaluator) any { return whatIf(e, change.Any()) }},
		{"what-if all", func(e *avail.Evaluator) any { return whatIf(e, change.All()) }},
	}
}

// whatIf gives every downstream Stage another rule.
func whatIf(e *avail.Evaluator, rule change.Rule) any {
	var edits []change.Edit
	for _, stage := range e.Project().Stages {
		if stage.IsDownstream() {
			edits = append(edits, change.Edit{Stage: stage.Metadata.Name, Rule: &rule})
		}
	}
	plan, err := change.NewPlan(e.Project(), edits)
	if err != nil {
		panic(err)
	}
	return report.NewWhatIf(report.Header{}, e, plan, true)
}

func evaluatorOf(objects pipeline.Objects) *avail.Evaluator {
	rules := avail.RulesFor(kargo.Releases{})
	return avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, shapes.Now())
}

// work is what an answer costs, counted.
type work struct{ bytes, allocations float64 }

func measure(t *testing.T, a answer, objects pipeline.Objects) work {
	t.Helper()
	written, err := json.Marshal(a.of(evaluatorOf(objects)))
	if err != nil {
		t.Fatal(err)
	}
	allocations := testing.AllocsPerRun(1, func() { a.of(evaluatorOf(objects)) })
	return work{float64(len(written)), allocations}
}

// TestWorkGrowsWithThePipeline: twice the upstreams, or twice the Freight, cost at most
// about twice as much, whatever the form of the pipeline and however many paths lead
// through it.
func TestWorkGrowsWithThePipeline(t *testing.T) {
	const freight, slack = 4, 2.3
	small, large := shapes.Growing(1), shapes.Growing(2)
	for _, a := range answers() {
		for i := range small {
			t.Run(a.name+"/"+small[i].Name, func(t *testing.T) {
				once := measure(t, a, small[i].Objects(freight))
				for what, twice := range map[string]work{
					"upstreams": measure(t, a, large[i].Objects(freight)),
					"Freight":   measure(t, a, small[i].Objects(2*freight)),
				} {
					if twice.bytes > slack*once.bytes {
						t.Errorf("twice the %s: %.0f bytes instead of %.0f", what, twice.bytes, once.bytes)
					}
					if twice.allocations > slack*once.allocations {
						t.Errorf("twice the %s: %.0f allocations instead of %.0f", what, twice.allocations, once.allocations)
					}
				}
			})
		}
	}
}

// BenchmarkGrowth measures answers about each form of pipeline at three sizes.
func BenchmarkGrowth(b *testing.B) {
	const freight = 5
	for _, a := range answers() {
		for _, size := range []int{1, 2, 4} {
			for _, shape := range shapes.Growing(size) {
				objects := shape.Objects(freight)
				b.Run(a.name+"/"+shape.Name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						a.of(evaluatorOf(objects))
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(shape.Edges*freight), "ns/edge·Freight")
				})
			}
		}
	}
}
