package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
)

// The bare client follows the continue token wherever the server writes it.
func TestFloorReadsAllPages(t *testing.T) {
	const list = "/apis/kargo.akuity.io/v1alpha1/namespaces/p/freights"
	filler := strings.Repeat("x", 100_000)
	for name, page := range map[string]string{
		"at the end":   `{"items":["%[2]s"],"metadata":{"continue":"%[1]s"}}`,
		"at the start": `{"metadata":{"continue":"%[1]s"},"items":["%[2]s"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, r.URL.RequestURI()+" "+r.Header.Get("Accept"))
				next := map[string]string{"": "b", "b": "c", "c": ""}[r.URL.Query().Get("continue")]
				_, _ = fmt.Fprintf(w, page, next, filler)
			}))
			defer server.Close()
			f := newFloor(&rest.Config{Host: server.URL}, []read{{path: list + "?labelSelector=a", accept: "application/json"}})
			f.limit = 7
			if _, err := f.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := []string{"?labelSelector=a&limit=7", "?continue=b&labelSelector=a&limit=7", "?continue=c&labelSelector=a&limit=7"}
			for i := range want {
				want[i] = list + want[i] + " application/json"
			}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}
