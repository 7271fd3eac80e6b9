package pipeline

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// MatchFreight returns, in their order, what a reference means among pieces of
// Freight: an exact name before an alias before a prefix of a name. It is ambiguous
// when it means several.
func MatchFreight(freight []*kargo.Freight, reference string) []*kargo.Freight {
	ways := []func(*kargo.Freight) bool{
		func(f *kargo.Freight) bool { return f.Metadata.Name == reference },
		func(f *kargo.Freight) bool { return f.Alias == reference },
		func(f *kargo.Freight) bool { return strings.HasPrefix(f.Metadata.Name, reference) },
	}
	for _, way := range ways {
		var matches []*kargo.Freight
		for _, f := range freight {
			if way(f) {
				matches = append(matches, f)
			}
		}
		if len(matches) > 0 {
			return matches
		}
	}
	return nil
}
