package kube_test

import (
	"context"
	"crypto/sha512"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	rootPath     = "/openapi/v3"
	documentPath = "/openapi/v3/apis/kargo.akuity.io/v1alpha1"

	// stagesOf18 is what of the OpenAPI document of Kargo v1.8 tells its version.
	documentOf18 = `{"components":{"schemas":{` +
		`"a":{"x-kubernetes-group-version-kind":[{"group":"kargo.akuity.io","kind":"Freight"}],"properties":{"alias":{}}},` +
		`"b":{"x-kubernetes-group-version-kind":[{"group":"kargo.akuity.io","kind":"Stage"}],"properties":{"spec":{"properties":{"requestedFreight":{"items":{"properties":{"sources":{"properties":{"autoPromotionOptions":{}}}}}}}}}}}}}`
)

// root answers with the documents there are, of which Kargo's has this hash.
func root(hash string) http.HandlerFunc {
	return text(fmt.Sprintf(`{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=X"},"apis/kargo.akuity.io/v1alpha1":{"serverRelativeURL":"%s?hash=%s"}}}`, documentPath, hash))
}

// forever answers as API servers do where the hash in the query is that of the
// document.
func forever(document string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).Format(time.RFC1123))
		w.Header().Set("Etag", `"1"`)
		w.Header().Set("Vary", "Accept")
		text(document)(w, r)
	}
}

func TestReleasesAreInferredAndTheDocumentIsKeptOnDisk(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{rootPath: root("A"), documentPath: forever(documentOf18)})
	cache := t.TempDir()
	for _, run := range []struct {
		name string
		want []string // requests
	}{
		{"the first run reads the document", []string{rootPath + " by tool/v1", documentPath + "?hash=A by tool/v1"}},
		{"the second one finds it on disk", []string{rootPath + " by tool/v1"}},
	} {
		flags := flagsFor(t, s.url)
		flags.CacheDir = &cache
		releases, err := connect(t, flags).Releases(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := releases.String(), "v1.8.0 - v1.10.10"; got != want {
			t.Errorf("%s: %s, want %s", run.name, got, want)
		}
		if diff := cmp.Diff(run.want, s.asked()); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", run.name, diff)
		}
	}
	s.answers[rootPath] = root("B")
	flags := flagsFor(t, s.url)
	flags.CacheDir = &cache
	if _, err := connect(t, flags).Releases(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{rootPath + " by tool/v1", documentPath + "?hash=B by tool/v1"}, s.asked()); diff != "" {
		t.Errorf("after an upgrade: requests (-want +got):\n%s", diff)
	}
}

func TestTheCacheIsWhereKubectlHasIt(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{rootPath: root("A"), documentPath: forever(documentOf18)})
	cache := t.TempDir()
	t.Setenv("KUBECACHEDIR", cache)
	flags := flagsFor(t, s.url)
	flags.CacheDir = new(string)
	if _, err := connect(t, flags).Releases(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadDir(filepath.Join(cache, "http")); err != nil || len(kept) == 0 {
		t.Errorf("nothing is kept in $KUBECACHEDIR/http: %v", err)
	}
}

func TestReleasesDoNotNeedACache(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{rootPath: root("A"), documentPath: forever(documentOf18)})
	flags := flagsFor(t, s.url)
	nowhere := filepath.Join(*flags.KubeConfig, "below-a-file")
	flags.CacheDir = &nowhere
	if releases, err := connect(t, flags).Releases(t.Context()); err != nil || releases.IsUnknown() {
		t.Errorf("got %s, %v", releases, err)
	}
}

func TestReleasesAreUnknownForAReason(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers map[string]http.HandlerFunc
		want    string
	}{
		{
			"an API server without OpenAPI v3", nil,
			"the API server has no OpenAPI v3 documents",
		},
		{
			"an API server without Kargo",
			map[string]http.HandlerFunc{rootPath: text(`{"paths":{}}`)},
			`the API server does not serve kargo.akuity.io/v1alpha1 (context "here"): is Kargo installed there?`,
		},
		{
			"a document that may not be read",
			map[string]http.HandlerFunc{rootPath: root("A"), documentPath: func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "no", http.StatusForbidden)
			}},
			"not allowed to get the OpenAPI v3 documents (the non-resource URL /openapi/v3)",
		},
		{
			"a document of nothing",
			map[string]http.HandlerFunc{rootPath: root("A"), documentPath: text(`{}`)},
			"the OpenAPI v3 document of kargo.akuity.io/v1alpha1 describes no Stage and Freight",
		},
		{
			"a document that is none",
			map[string]http.HandlerFunc{rootPath: root("A"), documentPath: text(`{`)},
			"not an OpenAPI document of kargo.akuity.io/v1alpha1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, test.answers)
			releases, err := connect(t, flagsFor(t, s.url)).Releases(t.Context())
			if !releases.IsUnknown() || err == nil {
				t.Fatalf("got %s, %v", releases, err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// A document that was damaged on its way into the cache does not stay there.
func TestADamagedDocumentIsFetchedAgain(t *testing.T) {
	const older = `{"components":{"schemas":{` +
		`"a":{"x-kubernetes-group-version-kind":[{"group":"kargo.akuity.io","kind":"Freight"}],"properties":{"alias":{}}},` +
		`"b":{"x-kubernetes-group-version-kind":[{"group":"kargo.akuity.io","kind":"Stage"}],"properties":{"spec":{}}}}}}`
	hash := fmt.Sprintf("%X", sha512.Sum512([]byte(documentOf18)))
	for name, damaged := range map[string]string{"nothing": `{}`, "what is not JSON": `{"components":{`, "fields that are left out": older} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, map[string]http.HandlerFunc{rootPath: root(hash)})
			first := true
			s.answers[documentPath] = func(w http.ResponseWriter, r *http.Request) {
				document := documentOf18
				if first {
					first, document = false, damaged
				}
				forever(document)(w, r)
			}
			cache := t.TempDir()
			for _, run := range []string{"at first", "from the cache"} {
				flags := flagsFor(t, s.url)
				flags.CacheDir = &cache
				if releases, err := connect(t, flags).Releases(t.Context()); err != nil || releases.String() != "v1.8.0 - v1.10.10" {
					t.Errorf("%s: %s, %v", run, releases, err)
				}
			}
			want := []string{rootPath + " by tool/v1", documentPath + "?hash=" + hash + " by tool/v1", documentPath + "?hash=" + hash + " by tool/v1", rootPath + " by tool/v1"}
			if diff := cmp.Diff(want, s.asked()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// An API server gives its index of documents an ETag, by which a damaged one would stay in
// the cache for as long as the index does not change.
func TestADamagedIndexIsFetchedAgain(t *testing.T) {
	for name, damaged := range map[string]string{"nothing": `{}`, "no documents": `{"paths":{}}`, "what is not JSON": `{"paths":{`} {
		t.Run(name, func(t *testing.T) {
			first := true
			s := newServer(t, map[string]http.HandlerFunc{documentPath: forever(documentOf18)})
			s.answers[rootPath] = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"same"`)
				switch {
				case r.Header.Get("If-None-Match") == `"same"`:
					w.WriteHeader(http.StatusNotModified)
				case first:
					first = false
					text(damaged)(w, r)
				default:
					root("h")(w, r)
				}
			}
			cache := t.TempDir()
			for _, run := range []string{"at first", "from the cache"} {
				flags := flagsFor(t, s.url)
				flags.CacheDir = &cache
				if releases, err := connect(t, flags).Releases(t.Context()); err != nil || releases.String() != "v1.8.0 - v1.10.10" {
					t.Errorf("%s: %s, %v", run, releases, err)
				}
			}
		})
	}
}

func TestReleasesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newServer(t, map[string]http.HandlerFunc{rootPath: func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	if releases, err := connect(t, flagsFor(t, s.url)).Releases(ctx); !releases.IsUnknown() || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s, %v", releases, err)
	}
}
