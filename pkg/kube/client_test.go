package kube_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
)

// server is an API server on loopback that gives scripted answers by path.
type server struct {
	url     string
	answers map[string]http.HandlerFunc

	mu       sync.Mutex
	requests []string // path and query, and who asked
}

func newServer(t *testing.T, answers map[string]http.HandlerFunc) *server {
	t.Helper()
	s := &server{answers: answers}
	listening := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	query := r.URL.Query()
	query.Del("timeout")
	r.URL.RawQuery = query.Encode()
	s.requests = append(s.requests, r.URL.RequestURI()+" by "+r.UserAgent())
	s.mu.Unlock()
	w.Header().Add("Warning", `299 - "this API is old"`)
	if answer, ok := s.answers[r.URL.Path]; ok {
		answer(w, r)
		return
	}
	http.NotFound(w, r)
}

// asked returns the requests since the last call.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func text(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer))
	}
}

// flagsFor returns flags as they are before any is given, with a kubeconfig of two
// contexts and a cache of their own.
func flagsFor(t *testing.T, url string) *genericclioptions.ConfigFlags {
	t.Helper()
	kubeconfig := filepath.Join(t.TempDir(), "config")
	config := fmt.Sprintf(`
apiVersion: v1
kind: Config
clusters:
- {name: cluster, cluster: {server: %q}}
users:
- {name: user, user: {token: secret}}
contexts:
- {name: here, context: {cluster: cluster, user: user, namespace: web}}
- {name: there, context: {cluster: cluster, user: user}}
current-context: here
`, url)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := genericclioptions.NewConfigFlags(true)
	cache := t.TempDir()
	flags.KubeConfig, flags.CacheDir = &kubeconfig, &cache
	return flags
}

func connect(t *testing.T, flags *genericclioptions.ConfigFlags) *kube.Client {
	t.Helper()
	client, err := kube.Connect(flags, kube.Options{UserAgent: "tool/v1", Warnings: rest.NoWarnings{}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestConnectUnderstandsTheFlags(t *testing.T) {
	for _, test := range []struct {
		name             string
		set              func(*genericclioptions.ConfigFlags)
		namespace, where string
	}{
		{"the current context", func(*genericclioptions.ConfigFlags) {}, "web", `context "here"`},
		{"another context, which names no namespace", func(f *genericclioptions.ConfigFlags) { *f.Context = "there" }, "default", `context "there"`},
		{"a namespace", func(f *genericclioptions.ConfigFlags) { *f.Namespace = "shop" }, "shop", `context "here"`},
		{"a server and no kubeconfig", func(f *genericclioptions.ConfigFlags) {
			*f.KubeConfig = os.DevNull
			*f.APIServer = "https://api.example.com"
		}, "default", `server "https://api.example.com"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, nil)
			flags := flagsFor(t, s.url)
			test.set(flags)
			client := connect(t, flags)
			got := []string{client.Namespace(), client.Where()}
			if diff := cmp.Diff([]string{test.namespace, test.where}, got); diff != "" {
				t.Errorf("namespace, where (-want +got):\n%s", diff)
			}
			if requests := s.asked(); len(requests) != 0 {
				t.Errorf("connecting asked for %v", requests)
			}
		})
	}
}

func TestConnectFailsAsKubectlDoes(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(*genericclioptions.ConfigFlags)
		want string
	}{
		{"an unknown context", func(f *genericclioptions.ConfigFlags) { *f.Context = "nowhere" }, `context "nowhere" does not exist`},
		{"no configuration at all", func(f *genericclioptions.ConfigFlags) { *f.KubeConfig = os.DevNull }, "Please point to an existing, complete config file:"},
		{"a missing kubeconfig", func(f *genericclioptions.ConfigFlags) { *f.KubeConfig = "/missing/config" }, "stat /missing/config: no such file or directory"},
		{"a timeout that is none", func(f *genericclioptions.ConfigFlags) { *f.Timeout = "soon" }, `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("KUBERNETES_SERVICE_HOST", "") // not in a cluster, even if the test is
			flags := flagsFor(t, "https://api.example.com")
			test.set(flags)
			client, err := kube.Connect(flags, kube.Options{Warnings: rest.NoWarnings{}})
			if client != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v", client, err)
			}
		})
	}
}

func TestOneHandlerHearsTheWarningsOfAllRequests(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{"/a": text("{}"), "/b": text("{}")})
	var said bytes.Buffer
	client, err := kube.Connect(flagsFor(t, s.url), kube.Options{UserAgent: "tool/v1", Warnings: rest.NewWarningWriter(&said, rest.WarningWriterOptions{Deduplicate: true})})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/a", "/b", "/a"} {
		if err := client.REST().Get().AbsPath(path).Do(t.Context()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = client.Releases(t.Context())
	if got, want := said.String(), "Warning: this API is old\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestEveryRequestNamesTheTool(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{"/a": text("{}")})
	client := connect(t, flagsFor(t, s.url))
	_ = client.REST().Get().AbsPath("/a").Do(t.Context()).Error()
	_, _ = client.Releases(t.Context())
	requests := s.asked()
	if len(requests) != 2 || slices.ContainsFunc(requests, func(r string) bool { return !strings.HasSuffix(r, " by tool/v1") }) {
		t.Errorf("requests %v", requests)
	}
}

func TestErrorsKeepTheServersReason(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":403,"reason":"Forbidden","message":"you may not"}`))
	}})
	err := connect(t, flagsFor(t, s.url)).REST().Get().AbsPath("/a").Do(t.Context()).Error()
	if err == nil || err.Error() != "you may not" {
		t.Errorf("error %v", err)
	}
}
