package source

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// get reads one object, nil when it does not exist.
func get[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata, name string) (*T, error) {
	object := new(T)
	err := c.readObject(ctx, func() *rest.Request { return c.request(r).Name(name) }, r.named(name), object, meta(object))
	switch {
	case isMissing(err):
		return nil, nil
	case apierrors.IsNotFound(err):
		return nil, c.notServed(r)
	case err != nil:
		return nil, fmt.Errorf("reading %s %q: %w", strings.TrimSuffix(r.plural, "s"), name, err)
	default:
		return object, nil
	}
}

// project reads the Project that the namespace is named after; empty when there is none.
func (c Cluster) project(ctx context.Context) (map[string][]kargo.Project, error) {
	project, err := get(ctx, c, projects(), projectMeta, c.Namespace)
	if err != nil || project == nil {
		return nil, err
	}
	return map[string][]kargo.Project{c.Namespace: {*project}}, nil
}
