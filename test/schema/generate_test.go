package schema

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// generator makes the schema of a document from the Go types that write it: their
// fields, what is optional or may be null, and their comments.
type generator struct {
	source source
	defs   map[string]*jsonschema.Schema
}

// document returns the schema of a kind.
func document(t *testing.T, kind string, written reflect.Type) *jsonschema.Schema {
	t.Helper()
	g := &generator{source: read(t, "report", "avail", "autopromote", "change", "lint", "remedy", "version"), defs: map[string]*jsonschema.Schema{}}
	s := g.object(written)
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.ID = "https://raw.githubusercontent.com/kargo-avail/kubectl-kargo-avail/main/docs/schema/" + kind + ".json"
	s.Title = kind
	s.Description = g.source.comments[written.Name()]
	s.Properties["apiVersion"] = &jsonschema.Schema{Const: jsonschema.Ptr[any](report.APIVersion)}
	s.Properties["kind"] = &jsonschema.Schema{Const: jsonschema.Ptr[any](kind)}
	s.Defs = g.defs
	return s
}

// object returns the schema of a struct: no member is allowed beyond its fields.
func (g *generator) object(t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type:                 "object",
		Properties:           map[string]*jsonschema.Schema{},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || name == "-" {
			continue
		}
		owner := t
		for _, i := range field.Index[:len(field.Index)-1] {
			owner = owner.Field(i).Type
		}
		at := owner.Name() + "." + name
		member := g.value(field.Type, at)
		optional := strings.HasPrefix(options, "omit")
		if field.Type.Kind() == reflect.Pointer && !optional {
			member = orNull(member)
		}
		member.Description = g.source.comments[owner.Name()+"."+field.Name]
		s.Properties[name] = member
		s.PropertyOrder = append(s.PropertyOrder, name)
		if !optional {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

// value returns the schema of a field's type; at is the field.
func (g *generator) value(t reflect.Type, at string) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[kargo.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^-?([0-9.]+(h|m|s|ms|µs|ns))+$`}
	case reflect.TypeFor[jsontext.Value](): // an object of Kargo's
		return orNull(&jsonschema.Schema{Type: "object"})
	case reflect.TypeFor[report.CandidatesOf]():
		return orNull(g.bySemantics(reflect.TypeFor[report.Named]()))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.value(t.Elem(), at)
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.Int:
		return &jsonschema.Schema{Type: "integer", Minimum: new(0.0)}
	case reflect.String:
		return g.text(at)
	case reflect.Slice:
		return g.orUnknown(t, &jsonschema.Schema{Type: "array", Items: g.value(t.Elem(), at)})
	case reflect.Map:
		return g.orUnknown(t, &jsonschema.Schema{Type: "object", AdditionalProperties: g.value(t.Elem(), at)})
	case reflect.Struct:
		return g.reference(t)
	default:
		panic("no schema for " + t.String() + " of " + at)
	}
}

// orUnknown allows null for the types that write it themselves where nothing is known.
func (*generator) orUnknown(t reflect.Type, s *jsonschema.Schema) *jsonschema.Schema {
	if _, writes := t.MethodByName("MarshalJSONTo"); writes {
		return orNull(s)
	}
	return s
}

// reference returns a reference to the schema of a struct, which it makes once.
func (g *generator) reference(t reflect.Type) *jsonschema.Schema {
	if g.defs[t.Name()] == nil {
		g.defs[t.Name()] = &jsonschema.Schema{} // it may be met again within itself
		s := g.object(t)
		s.Description = g.source.comments[t.Name()]
		g.defs[t.Name()] = s
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + t.Name()}
}

// bySemantics is a map whose keys are the semantics.
func (g *generator) bySemantics(t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}, Properties: map[string]*jsonschema.Schema{}}
	for _, name := range semantics() {
		s.Properties[name] = g.value(t, "")
		s.PropertyOrder = append(s.PropertyOrder, name)
	}
	return s
}

// text is a string, of a closed set where the field has one.
func (g *generator) text(at string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, word := range g.members(at) {
		s.Enum = append(s.Enum, word)
	}
	return s
}

// members returns the closed set of a field, nil when it has none.
func (g *generator) members(at string) []string {
	switch at {
	case "Freight.verdict", "NextFreight.verdict", "Change.from", "Change.to":
		return g.source.constants["Verdict"]
	case "Blocker.reason":
		return g.source.constants["Reason"]
	case "Divergence.cause":
		return g.source.constants["Cause"]
	case "Next.outcome":
		return g.source.constants["Outcome"]
	case "Problem.kind":
		return g.source.constants["ProblemKind"]
	case "Step.action":
		return g.source.constants["Action"]
	case "ChangeResult.result":
		return g.source.constants["ChangeOutcome"]
	case "StrategyChange.dryRun":
		return []string{"none", "client", "server"}
	case "DiffObject.change":
		return g.source.constants["Kind"]
	case "Consequence.when":
		return g.source.constants["When"]
	case "Consequence.effect":
		return g.source.constants["ConsequenceKind"]
	case "LintFinding.severity":
		return g.source.constants["Severity"]
	case "LintFix.kind":
		return g.source.constants["FixKind"]
	case "LintEdit.op":
		return g.source.constants["EditOp"]
	case "Guard.reason":
		return g.source.constants["GuardReason"]
	case "KargoRules.source":
		return g.source.constants["VersionSource"]
	case "Outlook.state":
		return append(g.source.constants["OutlookState"], "Unknown")
	case "Divergence.in":
		return semantics()
	case "Blocker.blocks":
		return semantics()[1:]
	}
	return nil
}

func semantics() []string { return []string{"configured", "any", "all"} }

// orNull allows null, too.
func orNull(s *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "null"}}}
}

// source is what the code of some packages says.
type source struct {
	// comments are those of types, by name, and of their fields, by "Type.Field".
	comments map[string]string
	// constants are the words of the constants of each type but the empty one.
	constants map[string][]string
}

// read reads the production code of packages.
func read(t *testing.T, packages ...string) source {
	t.Helper()
	s := source{comments: map[string]string{}, constants: map[string][]string{}}
	for _, name := range packages {
		files, err := filepath.Glob(filepath.Join("..", "..", "pkg", name, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				if declared, ok := d.(*ast.GenDecl); ok {
					s.note(declared, name == "report" || name == "version")
				}
			}
		}
	}
	return s
}

// note takes down what a declaration says; comments count where documents are written.
func (s *source) note(declared *ast.GenDecl, comments bool) {
	for _, spec := range declared.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if fields, ok := spec.Type.(*ast.StructType); ok && comments {
				s.comments[spec.Name.Name] = words(declared.Doc)
				for _, field := range fields.Fields.List {
					for _, name := range field.Names {
						s.comments[spec.Name.Name+"."+name.Name] = words(field.Doc)
					}
				}
			}
		case *ast.ValueSpec:
			s.constant(spec)
		}
	}
}

func (s *source) constant(spec *ast.ValueSpec) {
	name, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return
	}
	if word, err := strconv.Unquote(literal.Value); err == nil && word != "" {
		s.constants[name.Name] = append(s.constants[name.Name], word)
	}
}

// words puts a comment on one line, in words of JSON.
func words(comment *ast.CommentGroup) string {
	text := strings.Join(strings.Fields(comment.Text()), " ")
	return regexp.MustCompile(`\bnil\b`).ReplaceAllString(text, "null")
}
