package formats

import (
	"io"

	"github.com/go-json-experiment/json"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/cli-runtime/pkg/printers"
)

// Template writes a document of ours through one of kubectl's printers, a Go template or a
// JSONPath expression, which need it whole.
func Template(w io.Writer, document any, printer printers.ResourcePrinter) error {
	object, err := generic(document)
	if err != nil {
		return err
	}
	return printer.PrintObj(&unstructured.Unstructured{Object: object}, w)
}

// generic returns v as the maps and lists that its JSON describes.
func generic(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	return object, utiljson.Unmarshal(text, &object)
}
