package setstrategy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/setstrategy"
)

// server is an API server on loopback with the Project "web".
type server struct {
	url string

	mu sync.Mutex
	// objects are what lists have, by resource.
	objects map[string][]map[string]any
	version int
	// before is called before each patch, with how many there were.
	before func(n int)
	// refuse, if it says something, is the answer to a patch instead.
	refuse func(n int) (code int, status string)
	// fault, if it is not "", is how the answer to a patch is lost.
	fault func(n int) fault
	// unreadable makes the Stage unreadable after so many patches; 0 is never.
	unreadable int
	// forbidden is a resource that may not be listed.
	forbidden string
	// applied counts the patches that were stored.
	applied int
	// drops the field that is written, as an old Kargo does.
	drops   bool
	patches []string
}

func newServer(t *testing.T, objects ...string) *server {
	t.Helper()
	s := &server{objects: map[string][]map[string]any{}, before: func(int) {}, refuse: func(int) (int, string) { return 0, "" }, fault: func(int) fault { return "" }}
	for _, text := range objects {
		var object map[string]any
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatal(err)
		}
		resource := strings.ToLower(object["kind"].(string)) + "s"
		object["apiVersion"] = "kargo.akuity.io/v1alpha1"
		object["metadata"].(map[string]any)["namespace"] = "web"
		s.objects[resource] = append(s.objects[resource], object)
	}
	s.touch(nil)
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

// touch changes the Stages, which have other resourceVersions then.
func (s *server) touch(change func(stage map[string]any)) {
	for _, stage := range s.objects["stages"] {
		if change != nil {
			change(stage)
		}
		s.version++
		if change != nil {
			bump(stage)
		}
		stage["metadata"].(map[string]any)["resourceVersion"] = strconv.Itoa(s.version)
	}
}

// bump counts a write of a Stage's spec.
func bump(stage map[string]any) {
	metadata := stage["metadata"].(map[string]any)
	generation, _ := metadata["generation"].(float64)
	metadata["generation"] = generation + 1
}

// fault is a way in which an answer is lost.
type fault string

const (
	// The request does not arrive.
	dropped fault = "dropped"
	// It is stored, and then:
	cut       fault = "the connection is cut"
	truncated fault = "the answer is cut short"
	gateway   fault = "a proxy answers 502"
	page      fault = "a proxy answers with an HTML page"
	forbids   fault = "a proxy answers 403 with an HTML page"
	other     fault = "the answer is about another object"
	timesOut  fault = "the API server says that it timed out"
	silent    fault = "no answer comes in time"
)

func stored() []fault { return []fault{cut, truncated, gateway, page, forbids, other, timesOut} }

// lose answers as the fault says.
func (s *server) lose(w http.ResponseWriter, how fault, object map[string]any) {
	switch how {
	case truncated:
		text, _ := json.Marshal(object)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = w.Write(text[:len(text)/2])
		panic(http.ErrAbortHandler)
	case gateway, forbids:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(map[fault]int{gateway: http.StatusBadGateway, forbids: http.StatusForbidden}[how])
		_, _ = io.WriteString(w, "<html>no</html>")
	case page:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>log in</html>")
	case other:
		answer(w, map[string]any{"kind": "ConfigMap", "apiVersion": "v1", "metadata": map[string]any{"name": "prod", "namespace": "web"}})
	case timesOut:
		fail(w, http.StatusGatewayTimeout, `"reason":"Timeout","message":"request did not complete"`)
	case silent:
		s.mu.Unlock()
		time.Sleep(1500 * time.Millisecond)
		s.mu.Lock()
	default:
		panic(http.ErrAbortHandler)
	}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	path, ok := strings.CutPrefix(r.URL.Path, "/apis/kargo.akuity.io/v1alpha1/namespaces/web/")
	resource, name, one := strings.Cut(path, "/")
	switch {
	case strings.HasPrefix(r.URL.Path, "/apis/argoproj.io/"): // not served
		http.NotFound(w, r)
	case !ok:
		fail(w, http.StatusNotFound, `"reason":"NotFound","message":"not there"`)
	case !one && resource == s.forbidden:
		fail(w, http.StatusForbidden, `"reason":"Forbidden","message":"`+resource+` is forbidden"`)
	case !one:
		kinds := map[string]string{
			"stages": "Stage", "freights": "Freight", "warehouses": "Warehouse", "promotions": "Promotion", "projectconfigs": "ProjectConfig",
		}
		answer(w, map[string]any{"kind": kinds[resource] + "List", "apiVersion": "kargo.akuity.io/v1alpha1", "items": append([]map[string]any{}, s.objects[resource]...)})
	default:
		s.serveOne(w, r, resource, name)
	}
}

func (s *server) serveOne(w http.ResponseWriter, r *http.Request, resource, name string) {
	for i, object := range s.objects[resource] {
		if object["metadata"].(map[string]any)["name"] != name {
			continue
		}
		if r.Method == http.MethodPatch {
			s.patch(w, r, &s.objects[resource][i])
			return
		}
		if s.unreadable > 0 && len(s.patches) >= s.unreadable {
			fail(w, http.StatusServiceUnavailable, `"reason":"ServiceUnavailable","message":"not ready"`)
			return
		}
		answer(w, object)
		return
	}
	fail(w, http.StatusNotFound, fmt.Sprintf(`"reason":"NotFound","message":"%s.kargo.akuity.io \"%s\" not found","details":{"name":%q}`, resource, name, name))
}

// patch does what the API server does with a JSON Patch.
func (s *server) patch(w http.ResponseWriter, r *http.Request, object *map[string]any) {
	text, _ := io.ReadAll(r.Body)
	s.before(len(s.patches))
	s.patches = append(s.patches, string(text))
	how := s.fault(len(s.patches) - 1)
	if how == dropped {
		panic(http.ErrAbortHandler)
	}
	if code, status := s.refuse(len(s.patches) - 1); code != 0 {
		fail(w, code, status)
		return
	}
	var operations []struct {
		Op, Path string
		Value    any
	}
	if err := json.Unmarshal(text, &operations); err != nil {
		fail(w, http.StatusBadRequest, `"reason":"BadRequest"`)
		return
	}
	changed := clone(*object)
	for _, o := range operations {
		at, field := walk(changed, o.Path)
		switch value, ok := at[field]; {
		case o.Op == "test" && !reflect.DeepEqual(clone(map[string]any{"": value}), map[string]any{"": o.Value}), o.Op == "remove" && !ok:
			fail(w, http.StatusUnprocessableEntity, `"reason":"Invalid","message":"the server rejected our request due to an error in our request"`)
			return
		case o.Op == "remove", o.Op == "add" && s.drops:
			delete(at, field)
		case o.Op == "add":
			at[field] = o.Value
		}
	}
	if r.URL.Query().Get("dryRun") == "" {
		bump(changed)
		*object = changed
		s.applied++
		s.touch(nil)
	}
	if how != "" {
		s.lose(w, how, changed)
		return
	}
	answer(w, changed)
}

// walk returns what has the last field of a path.
func walk(object map[string]any, path string) (at map[string]any, field string) {
	var node any = object
	names := strings.Split(path[1:], "/")
	for _, name := range names[:len(names)-1] {
		switch n := node.(type) {
		case map[string]any:
			node = n[name]
		case []any:
			i, _ := strconv.Atoi(name)
			node = n[i]
		}
	}
	return node.(map[string]any), names[len(names)-1]
}

func clone(object map[string]any) map[string]any {
	text, _ := json.Marshal(object)
	var other map[string]any
	_ = json.Unmarshal(text, &other)
	return other
}

func answer(w http.ResponseWriter, object any) { _ = json.NewEncoder(w).Encode(object) }

func fail(w http.ResponseWriter, code int, status string) {
	w.WriteHeader(code)
	_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,%s}`, code, status)
}

// ran is what a command came to.
type ran struct {
	stdout, stderr string
	err            error
}

// run runs the verb against the server.
func (s *server) run(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errOut bytes.Buffer
	err := s.command(t, genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut}, args...).ExecuteContext(t.Context())
	return ran{out.String(), errOut.String(), err}
}

func (s *server) command(t *testing.T, streams genericiooptions.IOStreams, args ...string) *cobra.Command {
	t.Helper()
	t.Setenv("KUBECACHEDIR", t.TempDir())
	kubeconfig := filepath.Join(t.TempDir(), "config")
	config := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: here, contexts: [{name: here, context: {cluster: c, namespace: web}}], clusters: [{name: c, cluster: {server: %q}}]}`, s.url)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	env := cli.Env{
		IOStreams: streams,
		Now:       func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) },
		Getenv:    func(string) (string, bool) { return "", false },
	}
	connection := cli.NewConnectionFlags()
	cmd := setstrategy.NewCommand(env, connection)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	connection.AddTo(cmd.PersistentFlags())
	cmd.SetArgs(append(args, "--kubeconfig", kubeconfig))
	return cmd
}
