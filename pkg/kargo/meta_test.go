package kargo_test

import (
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Equal texts, and no others, give equal UIDs.
func TestUIDsAreToldApart(t *testing.T) {
	seen := map[kargo.UID]string{{}: ""}
	for _, text := range []string{
		"fd507977-729d-403d-87f1-a03eb807e549", "fd507977-729d-403d-87f1-a03eb807e54a", "0d507977-729d-403d-87f1-a03eb807e549",
		"fd507977-729d-403d-87f1-a03eb807e54", "fd507977x729d-403d-87f1-a03eb807e549", "fd507977-729d-403d-87f1-g03eb807e549", "1", "a",
	} {
		var m, again kargo.Metadata
		for _, into := range []*kargo.Metadata{&m, &again} {
			if err := json.Unmarshal([]byte(`{"uid":"`+text+`"}`), into); err != nil {
				t.Fatal(err)
			}
		}
		if other, exists := seen[m.UID]; exists || m.UID != again.UID {
			t.Errorf("%q has the UID of %q, or not the same twice", text, other)
		}
		seen[m.UID] = text
	}
}
