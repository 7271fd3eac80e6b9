package formats

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestGoTemplateIsKubectls(t *testing.T) {
	object := &unstructured.Unstructured{Object: map[string]any{
		"name": "prod", "empty": nil, "list": []any{map[string]any{"word": "cWE="}}, "count": int64(7),
	}}
	for _, test := range []struct {
		name, template, want, err string
		strict                    bool
	}{
		{name: "a field", template: `{{.name}} {{.count}}`, want: "prod 7"},
		{name: "base64", template: `{{(index .list 0).word | base64decode}}`, want: "qa"},
		{name: "no base64", template: `{{.name | base64decode | printf "%d"}}{{"_" | base64decode}}`, err: "base64 decode failed"},
		{name: "what exists", template: `{{exists . "list" 0 "word"}}/{{exists .}}`, want: "true/true"},
		{name: "what does not", template: `{{or (exists . "list" 1) (exists . "list" "0") (exists . "other" "word") (exists . "name" 0) (exists . "empty") (exists . 1)}}`, want: "false"},
		{name: "a missing key", template: `{{.other}}`, want: "<no value>"},
		{name: "a missing key, where none may be", template: `{{.other}}`, strict: true, err: `map has no entry for key "other"`},
		{name: "a method, of which there is none", template: `{{.GetName}}`, want: "<no value>"},
		{name: "what cannot be read", template: `{{`, err: "error parsing template {{, "},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			printer, err := newGoTemplate(test.template, !test.strict)
			if err == nil {
				err = printer.PrintObj(object, &out)
			}
			switch {
			case test.err == "" && (err != nil || out.String() != test.want):
				t.Errorf("got %q, %v, want %q", out.String(), err, test.want)
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("got %q, error %v, want one with %q", out.String(), err, test.err)
			}
		})
	}
}
