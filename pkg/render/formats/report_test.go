package formats

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	yaml3 "go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// projects are two Projects with what makes documents hard to write: texts of
// several lines, unknown answers, and lists without entries.
func projects() (report.Header, *report.Builder) {
	now := build.At("12:00")
	rules := avail.RulesFor(kargo.Releases{})
	builder := &report.Builder{}
	for _, name := range []string{"api", "web"} {
		qa := build.Stage("qa", build.Requests("w", build.Direct()), build.Runs("f1", kargo.Verification{
			Phase: kargo.VerificationFailed, Message: "line one\n  line two\n\n- line three: \"quoted\"\n",
		}))
		objects := pipeline.Objects{
			Project: name,
			Stages:  []kargo.Stage{qa, build.Stage("prod", build.Requests("w", build.From("qa", "gone")))},
			Freight: []kargo.Freight{build.Freight("f1", "w", build.Created(build.At("10:00"))), build.Freight("f2", "w")},
			Unread:  pipeline.Kinds(0).With(pipeline.Warehouses),
		}
		builder.Projects = append(builder.Projects, avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, now))
	}
	return report.NewHeader(now, kargo.Releases{}, []string{"a warning: with a colon\nand a line"}), builder
}

// A document that is written Stage by Stage is the one that is written whole.
func TestDocumentsAreWhole(t *testing.T) {
	header, builder := projects()
	whole, err := json.Marshal(builder.Collect(header), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(whole, &want); err != nil {
		t.Fatal(err)
	}
	var asJSON, asYAML bytes.Buffer
	if err := writeJSON(&asJSON, List{Header: header, Projects: builder.Each()}); err != nil {
		t.Fatal(err)
	}
	if err := writeYAML(&asYAML, List{Header: header, Projects: builder.Each()}); err != nil {
		t.Fatal(err)
	}
	var gotJSON, gotYAML any
	if err := json.Unmarshal(asJSON.Bytes(), &gotJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(asYAML.Bytes(), &gotYAML); err != nil {
		t.Fatalf("%v\n%s", err, &asYAML)
	}
	if diff := cmp.Diff(want, gotJSON); diff != "" {
		t.Errorf("JSON (-whole +streamed):\n%s", diff)
	}
	if diff := cmp.Diff(numbers(want), numbers(gotYAML)); diff != "" {
		t.Errorf("YAML (-whole +streamed):\n%s", diff)
	}
}

// numbers makes all numbers one type: JSON and YAML have different ones.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case int64, float64:
		return fmt.Sprint(v)
	}
	return v
}

// What a program reads back is what was reported.
func TestAReportSurvivesItsJSON(t *testing.T) {
	header, builder := projects()
	want := builder.Collect(header)
	var text bytes.Buffer
	if err := writeJSON(&text, List{Header: header, Projects: builder.Each()}); err != nil {
		t.Fatal(err)
	}
	var got report.Report
	if err := json.Unmarshal(text.Bytes(), &got, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("(-reported +read back):\n%s", diff)
	}
	var again bytes.Buffer
	if err := writeJSON(&again, List{Header: header, Projects: builder.Each()}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), again.Bytes()) {
		t.Error("the same report is not the same bytes")
	}
}

// An empty report is still a document.
func TestDocumentsOfNothing(t *testing.T) {
	header := report.NewHeader(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), kargo.Releases{}, nil)
	var text bytes.Buffer
	if err := writeYAML(&text, List{Header: header, Projects: (&report.Builder{}).Each()}); err != nil {
		t.Fatal(err)
	}
	want := "apiVersion: kargo-avail/v1alpha1\nkind: AvailabilityReport\nat: \"2024-01-02T03:04:05Z\"\nkargoVersion: unknown\nwarnings: []\nprojects: []\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("YAML (-want +got):\n%s", diff)
	}
}

// Whatever text comes from a cluster, YAML says it, and a terminal only prints it.
func TestMarshalYAMLSaysEveryText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.SampledFrom([]rune{0, 7, 0x1b, '\n', '\r', '\t', 0x7f, 0x85, 0x9b, 0xa0, 0xad, 0x200b, 0x2028, 0x202e, 0xfeff, 0xfffe, 0xe0041, '-', ':', '#', '"', '\'', ' ', 'a', '✔', '🚀'})
		want := rapid.MapOf(rapid.String(), rapid.OneOf(rapid.String(), rapid.StringOf(odd))).Draw(t, "value")
		text, err := MarshalYAML(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range string(text) {
			if needsEscape(r) {
				t.Fatalf("%q holds %U", text, r)
			}
		}
		var got map[string]string
		if err := yaml3.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	})
}
