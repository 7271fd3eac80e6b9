package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"testing"

	kargojson "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestEngineAnswersAsKargo(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			want := normal(v.Stages)
			e := evaluator(t, v)
			got := map[string]Stage{}
			for _, s := range e.Project().Stages {
				got[s.Metadata.Name] = engine(t, e, s.Metadata.Name, want[s.Metadata.Name])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answers (-Kargo's +the engine's):\n%s", diff)
			}
		})
	}
}

// Where Kargo's check and listing differ, the engine names one cause, and none
// where they agree; the vectors have all the causes that input without a trick can
// show in these releases.
func TestEveryDifferenceOfTheVectorsHasOneCause(t *testing.T) {
	seen := map[avail.Cause]bool{}
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			e := evaluator(t, v)
			for name, want := range v.Stages {
				for _, f := range e.Project().Freight() {
					judged := e.Stage(name).Judge(f)
					for semantics, answer := range want.Answers() {
						var causes []avail.Cause
						for _, d := range judged.Divergences {
							if slices.ContainsFunc(d.In, func(s avail.Semantics) bool { return s.String() == semantics }) {
								causes = append(causes, d.Cause)
								seen[d.Cause] = true
							}
						}
						expected := 0
						if slices.Contains(answer.Available, f.Metadata.Name) != slices.Contains(answer.Listed, f.Metadata.Name) {
							expected = 1
						}
						if len(causes) != expected {
							t.Errorf("%s, %s, %s: causes %q, want %d", name, f.Metadata.Name, semantics, causes, expected)
						}
					}
				}
			}
		})
	}
	for _, cause := range []avail.Cause{
		avail.SoakedElsewhere, avail.ControlFlowSoak, avail.NotCurrentlyUpstream, avail.ForeignOriginApproval, avail.WarehouseMissing, avail.EmptyAll,
	} {
		if !seen[cause] {
			t.Errorf("no vector shows %s", cause)
		}
	}
}

// A file that is lost must not go unnoticed.
func TestNoVectorIsMissing(t *testing.T) {
	got := map[string]int{}
	for _, v := range vectors(t) {
		folder := path.Dir(v.Name)
		got[folder]++
		if folder != "recorded" && folder != v.Release {
			t.Errorf("%s has the answers of %s", v.Name, v.Release)
		}
	}
	want := map[string]int{"v1.11.2": 120, "v1.10.10": 40, "v1.5.3": 40, "recorded": 9}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("vectors by folder (-want +got):\n%s", diff)
	}
}

func vectors(t *testing.T) []Vector {
	t.Helper()
	vectors, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	return vectors
}

// engine answers what the vector has an answer for.
func engine(t *testing.T, e *avail.Evaluator, name string, want Stage) Stage {
	t.Helper()
	view := e.Stage(name)
	got := Stage{
		ControlFlow: view.IsControlFlow(),
		Configured:  answer(e, view, avail.Configured, want.Configured.Candidates != nil),
		Any:         answer(e, view, avail.Any, want.Any.Candidates != nil),
		All:         answer(e, view, avail.All, want.All.Candidates != nil),
	}
	if want.AutoPromotionEnabled != nil {
		policy, err := autopromote.SwitchOf(e.Project(), view.Stage, e.Rules())
		if err != nil {
			t.Fatal(err)
		}
		if policy.Enabled == avail.Unknown {
			t.Errorf("%s: whether auto-promotion is on is unknown", name)
		}
		enabled := policy.Enabled == avail.Yes
		got.AutoPromotionEnabled = &enabled
	}
	return got
}

func answer(e *avail.Evaluator, view *avail.Stage, semantics avail.Semantics, candidates bool) Answer {
	got := Answer{Available: []string{}, Listed: []string{}, ListError: view.ListError(semantics)}
	for _, f := range e.Project().Freight() {
		judged := view.Judge(f)
		if judged.Available[semantics] {
			got.Available = append(got.Available, f.Metadata.Name)
		}
		if judged.Listed[semantics] == avail.Yes {
			got.Listed = append(got.Listed, f.Metadata.Name)
		}
	}
	slices.Sort(got.Available)
	slices.Sort(got.Listed)
	if candidates {
		got.Candidates = map[string]string{}
		for origin, f := range autopromote.Candidates(view, semantics) {
			got.Candidates[origin.String()] = f.Metadata.Name
		}
	}
	return got
}

// normal returns the Stages with lists that are not there as empty ones.
func normal(stages map[string]Stage) map[string]Stage {
	normal := map[string]Stage{}
	for name, s := range stages {
		for _, a := range []*Answer{&s.Configured, &s.Any, &s.All} {
			a.Available = append([]string{}, a.Available...)
			a.Listed = append([]string{}, a.Listed...)
		}
		normal[name] = s
	}
	return normal
}

// evaluator judges a vector's Project by its release at its instant.
func evaluator(t *testing.T, v Vector) *avail.Evaluator {
	t.Helper()
	releases, err := kargo.ParseRelease(v.Release)
	if err != nil {
		t.Fatal(err)
	}
	rules := avail.RulesFor(releases)
	return avail.New(pipeline.New(objects(t, v), rules.ByDiscovery()), rules, v.Now)
}

// objects reads a vector's Project. It does without the product's own file source,
// so that neither can hide a mistake of the other.
func objects(t *testing.T, v Vector) pipeline.Objects {
	t.Helper()
	text, err := os.ReadFile(v.File)
	if err != nil {
		t.Fatal(err)
	}
	objects := pipeline.Objects{Project: v.Namespace}
	documents := yamlutil.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		object, err := yaml.YAMLToJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		add(t, &objects, object)
	}
}

func add(t *testing.T, objects *pipeline.Objects, text []byte) {
	t.Helper()
	var head struct {
		Kind  string            `json:"kind"`
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		t.Fatal(err)
	}
	switch head.Kind {
	case "List":
		for _, item := range head.Items {
			add(t, objects, item)
		}
	case "Stage":
		objects.Stages = append(objects.Stages, *decode[kargo.Stage](t, text))
	case "Freight":
		objects.Freight = append(objects.Freight, *decode[kargo.Freight](t, text))
	case "Promotion":
		objects.Promotions = append(objects.Promotions, *decode[kargo.Promotion](t, text))
	case "Warehouse":
		objects.Warehouses = append(objects.Warehouses, decode[kargo.Warehouse](t, text).Metadata.Name)
	case "Project":
		objects.Spec = &decode[kargo.Project](t, text).Spec
	case "ProjectConfig":
		objects.Config = &decode[kargo.ProjectConfig](t, text).Spec
	default:
		t.Fatalf("an object of kind %q", head.Kind)
	}
}

func decode[T any](t *testing.T, text []byte) *T {
	t.Helper()
	var object T
	if err := kargojson.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	return &object
}
