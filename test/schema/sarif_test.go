package schema

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // for its schema
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xeipuuv/gojsonschema"
)

// Every SARIF log in the scripts is valid by the schema of OASIS, which knows all of its
// members.
func TestSARIFFitsItsSchema(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "scripts", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	schema, logs, fixes := sarifSchema(t), 0, 0
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(text).Files {
			if filepath.Ext(f.Name) != ".sarif" {
				continue
			}
			logs++
			fixes += checkSARIF(t, schema, f.Data)
		}
	}
	if logs < 2 || fixes == 0 {
		t.Errorf("%d logs and %d fixes in them are too few", logs, fixes)
	}
}

// checkSARIF validates a log and returns how many fixes it has.
func checkSARIF(t *testing.T, schema, log []byte) (fixes int) {
	t.Helper()
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(log))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range result.Errors() {
		t.Error(problem)
	}
	return bytes.Count(log, []byte(`"fixes":`))
}

// sarifSchema is the schema of OASIS. The library that has it keeps it in a constant of its
// own, and would check only what it has decoded.
func sarifSchema(t *testing.T) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3")
	dir, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "pkg", "report", "v210", "sarif", "schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	value := file.Scope.Lookup("schema").Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value
	text, err := strconv.Unquote(value)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

// A log that the schema does not allow fails the check.
func TestTheSchemaOfSARIFRefuses(t *testing.T) {
	schema := gojsonschema.NewBytesLoader(sarifSchema(t))
	for _, log := range []string{`{"version": "2.1.0"}`, `{"version": "2.1.0", "runs": [], "more": 1}`} {
		result, err := gojsonschema.Validate(schema, gojsonschema.NewStringLoader(log))
		if err != nil || result.Valid() {
			t.Errorf("%s: %v, valid", log, err)
		}
	}
}
