package formats

import (
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// markdownFormat is -o markdown, for reports and pull requests.
func markdownFormat() Format {
	return Format{Name: "markdown", List: withoutArgument("markdown", writeMarkdown)}
}

// writeMarkdown writes a table of one row per Stage and Freight; nothing without any.
func writeMarkdown(w io.Writer, l List) error {
	age := "Age"
	if l.Options.AbsoluteTime {
		age = "Discovered"
	}
	header := []string{"Stage", "Strategy", "Freight", age, "any", "all", "now", "Blocked by"}
	if l.Options.Projects {
		header = append([]string{"Project"}, header...)
	}
	var cells [][]string
	for r := range l.rows() {
		cells = append(cells, markdownCells(l, r))
	}
	if len(cells) == 0 {
		return nil
	}
	return table.WriteMarkdown(w, header, cells)
}

func markdownCells(l List, r row) []string {
	stage, f := r.stage, r.freight
	cells := []string{stage.Name + describe.StageLabel(stage)}
	if l.Options.Projects {
		cells = []string{r.project, cells[0]}
	}
	if f == nil {
		freight := "none"
		if stage.Freight == nil {
			freight = "unknown"
		}
		cells = append(cells, describe.Strategies(stage, ""), freight, "", "", "", "", stage.ListError)
	} else {
		freight := describe.Freight(f.Alias, f.Name)
		if f.Here.Current {
			freight += " (current)"
		}
		answer := func(b bool) string { return term.Style{}.Answer(avail.TruthOf(b)) }
		cells = append(cells, describe.Strategies(stage, f.Origin), freight, describe.Discovered(f.DiscoveredAt, l.Header.At, l.Options.Style),
			answer(f.Available.Any), answer(f.Available.All), answer(f.Available.Configured),
			strings.Join(describe.Reasons(stage, f, l.Options.Wide), "; "))
	}
	for i := range cells {
		cells[i] = table.EscapeMarkdown(term.Sanitize(cells[i]))
	}
	return cells
}
