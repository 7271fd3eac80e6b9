package source

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

const api = "/apis/kargo.akuity.io/v1alpha1/"

// server is an API server on loopback that gives scripted answers.
type server struct {
	t    *testing.T
	rest rest.Interface

	mu       sync.Mutex
	answers  map[string][]http.HandlerFunc // by path; the last one is given again
	requests []string                      // path and query
}

// newServer starts a server that says which resources Kargo's API has and knows
// nothing else: every other path is 404.
func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, answers: map[string][]http.HandlerFunc{}}
	listening := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(listening.Close)
	s.rest = restClient(t, &rest.Config{Host: listening.URL})
	return s.discovers("stages", "freights", "warehouses", "promotions", "projectconfigs", "projects")
}

// restClient returns a client as that of the command.
func restClient(t *testing.T, config *rest.Config) rest.Interface {
	t.Helper()
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config.QPS = -1
	config.NegotiatedSerializer, config.ContentType = serializer.NewCodecFactory(scheme).WithoutConversion(), runtime.ContentTypeJSON
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// discovers scripts which resources Kargo's API has.
func (s *server) discovers(resources ...string) *server {
	var named []string
	for _, resource := range resources {
		named = append(named, fmt.Sprintf(`{"name":%q}`, resource))
	}
	return s.on(strings.TrimSuffix(api, "/"), body(http.StatusOK, `{"kind":"APIResourceList","groupVersion":"kargo.akuity.io/v1alpha1","resources":[`+strings.Join(named, ",")+`]}`))
}

func (s *server) REST() rest.Interface { return s.rest }
func (s *server) Where() string        { return `context "test"` }

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.URL.RequestURI())
	answers := s.answers[r.URL.Path]
	if len(answers) > 1 {
		s.answers[r.URL.Path] = answers[1:]
	}
	s.mu.Unlock()
	switch {
	case len(answers) > 0:
		answers[0](w, r)
	case len(s.answers[path.Dir(r.URL.Path)]) > 0: // an object that does not exist
		failure(http.StatusNotFound, metav1.StatusReasonNotFound, "not found")(w, r)
	default:
		http.NotFound(w, r)
	}
}

// on scripts the answers at a path: the first to the first request, and so on.
func (s *server) on(at string, answers ...http.HandlerFunc) *server {
	s.answers[at] = answers
	return s
}

// asked returns the requests so far, sorted.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.requests))
}

// serving starts a server that has the Project "web" in a namespace of its own,
// one object per kind.
func serving(t *testing.T) *server {
	t.Helper()
	in := api + "namespaces/web/"
	return newServer(t).
		on(in+"stages", page("", `{"metadata":{"name":"prod","namespace":"web"}}`)).
		on(in+"freights", page("", `{"metadata":{"name":"f1","namespace":"web"}}`)).
		on(in+"warehouses", page("", `{"metadata":{"name":"app","namespace":"web"}}`)).
		on(in+"promotions", page("", `{"metadata":{"name":"p1","namespace":"web"}}`)).
		on(in+"projectconfigs", page("", `{"metadata":{"name":"web","namespace":"web"},"spec":{"promotionPolicies":[{"stage":"prod"}]}}`))
}

// web is what serving holds.
func web() contents {
	return contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "p1", "config": "prod"}
}

// page answers with a page of a list of the kind that the path names; next is the continue
// token of the following one. Items without a type are of that kind.
func page(next string, items ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body(http.StatusOK, listJSON(path.Base(r.URL.Path), fmt.Sprintf(`{"continue":%q,"resourceVersion":"7"}`, next), items...))(w, r)
	}
}

// listJSON is a list as an API server writes it.
func listJSON(resource, metadata string, items ...string) string {
	kind := kindOf(resource)
	return fmt.Sprintf(`{"apiVersion":%q,"items":[%s],"kind":"%sList","metadata":%s}`, kind.APIVersion, strings.Join(items, ","), kind.Kind, metadata)
}

func kindOf(plural string) typeMeta {
	if plural == "namespaces" {
		return typeMeta{"v1", "Namespace"}
	}
	for _, r := range []*resource{stages(), freights(), warehouses(), promotions(), projectConfigs(), projects(), promotionRequests()} {
		if r.plural == plural {
			return typeMeta{"kargo.akuity.io/v1alpha1", r.kind}
		}
	}
	return typeMeta{}
}

// one answers with one object of the kind that the path names.
func one(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind := kindOf(path.Base(path.Dir(r.URL.Path)))
		body(http.StatusOK, fmt.Sprintf(`{"apiVersion":%q,"kind":%q,%s`, kind.APIVersion, kind.Kind, strings.TrimPrefix(text, "{")))(w, r)
	}
}

func body(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text))
	}
}

// failure answers with a Status as the API server does.
func failure(code int, reason metav1.StatusReason, message string) http.HandlerFunc {
	return body(code, fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q,"message":%q}`, code, reason, message))
}

func forbidden() http.HandlerFunc {
	return failure(http.StatusForbidden, metav1.StatusReasonForbidden, "you may not")
}

func expired() http.HandlerFunc {
	return failure(http.StatusGone, metav1.StatusReasonExpired, "the token is too old")
}

// busy asks to try again at once.
func busy(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "0")
		failure(code, metav1.StatusReasonTooManyRequests, "busy")(w, r)
	}
}

// cut promises more than it sends.
func cut(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)+100))
		_, _ = w.Write([]byte(text))
	}
}
