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

// Feed is a running watch.
type Feed struct {
	cluster source.Cluster
	scope   Scope
	ctx     context.Context // how long the Feed runs
	cancel  context.CancelFunc
	running sync.WaitGroup
	changed chan struct{}

	mu sync.Mutex
	// fixed are the tracks of all kinds but Promotions: these may be narrowed to
	// Stages, which change.
	fixed      []*track
	promotions []*track
	narrowedTo map[string]bool
	// started says that everything was read once.
	started bool
	// seen is when the connection last gave a sign of life; unanswered is why the last
	// request for one had none, and toldSilence says that its absence was signalled.
	seen        time.Time
	unanswered  error
	toldSilence bool
	// snapshot is the newest Picture's; outdated says that more is known by now.
	snapshot *source.Snapshot
	outdated bool
}

// Watch returns once everything has been read once. Its errors are those of
// source.Cluster.Read. The Feed ends with the context, and has to be closed.
func Watch(ctx context.Context, client source.Client, scope Scope) (*Feed, error) {
	f := &Feed{
		cluster: source.Cluster{Client: client, Namespace: scope.Namespace},
		scope:   scope,
		changed: make(chan struct{}, 1),
	}
	// What client-go would log is in the Picture.
	f.ctx, f.cancel = context.WithCancel(klog.NewContext(ctx, logr.Discard()))
	err := f.start()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	f.running.Go(f.pulse)
	return f, nil
}

// start reads everything once. What ails all lists is said of the Stages, and not of
// the list that happens to fail first.
func (f *Feed) start() error {
	c := f.cluster
	stages := newTrack(f, c.StreamStages())
	f.mu.Lock()
	f.fixed = []*track{stages, newTrack(f, c.StreamFreight(f.scope.Freight)), newTrack(f, c.StreamWarehouses())}
	for _, t := range f.fixed {
		t.run()
	}
	if !f.scope.narrows() {
		f.watchPromotions(c.StreamPromotions())
	}
	f.mu.Unlock()

	policies := newTrack(f, c.StreamPolicies(f.ctx))
	f.mu.Lock()
	f.fixed = append(f.fixed, policies)
	policies.run()
	f.mu.Unlock()

	for t := stages; t != nil; t = f.unlisted() {
		if err := t.first(); err != nil {
			return err
		}
		if t == stages && t.isEmpty() {
			if err := c.MustExist(f.ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlisted returns a track that nothing is known of yet. When there is none, the Feed
// has started.
func (f *Feed) unlisted() *track {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range slices.Concat(f.fixed, f.promotions) {
		if t.unlisted() {
			return t
		}
	}
	f.started = true
	return nil
}

// Changed receives when the Picture is other than before, also when the connection
// is lost or back, or when watching has failed. Changes that nobody took yet are one.
func (f *Feed) Changed() <-chan struct{} { return f.changed }

func (f *Feed) signal() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// Picture returns what is known now.
func (f *Feed) Picture() Picture {
	f.mu.Lock()
	defer f.mu.Unlock()
	tracks := slices.Concat(f.fixed, f.promotions)
	// While Promotions of more Stages are read for the first time, what was known
	// before is better than Stages whose Promotions are missing.
	if f.snapshot == nil || f.outdated && !slices.ContainsFunc(tracks, (*track).unlisted) {
		f.snapshot, f.outdated = f.gather(tracks), false
	}
	picture := Picture{Snapshot: f.snapshot, Seen: f.seen, Lost: f.silent()}
	for _, t := range tracks {
		if loss := t.lost(); loss != nil && (picture.Lost == nil || loss.Since.Before(picture.Lost.Since)) {
			picture.Lost = loss
		}
	}
	return picture
}

func (f *Feed) gather(tracks []*track) *source.Snapshot {
	var unread []*source.Stream
	for _, t := range tracks {
		if t.unread {
			unread = append(unread, t.stream)
		}
	}
	snapshot := source.Gather(values(tracks), unread)
	for i := range snapshot.Projects {
		snapshot.Projects[i].Partial = f.scope.Freight != ""
	}
	return snapshot
}

func values(tracks []*track) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, t := range tracks {
			for _, value := range t.inOrder() {
				if !yield(value) {
					return
				}
			}
		}
	}
}

// Failed returns why watching cannot go on, nil while it does: a line for each kind
// that may not be watched.
func (f *Feed) Failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var refusals []error
	for _, t := range slices.Concat(f.fixed, f.promotions) {
		isSame := func(err error) bool { return err.Error() == t.failure.Error() }
		if t.failure != nil && !slices.ContainsFunc(refusals, isSame) {
			refusals = append(refusals, t.failure)
		}
	}
	return errors.Join(refusals...)
}

// Settle returns when each watch stands or has failed, or after a while: an API server
// may take its time to answer.
func (f *Feed) Settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	f.mu.Lock()
	tracks := slices.Concat(f.fixed, f.promotions)
	f.mu.Unlock()
	for _, t := range tracks {
		select {
		case <-t.tried:
		case <-t.ctx.Done(): // it is unread, or was replaced
		case <-ctx.Done():
		}
	}
}

// Close ends the watch and returns when it has ended.
func (f *Feed) Close() {
	f.cancel()
	f.running.Wait()
}
