package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

const (
	// pageSize is how many objects a request for a page asks for, as in kubectl.
	pageSize = 500
	// maxPages bounds a list whose pages do not end.
	maxPages = 10_000
)

// list reads a resource whole and returns its objects by Project. After an error nothing
// is returned.
func list[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata) (map[string][]T, error) {
	found, _, err := listAt(ctx, c, r, meta, "")
	if err != nil {
		return nil, c.listing(r, err)
	}
	return found, nil
}

// listAt is list for a state that is not older than a resourceVersion. It asks for
// everything in one request: API servers answer that from memory, while each further page
// may have to come from etcd and takes many times as long. A response that is cut off, for
// example by the server's own time limit, is read again page by page.
func listAt[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata, version string) (map[string][]T, kargo.ListMeta, error) {
	found, page, err := pages(ctx, c, r, meta, pageRequest{version: version})
	if isCut(err) && ctx.Err() == nil {
		return pages(ctx, c, r, meta, pageRequest{limit: pageSize})
	}
	return found, page, err
}

// listing says that a list could not be read.
func (c Cluster) listing(r *resource, err error) error {
	return fmt.Errorf("listing %s: %w", c.describe(r), err)
}

// firstPage reads the first objects of a list, and reports whether they are all there
// are. A response that is cut off is an empty page with more to come.
func firstPage[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata, limit int) (items []T, isAll bool, err error) {
	one := newCollector(c, r, meta)
	page, err := readPage(ctx, c, r, pageRequest{limit: limit}, one.add)
	switch {
	case isCut(err) && ctx.Err() == nil:
		return nil, false, nil
	case err != nil:
		return nil, false, c.listing(r, err)
	default:
		return one.byProject()[c.Namespace], page.Continue == "", nil
	}
}

// pages reads a list from a page on, and returns the metadata of that page. Without a
// limit it is the only one.
func pages[T any](ctx context.Context, c Cluster, r *resource, meta func(*T) *kargo.Metadata, request pageRequest) (map[string][]T, kargo.ListMeta, error) {
	all := newCollector(c, r, meta)
	all.progress = c.progress(r)
	var first kargo.ListMeta
	tokens := map[string]bool{}
	for {
		page, err := readPage(ctx, c, r, request, all.add)
		if len(tokens) == 0 {
			first = page
		}
		switch {
		case err != nil:
			all.progress.add(-all.count)
			return nil, first, err
		case page.Continue == "":
			return all.byProject(), first, nil
		case tokens[page.Continue]:
			return nil, first, errors.New("the API server sends the same page again and again")
		case len(tokens) == maxPages:
			return nil, first, fmt.Errorf("the list does not end after %d pages", maxPages)
		}
		tokens[page.Continue] = true
		request = pageRequest{limit: request.limit, next: page.Continue}
	}
}

// pageRequest is what to ask for of a list.
type pageRequest struct {
	// limit is how many objects to ask for; 0 asks for all.
	limit int
	// next is the continue token; "" asks for the first page.
	next string
	// version is a resourceVersion; the page must not be older. "" asks for the newest.
	version string
}

func readPage[T any](ctx context.Context, c Cluster, r *resource, page pageRequest, each func(T) error) (kargo.ListMeta, error) {
	limit := ""
	if page.limit > 0 {
		limit = strconv.Itoa(page.limit)
	}
	request := c.request(r).SetHeader("Accept", r.accept())
	for name, value := range map[string]string{
		"labelSelector": r.labels, "fieldSelector": r.fields, "limit": limit, "continue": page.next, "resourceVersion": page.version,
	} {
		if value != "" {
			request.Param(name, value)
		}
	}
	return readList(ctx, request, r, each)
}

// collector gathers the objects of one list, and checks that each can be in it and is
// there once.
type collector[T any] struct {
	cluster  Cluster
	resource *resource
	meta     func(*T) *kargo.Metadata
	progress *Progress
	found    map[string]*pile[T] // by Project
	count    int64
	last     key
	// index finds objects by their keys. It is nil while they arrive in order, as API
	// servers list them: then none can be there twice.
	index map[key]*T
}

func newCollector[T any](c Cluster, r *resource, meta func(*T) *kargo.Metadata) *collector[T] {
	return &collector[T]{cluster: c, resource: r, meta: meta, found: map[string]*pile[T]{}}
}

// add takes an object. The same object may be in two pages, and the later page has what
// is newer; two objects of one name are an error.
func (a *collector[T]) add(item T) error {
	meta := a.meta(&item)
	if err := a.cluster.mustHave(a.resource, meta); err != nil {
		return err
	}
	at := key{meta.Namespace, meta.Name}
	if a.index == nil && a.count > 0 && !a.last.before(at) {
		a.buildIndex()
	}
	a.last = at
	if known := a.index[at]; known != nil {
		if a.meta(known).UID != meta.UID {
			return wrongAnswer("it has two objects named %q", meta.Name)
		}
		*known = item
		return nil
	}
	stored := a.store(projectOf(a.resource, meta), item)
	if a.index != nil {
		a.index[at] = stored
	}
	return nil
}

func (a *collector[T]) store(project string, item T) *T {
	if a.found[project] == nil {
		a.found[project] = &pile[T]{}
	}
	a.count++
	a.progress.add(1)
	return a.found[project].add(item)
}

func (a *collector[T]) buildIndex() {
	a.index = make(map[key]*T, a.count)
	for _, p := range a.found {
		for _, part := range append(p.full, p.last) {
			for i := range part {
				meta := a.meta(&part[i])
				a.index[key{meta.Namespace, meta.Name}] = &part[i]
			}
		}
	}
}

// byProject returns the objects.
func (a *collector[T]) byProject() map[string][]T {
	items := make(map[string][]T, len(a.found))
	for name, p := range a.found {
		items[name] = slices.Concat(append(p.full, p.last)...)
	}
	return items
}

// before reports whether an object comes before another one in the order of etcd's keys,
// which are NAMESPACE/NAME.
func (k key) before(other key) bool {
	if k.project == other.project {
		return k.name < other.name
	}
	return k.project+"/" < other.project+"/"
}

// pile gathers items without moving those that it has, as a slice that grows does.
type pile[T any] struct {
	full [][]T
	last []T
}

func (p *pile[T]) add(item T) *T {
	if len(p.last) == cap(p.last) {
		p.full = append(p.full, p.last)
		p.last = make([]T, 0, min(max(16, 2*cap(p.last)), 1024))
	}
	p.last = append(p.last, item)
	return &p.last[len(p.last)-1]
}

// projectOf returns the Project of an object: its namespace, or the name of a Project
// itself.
func projectOf(r *resource, meta *kargo.Metadata) string {
	if r.clusterScoped {
		return meta.Name
	}
	return meta.Namespace
}
