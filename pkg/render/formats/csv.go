package formats

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// csvFormat is -o csv, for spreadsheets.
func csvFormat() Format {
	return Format{Name: "csv", Document: true, List: withoutArgument("csv", writeCSV)}
}

// writeCSV writes one record per Stage and Freight. A Stage without Freight has one
// whose fields about Freight are empty; so are fields that are unknown.
func writeCSV(w io.Writer, l List) error {
	out := csv.NewWriter(w) // Flush keeps the first error of any Write
	if !l.Options.NoHeaders {
		_ = out.Write([]string{
			"project", "stage", "auto", "strategy", "freight", "alias", "origin", "discovered", "artifacts",
			"any", "all", "now", "current", "reasons",
		})
	}
	for r := range l.rows() {
		_ = out.Write(csvRecord(r))
	}
	out.Flush()
	return out.Error()
}

func csvRecord(r row) []string {
	stage, f := r.stage, r.freight
	record := []string{r.project, stage.Name, strings.Trim(describe.Auto(stage), "?")}
	if f == nil {
		record = append(record, describe.Strategies(stage, ""), "", "", "", "", "", "", "", "", "", stage.ListError)
	} else {
		discovered := ""
		if f.DiscoveredAt != nil {
			discovered = f.DiscoveredAt.UTC().Format(time.RFC3339)
		}
		record = append(record, describe.Strategies(stage, f.Origin), f.Name, f.Alias, f.Origin, discovered, strings.Join(f.Artifacts, " "),
			strconv.FormatBool(f.Available.Any), strconv.FormatBool(f.Available.All), strconv.FormatBool(f.Available.Configured),
			strconv.FormatBool(f.Here.Current), describe.Reason(stage, f))
	}
	for i := range record {
		record[i] = escapeFormula(term.Sanitize(record[i]))
	}
	return record
}

// escapeFormula puts an apostrophe before a text that a spreadsheet would take for a
// formula.
func escapeFormula(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}
