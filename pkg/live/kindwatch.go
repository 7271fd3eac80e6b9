package live

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/cache"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

const (
	// outageGrace is how long a watch may be disconnected before the Snapshot is stale.
	// Watches end every few minutes, and are reopened at once.
	outageGrace = time.Second
	// settleTimeout bounds Watcher.Settle.
	settleTimeout = 2 * time.Second
	// refusalGrace is how long an API server may refuse what it allowed before. While it
	// starts it refuses everything, until it has read its authorization rules.
	refusalGrace = 20 * time.Second
)

// kindWatch keeps the objects of one stream up to date. A Reflector lists and watches
// with it, and stores the objects in it.
type kindWatch struct {
	watcher *Watcher
	stream  *source.Stream
	ctx     context.Context // ends when the watch ends for good
	end     context.CancelFunc
	// ready is closed when the first list was read or failed.
	ready chan struct{}
	// tried is closed when the first watch request was accepted or failed.
	tried    chan struct{}
	firstTry sync.Once

	// The rest is guarded by the Watcher's lock.

	objects map[key]any
	listed  bool
	// unread says why the kind is unknown, "" while it is not.
	unread string
	// listErr is why the first list failed.
	listErr error
	outage  *outage
	// watched says that the API server has accepted a watch request once. refusedSince is
	// when it began to refuse them, zero while it does not.
	watched      bool
	refusedSince time.Time
	// failure is why the watch ended for good, when the API server refuses it.
	failure error
}

// key identifies an object among those of its kind.
type key struct{ project, name string }

// outage is a period in which the objects are not kept up to date.
type outage struct {
	stale Staleness
	// reported says that it has lasted longer than outageGrace.
	reported bool
}

func newKindWatch(w *Watcher, stream *source.Stream) *kindWatch {
	k := &kindWatch{watcher: w, stream: stream, ready: make(chan struct{}), tried: make(chan struct{})}
	k.ctx, k.end = context.WithCancel(w.ctx)
	return k
}

// run starts the Reflector. The lock is held.
func (k *kindWatch) run() {
	if k.watcher.started {
		k.markStale(fmt.Errorf("reading %s", k.stream))
	}
	reflector := cache.NewReflectorWithOptions(listWatch{k}, nil, k, cache.ReflectorOptions{
		Name:            k.stream.String(),
		TypeDescription: k.stream.String(),
		Backoff:         watchBackoff(),
	})
	k.watcher.running.Go(func() { reflector.RunWithContext(k.ctx) })
}

// awaitList waits for the first list and returns its error. A kind that is unread, for
// example because the user may not list it, is no error.
func (k *kindWatch) awaitList() error {
	select {
	case <-k.ready:
	case <-k.ctx.Done(): // or it was replaced
	}
	k.watcher.mu.Lock()
	err := k.listErr
	k.watcher.mu.Unlock()
	if err == nil {
		return k.watcher.ctx.Err()
	}
	return k.stream.ListError(k.watcher.ctx, err)
}

func (k *kindWatch) isEmpty() bool {
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	return len(k.objects) == 0
}

// unlisted reports whether the first list is still missing. The lock is held.
func (k *kindWatch) unlisted() bool { return !k.listed && k.unread == "" }

// sorted returns the objects by Project and name. The lock is held.
func (k *kindWatch) sorted() []any {
	keys := slices.SortedFunc(maps.Keys(k.objects), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.name, b.name))
	})
	values := make([]any, 0, len(keys))
	for _, key := range keys {
		values = append(values, k.objects[key])
	}
	return values
}

// staleness returns the Staleness of an outage that is to be reported, else nil. The lock
// is held.
func (k *kindWatch) staleness() *Staleness {
	if k.outage == nil || !k.outage.reported {
		return nil
	}
	stale := k.outage.stale
	return &stale
}

// markStale begins an outage. It counts from the last response, as whatever happened
// after that is unknown. The lock is held.
func (k *kindWatch) markStale(err error) {
	if k.outage != nil {
		k.outage.stale.Err = err
		return
	}
	o := &outage{stale: Staleness{Since: k.watcher.seen, Err: err}}
	k.outage = o
	time.AfterFunc(outageGrace, func() {
		k.watcher.mu.Lock()
		defer k.watcher.mu.Unlock()
		o.reported = true
		if k.outage == o {
			k.watcher.signal()
		}
	})
}

// markFresh ends an outage. The lock is held.
func (k *kindWatch) markFresh() {
	if k.staleness() != nil {
		k.watcher.signal()
	}
	k.outage = nil
}

// heard notes a response of the API server.
func (k *kindWatch) heard() {
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	k.watcher.heard()
}

// requestFailed notes that a request failed.
func (k *kindWatch) requestFailed(verb string, err error) {
	k.watcher.mu.Lock()
	defer k.watcher.mu.Unlock()
	switch {
	case k.ctx.Err() != nil:
	case verb == "list" && !k.listed && !k.watcher.started:
		k.firstListFailed(err)
	case k.isRefused(verb, err):
		k.failure = k.stream.Refused(verb, err)
		k.end()
		k.watcher.signal()
	default:
		k.markStale(err)
	}
}

// firstListFailed ends the watch, as the kind cannot be read. The lock is held.
func (k *kindWatch) firstListFailed(err error) {
	if warning, ok := k.stream.Unread(err); ok {
		k.unread = warning
	} else {
		k.listErr = err
	}
	k.end()
	close(k.ready)
}

// isRefused reports whether an error is a permanent refusal. A refusal of what was
// allowed before is permanent once it persists past refusalGrace. The lock is held.
func (k *kindWatch) isRefused(verb string, err error) bool {
	now := k.watcher.scope.Now()
	switch {
	case !apierrors.IsForbidden(err):
		k.refusedSince = time.Time{}
		return false
	case verb == "watch" && !k.watched:
		return true
	case k.refusedSince.IsZero():
		k.refusedSince = now
	}
	return now.Sub(k.refusedSince) >= refusalGrace
}
