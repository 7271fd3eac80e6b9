package formats

import (
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// writeTemplate returns what writes a list through a template, which needs it whole.
func writeTemplate(printer printers.ResourcePrinter) ListWriter {
	return func(w io.Writer, l List) error {
		whole := &report.Report{Header: l.Header, Projects: []report.Project{}}
		for project := range l.Projects {
			whole.Projects = append(whole.Projects, report.Project{Name: project.Name, Stages: slices.Collect(project.Stages)})
		}
		return printDocument(w, whole, printer)
	}
}

// templateFormat is a format that is a template, for lists and documents.
func templateFormat(name string, parse func(Argument) (printers.ResourcePrinter, error)) Format {
	return Format{
		Name: name, Document: true, Template: parse,
		List: func(a Argument) (ListWriter, error) {
			printer, err := parse(a)
			if err != nil {
				return nil, err
			}
			return writeTemplate(printer), nil
		},
	}
}

// printDocument writes a document of ours through a template.
func printDocument(w io.Writer, document any, printer printers.ResourcePrinter) error {
	object, err := generic(document)
	if err != nil {
		return err
	}
	return printer.PrintObj(&unstructured.Unstructured{Object: object}, w)
}

// generic returns v as the maps and lists that its JSON describes.
func generic(v any) (map[string]any, error) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	return object, utiljson.Unmarshal(text, &object)
}
