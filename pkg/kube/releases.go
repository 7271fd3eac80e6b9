package kube

import (
	"bytes"
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Releases infers which releases of Kargo the cluster may run, from the OpenAPI v3
// document of Kargo's API, which every authenticated user may read. It is kept in
// kubectl's cache on disk under its hash; a cache that cannot be written does no
// harm.
//
// When the document cannot be read, or tells nothing, the releases are unknown and
// the error says why; that is no reason to fail.
func (c *Client) Releases(ctx context.Context) (kargo.Releases, error) {
	document, err := c.openAPI(ctx)
	if err != nil {
		return kargo.Releases{}, fmt.Errorf("reading the OpenAPI v3 document of %s: %w", kargo.APIVersion, err)
	}
	releases, err := kargo.ReleasesOf(bytes.NewReader(document))
	if err == nil && releases.IsUnknown() {
		err = fmt.Errorf("the OpenAPI v3 document of %s describes no Stage and Freight", kargo.APIVersion)
	}
	return releases, err
}

func (c *Client) openAPI(ctx context.Context) ([]byte, error) {
	client, err := c.flags.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	documents, err := discovery.OpenAPIV3ToSchemaInterfaceWithContext(client).OpenAPIV3WithContext(ctx).PathsWithContext(ctx)
	if err != nil {
		return nil, err
	}
	document, ok := documents["apis/"+kargo.APIVersion]
	if !ok {
		return nil, fmt.Errorf("the API server has none (%s)", c.Where())
	}
	return document.SchemaWithContext(ctx, runtime.ContentTypeJSON)
}
