package controlplane

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"
)

// Loaded says what became of the objects of a Load.
type Loaded struct {
	// Given are the objects as the files have them and Stored, one for each,
	// what the API server answered last, with what its schemas prune pruned.
	Given, Stored []*unstructured.Unstructured
	// Skipped counts the objects of kinds that are not served, as when the
	// CRDs are of a Kargo that does not know them.
	Skipped map[schema.GroupVersionKind]int
}

// Load writes the objects of YAML files, status included. An object that exists
// is overwritten, so that a second file can bring the first up to date. Their
// namespaces are created, and labelled as Kargo labels those of Projects.
//
// What ties an object to the cluster that it was saved from is left out: uid,
// resourceVersion, generation, managedFields, ownerReferences, finalizers. The
// server sets creationTimestamp itself; no client can keep it.
func (cp *ControlPlane) Load(ctx context.Context, files ...string) (Loaded, error) {
	objects, err := readFiles(files)
	if err != nil {
		return Loaded{}, err
	}
	l, err := cp.newLoader(ctx)
	if err != nil {
		return Loaded{}, fmt.Errorf("load objects: %w", err)
	}
	loaded := Loaded{Skipped: map[schema.GroupVersionKind]int{}}
	for _, object := range objects {
		kind := object.GroupVersionKind()
		stored, err := l.load(ctx, object)
		switch {
		case meta.IsNoMatchError(err):
			loaded.Skipped[kind]++
		case err != nil:
			return loaded, fmt.Errorf("load %s %q: %w", kind.Kind, object.GetName(), err)
		default:
			loaded.Given = append(loaded.Given, object)
			loaded.Stored = append(loaded.Stored, stored)
		}
	}
	return loaded, nil
}

// loader holds the clients of one Load and what the server serves at its time.
type loader struct {
	typed  kubernetes.Interface
	client dynamic.Interface
	mapper meta.RESTMapper
	// served are the names of all resources, subresources among them.
	served     map[schema.GroupVersionResource]bool
	namespaces map[string]bool
}

func (cp *ControlPlane) newLoader(ctx context.Context) (*loader, error) {
	typed, err := kubernetes.NewForConfig(cp.Config())
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(cp.Config())
	if err != nil {
		return nil, err
	}
	groups, err := restmapper.GetAPIGroupResourcesWithContext(ctx, discovery.ToDiscoveryInterfaceWithContext(typed.Discovery()))
	if err != nil {
		return nil, err
	}
	return &loader{
		typed:      typed,
		client:     client,
		mapper:     restmapper.NewDiscoveryRESTMapper(groups),
		served:     servedResources(groups),
		namespaces: map[string]bool{},
	}, nil
}

func servedResources(groups []*restmapper.APIGroupResources) map[schema.GroupVersionResource]bool {
	served := map[schema.GroupVersionResource]bool{}
	for _, group := range groups {
		for version, resources := range group.VersionedResources {
			for _, resource := range resources {
				served[schema.GroupVersionResource{Group: group.Group.Name, Version: version, Resource: resource.Name}] = true
			}
		}
	}
	return served
}

// load writes one object and returns what the server made of it.
func (l *loader) load(ctx context.Context, given *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if given.GetDeletionTimestamp() != nil {
		return nil, errors.New("it is being deleted, which no client can write; create it with a finalizer and delete it")
	}
	kind := given.GroupVersionKind()
	mapping, err := l.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	resources, err := l.resources(ctx, mapping, given.GetNamespace())
	if err != nil {
		return nil, err
	}

	object := detached(given)
	stored, err := put(ctx, resources, object)
	if err != nil {
		return nil, err
	}
	status := mapping.Resource
	status.Resource += "/status"
	if object.Object["status"] == nil || !l.served[status] {
		return stored, nil
	}
	stored.Object["status"] = object.Object["status"]
	return resources.UpdateStatus(ctx, stored, metav1.UpdateOptions{})
}

// resources is the client for the objects of a kind, after seeing to it that
// their namespace exists.
func (l *loader) resources(ctx context.Context, mapping *meta.RESTMapping, namespace string) (dynamic.ResourceInterface, error) {
	resources := l.client.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return resources, nil
	}
	if namespace == "" {
		return nil, errors.New("it has no namespace; write one into the file")
	}
	if !l.namespaces[namespace] {
		if err := ensureNamespace(ctx, l.typed, namespace); err != nil {
			return nil, err
		}
		l.namespaces[namespace] = true
	}
	return resources.Namespace(namespace), nil
}

// put creates object, or overwrites the one of that name.
func put(ctx context.Context, resources dynamic.ResourceInterface, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	stored, err := resources.Create(ctx, object, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return stored, err
	}
	stored, err = resources.Get(ctx, object.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	object = object.DeepCopy()
	object.SetResourceVersion(stored.GetResourceVersion())
	return resources.Update(ctx, object, metav1.UpdateOptions{})
}

// detached is a copy of object without what ties it to its cluster.
func detached(object *unstructured.Unstructured) *unstructured.Unstructured {
	object = object.DeepCopy()
	for _, field := range []string{
		"uid", "resourceVersion", "generation", "creationTimestamp",
		"managedFields", "ownerReferences", "finalizers", "selfLink",
	} {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}
	return object
}

// AddProject creates the namespace of a Project, unless it exists.
func (cp *ControlPlane) AddProject(ctx context.Context, name string) error {
	clients, err := kubernetes.NewForConfig(cp.Config())
	if err != nil {
		return fmt.Errorf("create the namespace %q: %w", name, err)
	}
	return ensureNamespace(ctx, clients, name)
}

// ensureNamespace creates a namespace, as that of a Project, unless it exists.
func ensureNamespace(ctx context.Context, clients kubernetes.Interface, name string) error {
	_, err := clients.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name:   name,
		Labels: map[string]string{"kargo.akuity.io/project": "true"},
	}}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the namespace %q: %w", name, err)
	}
	return nil
}
