package source

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Warehouses and policies are few, and not counted.
func TestProgressCountsWhatThereMayBeManyOf(t *testing.T) {
	s := serving(t).on(inWeb+"promotions", page("", `{"metadata":{"name":"p1","namespace":"web"}}`, `{"metadata":{"name":"p2","namespace":"web"}}`))
	c := Cluster{Client: s, Namespace: "web", Progress: &Progress{}}
	if _, err := c.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.Progress.Objects(); got != 4 {
		t.Errorf("%d objects are counted, want 4", got)
	}
}

// The count grows while a list is read, and what comes twice is counted once.
func TestProgressFollowsAList(t *testing.T) {
	progress := &Progress{}
	var halfway int64
	freight := func(name string) string { return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web"}}`, name) }
	s := newServer(t).on(inWeb+"freights",
		cut(`{"items":[`+freight("f1")+`,`+freight("f2")+`,`+freight("f3")+`,`),
		page("next", freight("f1"), freight("f2")),
		func(w http.ResponseWriter, r *http.Request) {
			halfway = progress.Objects()
			page("", freight("f3"))(w, r)
		})
	if _, err := list(t.Context(), Cluster{Client: s, Namespace: "web", Progress: progress}, freights(), freightMeta); err != nil {
		t.Fatal(err)
	}
	if halfway != 2 || progress.Objects() != 3 {
		t.Errorf("%d objects are counted after two, and %d after three", halfway, progress.Objects())
	}
}

// remaining answers with one object and says how many others there are.
func remaining(others string) http.HandlerFunc {
	return body(http.StatusOK, listJSON("freights", `{"continue":"next"`+others+`}`, `{"metadata":{"name":"x"}}`))
}

func TestClusterCounts(t *testing.T) {
	for _, test := range []struct {
		name    string
		freight http.HandlerFunc
		want    int64 // 0 is an error
	}{
		{"what remains, beside the first", remaining(`,"remainingItemCount":119999`), 120002},
		{"a list that is at its end", page("", `{"metadata":{"name":"f1"}}`), 3},
		{"an empty list", page(""), 2},
		{"none of what may not be listed", forbidden(), 2},
		{"none of what is not served", http.NotFound, 2},
		{"nothing when the server does not say how many remain", remaining(""), 0},
		{"nothing when the server fails", failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "broken"), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var whole atomic.Bool
			s := serving(t).on(inWeb+"freights", func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadataList") {
					whole.Store(true)
				}
				test.freight(w, r)
			})
			got, err := Cluster{Client: s, Namespace: "web"}.Count(t.Context())
			if got != test.want || (err != nil) != (test.want == 0) {
				t.Errorf("Count() = %d, %v; want %d", got, err, test.want)
			}
			if whole.Load() {
				t.Error("more than metadata is asked for")
			}
			if test.want > 0 {
				wantLines(t, "requests", s.asked(), inWeb+"freights?limit=1", inWeb+"promotions?limit=1", inWeb+"stages?limit=1")
			}
		})
	}
}
