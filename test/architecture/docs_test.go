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

// docs/report.md, docs/explain.md and docs/strategy.md name every word of the machine
// contract: the members of the closed sets and the fields.
func TestTheReportIsDocumented(t *testing.T) {
	words := append(constants(t, "avail", "Reason", "Cause", "Verdict"), fields(t, func(file string) bool {
		return file != "explanation.go" && file != "strategychange.go" && file != "lint.go" && file != "graph.go" && file != "diff.go" && file != "consequences.go"
	})...)
	wantWords(t, "report.md", words, 80)
}

func TestTheGraphIsDocumented(t *testing.T) {
	wantWords(t, "graph.md", fields(t, func(file string) bool { return file == "graph.go" }), 25)
}

func TestTheEffectIsDocumented(t *testing.T) {
	words := append(constants(t, "change", "Part"), fields(t, func(file string) bool { return file == "strategychange.go" })...)
	wantWords(t, "strategy.md", words, 40)
}

func TestTheDiffIsDocumented(t *testing.T) {
	wantWords(t, "diff.md", fields(t, func(file string) bool { return file == "diff.go" || file == "consequences.go" }), 25)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "diff.md"))
	if err != nil {
		t.Fatal(err)
	}
	words := append(constants(t, "report", "When", "ConsequenceKind", "FailOn"), constants(t, "change", "Kind")...)
	if len(words) < 25 {
		t.Fatalf("only %d words were found in the code", len(words))
	}
	for _, word := range words {
		if !strings.Contains(string(text), "`"+word+"`") {
			t.Errorf("docs/diff.md does not say what `%s` is", word)
		}
	}
}

func TestTheLintReportIsDocumented(t *testing.T) {
	wantWords(t, "lint.md", fields(t, func(file string) bool { return file == "lint.go" }), 30)
}

func TestTheExplanationIsDocumented(t *testing.T) {
	words := slices.Concat(
		constants(t, "avail", "Reason", "Cause", "OutlookState"), constants(t, "remedy", "Action"), constants(t, "autopromote", "GuardReason"),
		fields(t, func(file string) bool { return file == "explanation.go" }))
	wantWords(t, "explain.md", words, 110)
}

// wantWords wants words, so many at the least, in a document.
func wantWords(t *testing.T, document string, words []string, least int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	if len(words) < least {
		t.Fatalf("only %d words were found in the code", len(words))
	}
	said := strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		if word != "" && !slices.Contains(said, word) {
			t.Errorf("docs/%s does not say what %q is", document, word)
		}
	}
}

// constants returns the values of the constants of these types in a package.
func constants(t *testing.T, name string, types ...string) []string {
	t.Helper()
	var values []string
	inspect(t, name, func(string) bool { return true }, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || len(spec.Values) != 1 {
			return
		}
		ident, ok := spec.Type.(*ast.Ident)
		literal, isText := spec.Values[0].(*ast.BasicLit)
		for _, want := range types {
			if ok && isText && ident.Name == want {
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

// fields returns the JSON names of the fields of the documents in some files of report.
func fields(t *testing.T, in func(file string) bool) []string {
	t.Helper()
	var names []string
	inspect(t, "report", in, func(n ast.Node) {
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

// inspect walks the production code in some files of a package.
func inspect(t *testing.T, name string, in func(file string) bool, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "pkg", name, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "version.go" || !in(filepath.Base(file)) {
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
