package comment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/comment"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func write(t *testing.T, d *report.Diff) string {
	t.Helper()
	var out strings.Builder
	if err := comment.Write(&out, d, 0); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A comment is never longer than GitHub takes. The worst is in it, and what is left out is
// counted.
func TestCommentFits(t *testing.T) {
	project := report.DiffProject{Name: "web", Effect: &report.Effect{}}
	project.Consequences = append(project.Consequences, report.Consequence{When: report.AtOnce, Effect: report.PromotesOlder, Text: "the worst"})
	for i := range 5000 {
		project.Objects = append(project.Objects, report.DiffObject{Kind: "Stage", Name: fmt.Sprintf("s%d", i), Change: change.Removed})
		project.Consequences = append(project.Consequences, report.Consequence{When: report.AtOnce, Effect: report.Gains, Text: "becomes available to " + strings.Repeat("s", 40)})
	}
	text := write(t, &report.Diff{Projects: []report.DiffProject{project}})
	if len(text) > comment.MaxLength || len(text) < comment.MaxLength/2 {
		t.Errorf("it has %d bytes", len(text))
	}
	if !strings.Contains(text, "⚠️ **the worst**") || !strings.Contains(text, " more lines or sections do not fit into a comment") {
		t.Error("the worst, or the count of what is left out, is missing")
	}
}

// Names from manifests cannot end the marker, mention anybody or become markup.
func TestCommentIsInert(t *testing.T) {
	text := write(t, &report.Diff{Base: "`x`", Head: "files", Projects: []report.DiffProject{{
		Name: "web --> <b>", Effect: &report.Effect{},
		Objects: []report.DiffObject{{Kind: "Stage", Name: "**@jane** <img>|", Change: change.Added}},
	}}})
	first, rest, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(first, comment.MarkerPrefix) || strings.Count(first, ">") != 1 || !strings.HasSuffix(first, " -->") {
		t.Errorf("the marker is %q", first)
	}
	for _, bad := range []string{"<img>", "**@jane", "``"} {
		if strings.Contains(rest, bad) {
			t.Errorf("%q stands as it is in\n%s", bad, rest)
		}
	}
}
