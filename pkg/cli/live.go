package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Live is what Load or LoadFor reads from a cluster, kept up to date.
type Live struct {
	// Freight is the name of the Freight that was asked for; "" when none was.
	Freight string
	loading *loading
	feed    *live.Feed
	// toldLoss says that the person knows of a loss.
	toldLoss bool
}

// Follow returns once everything has been read once that a question needs. One that
// names no Freight, or asks all Projects, needs whole Projects. Candidates need all
// Freight, and are known only where it is read. Errors are those of LoadFor, or of
// Load where no Stage is named. It ends with the context, and has to be closed.
func Follow(ctx context.Context, env Env, options Options, question Question) (*Live, error) {
	l, err := dial(env, options)
	if err != nil {
		return nil, err
	}
	f := &Live{loading: l}
	scope := live.Scope{Namespace: l.options.Project, Now: env.Now}
	if question.Freight == "" || options.AllProjects {
		err = f.watchAll(ctx, scope)
	} else {
		err = f.watchOne(ctx, env, scope, question)
	}
	if err != nil {
		return nil, err
	}
	if question.Stage == "" {
		return f, nil
	}
	in, _ := f.At(env.Now())
	_, err = in.holder(question)
	if err == nil && in.FreightUnread && question.Freight != "" {
		err = freightUnread(in)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// watchAll tells the version of Kargo at the same time.
func (f *Live) watchAll(ctx context.Context, scope live.Scope) error {
	return f.besidesReleases(ctx, func(context.Context) (err error) {
		f.feed, err = live.Watch(ctx, f.loading.client, scope) // which is to outlive this
		return err
	})
}

// besidesReleases does something while the version of Kargo is told. Its error ends
// that at once.
func (f *Live) besidesReleases(ctx context.Context, do func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return do(ctx) })
	group.Go(func() error {
		f.loading.tellReleases(ctx)
		return nil // the newest rules apply
	})
	return group.Wait()
}

// watchOne watches one piece of Freight.
func (f *Live) watchOne(ctx context.Context, env Env, scope live.Scope, question Question) error {
	var found source.Found
	err := f.besidesReleases(ctx, func(ctx context.Context) (err error) {
		found, err = f.loading.cluster().FindFreight(ctx, question.Freight)
		return err
	})
	switch {
	case err == nil && len(found.Freight) == 1:
		f.Freight = found.Freight[0].Metadata.Name
	default: // which of several things is wrong is said as it is elsewhere
		subject, err := loadNarrowly(ctx, env, f.loading.options, question)
		if err != nil {
			return err
		}
		if subject.Freight == nil {
			return freightUnread(subject.Input)
		}
		f.Freight = subject.Freight.Metadata.Name
	}
	scope.Freight, scope.Stage, scope.Releases = f.Freight, question.Stage, f.loading.releases
	f.feed, err = live.Watch(ctx, f.loading.client, scope)
	return err
}

// At returns what is known now, judged at an instant, and what of it is lost: nil
// while every watch stands.
func (f *Live) At(now time.Time) (*Input, *live.Loss) {
	picture := f.feed.Picture()
	l := *f.loading
	l.snapshot, l.options.At = picture.Snapshot, now.UTC()
	return l.input(), picture.Lost
}

// Seen returns the last sign of life of the connection: what At is as of.
func (f *Live) Seen() time.Time { return f.feed.Picture().Seen }

// Settle returns when it is known whether all may be watched, or after a moment.
func (f *Live) Settle(ctx context.Context) { f.feed.Settle(ctx) }

// Where names the cluster for a person.
func (f *Live) Where() string { return f.loading.client.Where() }

// TellLoss says, beside the output, that the connection is lost, and that it is back:
// each once.
func (f *Live) TellLoss(env Env, loss *live.Loss) {
	switch {
	case loss != nil && !f.toldLoss:
		label := render.NewPalette(env.Colors(f.loading.options.Connection.Color, env.ErrOut)).Warning("Warning:")
		fmt.Fprintln(env.ErrOut, label, render.Visible(fmt.Sprintf("connection to %s lost, trying again: %s", f.Where(), DescribeLoss(loss.Err))))
	case loss == nil && f.toldLoss:
		fmt.Fprintln(env.ErrOut, render.Visible(fmt.Sprintf("connection to %s is back", f.Where())))
	}
	f.toldLoss = loss != nil
}

// Describe puts an error into the words that people see, for the end of a sentence.
func Describe(err error) string { return strings.TrimPrefix(describe(err), "error: ") }

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
	return Describe(err)
}

// freightUnread says that what is asked about Freight has no answer.
func freightUnread(in *Input) error {
	return fmt.Errorf("incomplete: %s", in.Header.Warnings[0])
}

// Changed receives when At has news, also when the connection is lost or back, or
// when watching has failed.
func (f *Live) Changed() <-chan struct{} { return f.feed.Changed() }

// Failed returns why watching cannot go on, nil while it does.
func (f *Live) Failed() error { return f.feed.Failed() }

// Close ends the watch.
func (f *Live) Close() { f.feed.Close() }
