package source

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// answering is a Client of a server that answers every request alike.
type answering struct {
	rest rest.Interface
	text []byte
}

func newAnswering(t *testing.T, text []byte) *answering {
	t.Helper()
	a := &answering{text: text}
	a.rest = restClient(t, &rest.Config{Host: "http://memory", Transport: a})
	return a
}

// REST is part of Client.
func (a *answering) REST() rest.Interface { return a.rest }

// Where is part of Client.
func (a *answering) Where() string { return "memory" }

// RoundTrip is part of http.RoundTripper.
func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(a.text)), ContentLength: int64(len(a.text)),
	}, nil
}

// FuzzClusterList holds that what is taken for a list is one, whole, and of what was asked
// for.
func FuzzClusterList(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", `{"items":[]}`, "<html>", `{"apiVersion":"v1","kind":"Status","status":"Failure","code":403}`,
		listJSON("freights", "{}"), listJSON("stages", "{}"), listJSON("freights", `{"continue":"x"}`), listJSON("freights", `{"remainingItemCount":5}`),
		listJSON("freights", "{}", freightItem("a", ""), freightItem("b", `,"uid":"1"`)), listJSON("freights", "{}", freightItem("a", `,"uid":"1"`), freightItem("a", `,"uid":"2"`)),
		listJSON("freights", "{}", `{"metadata":{"name":"b","namespace":"shop"}}`), listJSON("freights", "{}", "null", "{}"),
		`{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"a","namespace":"web"}}]}`,
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"FreightList","items":null,"metadata":{}}`,
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"FreightList","items":[],"kind":"FreightList","items":[{}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read := func(text []byte) (map[string][]kargo.Freight, error) {
			return list(t.Context(), Cluster{Client: newAnswering(t, text), Namespace: "web"}, freights(), freightMeta)
		}
		found, err := read(text)
		if err != nil {
			if found != nil {
				t.Errorf("%d Projects and the error %v", len(found), err)
			}
			return
		}
		names := map[string]bool{}
		for project, all := range found {
			for i := range all {
				m := all[i].Metadata
				if project != "web" || m.Namespace != "web" || m.Name == "" || names[m.Name] {
					t.Errorf("in Project %q: %q in %q", project, m.Name, m.Namespace)
				}
				names[m.Name] = true
			}
		}
		whole := jsontext.Value(bytes.TrimSpace(text))
		if !whole.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			t.Error("what is no JSON value is taken for a list")
		}
		if _, err := read(whole[:len(whole)-1]); err == nil {
			t.Error("a list without its end is taken for one")
		}
	})
}
