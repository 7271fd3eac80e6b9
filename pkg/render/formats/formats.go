package formats

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// all lists the output formats in the order in which -o names them. A format is one
// file in this package and one line here.
func all() []Format {
	return slices.Concat(
		[]Format{wideFormat(), overviewFormat(), matrixFormat(), jsonFormat(), yamlFormat(), nameFormat(), csvFormat(), markdownFormat(), customColumnsFormat(), customColumnsFileFormat()},
		goTemplateFormats(),
		jsonPathFormats(),
	)
}

// Format is a word of -o, and what can be written in it. A function that is nil says
// that the format does not exist for what it would write.
type Format struct {
	Name string
	// Table says that the output is a table for a person, which shows a limited number
	// of Freight per Stage unless --limit is given.
	Table bool
	// Document says that a list of nothing is a document, too.
	Document bool
	// List returns what writes lists.
	List func(Argument) (ListWriter, error)
	// Marshal returns a document whole.
	Marshal func(document any) ([]byte, error)
	// Template returns what prints a document.
	Template func(Argument) (printers.ResourcePrinter, error)
	// Change writes one change of a verdict.
	Change func(w io.Writer, c *report.Change) error
}

// Argument is what the command line says beside the name of a format.
type Argument struct {
	// Text is what follows the name behind a "=".
	Text string
	// Template is --template, which stands in for Text.
	Template string
	// AllowMissingKeys is --allow-missing-template-keys.
	AllowMissingKeys bool
}

// List is a list of Stages and their Freight.
type List struct {
	Header   report.Header
	Projects iter.Seq[report.ProjectStages]
	// Options are how a table looks; other formats only use NoHeaders.
	Options listing.Options
}

// ListWriter writes a list, where it can one Stage at a time.
type ListWriter func(w io.Writer, l List) error

// Parse returns the format that -o names for lists and its writer. Without -o that is
// the table, or a Go template when --template is given. argument.Text is not read.
func Parse(output string, argument Argument) (Format, ListWriter, error) {
	name, text, _ := strings.Cut(output, "=")
	if name == "" && argument.Template != "" {
		name = goTemplate
	}
	argument.Text = text
	format := tableFormat()
	if name != "" {
		i := slices.IndexFunc(all(), func(f Format) bool { return f.Name == name && f.List != nil })
		if i < 0 {
			return Format{}, nil, unknown(name, Lists())
		}
		format = all()[i]
	}
	write, err := format.List(argument)
	return format, write, err
}

// ParseTemplate returns the printer of the template that -o names; nil when -o names a
// format that is not a template.
func ParseTemplate(output string, argument Argument) (printers.ResourcePrinter, error) {
	name, text, _ := strings.Cut(output, "=")
	i := slices.IndexFunc(all(), func(f Format) bool { return f.Name == name && f.Template != nil })
	if i < 0 {
		return nil, nil
	}
	argument.Text = text
	return all()[i].Template(argument)
}

// unknown says which formats there are.
func unknown(name string, names []string) error {
	return fmt.Errorf("unknown output format %q, allowed formats are: %s", name, strings.Join(names, ","))
}

// Lists names the formats of lists.
func Lists() []string { return namesOf(func(f Format) bool { return f.List != nil }) }

// Documents names the formats of a document that are not templates.
func Documents() []string { return namesOf(func(f Format) bool { return f.Marshal != nil }) }

// Templates names the formats that are templates.
func Templates() []string { return namesOf(func(f Format) bool { return f.Template != nil }) }

func namesOf(has func(Format) bool) []string {
	var names []string
	for _, f := range all() {
		if has(f) {
			names = append(names, f.Name)
		}
	}
	return names
}

// Document writes a document whole: through a template, if there is one, else in the
// format of this name.
func Document(w io.Writer, document any, format string, template printers.ResourcePrinter) error {
	if template != nil {
		return printDocument(w, document, template)
	}
	i := slices.IndexFunc(all(), func(f Format) bool { return f.Name == format && f.Marshal != nil })
	if i < 0 {
		return unknown(format, Documents())
	}
	text, err := all()[i].Marshal(document)
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}

// Change writes a change of a verdict in the format of this name, or as a line for a
// person where the format has nothing else.
func Change(w io.Writer, c *report.Change, format string) error {
	for _, f := range all() {
		if f.Name == format && f.Change != nil {
			return f.Change(w, c)
		}
	}
	return changeLine(w, c)
}

// rows returns the Freight of each Stage of a list, nil for a Stage without any.
func (l List) rows() iter.Seq[row] {
	return func(yield func(row) bool) {
		for project := range l.Projects {
			for stage := range project.Stages {
				if len(stage.Freight) == 0 && !yield(row{project.Name, &stage, nil}) {
					return
				}
				for i := range stage.Freight {
					if !yield(row{project.Name, &stage, &stage.Freight[i]}) {
						return
					}
				}
			}
		}
	}
}

// row is a Stage and a piece of Freight.
type row struct {
	project string
	stage   *report.Stage
	freight *report.Freight
}

// withoutArgument wraps a writer of a format that takes no argument.
func withoutArgument(name string, write ListWriter) func(Argument) (ListWriter, error) {
	return func(a Argument) (ListWriter, error) {
		if a.Text != "" {
			return nil, fmt.Errorf("output format %q takes no argument", name)
		}
		return write, nil
	}
}
