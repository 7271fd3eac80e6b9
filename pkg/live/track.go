package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

const (
	// grace is how long a watch may be down before that is news: watches end every few
	// minutes, and are opened again at once.
	grace = time.Second
	// settling is how long it may take until all watches stand.
	settling = 2 * time.Second
	// patience is how long an API server may refuse what it has allowed before: one that
	// is starting refuses everything for a moment, as it has not read its rules yet.
	patience = 20 * time.Second
)

// backoff is how long to wait before another try. It stays short, so that an API
// server that is back is noticed soon.
func backoff() *wait.Backoff {
	return &wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: math.MaxInt32, Cap: 2 * time.Second}
}

// track keeps one stream's objects up to date. It is what a Reflector lists and
// watches with, and the store that it fills.
type track struct {
	feed   *Feed
	stream *source.Stream
	ctx    context.Context // how long the track runs
	end    context.CancelFunc
	// ready is closed when the first list was read, or could not be.
	ready chan struct{}
	// tried is closed when the first watch stands, or failed.
	tried    chan struct{}
	firstTry sync.Once

	// The rest is guarded by the Feed's lock.

	objects map[key]any
	listed  bool
	// unread says that the stream may not be listed.
	unread bool
	// err is what kept the first list from being read.
	err    error
	outage *outage
	// stood says that the API server has allowed to watch, and refused, since when it
	// does not any more.
	stood   bool
	refused time.Time
	// failure is why the track has ended, when the API server refuses it.
	failure error
}

// key is what no two objects of a kind share.
type key struct{ project, name string }

// outage is a time in which the objects are not kept up to date.
type outage struct {
	loss Loss
	// lasts says that the grace is over.
	lasts bool
}

func newTrack(f *Feed, stream *source.Stream) *track {
	t := &track{feed: f, stream: stream, ready: make(chan struct{}), tried: make(chan struct{})}
	t.ctx, t.end = context.WithCancel(f.ctx)
	return t
}

// run starts the Reflector.
func (t *track) run() {
	if t.feed.started {
		t.lose(fmt.Errorf("reading %s", t.stream))
	}
	reflector := cache.NewReflectorWithOptions(lister{t}, nil, t, cache.ReflectorOptions{
		Name:            t.stream.String(),
		TypeDescription: t.stream.String(),
		Backoff:         backoff(),
	})
	t.feed.running.Go(func() { reflector.RunWithContext(t.ctx) })
}

// first waits for the first list, and returns why there is none. A kind that may not
// be listed is unread, but for Stages.
func (t *track) first() error {
	select {
	case <-t.ready:
	case <-t.ctx.Done(): // or it was replaced
	}
	t.feed.mu.Lock()
	err := t.err
	t.feed.mu.Unlock()
	if err == nil {
		return t.feed.ctx.Err()
	}
	return t.stream.ListError(t.feed.ctx, err)
}

func (t *track) isEmpty() bool {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	return len(t.objects) == 0
}

// unlisted reports whether nothing is known of the stream yet.
func (t *track) unlisted() bool { return !t.listed && !t.unread }

// inOrder returns the objects by Project and name.
func (t *track) inOrder() []any {
	keys := slices.SortedFunc(maps.Keys(t.objects), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.name, b.name))
	})
	values := make([]any, 0, len(keys))
	for _, k := range keys {
		values = append(values, t.objects[k])
	}
	return values
}

// lost returns the Loss that is to be told, nil when there is none.
func (t *track) lost() *Loss {
	if t.outage == nil || !t.outage.lasts {
		return nil
	}
	loss := t.outage.loss
	return &loss
}

// lose notes that the objects are not kept up to date: since the last sign of life, as
// what came after that is not known. The lock is held.
func (t *track) lose(err error) {
	if t.outage != nil {
		t.outage.loss.Err = err
		return
	}
	o := &outage{loss: Loss{Since: t.feed.seen, Err: err}}
	t.outage = o
	time.AfterFunc(grace, func() {
		t.feed.mu.Lock()
		defer t.feed.mu.Unlock()
		o.lasts = true
		if t.outage == o {
			t.feed.signal()
		}
	})
}

// regain notes that the objects are up to date. The lock is held.
func (t *track) regain() {
	if t.lost() != nil {
		t.feed.signal()
	}
	t.outage = nil
}

// hear notes a sign of life.
func (t *track) hear() {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	t.feed.hear()
}

// failed notes that a request failed.
func (t *track) failed(verb string, err error) {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	switch {
	case t.ctx.Err() != nil:
	case verb == "list" && !t.listed && !t.feed.started:
		t.giveUp(err)
	case t.hasRefused(verb, err):
		t.failure = t.stream.Refused(verb, err)
		t.end()
		t.feed.signal()
	default:
		t.lose(err)
	}
}

// giveUp notes that the first list cannot be read.
func (t *track) giveUp(err error) {
	if apierrors.IsForbidden(err) && !t.stream.Stages() {
		t.unread = true
	} else {
		t.err = err
	}
	t.end()
	close(t.ready)
}

// hasRefused reports whether the API server refuses a verb for good.
func (t *track) hasRefused(verb string, err error) bool {
	now := t.feed.scope.Now()
	switch {
	case !apierrors.IsForbidden(err):
		t.refused = time.Time{}
		return false
	case verb == "watch" && !t.stood:
		return true
	case t.refused.IsZero():
		t.refused = now
	}
	return now.Sub(t.refused) >= patience
}

// lister is the side of a track that a Reflector reads with. client-go is not to
// stream lists as events.
type lister struct{ *track }

// IsWatchListSemanticsUnSupported is how client-go asks for that.
func (lister) IsWatchListSemanticsUnSupported() bool { return true }

// List is part of cache.ListerWatcher.
func (l lister) List(options metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(l.ctx, options)
}

// Watch is part of cache.ListerWatcher.
func (l lister) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(l.ctx, options)
}

// ListWithContext is part of cache.ListerWatcherWithContext.
func (l lister) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	list, err := l.stream.List(ctx, options)
	if err != nil && !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) { // those are read anew, from the start
		l.failed("list", err)
	}
	if err == nil {
		l.hear()
	}
	return list, err
}

// WatchWithContext is part of cache.ListerWatcherWithContext.
func (l lister) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	events, err := l.stream.Watch(ctx, options)
	defer l.firstTry.Do(func() { close(l.tried) })
	if err != nil {
		l.failed("watch", err)
		return nil, err
	}
	l.feed.mu.Lock()
	l.feed.hear()
	l.regain()
	l.stood, l.refused = true, time.Time{}
	l.feed.mu.Unlock()
	reporter := apierrors.NewClientErrorReporter(http.StatusInternalServerError, http.MethodGet, "ClientWatchDecoding")
	return watch.NewStreamWatcher(&ending{Decoder: events, track: l.track}, reporter), nil
}

// ending tells a track when its watch ends: once, as what comes after that may come
// when there is another watch already.
type ending struct {
	watch.Decoder
	track *track
	told  bool
}

// Decode is part of watch.Decoder.
func (e *ending) Decode() (watch.EventType, runtime.Object, error) {
	event, object, err := e.Decoder.Decode()
	why := err
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		why = errors.New("the API server ended the watch")
	case event == watch.Error:
		why = apierrors.FromObject(object)
	}
	switch {
	case why == nil:
		e.track.hear()
	case !e.told:
		e.told = true
		e.track.failed("watch", why)
	}
	return event, object, err
}

// Replace is part of cache.ReflectorStore.
func (t *track) Replace(list []any, _ string) error {
	objects := make(map[key]any, len(list))
	for _, item := range list {
		if k, value, ok := entry(item); ok {
			objects[k] = value
		}
	}
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	isNews := !t.listed || !reflect.DeepEqual(objects, t.objects)
	t.objects = objects
	t.regain()
	if isNews {
		t.changed()
	}
	if !t.listed {
		t.listed = true
		close(t.ready)
	}
	return nil
}

// Add is part of cache.ReflectorStore.
func (t *track) Add(object any) error { return t.Update(object) }

// Update is part of cache.ReflectorStore.
func (t *track) Update(object any) error {
	k, value, ok := entry(object)
	if !ok {
		return fmt.Errorf("unexpected %T", object)
	}
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	if !reflect.DeepEqual(t.objects[k], value) {
		t.objects[k] = value
		t.changed()
	}
	return nil
}

// Delete is part of cache.ReflectorStore.
func (t *track) Delete(object any) error {
	k, _, ok := entry(object)
	if !ok {
		return fmt.Errorf("unexpected %T", object)
	}
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	delete(t.objects, k)
	t.changed()
	return nil
}

// Resync is part of cache.ReflectorStore.
func (t *track) Resync() error { return nil }

// changed notes that the objects are other than before. The lock is held.
func (t *track) changed() {
	t.feed.outdated = true
	if t.stream.Stages() {
		t.feed.follow(t)
	}
	t.feed.signal()
}

func entry(object any) (key, any, bool) {
	o, ok := object.(*source.Object)
	if !ok {
		return key{}, nil, false
	}
	return key{o.Namespace, o.Name}, o.Value, true
}
