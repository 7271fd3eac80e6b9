package listing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func matrixOf(t *testing.T, objects pipeline.Objects, options Options) string {
	t.Helper()
	var out strings.Builder
	if err := WriteMatrix(&out, report.EachOf(reported(objects, build.Noon())), build.Noon(), options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMatrixOfFreightThatCouldNotBeRead(t *testing.T) {
	objects := soaking()
	objects.Unread = pipeline.Kinds(0).With(pipeline.Freight)
	want := "FREIGHT   AGE   prod\n?         ?     ?\n\n? unknown\n"
	if diff := cmp.Diff(want, matrixOf(t, objects, Options{Style: term.Style{Terminal: true, Glyphs: true}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A row is as wide as the terminal at the most, and no Stage is lost, down to a terminal
// that has no room for two.
func TestMatrixFitsTheTerminal(t *testing.T) {
	objects := soaking()
	for _, name := range []string{"a", "bb", "ccc", "dddddddddddddddd", "e"} {
		objects.Stages = append(objects.Stages, build.Stage(name, build.Requests("w", build.From("qa"))))
	}
	for width := 24; width < 80; width++ {
		text := matrixOf(t, objects, Options{Style: term.Style{Terminal: true, Glyphs: true, Width: width}})
		table, _, _ := strings.Cut(text, "\n\n✔")
		for line := range strings.Lines(table) {
			if got := term.Width(strings.TrimSuffix(line, "\n")); got > max(width, len("FREIGHT   120m   dddddddddddddddd")) {
				t.Fatalf("%d columns are too many for %d:\n%s", got, width, text)
			}
		}
		for _, name := range []string{"prod", "a", "bb", "ccc", "dddddddddddddddd", "e"} {
			if strings.Count(" "+strings.ReplaceAll(table, "\n", " ")+" ", " "+name+" ") != 1 {
				t.Fatalf("%s is not there once:\n%s", name, text)
			}
		}
	}
}
