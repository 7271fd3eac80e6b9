package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

const two = `kind: Warehouse
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: prod, namespace: web}
spec:
  requestedFreight:
  - origin: {kind: Warehouse, name: a}
    sources: {stages: [x, y], availabilityStrategy: All}
  - origin: {kind: Warehouse, name: b}
    availabilityStrategy: All
    sources: {stages: [x, y]}
---
apiVersion: v1
kind: List
items:
- apiVersion: kargo.akuity.io/v1alpha1
  kind: Stage
  metadata: {name: gate}
`

func ExampleStage_Set() {
	f, err := manifest.Parse("stages.yaml", []byte(two))
	if err != nil {
		panic(err)
	}
	notes, err := f.Stages[0].Set(1, kargo.All)
	fmt.Println(strings.Join(notes, "\n"), err)
	data, err := f.Bytes()
	fmt.Println(strings.Split(string(data), "\n")[9:12], err)
	// Output:
	// stages.yaml, line 11: Stage "prod", request of Warehouse/b: the availabilityStrategy "All" beside sources is removed, as Kargo knows the field only within <nil>
	// [  - origin: {kind: Warehouse, name: b}     sources: {stages: [x, y], availabilityStrategy: All} ---] <nil>
}

func TestParseFindsStages(t *testing.T) {
	f, err := manifest.Parse("stages.yaml", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	want := []*manifest.Stage{
		{Namespace: "web", Name: "prod", Line: 3, Requests: []manifest.Request{
			{Origin: kargo.Origin{Kind: "Warehouse", Name: "a"}, Strategy: "All", Line: 8},
			{Origin: kargo.Origin{Kind: "Warehouse", Name: "b"}, Misplaced: true, Line: 10},
		}},
		{Name: "gate", Line: 17, Partial: true},
	}
	opts := cmp.Options{
		cmpopts.IgnoreUnexported(manifest.Stage{}, manifest.Request{}), cmpopts.IgnoreFields(manifest.Stage{}, "Node"),
	}
	if diff := cmp.Diff(want, f.Stages, opts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var name struct{ Metadata struct{ Name string } }
	if err := f.Stages[1].Node.Decode(&name); err != nil || name.Metadata.Name != "gate" {
		t.Errorf("the node is of %q, %v", name.Metadata.Name, err)
	}
}

func TestAStrategyOfTheSpecIsNoted(t *testing.T) {
	f, err := manifest.Parse("stages.yaml", []byte("apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: prod}\nspec:\n  availabilityStrategy: All\n  requestedFreight: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`stages.yaml, line 5: Stage "prod": Kargo knows no availabilityStrategy of a Stage as a whole: it belongs into the sources of a request`}
	if diff := cmp.Diff(want, f.Stages[0].Notes); diff != "" || f.Stages[0].Partial {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheLastSetCounts(t *testing.T) {
	f, err := manifest.Parse("stages.yaml", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	for _, strategy := range []kargo.Strategy{"", kargo.OneOf, kargo.All} {
		if _, err := f.Stages[0].Set(0, strategy); err != nil {
			t.Fatal(err)
		}
	}
	data, err := f.Bytes()
	if err != nil || string(data) != two {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestSetKnowsKargosStrategies(t *testing.T) {
	f, err := manifest.Parse("stages.yaml", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Stages[0].Set(0, "Most"); err == nil {
		t.Error("Most is a strategy")
	}
	if data, err := f.Bytes(); err != nil || string(data) != two {
		t.Errorf("%v\n%s", err, data)
	}
}

// A request without braces of its own between brackets cannot be given a second field.
func TestBytesRefuseWhatWouldMeanSomethingElse(t *testing.T) {
	const stage = `{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, spec: {requestedFreight: [origin: {kind: Warehouse, name: a}]}}`
	f, err := manifest.Parse("stages.yaml", []byte(stage))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Stages[0].Set(0, kargo.All); err != nil {
		t.Fatal(err)
	}
	const want = "stages.yaml: setting the strategy would change something else, too: edit the file by hand"
	if data, err := f.Bytes(); err == nil || err.Error() != want || data != nil {
		t.Errorf("%v\n%s", err, data)
	}
}
