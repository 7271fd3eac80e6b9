package faults

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// freight is the name of the Freight of testdata/project.yaml that prod waits for.
const freight = "2222222222222222222222222222222222222222"

// Project is the Project of testdata/project.yaml in an API server. Runs change it, and
// Reset undoes what they change.
type Project struct {
	Name   string
	client dynamic.Interface
}

// NewProject returns the Project of this name, which is in the API server already.
func NewProject(config *rest.Config, name string) (*Project, error) {
	client, err := dynamic.NewForConfig(config)
	return &Project{Name: name, client: client}, err
}

func (p *Project) resource(name string) dynamic.ResourceInterface {
	return p.client.Resource(schema.GroupVersionResource{Group: group, Version: "v1alpha1", Resource: name}).Namespace(p.Name)
}

// Reset makes the Project what it was.
func (p *Project) Reset(ctx context.Context) error {
	strategy := []any{map[string]any{"op": "add", "path": "/spec/requestedFreight/0/sources/availabilityStrategy", "value": "All"}}
	if err := p.patch(ctx, "stages", "prod", types.JSONPatchType, strategy); err != nil {
		return err
	}
	return p.verified(ctx, nil)
}

// Verify has the Freight verified in the upstream of prod that lacks it.
func (p *Project) Verify(ctx context.Context) error {
	return p.verified(ctx, map[string]any{"verifiedAt": "2026-01-03T00:00:00Z"})
}

// verified writes the Freight's verification in uat, nil for none.
func (p *Project) verified(ctx context.Context, uat map[string]any) error {
	verifiedIn := map[string]any{"uat": nil}
	if uat != nil {
		verifiedIn["uat"] = uat
	}
	return p.patch(ctx, "freights", freight, types.MergePatchType, map[string]any{"status": map[string]any{"verifiedIn": verifiedIn}}, "status")
}

func (p *Project) patch(ctx context.Context, resource, name string, kind types.PatchType, patch any, subresource ...string) error {
	text, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	if _, err := p.resource(resource).Patch(ctx, name, kind, text, metav1.PatchOptions{}, subresource...); err != nil {
		return fmt.Errorf("patch %s %q of Project %q: %w", resource, name, p.Name, err)
	}
	return nil
}

// Strategy returns the availabilityStrategy of prod.
func (p *Project) Strategy(ctx context.Context) (string, error) {
	stage, err := p.resource("stages").Get(ctx, "prod", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	requests, _, err := unstructured.NestedSlice(stage.Object, "spec", "requestedFreight")
	if err != nil || len(requests) != 1 {
		return "", fmt.Errorf("the requests of prod are broken: %v, %w", requests, err)
	}
	request, _ := requests[0].(map[string]any)
	strategy, _, err := unstructured.NestedString(request, "sources", "availabilityStrategy")
	return strategy, err
}
