package kube

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// NoSchemaError says why the releases of Kargo are unknown although the API server
// answers: the user may not read the schema, or it does not describe Kargo.
type NoSchemaError struct{ Reason string }

// Error returns the reason.
func (e *NoSchemaError) Error() string { return e.Reason }

// Releases infers which releases of Kargo the cluster may run, from the OpenAPI v3
// document of Kargo's API, which every authenticated user may read. The document is kept
// in kubectl's cache on disk by its hash, if that can be written. One that does not match
// its hash, or does not describe Kargo, is fetched again: it may have been damaged on its
// way into the cache.
//
// After an error the releases are unknown: a *NoSchemaError, or why the API server did not
// answer.
func (c *Client) Releases(ctx context.Context) (kargo.Releases, error) {
	client, address, err := c.schemaAddress(ctx)
	if err != nil {
		return kargo.Releases{}, err
	}
	cached, err := fetch(ctx, client, address, "")
	if err == nil && matches(address, cached) {
		if releases, err := releasesOf(cached); err == nil {
			return releases, nil
		}
	}
	if err != nil {
		return kargo.Releases{}, schemaError(err)
	}
	fresh, err := fetch(ctx, client, address, "no-cache")
	switch {
	case err != nil:
		return kargo.Releases{}, schemaError(err)
	case !matches(address, fresh) && !bytes.Equal(cached, fresh): // the hash may be of something else, and is then not needed
		return kargo.Releases{}, &NoSchemaError{fmt.Sprintf("the OpenAPI v3 document of %s does not match its hash", kargo.APIVersion)}
	default:
		return releasesOf(fresh)
	}
}

// releasesOf reads the releases from the document.
func releasesOf(document []byte) (kargo.Releases, error) {
	releases, err := kargo.ReleasesOf(bytes.NewReader(document))
	if err != nil {
		return kargo.Releases{}, &NoSchemaError{err.Error()}
	}
	if releases.IsUnknown() {
		return releases, &NoSchemaError{fmt.Sprintf("the OpenAPI v3 document of %s describes no Stage and Freight", kargo.APIVersion)}
	}
	return releases, nil
}

// schemaAddress returns the address of the document of Kargo's API, with its hash, and the
// client to fetch it with, which has the cache. An index without the document is fetched
// again: it may have been damaged on its way into the cache.
func (c *Client) schemaAddress(ctx context.Context) (rest.Interface, *url.URL, error) {
	discovery, err := c.flags.ToDiscoveryClient()
	if err != nil {
		return nil, nil, err
	}
	client := discovery.RESTClient()
	for _, control := range []string{"", "no-cache"} {
		var text []byte
		text, err = fetch(ctx, client, &url.URL{Path: "/openapi/v3"}, control)
		if err != nil {
			return nil, nil, schemaError(err)
		}
		var index struct {
			Paths map[string]struct {
				Address string `json:"serverRelativeURL"`
			} `json:"paths"`
		}
		err = json.Unmarshal(text, &index)
		if address := index.Paths["apis/"+kargo.APIVersion].Address; err == nil && address != "" {
			at, err := url.Parse(address)
			return client, at, err
		}
	}
	if err != nil {
		return nil, nil, &NoSchemaError{fmt.Sprintf("the index of the OpenAPI v3 documents is not whole: %v", err)}
	}
	return nil, nil, &NoSchemaError{fmt.Sprintf("the API server does not serve %s (%s): is Kargo installed there?", kargo.APIVersion, c.Where())}
}

// fetch fetches a document, from the cache if control is "".
func fetch(ctx context.Context, client rest.Interface, address *url.URL, control string) ([]byte, error) {
	request := client.Get().AbsPath(address.Path).SetHeader("Accept", runtime.ContentTypeJSON)
	if control != "" {
		request.SetHeader("Cache-Control", control)
	}
	for name, values := range address.Query() {
		for _, value := range values {
			request.Param(name, value)
		}
	}
	result := request.Do(ctx)
	if err := result.Error(); err != nil {
		return nil, err
	}
	return result.Raw()
}

// matches reports whether a document matches the hash in its address, which in API servers
// of Kubernetes is the SHA-512 of its text. A hash of another kind says nothing.
func matches(address *url.URL, document []byte) bool {
	hash := address.Query().Get("hash")
	return len(hash) != 2*sha512.Size || strings.EqualFold(hash, fmt.Sprintf("%x", sha512.Sum512(document)))
}

// schemaError replaces the errors by which the API server says that it has no schema for
// this user, as their own words say little.
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
