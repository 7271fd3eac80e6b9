package manifest_test

import (
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

func TestEditFields(t *testing.T) {
	block := "spec:\n  a: 1 # one\n  list:\n  - x\n  - y # why\n  b: \"two\"\n"
	for name, test := range map[string]struct {
		text string
		edit manifest.FieldEdit
		want string // "" for an error
	}{
		"set a value":              {block, manifest.FieldEdit{Path: []string{"spec", "b"}, Value: "three"}, "spec:\n  a: 1 # one\n  list:\n  - x\n  - y # why\n  b: \"three\"\n"},
		"set an item":              {block, manifest.FieldEdit{Path: []string{"spec", "list", "1"}, Value: "z"}, "spec:\n  a: 1 # one\n  list:\n  - x\n  - z # why\n  b: \"two\"\n"},
		"add a field":              {"s:\r\n  a: x\r\n", manifest.FieldEdit{Path: []string{"s", "b"}, Value: "y"}, "s:\r\n  a: x\r\n  b: y\r\n"},
		"add a field in JSON":      {`{"s": {"a": "x"}}`, manifest.FieldEdit{Path: []string{"s", "b"}, Value: "y"}, `{"s": {"a": "x", "b": "y"}}`},
		"add a field in flow":      {"s: {a: x}\n", manifest.FieldEdit{Path: []string{"s", "b"}, Value: "y"}, "s: {a: x, b: y}\n"},
		"remove a field":           {block, manifest.FieldEdit{Path: []string{"spec", "a"}, Op: manifest.RemoveField}, "spec:\n  list:\n  - x\n  - y # why\n  b: \"two\"\n"},
		"remove an item":           {block, manifest.FieldEdit{Path: []string{"spec", "list", "0"}, Op: manifest.RemoveField}, "spec:\n  a: 1 # one\n  list:\n  - y # why\n  b: \"two\"\n"},
		"remove an item in flow":   {"l: [x, y, z]\n", manifest.FieldEdit{Path: []string{"l", "1"}, Op: manifest.RemoveField}, "l: [x, z]\n"},
		"remove the first in flow": {"l: [x, y]\n", manifest.FieldEdit{Path: []string{"l", "0"}, Op: manifest.RemoveField}, "l: [y]\n"},
		"remove the only item":     {"l: [x]\n", manifest.FieldEdit{Path: []string{"l", "0"}, Op: manifest.RemoveField}, ""},
		"rename a field":           {`{"a": 1}`, manifest.FieldEdit{Path: []string{"a"}, Op: manifest.RenameField, Value: "b"}, `{"b": 1}`},
		"move a field": {
			"r:\n- o: 1\n  s: All # soon\n  to:\n    x: y\n",
			manifest.FieldEdit{Path: []string{"r", "0", "s"}, Op: manifest.MoveField, To: []string{"r", "0", "to"}},
			"r:\n- o: 1\n  to:\n    x: y\n    s: All\n",
		},
		"move a truth value":    {"s: true\nto: {x: y}\n", manifest.FieldEdit{Path: []string{"s"}, Op: manifest.MoveField, To: []string{"to"}}, "to: {x: y, s: true}\n"},
		"what an anchor shares": {"a: &x {b: 1, c: 2}\nd: *x\n", manifest.FieldEdit{Path: []string{"a", "b"}, Op: manifest.RemoveField}, ""},
		"what an alias is":      {"a: &x {b: 1, c: 2}\nd: *x\n", manifest.FieldEdit{Path: []string{"d", "b"}, Op: manifest.RemoveField}, ""},
		"what is merged":        {"a: &x {b: 1}\nd:\n  <<: *x\n  c: 1\n", manifest.FieldEdit{Path: []string{"d", "b"}, Op: manifest.RemoveField}, ""},
		"what is not there":     {"a: 1\n", manifest.FieldEdit{Path: []string{"b", "c"}, Value: "x"}, ""},
		"a value that is YAML":  {"a: x\nb: y\n", manifest.FieldEdit{Path: []string{"a"}, Value: "{"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := manifest.ParseTree([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			test.edit.Object = tree.Roots[0]
			got, err := tree.Edit([]manifest.FieldEdit{test.edit})
			if string(got) != test.want || (err == nil) != (test.want != "") {
				t.Errorf("%q, %v\nwant %q", got, err, test.want)
			}
			if err != nil && !strings.ContainsAny(err.Error(), "abcdefghijklmnopqrstuvwxyz") {
				t.Errorf("the error says nothing: %v", err)
			}
		})
	}
}
