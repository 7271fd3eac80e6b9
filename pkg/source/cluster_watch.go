package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

// Stream is one kind of a Cluster's objects, or some of a kind, for a Reflector of
// client-go to list and watch.
type Stream struct {
	cluster  Cluster
	resource *resource
	kind     pipeline.Kind // none for Stages
	list     func(ctx context.Context, version string) (*metav1.List, error)
	decode   func(jsontext.Value) (*Object, error)
}

// Object is an object of a Stream. Of its metadata only name, namespace and
// resourceVersion are set.
type Object struct {
	metav1.ObjectMeta
	// Value is a *kargo.Stage, a *kargo.Freight and so on.
	Value any
}

// GetObjectKind is part of runtime.Object.
func (o *Object) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject is part of runtime.Object. The copy shares the value, which must not be
// modified.
func (o *Object) DeepCopyObject() runtime.Object {
	other := *o
	return &other
}

// StreamStages returns the Stages.
func (c Cluster) StreamStages() *Stream { return stream(c, 0, stages(), stageMeta) }

// StreamFreight returns the Freight, or the one piece of this name.
func (c Cluster) StreamFreight(name string) *Stream {
	if name == "" {
		return stream(c, pipeline.Freight, freights(), freightMeta)
	}
	return stream(c, pipeline.Freight, freights().named(name), freightMeta)
}

// StreamWarehouses returns the Warehouses. It reads only their metadata.
func (c Cluster) StreamWarehouses() *Stream {
	return stream(c, pipeline.Warehouses, warehouses(), warehouseMeta)
}

// StreamPromotions returns all Promotions.
func (c Cluster) StreamPromotions() []*Stream {
	return []*Stream{stream(c, pipeline.Promotions, promotions(), promotionMeta)}
}

// StreamPromotionsTo returns streams that together have the Promotions to these Stages,
// and as few others as possible. The order of the names does not matter.
func (c Cluster) StreamPromotionsTo(stages []string, releases kargo.Releases) []*Stream {
	var streams []*Stream
	for _, r := range promotionsTo(stages, releases) {
		streams = append(streams, stream(c, pipeline.Promotions, r, promotionMeta))
	}
	return streams
}

// StreamPolicies returns the ProjectConfigs, or the Projects if the API server says that
// it does not serve ProjectConfigs.
func (c Cluster) StreamPolicies(ctx context.Context) *Stream {
	switch {
	case c.serves(ctx, projectConfigs()):
		return stream(c, pipeline.Policies, projectConfigs(), configMeta)
	case c.Namespace == "":
		return stream(c, pipeline.Policies, projects(), projectMeta)
	default:
		return stream(c, pipeline.Policies, projects().named(c.Namespace), projectMeta)
	}
}

func stream[T any](c Cluster, kind pipeline.Kind, r *resource, meta func(*T) *kargo.Metadata) *Stream {
	wrap := func(value *T) *Object {
		m := meta(value)
		return &Object{metav1.ObjectMeta{Name: m.Name, Namespace: m.Namespace}, value}
	}
	list := func(ctx context.Context, version string) (*metav1.List, error) {
		found, page, err := listAt(ctx, c, r, meta, version)
		if err == nil && page.ResourceVersion == "" {
			err = wrongAnswer("it has no resourceVersion")
		}
		if err != nil {
			return nil, err
		}
		objects := &metav1.List{ListMeta: metav1.ListMeta{ResourceVersion: page.ResourceVersion}}
		for _, project := range slices.Sorted(maps.Keys(found)) {
			for i := range found[project] {
				objects.Items = append(objects.Items, runtime.RawExtension{Object: wrap(&found[project][i])})
			}
		}
		return objects, nil
	}
	decode := func(text jsontext.Value) (*Object, error) {
		value := new(T)
		if err := json.Unmarshal(text, value, lenient()); err != nil {
			return nil, err
		}
		return wrap(value), c.mustHave(r, meta(value))
	}
	return &Stream{c, r, kind, list, decode}
}

// Stages reports whether the stream is that of the Stages, without which there is nothing
// to judge.
func (s *Stream) Stages() bool { return s.kind == 0 }

// String names the resource and its namespace.
func (s *Stream) String() string { return s.cluster.describe(s.resource) }

// List reads the list whole, whatever page options asks for. It is never older than what
// the API server stores, as a list from its cache may be.
func (s *Stream) List(ctx context.Context, options metav1.ListOptions) (*metav1.List, error) {
	if options.ResourceVersion == "0" {
		options.ResourceVersion = ""
	}
	return s.list(ctx, options.ResourceVersion)
}

// Watch opens a watch, which ends with the context or when it is closed.
func (s *Stream) Watch(ctx context.Context, options metav1.ListOptions) (watch.Decoder, error) {
	options.Watch = true
	options.LabelSelector, options.FieldSelector = s.resource.labels, s.resource.fields
	body, err := s.cluster.request(s.resource).SetHeader("Accept", s.resource.acceptOne()).
		SpecificallyVersionedParams(&options, metav1.ParameterCodec, schema.GroupVersion{Version: "v1"}).
		Stream(transport.WithStream(ctx))
	if err != nil {
		return nil, err
	}
	return &events{json: jsontext.NewDecoder(body, lenient()), body: body, stream: s}, nil
}

// ListError describes why the first list failed, as Read does.
func (s *Stream) ListError(ctx context.Context, err error) error {
	err = fmt.Errorf("listing %s: %w", s, err)
	switch {
	case s.Stages():
		return s.cluster.stagesError(ctx, err)
	case apierrors.IsNotFound(err):
		return s.cluster.notServed(s.resource)
	default:
		return err
	}
}

// Refused describes a refusal to list or watch the objects, with the rule that would allow
// it.
func (s *Stream) Refused(verb string, err error) error {
	return fmt.Errorf("not allowed to %s %s: %w; needed is %s", verb, s, err, rule(verb, s.resource))
}

// Unread reports whether the error of the first list leaves the kind unknown, as for Read,
// and says what is unknown then. Other errors leave nothing to judge.
func (s *Stream) Unread(err error) (warning string, ok bool) {
	r := refusal{kind: s.kind, verb: "list", resource: s.resource, contradiction: apierrors.IsNotFound(err)}
	switch {
	case s.Stages():
		return "", false
	case apierrors.IsForbidden(err), r.contradiction && s.resource.plural == projectConfigs().plural:
		return s.cluster.refused(r), true
	default:
		return "", false
	}
}

// events decodes the events of a watch.
type events struct {
	json   *jsontext.Decoder
	body   io.Closer
	stream *Stream
}

// Decode is part of watch.Decoder.
func (e *events) Decode() (watch.EventType, runtime.Object, error) {
	var event struct {
		Type   watch.EventType `json:"type"`
		Object jsontext.Value  `json:"object"`
	}
	err := json.UnmarshalDecode(e.json, &event)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "", nil, io.ErrUnexpectedEOF // which client-go does not log
	case err != nil:
		return "", nil, err
	}
	object, err := e.object(event.Type, event.Object)
	return event.Type, object, err
}

func (e *events) object(event watch.EventType, text jsontext.Value) (runtime.Object, error) {
	switch event {
	case watch.Error:
		status := &metav1.Status{}
		return status, json.Unmarshal(text, status, lenient())
	case watch.Bookmark, watch.Added, watch.Modified, watch.Deleted:
	default:
		return nil, fmt.Errorf("unknown event %q", event)
	}
	var head struct {
		typeMeta
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(text, &head, lenient()); err != nil {
		return nil, err
	}
	object, err := &Object{}, e.stream.resource.mustBe(head.typeMeta, "")
	switch {
	case err != nil:
	case head.Metadata.ResourceVersion == "":
		err = wrongAnswer("an object in it has no resourceVersion")
	case event != watch.Bookmark:
		object, err = e.stream.decode(text)
	}
	if err != nil {
		return nil, err
	}
	object.ResourceVersion = head.Metadata.ResourceVersion
	return object, nil
}

// Close is part of watch.Decoder.
func (e *events) Close() { _ = e.body.Close() } // it was only read

// Unread is a stream that could not be read, and what is unknown because of it.
type Unread struct {
	Stream  *Stream
	Warning string
}

// Gather makes a Snapshot, as Read would return it, of the values of Objects in any order,
// and of the streams that could not be read. Values must not be modified.
func Gather(values iter.Seq[any], unread []Unread) *Snapshot {
	found := objects{
		stages:     map[string][]kargo.Stage{},
		freight:    map[string][]kargo.Freight{},
		promotions: map[string][]kargo.Promotion{},
		warehouses: map[string][]kargo.Warehouse{},
		configs:    map[string][]kargo.ProjectConfig{},
		projects:   map[string][]kargo.Project{},
	}
	for value := range values {
		switch v := value.(type) {
		case *kargo.Stage:
			add(found.stages, v.Metadata.Namespace, v)
		case *kargo.Freight:
			add(found.freight, v.Metadata.Namespace, v)
		case *kargo.Promotion:
			add(found.promotions, v.Metadata.Namespace, v)
		case *kargo.Warehouse:
			add(found.warehouses, v.Metadata.Namespace, v)
		case *kargo.ProjectConfig:
			add(found.configs, v.Metadata.Namespace, v)
		case *kargo.Project:
			add(found.projects, v.Metadata.Name, v)
		}
	}
	snapshot := found.snapshot()
	if len(snapshot.Projects) == 0 {
		return snapshot
	}
	for _, u := range unread {
		if !snapshot.Projects[0].Unread.Has(u.Stream.kind) { // another stream of the same kind may have failed, too
			snapshot.unread(u.Stream.kind, u.Warning)
		}
	}
	if found.targetAware() {
		snapshot.unread(pipeline.PromotionRequests, "not watched: "+unknownWithout(pipeline.PromotionRequests))
	}
	return snapshot
}

func add[T any](to map[string][]T, project string, value *T) {
	to[project] = append(to[project], *value)
}

// MustExist returns the API server's own NotFound if the Cluster's namespace does not exist,
// and nil if the user may not get it.
func (c Cluster) MustExist(ctx context.Context) error {
	_, err := c.withoutStages(ctx)
	return err
}
