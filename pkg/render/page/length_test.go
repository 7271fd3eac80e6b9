package page_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/shapes"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// TestExplanationsStayShort: however large the pipeline, a person can read why Freight is
// not available to its last Stage: a page has a bounded number of lines, and names each
// Stage of the tree of causes once.
func TestExplanationsStayShort(t *testing.T) {
	for _, shape := range []shapes.Shape{
		shapes.Waves(150, 4), shapes.Chain(2000), shapes.Cycle(2000), shapes.FanIn(500, 2), shapes.Clique(60), shapes.Layers(100, 6, 7),
	} {
		t.Run(shape.Name, func(t *testing.T) {
			rules := avail.RulesFor(kargo.Releases{})
			e := avail.New(pipeline.New(shape.Objects(1), rules.ByDiscovery()), rules, shapes.Now())
			last := e.Project().Stages[len(e.Project().Stages)-1].Metadata.Name
			x := report.Explainer{Header: report.Header{At: shapes.Now()}, Sentence: describe.Summary, Reason: describe.Reason}
			var text bytes.Buffer
			if err := page.Explanation(&text, x.Explain(e.Stage(last), e.Project().Freight()[0]), term.Style{}); err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(text.String(), "\n"); lines > 60 {
				t.Errorf("%d lines:\n%s", lines, text.String())
			}
			for line := range strings.Lines(text.String()) {
				if len(line) > 700 {
					t.Errorf("a line of %d characters: %.200s…", len(line), line)
				}
			}
			_, causes, _ := strings.Cut(text.String(), "\nWHY\n")
			causes, _, _ = strings.Cut(causes, "\n\n")
			once(t, causes)
		})
	}
}

// once checks that no Stage has two branches of the tree.
func once(t *testing.T, tree string) {
	t.Helper()
	met := map[string]bool{}
	for line := range strings.Lines(tree) {
		_, branch, _ := strings.Cut(line, "-- ")
		names, _, _ := strings.Cut(branch, ":")
		for name := range strings.FieldsSeq(strings.ReplaceAll(names, ",", "")) {
			if strings.Contains(name, "-") && met[name] {
				t.Errorf("%s has two branches:\n%s", name, tree)
			}
			met[name] = true
		}
	}
}
