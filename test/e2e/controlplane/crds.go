package controlplane

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
)

// InstallCRDs creates the CustomResourceDefinitions in the YAML files of dir
// and returns when their kinds are served: in discovery, and in the OpenAPI
// document of their group version, which follows later.
func (cp *ControlPlane) InstallCRDs(ctx context.Context, dir string) error {
	crds, err := readDir(dir)
	if err != nil {
		return err
	}
	objects, err := dynamic.NewForConfig(cp.Config())
	if err != nil {
		return fmt.Errorf("install the CRDs in %q: %w", dir, err)
	}
	definitions := objects.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions",
	})
	for _, crd := range crds {
		if _, err := definitions.Create(ctx, crd, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("install the CRD %q: %w", crd.GetName(), err)
		}
	}

	client, err := discovery.NewDiscoveryClientForConfig(cp.Config())
	if err != nil {
		return fmt.Errorf("install the CRDs in %q: %w", dir, err)
	}
	for _, crd := range crds {
		for _, kind := range servedKinds(crd) {
			if err := untilServed(ctx, client, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// servedKinds are the kinds of a CRD, one for each version that it serves.
func servedKinds(crd *unstructured.Unstructured) []schema.GroupVersionKind {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	versions, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions")
	var kinds []schema.GroupVersionKind
	for _, v := range versions {
		version, _ := v.(map[string]any)
		if served, _, _ := unstructured.NestedBool(version, "served"); served {
			name, _, _ := unstructured.NestedString(version, "name")
			kinds = append(kinds, schema.GroupVersionKind{Group: group, Version: name, Kind: kind})
		}
	}
	return kinds
}

func untilServed(ctx context.Context, client *discovery.DiscoveryClient, kind schema.GroupVersionKind) error {
	missing := errors.New("nothing asked yet")
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startLimit, true, func(ctx context.Context) (bool, error) {
		missing = errors.Join(inDiscovery(ctx, client, kind), inOpenAPI(ctx, client, kind))
		return missing == nil, nil
	})
	if err != nil {
		return fmt.Errorf("wait until %s is served: %w", kind, errors.Join(err, missing))
	}
	return nil
}

func inDiscovery(ctx context.Context, client *discovery.DiscoveryClient, kind schema.GroupVersionKind) error {
	list, err := client.ServerResourcesForGroupVersionWithContext(ctx, kind.GroupVersion().String())
	if apierrors.IsNotFound(err) {
		return errors.New("not in discovery")
	}
	if err != nil {
		return err
	}
	for _, resource := range list.APIResources {
		if resource.Kind == kind.Kind {
			return nil
		}
	}
	return errors.New("not in discovery")
}

// inOpenAPI looks for the kind in the document that clients learn schemas from, on
// the way that they take: by the index, which is the last to learn of a change.
func inOpenAPI(ctx context.Context, client *discovery.DiscoveryClient, kind schema.GroupVersionKind) error {
	var index struct {
		Paths map[string]struct{ ServerRelativeURL string }
	}
	if err := getJSON(ctx, client, "/openapi/v3", &index); err != nil {
		return err
	}
	path, ok := index.Paths["apis/"+kind.GroupVersion().String()]
	if !ok {
		return errors.New("not in the index of OpenAPI")
	}
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Kinds []schema.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := getJSON(ctx, client, path.ServerRelativeURL, &document); err != nil {
		return err
	}
	for _, found := range document.Components.Schemas {
		if slices.Contains(found.Kinds, kind) {
			return nil
		}
	}
	return errors.New("not in OpenAPI")
}

func getJSON(ctx context.Context, client *discovery.DiscoveryClient, uri string, into any) error {
	content, err := client.RESTClient().Get().RequestURI(uri).SetHeader("Accept", "application/json").Do(ctx).Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
