package formats

import (
	"io"

	"k8s.io/cli-runtime/pkg/printers"
)

// Document writes a document of ours whole: through a template, if there is one, else
// as "yaml" or "json".
func Document(w io.Writer, document any, format string, template printers.ResourcePrinter) error {
	if template != nil {
		return Template(w, document, template)
	}
	marshal := MarshalJSON
	if format == "yaml" {
		marshal = MarshalYAML
	}
	text, err := marshal(document)
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}
