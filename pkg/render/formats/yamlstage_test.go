package formats

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// A Stage with much Freight is written in batches, and as it would be in one.
func TestYAMLWritesLargeStagesAsSmallOnes(t *testing.T) {
	for _, n := range []int{0, 1, yamlBatch, yamlBatch + 1, 2*yamlBatch + 7} {
		stage := report.Stage{Name: "prod", ListError: "two\nlines", Freight: report.Nullable[report.Freight]{}}
		for i := range n {
			stage.Freight = append(stage.Freight, report.Freight{Name: fmt.Sprintf("f%d", i), Alias: "a: b\n\nc", Artifacts: []string{"x", ""}})
		}
		var got, want strings.Builder
		(&yamlWriter{w: &got}).stage(&stage)
		(&yamlWriter{w: &want}).marshal([]*report.Stage{&stage}, 2)
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("%d pieces of Freight: at once (-) and in batches (+):\n%s", n, diff)
		}
	}
}
