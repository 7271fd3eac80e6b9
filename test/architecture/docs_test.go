package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// docs/report.md names every word of the machine contract: the members of the closed
// sets and the fields.
func TestTheReportIsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	words := append(constants(t, "Reason", "Cause", "Verdict"), fields(t)...)
	if len(words) < 80 {
		t.Fatalf("only %d words were found in the code", len(words))
	}
	said := strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		if !slices.Contains(said, word) {
			t.Errorf("docs/report.md does not say what %q is", word)
		}
	}
}

// constants returns the values of the constants of these types in pkg/avail.
func constants(t *testing.T, types ...string) []string {
	t.Helper()
	var values []string
	inspect(t, "avail", func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || len(spec.Values) != 1 {
			return
		}
		name, ok := spec.Type.(*ast.Ident)
		literal, isText := spec.Values[0].(*ast.BasicLit)
		for _, want := range types {
			if ok && isText && name.Name == want {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
		}
	})
	return values
}

// fields returns the JSON names of the fields of the report.
func fields(t *testing.T) []string {
	t.Helper()
	var names []string
	inspect(t, "report", func(n ast.Node) {
		field, ok := n.(*ast.Field)
		if !ok || field.Tag == nil {
			return
		}
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if name != "-" && name != "" {
			names = append(names, name)
		}
	})
	return names
}

// inspect walks the production code of a package, but for the types of other
// documents than the report.
func inspect(t *testing.T, name string, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "pkg", name, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "version.go" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}
