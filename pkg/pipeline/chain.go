package pipeline

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Chain returns the name of a Stage and of all that are upstream of it, each once and
// nearest first, for Freight of the origin, or of any where it is nil. Those that are not
// there are among them: stage returns nil for these.
func Chain(name string, stage func(name string) *kargo.Stage, origin *kargo.Origin) []string {
	chain := []string{name}
	for i := 0; i < len(chain); i++ {
		found := stage(chain[i])
		if found == nil {
			continue
		}
		for _, request := range found.Spec.RequestedFreight {
			if origin != nil && request.Origin != *origin {
				continue
			}
			for _, upstream := range request.Sources.Stages {
				if !slices.Contains(chain, upstream) {
					chain = append(chain, upstream)
				}
			}
		}
	}
	return chain
}
