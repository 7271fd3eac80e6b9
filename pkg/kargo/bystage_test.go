package kargo_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// ByStage is a map that does not change.
func TestPropertyByStageIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stage := rapid.SampledFrom([]string{"", "a", "b", "b1", "c", "qa"})
		var list kargo.ByStage[int]
		model := map[string]int{}
		for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
			before, was := list, maps.Clone(model)
			name := stage.Draw(t, "stage")
			if rapid.Bool().Draw(t, "adds") {
				list = list.With(name, i)
				model[name] = i
			} else {
				other := stage.Draw(t, "other")
				list = list.Without(map[string]bool{name: true, other: true})
				delete(model, name)
				delete(model, other)
			}
			same(t, was, before)
			same(t, model, list)
		}
	})
}

// same fails unless the list has what the map has, in the order of the names.
func same(t *rapid.T, want map[string]int, got kargo.ByStage[int]) {
	t.Helper()
	var stages []string
	for stage, value := range got.All() {
		stages = append(stages, stage)
		if wanted, ok := want[stage]; !ok || value != wanted || got.At(stage) != wanted {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if !slices.Equal(stages, slices.Sorted(maps.Keys(want))) || got.Has("nowhere") {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestByStageIsReadFromAnObject(t *testing.T) {
	tests := []struct {
		name, text string
		want       map[string]int
	}{
		{"null", `null`, map[string]int{}},
		{"an empty object", `{}`, map[string]int{}},
		{"names in order", `{"a": 1, "b": 2}`, map[string]int{"a": 1, "b": 2}},
		{"names in no order", `{"qa": 3, "a": 1, "b": 2}`, map[string]int{"a": 1, "b": 2, "qa": 3}},
		{"a name that comes again, of which the last value counts", `{"b": 1, "a": 2, "b": 3}`, map[string]int{"a": 2, "b": 3}},
		{"null for a value, which still counts", `{"a": null}`, map[string]int{"a": 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := kargo.ByStage[int]{}.With("what was there before", 1)
			if err := json.Unmarshal([]byte(test.text), &got, jsontext.AllowDuplicateNames(true)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, maps.Collect(got.All())); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			for stage, value := range test.want {
				if found, ok := got.Get(stage); !ok || found != value {
					t.Errorf("Get(%q) = %d, %t", stage, found, ok)
				}
			}
		})
	}
	for _, text := range []string{`[]`, `"a"`, `{"a": "b"}`, `{"a": 1`} {
		var got kargo.ByStage[int]
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: no error, read as %v", text, got)
		}
	}
}
