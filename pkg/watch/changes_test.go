package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// fakeFeed is what a test says that it is.
type fakeFeed struct {
	objects  pipeline.Objects
	warnings []string
	lost     *live.Staleness
	failed   error
	refused  error // as soon as it has settled
	seen     time.Time
	changed  chan struct{}
	looks    int
}

func (f *fakeFeed) At(now time.Time) (*load.Input, *live.Staleness) {
	f.looks++
	rules := avail.RulesFor(kargo.Releases{})
	return &load.Input{
		Projects: []*avail.Evaluator{avail.New(pipeline.New(f.objects, rules.ByDiscovery()), rules, now)},
		Header:   report.NewHeader(now, kargo.Releases{}, f.warnings),
		Project:  "web",
	}, f.lost
}

func (f *fakeFeed) PrintLoss(env cli.Env, lost *live.Staleness) {
	if lost != nil {
		fmt.Fprintln(env.ErrOut, "lost")
	}
}

func (f *fakeFeed) Changed() <-chan struct{} { return f.changed }
func (f *fakeFeed) Failed() error            { return f.failed }
func (f *fakeFeed) Seen() time.Time          { return f.seen }
func (f *fakeFeed) Settle(context.Context)   { f.failed = f.refused }

// soaking is a pipeline in which the Freight f has to soak for one more minute before
// prod may have it.
func soaking(now time.Time) pipeline.Objects {
	return pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("qa", build.Requests("w", build.Direct())),
			build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h"))),
		},
		Freight:    []kargo.Freight{build.Freight("f", "w", build.Verified("qa"), build.In("qa", now.Add(-59*time.Minute)))},
		Warehouses: []string{"w"},
	}
}

// following is a watcher that writes lines, in a bubble of synctest, where it is
// midnight of the year 2000.
type following struct {
	*fakeFeed
	out, said *buffer
	end       context.CancelCauseFunc
	ended     chan error
}

// buffer is one for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func follow(t *testing.T, view View) *following {
	t.Helper()
	out, said := &buffer{}, &buffer{}
	f := &following{
		fakeFeed: &fakeFeed{objects: soaking(time.Now()), changed: make(chan struct{}, 1)},
		out:      out, said: said,
		ended: make(chan error, 1),
	}
	view.Select = func(*load.Input) (report.Selection, error) { return report.Selection{}, nil }
	w := &watcher{
		View: view,
		env: cli.Env{
			IOStreams: genericiooptions.IOStreams{Out: out, ErrOut: said},
			Now:       time.Now,
			Getenv:    func(string) (string, bool) { return "", false },
		},
		feed:  f.fakeFeed,
		where: `context "test"`,
	}
	var ctx context.Context
	ctx, f.end = context.WithCancelCause(t.Context())
	go func() { f.ended <- w.run(ctx) }()
	f.settle()
	return f
}

// settle waits until all that is known was written.
func (f *following) settle() {
	time.Sleep(2 * pause)
	synctest.Wait()
}

// news changes what the feed has.
func (f *following) news(change func(*fakeFeed)) {
	change(f.fakeFeed)
	f.changed <- struct{}{}
	f.settle()
}

// stop ends the watch and wants it to end with the cause.
func (f *following) stop(t *testing.T) {
	t.Helper()
	cause := cli.SignalError{Signal: syscall.SIGTERM}
	f.end(cause)
	if err := <-f.ended; !errors.Is(err, cause) {
		t.Errorf("ends with %v, want %v", err, cause)
	}
}

func (f *following) want(t *testing.T, out, said string) {
	t.Helper()
	if diff := cmp.Diff(out, f.out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(said, f.said.String()); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}

const introduction = "Watching 1 Stage of namespace \"web\" (context \"test\"); from now on one line per change of a verdict\n"

// initial is what is written first.
const initial = "TIME   PROJECT   STAGE   FREIGHT   FROM   TO   WHY\n" +
	"2000-01-01T00:00:00Z   web   prod   f   initial   Blocked   qa: soaking, 60s left\n"

func TestASoakThatElapsesIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, View{})
		time.Sleep(time.Minute - 3*pause)
		synctest.Wait()
		f.want(t, initial, introduction)
		time.Sleep(pause)
		synctest.Wait()
		f.stop(t)
		f.want(t, initial+"2000-01-01T00:01:00Z   web   prod   f   Blocked   Verified   verified in qa and soaked 1h0m0s\n", introduction)
	})
}

// While the connection is lost nothing is told, not even what would have come by
// itself; afterwards all of it is.
func TestNothingIsToldOfALostConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, View{})
		f.news(func(feed *fakeFeed) {
			feed.lost = &live.Staleness{Since: time.Now(), Err: syscall.ECONNREFUSED}
		})
		time.Sleep(2 * time.Minute)
		f.settle()
		lost := introduction + "lost\n"
		f.want(t, initial, lost)
		f.news(func(feed *fakeFeed) { feed.lost = nil })
		f.stop(t)
		f.want(t, initial+"2000-01-01T00:02:01Z   web   prod   f   Blocked   Verified   verified in qa and soaked 1h0m0s\n", lost)
	})
}

// Each warning is said once, whenever it comes up.
func TestWarningsAreSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, View{Format: "json"})
		f.news(func(feed *fakeFeed) { feed.warnings = []string{"first"} })
		f.news(func(feed *fakeFeed) { feed.warnings = []string{"first", "second"} })
		f.stop(t)
		if got := f.out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"initial":true,"from":null,"to":"Blocked"`) {
			t.Errorf("the initial state is\n%s", got)
		}
		f.want(t, f.out.String(), strings.Replace(introduction, "line", "document", 1)+"Warning: first\nWarning: second\n")
	})
}

// News that come in a hurry are looked at together.
func TestNewsAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, View{})
		before := f.looks
		for range 100 {
			select {
			case f.changed <- struct{}{}:
			default: // it is not heard yet
			}
			time.Sleep(pause / 10)
		}
		f.settle()
		f.stop(t)
		if looks := f.looks - before; looks < 10 || looks > 12 {
			t.Errorf("looked %d times in %v", looks, 10*pause)
		}
	})
}

func TestWatchingThatCannotGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, View{})
		forbidden := errors.New("forbidden")
		f.news(func(feed *fakeFeed) { feed.failed = forbidden })
		if err := <-f.ended; !errors.Is(err, forbidden) {
			t.Errorf("ends with %v", err)
		}
		f.want(t, initial, introduction)
	})
}

// closedPipe is one whose reader has gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestAReaderThatGoesAwayEndsIt(t *testing.T) {
	now := build.Noon()
	w := &watcher{
		View: View{Select: func(*load.Input) (report.Selection, error) { return report.Selection{}, nil }},
		env:  cli.Env{IOStreams: genericiooptions.IOStreams{Out: io.Discard}},
	}
	before, err := w.write(input(soaking(now), now), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.env.Out = closedPipe{}
	later := now.Add(time.Minute)
	if _, err := w.write(input(soaking(now), later), before); !cli.ReaderGone(err) {
		t.Errorf("ends with %v", err)
	}
}

func input(objects pipeline.Objects, now time.Time) *load.Input {
	in, _ := (&fakeFeed{objects: objects}).At(now)
	return in
}

// Nothing is announced that may not be watched.
func TestWatchingThatMayNotBegin(t *testing.T) {
	now := build.Noon()
	forbidden := errors.New("forbidden")
	said := &buffer{}
	w := &watcher{
		View: View{Select: func(*load.Input) (report.Selection, error) { return report.Selection{}, nil }},
		env: cli.Env{
			IOStreams: genericiooptions.IOStreams{Out: said, ErrOut: said},
			Now:       func() time.Time { return now },
			Getenv:    func(string) (string, bool) { return "", false },
		},
		feed: &fakeFeed{objects: soaking(now), refused: forbidden},
	}
	if err := w.run(t.Context()); !errors.Is(err, forbidden) || said.String() != "" {
		t.Errorf("ends with %v, having said %q", err, said)
	}
}
