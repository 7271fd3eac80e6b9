package edit

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// anyStage draws a Stage that some request of is meant.
func anyStage(t *rapid.T) *unstructured.Unstructured {
	var requests []any
	for i := range rapid.IntRange(1, 4).Draw(t, "requests") {
		sources := map[string]any{}
		if rapid.Bool().Draw(t, "direct") {
			sources["direct"] = true
		}
		if upstreams := rapid.IntRange(0, 3).Draw(t, "upstreams"); upstreams > 0 || i == 0 {
			names := []any{"qa"}
			for u := range upstreams {
				names = append(names, "uat-"+strconv.Itoa(u))
			}
			sources["stages"] = names
		}
		if written := rapid.SampledFrom([]string{"-", "", "OneOf", "All"}).Draw(t, "strategy"); written != "-" {
			sources[strategyField] = written
		}
		if rapid.Bool().Draw(t, "soaks") {
			sources["requiredSoakTime"] = "1h"
		}
		requests = append(requests, map[string]any{"origin": map[string]any{"kind": "Warehouse", "name": "app-" + strconv.Itoa(i)}, "sources": sources})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": kargo.APIVersion, "kind": "Stage",
		"metadata": map[string]any{"name": "prod", "namespace": "web", "annotations": map[string]any{"a": "b"}},
		"spec":     map[string]any{"requestedFreight": requests, "shard": "x"},
	}}
}

// To carry out a plan changes the strategies that it says and nothing else, and leaves
// nothing to be done.
func TestAPlanIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := &Request{Force: rapid.Bool().Draw(t, "force"), Rule: rapid.SampledFrom([]change.Rule{change.Any(), change.All(), change.Unset()}).Draw(t, "rule")}
		object := anyStage(t)
		before := object.DeepCopy()
		s, err := o.Plan(object)
		if err != nil {
			t.Fatal(err)
		}
		after := s.Applied()
		if diff := cmp.Diff(before, object); diff != "" {
			t.Fatalf("the Stage that was read has changed:\n%s", diff)
		}
		if !s.HoldsIn(after) || s.Changes() && s.HoldsIn(before) {
			t.Fatal("it cannot be told whether the change took effect")
		}
		again, err := o.Plan(after)
		if err != nil {
			t.Fatal(err)
		}
		if again.Changes() {
			t.Fatalf("something is left to be done: %s", again.Summary())
		}
		if s.Changes() == (cmp.Diff(before, after) == "") {
			t.Fatalf("%q, and the Stage has changed: %v", s.Summary(), cmp.Diff(before, after))
		}
		want, _ := o.Rule.Strategy()
		for i := range before.Object["spec"].(map[string]any)["requestedFreight"].([]any) {
			if s.Writes(i) {
				if got := strategyAt(after, i); got == nil && want != "" || got != nil && *got != want {
					t.Fatalf("request %d says %v, want %q", i, got, want)
				}
			} else if diff := cmp.Diff(strategyAt(before, i), strategyAt(after, i)); diff != "" {
				t.Fatalf("request %d is not to be written:\n%s", i, diff)
			}
			delete(sourcesAt(before, i), strategyField)
			delete(sourcesAt(after, i), strategyField)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("more than strategies has changed:\n%s", diff)
		}
	})
}
