package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Live is what was read from a cluster, kept up to date.
type Live struct {
	loading *loading
	watcher *live.Watcher
	// toldLoss says that the person knows of a loss.
	toldLoss bool
}

// Watch returns once whole Projects have been read once: what a question needs that
// names no Freight. Errors are those of Projects, and of what the question names. It ends
// with the context, and has to be closed.
func Watch(ctx context.Context, env cli.Env, options cli.Options, question Question) (*Live, error) {
	l, err := dial(ctx, env, options)
	if err != nil {
		return nil, err
	}
	f := &Live{loading: l}
	if err := f.watchAll(ctx, env, live.Scope{Namespace: l.options.Project, Now: env.Now}); err != nil {
		return nil, err
	}
	if question.Stage == "" {
		return f, nil
	}
	in, _ := f.At(env.Now())
	if _, err := in.findProject(question); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Watch returns once all has been read once more that is to be kept up to date about the
// one piece of Freight that ForQuestion read from a cluster: candidates are not among it. What
// was there then need not be there any more. It ends with the context, and has to be closed.
func (s *Subject) Watch(ctx context.Context, env cli.Env) (*Live, error) {
	f := &Live{loading: s.loading}
	defer s.loading.showProgress(ctx, env, func() int64 { return 0 }, nil)()
	var err error
	f.watcher, err = live.Watch(ctx, s.loading.client, live.Scope{
		Namespace: s.loading.options.Project,
		Freight:   s.Freight.Metadata.Name,
		Stage:     s.Stage.Metadata.Name,
		Releases:  s.loading.releases,
		Now:       env.Now,
	})
	if err != nil {
		return nil, err
	}
	if in, _ := f.At(env.Now()); in.FreightUnread {
		f.Close()
		return nil, in.Incomplete()
	}
	return f, nil
}

// watchAll starts to watch, and infers Kargo's version at the same time.
func (f *Live) watchAll(ctx context.Context, env cli.Env, scope live.Scope) error {
	defer f.loading.showProgress(ctx, env, func() int64 { return 0 }, nil)()
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	f.loading.startReleases(asking)
	var err error
	if f.watcher, err = live.Watch(ctx, f.loading.client, scope); err != nil {
		return err
	}
	f.loading.awaitReleases(asking)
	return nil
}

// At returns what is known now, judged at an instant, and what of it is lost: nil
// while every watch stands.
func (f *Live) At(now time.Time) (*Input, *live.Staleness) {
	snapshot := f.watcher.Snapshot()
	l := *f.loading
	l.snapshot, l.options.At = snapshot.Contents, now.UTC()
	return l.input(), snapshot.Stale
}

// Seen returns the last sign of life of the connection: what At is as of.
func (f *Live) Seen() time.Time { return f.watcher.Snapshot().Seen }

// Settle returns when it is known whether all may be watched, or after a moment.
func (f *Live) Settle(ctx context.Context) { f.watcher.Settle(ctx) }

// Where names the cluster for a person.
func (f *Live) Where() string { return f.loading.client.Where() }

// Projects names what is watched for a person.
func (f *Live) Projects() string { return f.loading.projects() }

// PrintLoss writes to stderr that the connection was lost, and that it is back: each
// once.
func (f *Live) PrintLoss(env cli.Env, loss *live.Staleness) {
	switch {
	case loss != nil && !f.toldLoss:
		cli.PrintWarnings(env, f.loading.options.Connection.Color,
			fmt.Sprintf("connection to %s lost, trying again: %s", f.Where(), DescribeLoss(loss.Err)))
	case loss == nil && f.toldLoss:
		fmt.Fprintln(env.ErrOut, term.Sanitize(fmt.Sprintf("connection to %s is back", f.Where())))
	}
	f.toldLoss = loss != nil
}

// DescribeLoss says in plain words why a connection that worked does not any more, for
// the end of a sentence.
func DescribeLoss(err error) string {
	switch {
	case errors.Is(err, live.ErrSilent):
		return live.ErrSilent.Error()
	case utilnet.IsConnectionRefused(err):
		return "the connection is refused"
	case utilnet.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		return "no answer"
	case utilnet.IsHTTP2ConnectionLost(err), utilnet.IsConnectionReset(err), utilnet.IsProbableEOF(err),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.EPIPE):
		return "the connection was closed"
	}
	return cli.Describe(err)
}

// Changed receives when At has news, also when the connection is lost or back, or
// when watching has failed.
func (f *Live) Changed() <-chan struct{} { return f.watcher.Changed() }

// Failed returns why watching cannot go on, nil while it does.
func (f *Live) Failed() error { return f.watcher.Failed() }

// Close ends the watch.
func (f *Live) Close() { f.watcher.Close() }
