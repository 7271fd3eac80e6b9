package source

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// StageNames lists the names of the Stages. It reads only their metadata.
func (c Cluster) StageNames(ctx context.Context) ([]string, error) {
	return names(ctx, c, stages().metadata(), stageMeta)
}

// WarehouseNames lists the names of the Warehouses.
func (c Cluster) WarehouseNames(ctx context.Context) ([]string, error) {
	return names(ctx, c, warehouses(), warehouseMeta)
}

// FreightNames lists the Freight, newest first. It reads only the metadata: an alias is
// known if a label mirrors it.
func (c Cluster) FreightNames(ctx context.Context) ([]kargo.Freight, error) {
	listed, err := list(ctx, c, freights().metadata(), freightMeta)
	var all []kargo.Freight
	for _, freight := range listed {
		all = append(all, freight...)
	}
	slices.SortFunc(all, func(a, b kargo.Freight) int {
		return cmp.Or(b.Metadata.CreationTimestamp.Compare(a.Metadata.CreationTimestamp), cmp.Compare(b.Metadata.Name, a.Metadata.Name))
	})
	return all, err
}

// ProjectNames lists the Projects of the cluster: the Project objects and the namespaces
// that are labeled as one. A user who may list only one of both gets these.
func (c Cluster) ProjectNames(ctx context.Context) ([]string, error) {
	var known, marked []string
	var knownErr, markedErr error
	var group errgroup.Group // without a context: if one fails, the other may still succeed
	group.Go(func() error {
		known, knownErr = names(ctx, c, projects().metadata(), projectMeta)
		return nil
	})
	group.Go(func() error {
		marked, markedErr = c.namespaces(ctx)
		return nil
	})
	_ = group.Wait() // neither returns one
	if knownErr != nil && markedErr != nil {
		return nil, knownErr
	}
	return slices.Compact(slices.Sorted(slices.Values(append(known, marked...)))), nil
}

// namespaces lists the namespaces that are labeled as Projects.
func (c Cluster) namespaces(ctx context.Context) ([]string, error) {
	r := resource{apiVersion: "v1", plural: "namespaces", kind: "Namespace", clusterScoped: true}.metadata()
	request := c.Client.REST().Get().AbsPath("/api/v1").Resource(r.plural).
		SetHeader("Accept", r.accept()).Param("labelSelector", kargo.ProjectLabel+"=true")
	var found []string
	_, err := readList(ctx, request, r, func(p kargo.Project) error {
		found = append(found, p.Metadata.Name)
		return c.mustHave(r, &p.Metadata)
	})
	return found, err
}

// ProjectsWith lists the Projects that have a Stage of this name, in order. Namespace has
// to be "".
func (c Cluster) ProjectsWith(ctx context.Context, stage string) ([]string, error) {
	if !canBeName(stage) {
		return nil, nil
	}
	listed, err := list(ctx, c, stages().metadata().named(stage), stageMeta)
	return slices.Sorted(maps.Keys(listed)), err
}

// names lists the names of a resource's objects, sorted and without duplicates.
func names[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata) ([]string, error) {
	listed, err := list(ctx, c, r, meta)
	var found []string
	for _, objects := range listed {
		for i := range objects {
			found = append(found, meta(&objects[i]).Name)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(found))), err
}
