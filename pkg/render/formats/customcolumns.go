package formats

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// customColumnsFormat is -o custom-columns.
func customColumnsFormat() Format {
	return Format{Name: "custom-columns", List: func(a Argument) (ListWriter, error) {
		columns, err := parseCustomColumns(a.Text)
		if err != nil {
			return nil, err
		}
		return columns.write, nil
	}}
}

// customColumnsFileFormat is -o custom-columns-file.
func customColumnsFileFormat() Format {
	return Format{Name: "custom-columns-file", List: func(a Argument) (ListWriter, error) {
		if a.Text == "" {
			return nil, errors.New("output format custom-columns-file needs a file: custom-columns-file=FILE")
		}
		template, err := os.ReadFile(a.Text)
		if err != nil {
			return nil, fmt.Errorf("reading custom columns: %w", err)
		}
		columns, err := parseCustomColumnsFile(string(template))
		if err != nil {
			return nil, err
		}
		return columns.write, nil
	}}
}

// customColumns writes one row per Stage and Freight, with the columns that a
// person asked for. The zero value has none.
type customColumns struct {
	headers []string
	fields  []*Field
}

// parseCustomColumns reads the columns from kubectl's notation,
// "HEADER:.field,HEADER:.field".
func parseCustomColumns(spec string) (*customColumns, error) {
	c := &customColumns{}
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

// parseCustomColumnsFile reads the columns from kubectl's template: a line of
// headers and a line of fields.
func parseCustomColumnsFile(template string) (*customColumns, error) {
	lines := strings.Split(strings.TrimSpace(template), "\n")
	if len(lines) != 2 {
		return nil, errors.New("invalid custom columns file: expected a line of headers and a line of fields")
	}
	headers, paths := strings.Fields(lines[0]), strings.Fields(lines[1])
	if len(headers) != len(paths) {
		return nil, fmt.Errorf("invalid custom columns file: %d headers and %d fields", len(headers), len(paths))
	}
	c := &customColumns{}
	for i := range headers {
		if err := c.add(headers[i], paths[i]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *customColumns) add(header, path string) error {
	field, err := parseField(path)
	if err != nil {
		return err
	}
	c.headers = append(c.headers, header)
	c.fields = append(c.fields, field)
	return nil
}

// write writes the rows: the fields of a report's Freight, and project and stage.
// A field that a row does not have is <none>.
func (c *customColumns) write(w io.Writer, l List) error {
	var rows [][]string
	for project := range l.Projects {
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
	if l.Options.NoHeaders {
		return table.Write(w, nil, rows)
	}
	return table.Write(w, c.headers, rows)
}

func (c *customColumns) row(project, stage string, f *report.Freight) ([]string, error) {
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
