package live

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// server is a scripted API server on loopback.
type server struct {
	t    *testing.T
	rest rest.Interface
	// close ends a server in memory.
	close func()

	mu sync.Mutex
	// objects are the items of lists, by resource.
	objects map[string][]string
	version int
	// refusals are status codes to answer with, by verb and resource; "*" matches all.
	refusals map[string]int
	requests []string // verb, resource and selectors
	// held delays answers until the channel is closed, by verb and resource.
	held   map[string]<-chan struct{}
	opened map[string]chan *stream
}

// newServer starts a server that has the Project "web" with the Stages prod and qa,
// the Freight f1 and f2, and one of every other kind.
func newServer(t *testing.T) *server {
	t.Helper()
	s := scripted(t)
	listening := httptest.NewServer(s)
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	s.connect(&rest.Config{Host: listening.URL})
	return s
}

// newServerInMemory is newServer without a network, for a bubble of synctest.
func newServerInMemory(t *testing.T) *server {
	t.Helper()
	s := scripted(t)
	pipes := pipes{make(chan net.Conn), make(chan struct{})}
	serving := &http.Server{Handler: s, ReadHeaderTimeout: time.Hour}
	var running sync.WaitGroup
	running.Go(func() { _ = serving.Serve(pipes) }) // until it is closed
	transport := &http.Transport{DialContext: pipes.dial}
	s.close = sync.OnceFunc(func() {
		_ = serving.Close()
		running.Wait()
	})
	t.Cleanup(s.close)
	t.Cleanup(transport.CloseIdleConnections)
	s.connect(&rest.Config{Host: "http://memory", Transport: transport})
	return s
}

// pipes is an in-memory listener.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.dialed <- far:
		return near, nil
	case <-p.closed:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is part of net.Listener.
func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialed:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close is part of net.Listener.
func (p pipes) Close() error {
	close(p.closed)
	return nil
}

// Addr is part of net.Listener.
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// scripted returns a server without a listener.
func scripted(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, version: 10, held: map[string]<-chan struct{}{}, refusals: map[string]int{}, opened: map[string]chan *stream{}, objects: map[string][]string{
		"stages":         {stageJSON("prod", "qa"), stageJSON("qa")},
		"freights":       {object("f1", `"alias":"one"`), object("f2", `"alias":"two"`)},
		"warehouses":     {object("app", "")},
		"promotions":     {promotion("p1", "qa"), promotion("p2", "other")},
		"projectconfigs": {object("web", `"spec":{"promotionPolicies":[{"stage":"prod"}]}`)},
		"projects":       {`{"metadata":{"name":"web","resourceVersion":"1"},"spec":{"promotionPolicies":[{"stage":"qa"}]}}`},
	}}
	for resource := range s.objects {
		s.opened[resource] = make(chan *stream, 100)
	}
	return s
}

func (s *server) connect(config *rest.Config) {
	s.t.Helper()
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config.QPS, config.ContentConfig = -1, rest.ContentConfig{
		NegotiatedSerializer: serializer.NewCodecFactory(scheme).WithoutConversion(),
		ContentType:          runtime.ContentTypeJSON,
	}
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.rest = client
}

func (s *server) REST() rest.Interface { return s.rest }
func (s *server) Where() string        { return `context "test"` }

func object(name, fields string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","resourceVersion":"5"}%s}`, name, strings.TrimSuffix(","+fields, ","))
}

func stageJSON(name string, upstreams ...string) string {
	var names []string
	for _, upstream := range upstreams {
		names = append(names, strconv.Quote(upstream))
	}
	return object(name, fmt.Sprintf(`"spec":{"requestedFreight":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":[%s]}}]}`, strings.Join(names, ",")))
}

func promotion(name, stage string) string {
	return object(name, fmt.Sprintf(`"spec":{"stage":%q,"freight":"f1"}`, stage))
}

// at gives an object another resourceVersion.
func at(version int, object string) string {
	return strings.Replace(object, `"resourceVersion":"5"`, fmt.Sprintf(`"resourceVersion":"%d"`, version), 1)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resource, query := path.Base(r.URL.Path), r.URL.Query()
	verb := "list"
	switch {
	case query.Get("watch") != "":
		verb = "watch"
	case resource == "v1alpha1" || resource == "web" || resource == "version":
		verb = "get"
	}
	s.mu.Lock()
	s.requests = append(s.requests, strings.TrimSpace(strings.Join([]string{verb, resource, query.Get("fieldSelector") + query.Get("labelSelector")}, " ")))
	code := max(s.refusals[verb+" "+resource], s.refusals["*"])
	list := s.list(resource, query.Get("fieldSelector"))
	held := s.held[verb+" "+resource]
	s.mu.Unlock()
	if verb == "list" && query.Get("resourceVersion") == "0" {
		s.t.Errorf("%s are asked for as any cache may have them", resource)
	}
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	switch {
	case code != 0:
		refuse(w, code)
	case verb == "watch":
		s.watch(w, r, resource)
	case resource == "v1alpha1":
		s.discovery(w)
	case verb == "get":
		answer(w, http.StatusOK, `{"metadata":{"name":"web"}}`)
	default:
		answer(w, http.StatusOK, list)
	}
}

func (s *server) list(resource, field string) string {
	items := s.objects[resource]
	if name, ok := strings.CutPrefix(field, "metadata.name="); ok {
		items = slices.DeleteFunc(slices.Clone(items), func(item string) bool { return !strings.Contains(item, fmt.Sprintf(`"name":%q`, name)) })
	}
	return fmt.Sprintf(`{%s,"metadata":{"resourceVersion":"%d"},"items":[%s]}`, typed(resource, "List"), s.version, strings.Join(items, ","))
}

// typed is the type of a resource's objects, as members of a JSON object.
func typed(resource, suffix string) string {
	kinds := map[string]string{
		"stages": "Stage", "freights": "Freight", "warehouses": "Warehouse", "promotions": "Promotion", "projectconfigs": "ProjectConfig", "projects": "Project",
	}
	return fmt.Sprintf(`"apiVersion":"kargo.akuity.io/v1alpha1","kind":%q`, kinds[resource]+suffix)
}

func (s *server) discovery(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for resource := range s.objects {
		names = append(names, fmt.Sprintf(`{"name":%q}`, resource))
	}
	answer(w, http.StatusOK, `{"kind":"APIResourceList","groupVersion":"kargo.akuity.io/v1alpha1","resources":[`+strings.Join(names, ",")+`]}`)
}

func answer(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text))
}

func refuse(w http.ResponseWriter, code int) {
	answer(w, code, status(code))
}

func status(code int) string {
	reasons := map[int]metav1.StatusReason{
		http.StatusForbidden: metav1.StatusReasonForbidden, http.StatusNotFound: metav1.StatusReasonNotFound,
		http.StatusGone: metav1.StatusReasonExpired, http.StatusInternalServerError: metav1.StatusReasonInternalError,
	}
	return fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q,"message":"refused with %d"}`, code, reasons[code], code)
}

// stream is one watch request.
type stream struct {
	t        *testing.T
	resource string
	resume   string // its resourceVersion
	accept   string
	lines    chan string
	hangUp   chan struct{}
	hangsUp  sync.Once
}

func (s *server) watch(w http.ResponseWriter, r *http.Request, resource string) {
	st := &stream{
		t: s.t, resource: resource, resume: r.URL.Query().Get("resourceVersion"), accept: r.Header.Get("Accept"),
		lines: make(chan string), hangUp: make(chan struct{}),
	}
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).Flush()
	s.opened[resource] <- st
	for {
		select {
		case line := <-st.lines:
			_, _ = w.Write([]byte(line))
			_ = http.NewResponseController(w).Flush()
		case <-st.hangUp:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// watched returns the next watch of a resource that is opened.
func (s *server) watched(resource string) *stream {
	s.t.Helper()
	select {
	case st := <-s.opened[resource]:
		return st
	case <-time.After(10 * time.Second):
		s.t.Fatalf("no watch of %s", resource)
		return nil
	}
}

// event sends an event.
func (st *stream) event(kind, object string) {
	st.send(fmt.Sprintf("{\"type\":%q,\"object\":{%s,%s}\n", kind, typed(st.resource, ""), strings.TrimPrefix(object, "{")))
}

func (st *stream) send(text string) {
	st.t.Helper()
	select {
	case st.lines <- text:
	case <-time.After(10 * time.Second):
		st.t.Fatal("nobody reads the watch")
	}
}

// end closes the watch, as API servers do every few minutes.
func (st *stream) end() { st.hangsUp.Do(func() { close(st.hangUp) }) }

// set changes the script.
func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// asked returns how often something was asked for.
func (s *server) asked(request string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, r := range s.requests {
		if r == request {
			count++
		}
	}
	return count
}
