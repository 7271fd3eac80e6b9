package source

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func all(pipeline.Kind) bool { return true }

func TestClusterHasDocumentsAsTheyAreStored(t *testing.T) {
	documents, err := Cluster{Client: serving(t), Namespace: "web"}.Documents(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, document := range documents {
		got = append(got, string(document))
	}
	want := []string{
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Stage","metadata":{"name":"prod","namespace":"web"}}`,
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Warehouse","metadata":{"name":"app","namespace":"web"}}`,
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"ProjectConfig","metadata":{"name":"web","namespace":"web"},"spec":{"promotionPolicies":[{"stage":"prod"}]}}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What was read before and is refused now is an error: without it there would be fewer
// findings, and nobody would know.
func TestClusterMissesNoDocuments(t *testing.T) {
	for _, resource := range []string{"stages", "warehouses", "projectconfigs"} {
		for _, refusal := range []http.HandlerFunc{forbidden(), failure(http.StatusNotFound, "NotFound", "no")} {
			s := serving(t).on(inWeb+resource, refusal)
			if documents, err := (Cluster{Client: s, Namespace: "web"}).Documents(t.Context(), all); err == nil {
				t.Errorf("without %s: %d documents", resource, len(documents))
			}
		}
	}
	s := serving(t).on(inWeb+"warehouses", forbidden()).on(inWeb+"projectconfigs", forbidden())
	documents, err := Cluster{Client: s, Namespace: "web"}.Documents(t.Context(), func(pipeline.Kind) bool { return false })
	if err != nil || len(documents) != 1 {
		t.Errorf("the Stages alone: %d documents, %v", len(documents), err)
	}
}
