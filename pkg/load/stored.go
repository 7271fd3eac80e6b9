package load

import (
	"context"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Stored reads, Project by Project, the objects of Projects of a cluster as they are stored,
// in JSON: the Stages, and the Warehouses and ProjectConfigs that could be read before.
func Stored(ctx context.Context, client source.Client, projects []*avail.Evaluator) ([][]byte, error) {
	var all [][]byte
	for _, e := range projects {
		texts, err := source.Cluster{Client: client, Namespace: e.Project().Name}.Documents(ctx, ReadOf(e))
		if err != nil {
			return nil, err
		}
		all = append(all, texts...)
	}
	return all, nil
}

// ReadOf says which kinds could be read of all of the Projects.
func ReadOf(projects ...*avail.Evaluator) func(pipeline.Kind) bool {
	return func(kind pipeline.Kind) bool {
		return !slices.ContainsFunc(projects, func(e *avail.Evaluator) bool { return e.Project().Unread(kind) })
	}
}
