package formats

import (
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// yamlBatch is how many pieces of Freight are turned into YAML at a time: the library
// needs the tree of all that it writes, which takes many times as much memory as the text.
const yamlBatch = 50

// stage writes one Stage as an item of a list, its Freight, which comes last, in batches.
func (y *yamlWriter) stage(stage *report.Stage) {
	if y.err != nil {
		return
	}
	if len(stage.Freight) <= yamlBatch {
		y.marshal([]*report.Stage{stage}, 2)
		return
	}
	head := *stage
	head.Freight = []report.Freight{}
	text, err := MarshalYAML([]*report.Stage{&head})
	if err != nil {
		y.err = err
		return
	}
	const none = " []\n"
	y.text(indented(strings.TrimSuffix(string(text), none)+"\n", 2))
	for batch := range slices.Chunk(stage.Freight, yamlBatch) {
		y.marshal(batch, 4)
	}
}
