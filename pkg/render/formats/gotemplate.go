package formats

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/DataDog/datadog-agent/pkg/template/text"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

// goTemplate names the format that --template has without -o.
const goTemplate = "go-template"

// goTemplateFormats are -o go-template and its other names.
func goTemplateFormats() []Format {
	var formats []Format
	for _, name := range []string{goTemplate, "go-template-file", "template", "templatefile"} {
		inFile := strings.HasSuffix(name, "file")
		formats = append(formats, templateFormat(name, func(a Argument) (printers.ResourcePrinter, error) {
			text := cmp.Or(a.Template, a.Text)
			if text == "" {
				return nil, errors.New("template format specified but no template given")
			}
			if inFile {
				read, err := os.ReadFile(text)
				if err != nil {
					return nil, fmt.Errorf("error reading --template %s, %w", text, err)
				}
				text = string(read)
			}
			return newGoTemplate(text, a.AllowMissingKeys)
		}))
	}
	return formats
}

// newGoTemplate returns the printer of a Go template with kubectl's functions. A key that
// is missing is printed as "<no value>" when that is allowed, and an error otherwise.
//
// kubectl's own printer would make the linker keep every method of every type of the
// Kubernetes API, since a template of the standard library can call any of them by name;
// this one's cannot call methods, and the maps that it is given have none.
func newGoTemplate(text string, allowMissingKeys bool) (printers.ResourcePrinter, error) {
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
