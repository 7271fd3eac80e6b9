package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Stream is one kind of a Cluster's objects, or some of a kind, to be listed and
// watched by a Reflector of client-go.
type Stream struct {
	cluster  Cluster
	resource *resource
	kind     pipeline.Kind // none for Stages
	page     func(ctx context.Context, options metav1.ListOptions, each func(*Object)) (kargo.ListMeta, error)
	decode   func(jsontext.Value) (*Object, error)
}

// Object is what a Stream hands over. Of its metadata only name, namespace and
// resourceVersion are set.
type Object struct {
	metav1.ObjectMeta
	// Value is a *kargo.Stage, a *kargo.Freight and so on.
	Value any
}

// GetObjectKind is part of runtime.Object.
func (o *Object) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject is part of runtime.Object. The value is not to be modified, and
// may be shared.
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
	return stream(c, pipeline.Freight, freights().withField("metadata.name="+name), freightMeta)
}

// StreamWarehouses returns the Warehouses, of which only the metadata is asked for.
func (c Cluster) StreamWarehouses() *Stream {
	return stream(c, pipeline.Warehouses, warehouses(), warehouseMeta)
}

// StreamPromotions returns all Promotions.
func (c Cluster) StreamPromotions() []*Stream {
	return []*Stream{stream(c, pipeline.Promotions, promotions(), promotionMeta)}
}

// StreamPromotionsTo returns streams that together have the Promotions to these
// Stages, and as few others as can be. The order of the names is of no matter.
func (c Cluster) StreamPromotionsTo(stages []string, releases kargo.Releases) []*Stream {
	var streams []*Stream
	for _, r := range promotionsTo(stages, releases) {
		streams = append(streams, stream(c, pipeline.Promotions, r, promotionMeta))
	}
	return streams
}

// StreamPolicies returns the ProjectConfigs, or the Projects where the API server
// does not serve ProjectConfigs, which it is asked for.
func (c Cluster) StreamPolicies(ctx context.Context) *Stream {
	switch {
	case c.serves(ctx, projectConfigs()):
		return stream(c, pipeline.Policies, projectConfigs(), configMeta)
	case c.Namespace == "":
		return stream(c, pipeline.Policies, projects(), projectMeta)
	default:
		return stream(c, pipeline.Policies, projects().withField("metadata.name="+c.Namespace), projectMeta)
	}
}

func stream[T any](c Cluster, kind pipeline.Kind, r *resource, meta func(*T) *kargo.Metadata) *Stream {
	wrap := func(value *T) *Object {
		m := meta(value)
		return &Object{metav1.ObjectMeta{Name: m.Name, Namespace: m.Namespace}, value}
	}
	s := &Stream{cluster: c, resource: r, kind: kind}
	s.page = func(ctx context.Context, options metav1.ListOptions, each func(*Object)) (kargo.ListMeta, error) {
		return readList(ctx, s.request(options, r.accept()), func(item T) { each(wrap(&item)) })
	}
	s.decode = func(text jsontext.Value) (*Object, error) {
		value := new(T)
		if err := json.Unmarshal(text, value, lenient()); err != nil {
			return nil, err
		}
		o := wrap(value)
		var err error
		o.ResourceVersion, err = resourceVersionOf(text)
		return o, err
	}
	return s
}

// Stages reports whether the stream is that of the Stages, without which there is
// nothing to judge.
func (s *Stream) Stages() bool { return s.kind == 0 }

// String names the objects: what, and in which namespace.
func (s *Stream) String() string { return s.cluster.describe(s.resource) }

// List reads the list, whole unless options asks for what comes after a page. What it
// returns is recent, not only what a cache of the API server holds.
func (s *Stream) List(ctx context.Context, options metav1.ListOptions) (*metav1.List, error) {
	if options.ResourceVersion == "0" {
		options.ResourceVersion = ""
	}
	if options.Continue == "" {
		options.Limit = 0 // see list
	}
	list := &metav1.List{}
	meta, err := s.page(ctx, options, func(o *Object) {
		list.Items = append(list.Items, runtime.RawExtension{Object: o})
	})
	list.ResourceVersion, list.Continue = meta.ResourceVersion, meta.Continue
	return list, err
}

// Watch opens a watch, which ends with the context or when it is closed.
func (s *Stream) Watch(ctx context.Context, options metav1.ListOptions) (watch.Decoder, error) {
	options.Watch = true
	body, err := s.request(options, s.resource.acceptOne()).Stream(ctx)
	if err != nil {
		return nil, err
	}
	return &frames{json: jsontext.NewDecoder(body, lenient()), body: body, decode: s.decode}, nil
}

func (s *Stream) request(options metav1.ListOptions, accept string) *rest.Request {
	options.LabelSelector, options.FieldSelector = s.resource.labels, s.resource.fields
	return s.cluster.request(s.resource).SetHeader("Accept", accept).
		SpecificallyVersionedParams(&options, metav1.ParameterCodec, schema.GroupVersion{Version: "v1"})
}

// ListError puts what kept a first list from being read into the words of Read.
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

// Refused puts a refusal to list or to watch the objects into words, with the rule
// that would allow it.
func (s *Stream) Refused(verb string, err error) error {
	return fmt.Errorf("not allowed to %s %s: %w; needed is %s", verb, s, err, rule(verb, s.resource))
}

// frames decodes the events of a watch.
type frames struct {
	json   *jsontext.Decoder
	body   io.Closer
	decode func(jsontext.Value) (*Object, error)
}

// Decode is part of watch.Decoder.
func (f *frames) Decode() (watch.EventType, runtime.Object, error) {
	var frame struct {
		Type   watch.EventType `json:"type"`
		Object jsontext.Value  `json:"object"`
	}
	err := json.UnmarshalDecode(f.json, &frame)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "", nil, io.ErrUnexpectedEOF // by which client-go knows that there may be more
	case err != nil:
		return "", nil, err
	}
	object, err := f.object(frame.Type, frame.Object)
	return frame.Type, object, err
}

func (f *frames) object(event watch.EventType, text jsontext.Value) (runtime.Object, error) {
	switch event {
	case watch.Error:
		status := &metav1.Status{}
		return status, json.Unmarshal(text, status, lenient())
	case watch.Bookmark:
		version, err := resourceVersionOf(text)
		return &Object{ObjectMeta: metav1.ObjectMeta{ResourceVersion: version}}, err
	case watch.Added, watch.Modified, watch.Deleted:
		return f.decode(text)
	default:
		return nil, fmt.Errorf("unknown event %q", event)
	}
}

// Close is part of watch.Decoder.
func (f *frames) Close() { _ = f.body.Close() } // it was only read

func resourceVersionOf(text jsontext.Value) (string, error) {
	var object struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	err := json.Unmarshal(text, &object, lenient())
	return object.Metadata.ResourceVersion, err
}

// lenient reads what API servers hold, which may have been written by anyone.
func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// Gather makes a Snapshot, as Read would return it, of the values of Objects in any
// order, and of the streams that may not be read. Values are not to be modified.
func Gather(values iter.Seq[any], unread []*Stream) *Snapshot {
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
	for _, s := range unread {
		if snapshot.Projects[0].Unread.Has(s.kind) {
			continue // of another stream of the same kind
		}
		snapshot.unread(s.kind, s.cluster.mayNot("list", s.resource, unknownWithout(s.kind)))
	}
	if found.targetAware() {
		for _, kind := range []pipeline.Kind{pipeline.PromotionRequests, pipeline.Targets} {
			snapshot.unread(kind, "not watched: "+unknownWithout(kind))
		}
	}
	return snapshot
}

func add[T any](to map[string][]T, project string, value *T) {
	to[project] = append(to[project], *value)
}

// MustExist returns the API server's own NotFound when the Cluster's namespace is not
// there. Who may not look is told nothing.
func (c Cluster) MustExist(ctx context.Context) error {
	_, err := c.withoutStages(ctx)
	return err
}
