package kube

import (
	"bytes"
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// NoSchemaError says why the API server does not tell which Kargo it has, though it
// answers: the schema may not be read, or does not know Kargo.
type NoSchemaError struct{ Reason string }

// Error returns the reason.
func (e *NoSchemaError) Error() string { return e.Reason }

// Releases infers which releases of Kargo the cluster may run, from the OpenAPI v3
// document of Kargo's API, which every authenticated user may read. It is kept in
// kubectl's cache on disk under its hash; a cache that cannot be written does no
// harm.
//
// With an error the releases are unknown: a *NoSchemaError, or what kept the API
// server from answering.
func (c *Client) Releases(ctx context.Context) (kargo.Releases, error) {
	document, err := c.openAPI(ctx)
	if err != nil {
		return kargo.Releases{}, err
	}
	releases, err := kargo.ReleasesOf(bytes.NewReader(document))
	if err != nil {
		return kargo.Releases{}, &NoSchemaError{err.Error()}
	}
	if releases.IsUnknown() {
		return releases, &NoSchemaError{fmt.Sprintf("the OpenAPI v3 document of %s describes no Stage and Freight", kargo.APIVersion)}
	}
	return releases, nil
}

// openAPI returns the document of Kargo's API.
func (c *Client) openAPI(ctx context.Context) ([]byte, error) {
	client, err := c.flags.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	documents, err := discovery.OpenAPIV3ToSchemaInterfaceWithContext(client).OpenAPIV3WithContext(ctx).PathsWithContext(ctx)
	if err != nil {
		return nil, schemaError(err)
	}
	document, ok := documents["apis/"+kargo.APIVersion]
	if !ok {
		return nil, &NoSchemaError{fmt.Sprintf("the API server does not serve %s (%s): is Kargo installed there?", kargo.APIVersion, c.Where())}
	}
	text, err := document.SchemaWithContext(ctx, runtime.ContentTypeJSON)
	return text, schemaError(err)
}

// schemaError sorts out the errors by which the API server says that it has no
// schema for this user; their own words say little.
func schemaError(err error) error {
	switch {
	case apierrors.IsForbidden(err):
		return &NoSchemaError{"not allowed to get the OpenAPI v3 documents (the non-resource URL /openapi/v3)"}
	case apierrors.IsNotFound(err):
		return &NoSchemaError{"the API server has no OpenAPI v3 documents"}
	default:
		return err
	}
}
