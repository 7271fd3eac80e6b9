package schema

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/test/conformance"
)

// check holds a document against the schema of its kind.
func check(schemas map[string]*jsonschema.Resolved, text string) error {
	var document map[string]any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return err
	}
	kind, _ := document["kind"].(string)
	if schemas[kind] == nil {
		return fmt.Errorf("no schema of kind %q", kind)
	}
	return schemas[kind].Validate(document)
}

// goldens returns the documents in the scripts, by script and file.
func goldens(t *testing.T) map[string]string {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join("..", "scripts", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]string{}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(text).Files {
			if strings.HasPrefix(string(f.Data), "{") && strings.Contains(string(f.Data), report.APIVersion) {
				documents[filepath.Base(script)+"/"+f.Name] = string(f.Data)
			}
		}
	}
	return documents
}

// Every JSON document in the scripts follows its schema.
func TestTheScriptsFollowTheSchemas(t *testing.T) {
	schemas, documents := load(t), goldens(t)
	if len(documents) < 30 {
		t.Fatalf("only %d documents were found", len(documents))
	}
	for name, text := range documents {
		if err := check(schemas, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A Change follows its schema, with a verdict before and after and without.
func TestChangesFollowTheSchema(t *testing.T) {
	schemas := load(t)
	verdict := func(v avail.Verdict) *string { return new(string(v)) }
	freight := &report.Freight{
		Name: "f1", Artifacts: []string{}, Verdict: string(avail.VerdictVerified), Divergence: []report.Divergence{}, Blockers: []report.Blocker{},
	}
	for _, change := range []report.Change{
		{From: verdict(avail.VerdictBlocked), To: verdict(avail.VerdictVerified), Flipped: []string{"configured", "any"}, Object: freight},
		{To: verdict(avail.VerdictVerified), Flipped: []string{}, Object: freight},
		{From: verdict(avail.VerdictBlocked), Flipped: []string{}},
	} {
		change.APIVersion, change.Kind = report.APIVersion, report.KindChange
		text, err := formats.MarshalJSON(change)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(schemas, string(text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

// So does a StrategyChange with what became of it.
func TestResultsFollowTheSchema(t *testing.T) {
	document := report.StrategyChange{
		Header: report.Header{APIVersion: report.APIVersion, Kind: report.KindStrategyChange, Warnings: []string{}}, Requests: []report.ChangedRequest{},
		DryRun: "server", Results: []report.ChangeResult{
			{Stage: "prod", Result: report.Changed, Object: jsontext.Value(`{"kind":"Stage"}`)},
			{Stage: "gone", Result: report.Failed, Object: jsontext.Value("null")},
		},
	}
	text, err := formats.MarshalJSON(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(load(t), string(text)); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// So does what the command prints about Projects that were generated for another
// purpose: each Stage of a sample of them.
func TestTheCommandFollowsTheSchemas(t *testing.T) {
	vectors, err := conformance.Load(filepath.Join("..", "conformance"))
	if err != nil {
		t.Fatal(err)
	}
	schemas, explained := load(t), 0
	follows := func(args ...string) {
		streams, _, out, errOut := genericiooptions.NewTestIOStreams()
		env := cli.Env{IOStreams: streams, Now: time.Now, Getenv: func(string) (string, bool) { return "", false }}
		if code := cmd.Run(t.Context(), env, append(args, "-o", "json")); code != cli.ExitDone {
			t.Errorf("%s exits with %d: %s", strings.Join(args, " "), code, errOut)
		} else if err := check(schemas, out.String()); err != nil {
			t.Errorf("%s: %v", strings.Join(args, " "), err)
		}
	}
	follows("version", "--client")
	for i := 0; i < len(vectors); i += 4 {
		v := &vectors[i]
		from := []string{"-f", v.File, "--at", v.Now.Format(time.RFC3339Nano), "--kargo-version", v.Release}
		follows(slices.Concat([]string{"list", "--all-stages"}, from)...)
		for stage := range v.Stages {
			follows(slices.Concat([]string{"explain", stage}, from)...)
			explained++
		}
	}
	if explained < 100 {
		t.Errorf("only %d Stages were explained", explained)
	}
}
