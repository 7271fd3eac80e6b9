// Package schema holds docs/schema against the types that write the documents, and
// documents against docs/schema.
package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

var update = flag.Bool("update", false, "write the schemas that the types have now")

// kinds maps the kinds of documents to the types that write them.
func kinds() map[string]reflect.Type {
	return map[string]reflect.Type{
		report.Kind:               reflect.TypeFor[report.Report](),
		report.KindExplanation:    reflect.TypeFor[report.Explanation](),
		report.KindChange:         reflect.TypeFor[report.Change](),
		report.KindStrategyChange: reflect.TypeFor[report.StrategyChange](),
		report.KindDiff:           reflect.TypeFor[report.Diff](),
		report.KindWhatIf:         reflect.TypeFor[report.WhatIf](),
		report.KindWait:           reflect.TypeFor[report.Wait](),
		report.KindLintReport:     reflect.TypeFor[report.LintReport](),
		report.KindGraph:          reflect.TypeFor[report.Graph](),
		report.VersionKind:        reflect.TypeFor[report.Version](),
	}
}

func file(kind string) string { return filepath.Join("..", "..", "docs", "schema", kind+".json") }

// The schemas in docs/schema say what the types say: fields, what is optional, closed
// sets. -update writes them.
func TestTheSchemasAreThoseOfTheTypes(t *testing.T) {
	for kind, written := range kinds() {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(document(t, kind, written)); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(file(kind), text.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(file(kind))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), text.String()); diff != "" {
			t.Errorf("%s (-committed +of the types), make golden writes it:\n%s", file(kind), diff)
		}
	}
}

// A schema that takes everything would prove nothing.
func TestTheSchemaRefuses(t *testing.T) {
	schemas := load(t)
	good := goldens(t)["explain_soak.txtar/soaking.json"]
	if err := check(schemas, good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a field that is not documented": {`"summary":`, `"brief": "", "summary":`},
		"a field that is missing":        {`"next": [],`, ``},
		"a reason that is none":          {`"Soaking"`, `"Sleeping"`},
		"a verdict that is none":         {`"Blocked"`, `"Stuck"`},
		"a state that is none":           {`"Later"`, `"Soon"`},
		"an action that is none":         {`"Approve"`, `"Bless"`},
		"null for what is known":         {`"checks": [`, `"checks": null, "steps": [`},
		"another kind":                   {`"kind": "Explanation"`, `"kind": "AvailabilityReport"`},
		"another version":                {`kargo-avail/v1alpha1`, `kargo-avail/v1`},
		"a word that is no semantics":    {`"all"`, `"most"`},
		"a duration without a unit":      {`"30m0s"`, `"30"`},
		"text for a number":              {`"request": 0`, `"request": "0"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("%s: nothing was changed", name)
		}
		if err := check(schemas, bad); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
}

// load returns the committed schemas by kind.
func load(t *testing.T) map[string]*jsonschema.Resolved {
	t.Helper()
	schemas := map[string]*jsonschema.Resolved{}
	for kind := range kinds() {
		text, err := os.ReadFile(file(kind))
		if err != nil {
			t.Fatal(err)
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		if schemas[kind], err = s.Resolve(nil); err != nil {
			t.Fatal(err)
		}
	}
	return schemas
}
