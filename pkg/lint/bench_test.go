package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/shapes"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// BenchmarkRun lints every shape at two sizes: an upstream must cost the same in both.
func BenchmarkRun(b *testing.B) {
	for _, size := range []int{10, 20} {
		for _, shape := range shapes.Growing(size) {
			in := lint.FromFiles([]lint.Source{{Name: "project.yaml", Data: manifestsOf(shape)}}, lint.Options{Now: shapes.Now()})
			b.Run(shape.Name, func(b *testing.B) {
				for range b.N {
					lint.Run(in, lint.Selection{})
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(shape.Edges), "ns/edge")
			})
		}
	}
}

// manifestsOf writes the Stages of a shape, which a step makes regular, and its Warehouse.
func manifestsOf(shape shapes.Shape) []byte {
	var text strings.Builder
	text.WriteString("{apiVersion: kargo.akuity.io/v1alpha1, kind: Warehouse, metadata: {name: w}, spec: {}}\n")
	for _, stage := range shape.Stages {
		sources := stage.Spec.RequestedFreight[0].Sources
		from := "direct: true"
		if len(sources.Stages) > 0 {
			from = fmt.Sprintf("stages: [%s], availabilityStrategy: %s", strings.Join(sources.Stages, ", "), sources.AvailabilityStrategy.Normal())
		}
		fmt.Fprintf(&text, `---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: %s}
spec:
  requestedFreight: [{origin: {kind: Warehouse, name: w}, sources: {%s}}]
  promotionTemplate: {spec: {steps: [{uses: git-clone}]}}
  verification: {analysisTemplates: [{name: smoke}]}
`, stage.Metadata.Name, from)
	}
	return []byte(text.String())
}
