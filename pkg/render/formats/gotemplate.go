package formats

import (
	"encoding/base64"
	"fmt"
	"io"

	"github.com/DataDog/datadog-agent/pkg/template/text"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

// NewGoTemplate returns the printer of a Go template with kubectl's functions. A key that
// is missing is printed as "<no value>" when that is allowed, and an error otherwise.
//
// kubectl's own printer would make the linker keep every method of every type of the
// Kubernetes API, since a template of the standard library can call any of them by name;
// this one's cannot call methods, and the maps that it is given have none.
func NewGoTemplate(text string, allowMissingKeys bool) (printers.ResourcePrinter, error) {
	functions := template.FuncMap{"exists": exists, "base64decode": base64decode}
	parsed, err := template.New("output").Funcs(functions).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("error parsing template %s, %w", text, err)
	}
	if !allowMissingKeys {
		parsed.Option("missingkey=error")
	}
	return printers.ResourcePrinterFunc(func(object runtime.Object, w io.Writer) error {
		data, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return err
		}
		if err := parsed.Execute(w, data); err != nil {
			return fmt.Errorf("error executing template %q: %w", text, err)
		}
		return nil
	}), nil
}

// exists reports whether there is something other than null at the end of the path of
// keys and indexes.
func exists(at any, path ...any) bool {
	for _, step := range path {
		switch inside := at.(type) {
		case map[string]any:
			key, _ := step.(string)
			at = inside[key]
		case []any:
			i, ok := step.(int)
			if !ok || i < 0 || i >= len(inside) {
				return false
			}
			at = inside[i]
		default:
			return false
		}
	}
	return at != nil
}

func base64decode(text string) (string, error) {
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("base64 decode failed: %w", err)
	}
	return string(decoded), nil
}
