package faults

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	group   = "kargo.akuity.io"
	version = group + "/v1alpha1"
	base    = "/apis/" + version
)

// kinds are the resources that the server has.
func kinds() map[string]string {
	return map[string]string{
		"stages": "Stage", "freights": "Freight", "warehouses": "Warehouse", "promotions": "Promotion", "projectconfigs": "ProjectConfig", "projects": "Project",
	}
}

// Server is an API server in memory, with the objects of one Project, and as much of the
// protocol as the plugin speaks. It answers as a real one does, so that thousands of runs
// need none.
type Server struct {
	project string
	schema  []byte

	mu      sync.Mutex
	version int
	objects map[string][]*unstructured.Unstructured // by resource, ordered by name
	watches map[chan event]string                   // the resource of each watch
}

type event struct {
	kind   string
	object *unstructured.Unstructured
}

// NewServer returns a server of the Project with these objects, and of a schema.
func NewServer(project string, schema []byte, objects []*unstructured.Unstructured) *Server {
	s := &Server{project: project, schema: schema, version: 100, objects: map[string][]*unstructured.Unstructured{}, watches: map[chan event]string{}}
	for i, o := range objects {
		o = o.DeepCopy()
		o.SetUID(newUID(i))
		o.SetResourceVersion(strconv.Itoa(s.version))
		for plural, kind := range kinds() {
			if kind == o.GetKind() {
				s.objects[plural] = append(s.objects[plural], o)
			}
		}
	}
	for _, list := range s.objects {
		slices.SortFunc(list, func(a, b *unstructured.Unstructured) int { return strings.Compare(a.GetName(), b.GetName()) })
	}
	return s
}

// Get returns an object as it is now.
func (s *Server) Get(resource, name string) *unstructured.Unstructured {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(resource, name); i >= 0 {
		return s.objects[resource][i].DeepCopy()
	}
	return nil
}

// Put replaces an object by one of the same name.
func (s *Server) Put(resource string, object *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(resource, s.index(resource, object.GetName()), object.DeepCopy())
}

func (s *Server) put(resource string, i int, object *unstructured.Unstructured) {
	s.version++
	object.SetResourceVersion(strconv.Itoa(s.version))
	s.objects[resource][i] = object
	for watch, of := range s.watches {
		if of == resource {
			watch <- event{"MODIFIED", object}
		}
	}
}

func (s *Server) index(resource, name string) int {
	return slices.IndexFunc(s.objects[resource], func(o *unstructured.Unstructured) bool { return o.GetName() == name })
}

// ServeHTTP is part of http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, base+"/")
	path = strings.TrimPrefix(path, "namespaces/"+s.project+"/")
	resource, name, _ := strings.Cut(path, "/")
	switch {
	case r.URL.Path == "/version":
		reply(w, http.StatusOK, map[string]any{"gitVersion": "v1.37.2"})
	case r.URL.Path == "/openapi/v3":
		reply(w, http.StatusOK, map[string]any{"paths": map[string]any{"apis/" + version: map[string]any{"serverRelativeURL": "/openapi/v3/apis/" + version + "?hash=" + hashOf(s.schema)}}})
	case strings.HasPrefix(r.URL.Path, "/openapi/v3/"):
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat))
		_, _ = w.Write(s.schema)
	case r.URL.Path == base:
		reply(w, http.StatusOK, discovery())
	case r.URL.Path == "/api/v1/namespaces/"+s.project:
		reply(w, http.StatusOK, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": s.project}})
	case kinds()[resource] == "" || !strings.HasPrefix(r.URL.Path, base):
		http.NotFound(w, r)
	case r.URL.Query().Get("watch") != "":
		s.watch(w, r, resource)
	case name == "":
		s.list(w, r, resource)
	case r.Method == http.MethodPatch:
		s.patch(w, r, resource, name)
	default:
		s.get(w, resource, name)
	}
}

func discovery() map[string]any {
	var resources []any
	for plural, kind := range kinds() {
		resources = append(resources, map[string]any{"name": plural, "kind": kind, "namespaced": plural != "projects", "verbs": []any{"get", "list", "patch", "watch"}})
	}
	return map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
}

func (s *Server) get(w http.ResponseWriter, resource, name string) {
	if object := s.Get(resource, name); object != nil {
		reply(w, http.StatusOK, object.Object)
		return
	}
	refuse(w, http.StatusNotFound, "NotFound", fmt.Sprintf("%s.%s %q not found", resource, group, name))
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, resource string) {
	query := r.URL.Query()
	selector, err := labels.Parse(query.Get("labelSelector"))
	if err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	named := strings.TrimPrefix(query.Get("fieldSelector"), "metadata.name=")
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []any
	for _, o := range s.objects[resource] {
		if selector.Matches(labels.Set(o.GetLabels())) && (named == "" || named == o.GetName()) {
			items = append(items, view(r, o))
		}
	}
	from, _ := strconv.Atoi(query.Get("continue")) // "" is 0
	metadata := map[string]any{"resourceVersion": strconv.Itoa(s.version)}
	items = items[from:]
	if limit, _ := strconv.Atoi(query.Get("limit")); limit > 0 && len(items) > limit {
		metadata["continue"], metadata["remainingItemCount"] = strconv.Itoa(from+limit), len(items)-limit
		items = items[:limit]
	}
	list := map[string]any{"apiVersion": version, "kind": kinds()[resource] + "List", "metadata": metadata, "items": append([]any{}, items...)}
	if metadataOnly(r) {
		list["apiVersion"], list["kind"] = "meta.k8s.io/v1", "PartialObjectMetadataList"
	}
	reply(w, http.StatusOK, list)
}

func metadataOnly(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadata")
}

// view is an object as a request asks for it.
func view(r *http.Request, o *unstructured.Unstructured) map[string]any {
	if !metadataOnly(r) {
		return o.Object
	}
	return map[string]any{"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": o.Object["metadata"]}
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request, resource, name string) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	patch, err := jsonpatch.DecodePatch(text)
	if err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(resource, name)
	if i < 0 {
		refuse(w, http.StatusNotFound, "NotFound", fmt.Sprintf("%s.%s %q not found", resource, group, name))
		return
	}
	before, err := s.objects[resource][i].MarshalJSON()
	if err == nil {
		before, err = patch.Apply(before)
	}
	after := &unstructured.Unstructured{}
	if err == nil {
		err = after.UnmarshalJSON(before)
	}
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, "Invalid", err.Error())
		return
	}
	if r.URL.Query().Get("dryRun") == "" {
		s.put(resource, i, after)
	}
	reply(w, http.StatusOK, after.Object)
}

func (s *Server) watch(w http.ResponseWriter, r *http.Request, resource string) {
	events := make(chan event, 100)
	s.mu.Lock()
	s.watches[events] = resource
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watches, events)
	}()
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case e := <-events:
			text, err := json.Marshal(map[string]any{"type": e.kind, "object": view(r, e.object)})
			if err != nil {
				return
			}
			_, _ = w.Write(append(text, '\n'))
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// reply writes JSON as an API server does: on one line, which it ends.
func reply(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // to a client that may have gone
}

func refuse(w http.ResponseWriter, code int, reason, message string) {
	reply(w, code, status(code, reason, message))
}

func status(code int, reason, message string) map[string]any {
	return map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "code": code, "reason": reason, "message": message}
}
