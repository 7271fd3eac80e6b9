package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// pageSize is how many objects a request for a page asks for, as kubectl does.
const pageSize = 500

// resource is a resource of Kargo's API.
type resource struct {
	plural        string
	clusterScoped bool
	// metadataOnly asks for the objects' metadata alone.
	metadataOnly bool
	// labels and fields select objects; "" selects all.
	labels, fields string
}

func stages() *resource         { return &resource{plural: "stages"} }
func freights() *resource       { return &resource{plural: "freights"} }
func warehouses() *resource     { return &resource{plural: "warehouses", metadataOnly: true} }
func promotions() *resource     { return &resource{plural: "promotions"} }
func projectConfigs() *resource { return &resource{plural: "projectconfigs"} }
func projects() *resource       { return &resource{plural: "projects", clusterScoped: true} }

// metadata returns the resource with the metadata of its objects alone.
func (r resource) metadata() *resource {
	r.metadataOnly = true
	return &r
}

// withLabels returns the resource with the objects that labels select alone.
func (r resource) withLabels(selector string) *resource {
	r.labels = selector
	return &r
}

// withField returns the resource with the objects that a field selects alone.
func (r resource) withField(selector string) *resource {
	r.fields = selector
	return &r
}

func (r *resource) accept() string {
	if r.metadataOnly {
		return "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
	}
	return "application/json"
}

// acceptOne is what accept asks for of lists, for the events of a watch.
func (r *resource) acceptOne() string {
	if r.metadataOnly {
		return "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
	}
	return "application/json"
}

// Where each kind has its metadata.
func stageMeta(s *kargo.Stage) *kargo.Metadata          { return &s.Metadata }
func freightMeta(f *kargo.Freight) *kargo.Metadata      { return &f.Metadata }
func warehouseMeta(w *kargo.Warehouse) *kargo.Metadata  { return &w.Metadata }
func promotionMeta(p *kargo.Promotion) *kargo.Metadata  { return &p.Metadata }
func configMeta(c *kargo.ProjectConfig) *kargo.Metadata { return &c.Metadata }
func projectMeta(p *kargo.Project) *kargo.Metadata      { return &p.Metadata }

// list reads a resource whole and returns its objects by Project, in one request: API
// servers answer it from memory, as of now, where each further page may have to come from
// etcd and takes many times as long. An answer that breaks off, as when the server's time
// for a request is over, is read once more, page by page. After an error nothing is
// returned.
func list[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata) (map[string][]T, error) {
	found, err := pages(ctx, c, r, meta, 0)
	if brokenOff(err) && ctx.Err() == nil {
		found, err = pages(ctx, c, r, meta, pageSize)
	}
	if err != nil {
		return nil, c.listing(r, err)
	}
	return found, nil
}

// listing says that a list could not be read.
func (c Cluster) listing(r *resource, err error) error {
	return fmt.Errorf("listing %s: %w", c.describe(r), err)
}

// firstPage reads the first objects of a list, and reports whether they are all there
// are. An answer that breaks off is a page of nothing, with more to come.
func firstPage[T any](ctx context.Context, c Cluster, r *resource, limit int) (items []T, isAll bool, err error) {
	page, err := readPage(ctx, c, r, limit, "", func(item T) { items = append(items, item) })
	switch {
	case brokenOff(err) && ctx.Err() == nil:
		return nil, false, nil
	case err != nil:
		return nil, false, c.listing(r, err)
	default:
		return items, page.Continue == "", nil
	}
}

// brokenOff reports whether an answer did not come to its end, or took the server too
// long.
func brokenOff(err error) bool {
	var cut *cutError
	return errors.As(err, &cut) || apierrors.IsTimeout(err)
}

// cutError says that an answer began and did not come to its end.
type cutError struct{ error }

// Unwrap is part of error handling.
func (e *cutError) Unwrap() error { return e.error }

// pages reads a list page by page; a limit of 0 asks for a single page.
func pages[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata, limit int) (map[string][]T, error) {
	found := map[string]*pile[T]{}
	progress, read := c.progress(r), int64(0)
	add := func(item T) {
		name := projectOf(r, meta(&item))
		if found[name] == nil {
			found[name] = &pile[T]{}
		}
		found[name].add(item)
		read++
		progress.add(1)
	}
	next := ""
	for {
		page, err := readPage(ctx, c, r, limit, next, add)
		switch {
		case err != nil:
			progress.add(-read)
			return nil, err
		case page.Continue == "":
			return flat(found), nil
		case page.Continue == next:
			return nil, errors.New("the API server sends the same page again and again")
		}
		next = page.Continue
	}
}

// pile gathers items without ever moving those that it has, as a slice that grows does.
type pile[T any] struct {
	full [][]T
	last []T
}

func (p *pile[T]) add(item T) {
	if len(p.last) == cap(p.last) {
		p.full = append(p.full, p.last)
		p.last = make([]T, 0, min(max(16, 2*cap(p.last)), 1024))
	}
	p.last = append(p.last, item)
}

// flat returns the items of each pile as one slice.
func flat[T any](piles map[string]*pile[T]) map[string][]T {
	items := make(map[string][]T, len(piles))
	for name, p := range piles {
		items[name] = slices.Concat(append(p.full, p.last)...)
	}
	return items
}

// projectOf returns the Project that an object belongs to: its namespace, or the
// name of a Project itself.
func projectOf(r *resource, meta *kargo.Metadata) string {
	if r.clusterScoped {
		return meta.Name
	}
	return meta.Namespace
}

func readPage[T any](ctx context.Context, c Cluster, r *resource, limit int, next string, each func(T)) (kargo.ListMeta, error) {
	request := c.request(r).SetHeader("Accept", r.accept())
	if r.labels != "" {
		request.Param("labelSelector", r.labels)
	}
	if r.fields != "" {
		request.Param("fieldSelector", r.fields)
	}
	if limit > 0 {
		request.Param("limit", strconv.Itoa(limit))
	}
	if next != "" {
		request.Param("continue", next)
	}
	return readList(ctx, request, each)
}

// readList reads the answer to a request, which is a list or a page of one.
func readList[T any](ctx context.Context, request *rest.Request, each func(T)) (kargo.ListMeta, error) {
	body, err := request.Stream(ctx)
	if err != nil {
		return kargo.ListMeta{}, err
	}
	defer func() { _ = body.Close() }() // it was only read
	page, err := kargo.DecodeList(&batches{from: body}, each)
	if err != nil {
		return kargo.ListMeta{}, listError(err)
	}
	// If anything is left it is a line's end; a body that is read to its end lets
	// the connection be used again.
	_, _ = io.CopyN(io.Discard, body, 512)
	return page, nil
}

// listError puts an error that decoding a list met into words.
func listError(err error) error {
	said := decodeError("a whole list", err)
	if _, _, words := explain(err); words == "" || errors.Is(err, io.ErrUnexpectedEOF) {
		return &cutError{said}
	}
	return said
}

// decodeError puts an error that decoding what should be something met into words.
func decodeError(something string, err error) error {
	if _, at, words := explain(err); words != "" {
		return fmt.Errorf("the answer is not %s: %s%s", something, field(at), words)
	}
	return fmt.Errorf("the answer is not %s: %w", something, err)
}

// request starts a request for a resource of Kargo's API.
func (c Cluster) request(r *resource) *rest.Request {
	request := c.Client.REST().Get().AbsPath("/apis/" + kargo.APIVersion).Resource(r.plural)
	if c.Namespace != "" && !r.clusterScoped {
		request.Namespace(c.Namespace)
	}
	return request
}

// get reads one object, nil when there is none.
func get[T any](ctx context.Context, c Cluster, r *resource, name string) (*T, error) {
	object := new(T)
	err := readObject(ctx, c.request(r).Name(name), object)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading %s %q: %w", strings.TrimSuffix(r.plural, "s"), name, err)
	default:
		return object, nil
	}
}

// readObject reads the answer to a request, which is one object.
func readObject(ctx context.Context, request *rest.Request, into any) error {
	result := request.Do(ctx)
	if err := result.Error(); err != nil { // in the API server's own words, which Raw has not
		return err
	}
	raw, err := result.Raw()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return decodeError("a whole object", err)
	}
	return nil
}

// project reads the Project that the namespace is named after; empty when there
// is none.
func (c Cluster) project(ctx context.Context) (map[string][]kargo.Project, error) {
	project, err := get[kargo.Project](ctx, c, projects(), c.Namespace)
	if err != nil || project == nil {
		return nil, err
	}
	return map[string][]kargo.Project{c.Namespace: {*project}}, nil
}
