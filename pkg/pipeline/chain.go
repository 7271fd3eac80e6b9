package pipeline

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Chain returns the name of a Stage and of all that are upstream of it, each once and
// nearest first, for Freight of the origin, or of any where it is nil. Upstreams that do
// not exist are among them: stage returns nil for these.
func Chain(name string, stage func(name string) *kargo.Stage, origin *kargo.Origin) []string {
	chain, met := []string{name}, map[string]bool{name: true}
	for i := 0; i < len(chain); i++ {
		at := stage(chain[i])
		if at == nil {
			continue
		}
		for _, request := range at.Spec.RequestedFreight {
			if origin != nil && request.Origin != *origin {
				continue
			}
			for _, upstream := range request.Sources.Stages {
				if !met[upstream] {
					met[upstream] = true
					chain = append(chain, upstream)
				}
			}
		}
	}
	return chain
}
