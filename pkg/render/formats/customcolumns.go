package formats

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// CustomColumns writes one row per Stage and Freight, with the columns that a
// person asked for. The zero value has none.
type CustomColumns struct {
	headers []string
	fields  []*Field
}

// ParseCustomColumns reads the columns from kubectl's notation,
// "HEADER:.field,HEADER:.field".
func ParseCustomColumns(spec string) (*CustomColumns, error) {
	c := &CustomColumns{}
	for part := range strings.SplitSeq(spec, ",") {
		header, path, ok := strings.Cut(part, ":")
		if !ok || header == "" || path == "" {
			return nil, fmt.Errorf("invalid custom column %q: expected HEADER:.field, such as ALIAS:.alias", part)
		}
		if err := c.add(header, path); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// ParseCustomColumnsFile reads the columns from kubectl's template: a line of
// headers and a line of fields.
func ParseCustomColumnsFile(template string) (*CustomColumns, error) {
	lines := strings.Split(strings.TrimSpace(template), "\n")
	if len(lines) != 2 {
		return nil, errors.New("invalid custom columns file: expected a line of headers and a line of fields")
	}
	headers, paths := strings.Fields(lines[0]), strings.Fields(lines[1])
	if len(headers) != len(paths) {
		return nil, fmt.Errorf("invalid custom columns file: %d headers and %d fields", len(headers), len(paths))
	}
	c := &CustomColumns{}
	for i := range headers {
		if err := c.add(headers[i], paths[i]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *CustomColumns) add(header, path string) error {
	field, err := parseField(path)
	if err != nil {
		return err
	}
	c.headers = append(c.headers, header)
	c.fields = append(c.fields, field)
	return nil
}

// Write writes the rows: the fields of a report's Freight, and project and stage.
// A field that a row does not have is <none>.
func (c *CustomColumns) Write(w io.Writer, projects iter.Seq[report.ProjectStages], noHeaders bool) error {
	var rows [][]string
	for project := range projects {
		for stage := range project.Stages {
			for i := range stage.Freight {
				row, err := c.row(project.Name, stage.Name, &stage.Freight[i])
				if err != nil {
					return err
				}
				rows = append(rows, row)
			}
		}
	}
	if noHeaders {
		return table.Write(w, nil, rows)
	}
	return table.Write(w, c.headers, rows)
}

func (c *CustomColumns) row(project, stage string, f *report.Freight) ([]string, error) {
	object, err := generic(f)
	if err != nil {
		return nil, err
	}
	object["project"], object["stage"] = project, stage
	row := make([]string, 0, len(c.fields))
	for _, field := range c.fields {
		text := field.text(object)
		if text == "" {
			text = "<none>"
		}
		row = append(row, term.Sanitize(text))
	}
	return row, nil
}
