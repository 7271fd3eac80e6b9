package formats

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// changeLine writes a Change as a line of fields, separated by three spaces: the time,
// the Project, the Stage, the Freight, the verdict before and the one now, each without
// a space in it, and why: what admits the Freight, then the words of the table.
// Nothing is "-"; of the initial state the verdict before is "initial". Where the verdict
// is as before, the answer under another strategy is not, and why says which.
func changeLine(w io.Writer, c *report.Change) error {
	name := c.Freight
	if c.Alias != "" {
		name = c.Alias
	}
	fields := []string{
		c.At.Format(time.RFC3339),
		describe.Field(term.Sanitize(c.Project)), describe.Field(term.Sanitize(c.Stage)), describe.Field(term.Sanitize(name)),
		wordOf(c.From), wordOf(c.To),
	}
	if c.Initial {
		fields[4] = "initial"
	}
	if why := describe.WhyChanged(c); why != "" {
		fields = append(fields, why)
	}
	_, err := io.WriteString(w, strings.Join(fields, table.Gap)+"\n")
	return err
}

// ChangeHeader is the header of the lines that Change writes.
func ChangeHeader() string {
	return strings.Join([]string{"TIME", "PROJECT", "STAGE", "FREIGHT", "FROM", "TO", "WHY"}, table.Gap) + "\n"
}

func wordOf(verdict *string) string {
	if verdict == nil {
		return "-"
	}
	return *verdict
}

// changeJSON writes a Change as a document on a line of its own.
func changeJSON(w io.Writer, c *report.Change) error {
	text, err := json.Marshal(c, json.Deterministic(true))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	escaper := newJSONEscaper(&out)
	if _, err := escaper.Write(append(text, '\n')); err != nil {
		return err
	}
	if err := escaper.Close(); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// changeYAML writes a Change as a document that begins with a line "---".
func changeYAML(w io.Writer, c *report.Change) error {
	text, err := MarshalYAML(c)
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte("---\n"), text...))
	return err
}
