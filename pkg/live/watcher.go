package live

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Watcher keeps a Snapshot of a cluster's Projects up to date.
type Watcher struct {
	cluster source.Cluster
	scope   Scope
	ctx     context.Context // ends when the Watcher is closed
	cancel  context.CancelFunc
	running sync.WaitGroup
	changed chan struct{}

	mu sync.Mutex
	// fixed are the watches of all kinds but Promotions. Those may be narrowed to
	// Stages, and are replaced when these change.
	fixed           []*kindWatch
	promotions      []*kindWatch
	promotionStages map[string]bool
	// started says that every kind was listed once.
	started bool
	// seen is when the API server last responded, heartbeatErr why the last heartbeat
	// failed. silenceSignaled says that a missing response was signaled.
	seen            time.Time
	heartbeatErr    error
	silenceSignaled bool
	// contents are those of the last Snapshot; outdated says that they changed since.
	contents *source.Snapshot
	outdated bool
}

// Watch returns once every kind was listed. Its errors are those of source.Cluster.Read.
// The Watcher ends with the context, and must be closed.
func Watch(ctx context.Context, client source.Client, scope Scope) (*Watcher, error) {
	w := &Watcher{
		cluster: source.Cluster{Client: client, Namespace: scope.Namespace},
		scope:   scope,
		changed: make(chan struct{}, 1),
	}
	// client-go logs only errors that the Snapshot has, too.
	w.ctx, w.cancel = context.WithCancel(klog.NewContext(ctx, logr.Discard()))
	err := w.start()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	w.running.Go(w.heartbeat)
	return w, nil
}

// start lists every kind once. If all lists fail, it returns the error of the Stages.
func (w *Watcher) start() error {
	c := w.cluster
	stages := newKindWatch(w, c.StreamStages())
	w.mu.Lock()
	w.fixed = []*kindWatch{stages, newKindWatch(w, c.StreamFreight(w.scope.Freight)), newKindWatch(w, c.StreamWarehouses())}
	for _, k := range w.fixed {
		k.run()
	}
	if !w.scope.narrows() {
		w.replacePromotions(c.StreamPromotions())
	}
	w.mu.Unlock()

	policies := newKindWatch(w, c.StreamPolicies(w.ctx))
	w.mu.Lock()
	w.fixed = append(w.fixed, policies)
	policies.run()
	w.mu.Unlock()

	for k := stages; k != nil; k = w.unlisted() {
		if err := k.awaitList(); err != nil {
			return err
		}
		if k == stages && k.isEmpty() {
			if err := c.MustExist(w.ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlisted returns a watch whose first list is missing, nil when there is none. The
// Watcher has then started.
func (w *Watcher) unlisted() *kindWatch {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range w.watches() {
		if k.unlisted() {
			return k
		}
	}
	w.started = true
	return nil
}

// watches returns all watches. The lock is held.
func (w *Watcher) watches() []*kindWatch { return slices.Concat(w.fixed, w.promotions) }

// Changed receives when the Snapshot has changed, including when the connection is lost
// or regained, and when watching has failed. Pending signals coalesce: the channel holds
// at most one.
func (w *Watcher) Changed() <-chan struct{} { return w.changed }

func (w *Watcher) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Snapshot returns what is known now.
func (w *Watcher) Snapshot() Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	watches := w.watches()
	// While the Promotions of more Stages are listed for the first time, the contents
	// from before are better than Stages without their Promotions.
	if w.contents == nil || w.outdated && !slices.ContainsFunc(watches, (*kindWatch).unlisted) {
		w.contents, w.outdated = w.gather(watches), false
	}
	snapshot := Snapshot{Contents: w.contents, Seen: w.seen, Stale: w.silence()}
	for _, k := range watches {
		if stale := k.staleness(); stale != nil && (snapshot.Stale == nil || stale.Since.Before(snapshot.Stale.Since)) {
			snapshot.Stale = stale
		}
	}
	return snapshot
}

func (w *Watcher) gather(watches []*kindWatch) *source.Snapshot {
	var unread []source.Unread
	for _, k := range watches {
		if k.unread != "" {
			unread = append(unread, source.Unread{Stream: k.stream, Warning: k.unread})
		}
	}
	snapshot := source.Gather(values(watches), unread)
	for i := range snapshot.Projects {
		snapshot.Projects[i].Partial = w.scope.Freight != ""
	}
	return snapshot
}

func values(watches []*kindWatch) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, k := range watches {
			for _, value := range k.sorted() {
				if !yield(value) {
					return
				}
			}
		}
	}
}

// Failed returns why watching cannot continue, with a line for each kind that may not be
// watched; nil while it can.
func (w *Watcher) Failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var refusals []error
	for _, k := range w.watches() {
		isSame := func(err error) bool { return err.Error() == k.failure.Error() }
		if k.failure != nil && !slices.ContainsFunc(refusals, isSame) {
			refusals = append(refusals, k.failure)
		}
	}
	return errors.Join(refusals...)
}

// Settle returns when each watch is connected or has failed, or after settleTimeout.
func (w *Watcher) Settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	w.mu.Lock()
	watches := w.watches()
	w.mu.Unlock()
	for _, k := range watches {
		select {
		case <-k.tried:
		case <-k.ctx.Done(): // it is unread, or was replaced
		case <-ctx.Done():
		}
	}
}

// Close ends the watches and waits for them.
func (w *Watcher) Close() {
	w.cancel()
	w.running.Wait()
}
