package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// refusal is a kind that could not be read; resource is nil when it was read.
type refusal struct {
	// kind is the kind that is unknown because of it, 0 when something is known.
	kind     pipeline.Kind
	verb     string
	resource *resource
	// unknown says what is unknown because of it; "" takes it from the kind.
	unknown string
	// contradiction says that the API server serves the resource and answered 404; else
	// the user may not read it.
	contradiction bool
	// missing says that the API server does not serve the resource.
	missing bool
}

// refusedOr notes a refusal and swallows its error. It describes other errors.
func (c Cluster) refusedOr(err error, into *refusal, r refusal) error {
	switch {
	case apierrors.IsForbidden(err):
		*into = r
		return nil
	case apierrors.IsNotFound(err):
		return c.notServed(r.resource)
	default:
		return err
	}
}

// refused says what is unknown because of a refusal, and why.
func (c Cluster) refused(r refusal) string {
	unknown := cmp.Or(r.unknown, unknownWithout(r.kind))
	if r.missing {
		return fmt.Sprintf("the API server has no %s.%s: %s", r.resource.plural, kargo.Group, unknown)
	}
	if r.contradiction {
		return fmt.Sprintf("the API server serves %s.%s and answers 404 to a list of them: %s", r.resource.plural, kargo.Group, unknown)
	}
	return fmt.Sprintf("not allowed to %s %s: %s; needed is %s", r.verb, c.describe(r.resource), unknown, rule(r.verb, r.resource))
}

// rule is the RBAC rule that allows a verb on a resource.
func rule(verb string, r *resource) string {
	return fmt.Sprintf("an RBAC rule with apiGroups: [%s], resources: [%s], verbs: [%s]", kargo.Group, r.plural, verb)
}

// stagesError describes why the Stages cannot be read.
func (c Cluster) stagesError(ctx context.Context, err error) error {
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err) && !c.serves(ctx, stages()):
		return c.notServed(stages())
	case apierrors.IsForbidden(err) && c.Namespace == "":
		return fmt.Errorf("%w; ask for one Project with -n or -p; for all of them, needed is %s", err, rule("list", stages()))
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%w; needed is %s", err, rule("list", stages()))
	default:
		return err
	}
}

// serves reports whether the API server has a resource, which a 403 does not tell. If
// that cannot be found out, it is assumed.
func (c Cluster) serves(ctx context.Context, r *resource) bool {
	raw, err := readAll(ctx, c.Client.REST().Get().AbsPath("/apis/"+kargo.APIVersion))
	if err != nil {
		return !apierrors.IsNotFound(err)
	}
	var found metav1.APIResourceList
	err = json.Unmarshal(raw, &found)
	if err != nil || found.Kind != "APIResourceList" || found.GroupVersion != kargo.APIVersion || len(found.APIResources) == 0 {
		return true
	}
	return slices.ContainsFunc(found.APIResources, func(a metav1.APIResource) bool { return a.Name == r.plural })
}

// notServed replaces the API server's error, which says no more than 404.
func (c Cluster) notServed(r *resource) error {
	return fmt.Errorf("the API server has no %s of %s (%s): is Kargo installed there?", r.plural, kargo.APIVersion, c.Client.Where())
}

// withoutStages tells an empty namespace from one that does not exist. For a user who may
// not get namespaces it is empty.
func (c Cluster) withoutStages(ctx context.Context) (*Snapshot, error) {
	if c.Namespace == "" {
		return &Snapshot{}, nil
	}
	_, err := readAll(ctx, c.Client.REST().Get().AbsPath("/api/v1").Resource("namespaces").Name(c.Namespace))
	if err != nil && !apierrors.IsForbidden(err) {
		return nil, err
	}
	return &Snapshot{}, nil
}
