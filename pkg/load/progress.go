package load

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

const (
	// progressDelay is how long reading may take before progress is shown.
	progressDelay = time.Second
	// refreshPause is the time between two updates of the progress.
	refreshPause = 250 * time.Millisecond
	// silenceDelay is how long the server may send nothing before that is shown.
	silenceDelay = 1500 * time.Millisecond
	// maxReading bounds a reading as a whole, unless --request-timeout bounds each of its
	// requests.
	maxReading = 10 * time.Minute
)

// readCluster reads from the cluster, infers the releases at the same time, and meanwhile shows
// the progress on a terminal's standard error. Nothing of that is left there when it
// returns. The count asks how many objects there are to be read; nil if that is unknown.
func (l *loading) readCluster(ctx context.Context, env cli.Env, count func(context.Context) (int64, error), read func(context.Context, source.Cluster) error) error {
	limit := context.CancelFunc(func() {})
	if timeout := *l.options.Connection.Kube.Timeout; timeout == "" || timeout == "0" {
		ctx, limit = context.WithTimeoutCause(ctx, maxReading, fmt.Errorf("reading takes longer than %s", maxReading))
	}
	defer limit()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a schema that nobody waits for any longer
	l.startReleases(ctx)
	cluster := l.cluster()
	cluster.Progress = &source.Progress{}
	if len(l.options.Projects) > 0 {
		count = nil // which counts all Projects
	}
	defer l.showProgress(ctx, env, cluster.Progress.Objects, count)()
	return read(ctx, cluster)
}

// showProgress shows the progress until stop is called, if there is a terminal that can
// rewrite a line.
func (l *loading) showProgress(ctx context.Context, env cli.Env, read func() int64, count func(context.Context) (int64, error)) (stop func()) {
	if kind, _ := env.Getenv("TERM"); !cli.IsTerminal(env.ErrOut) || kind == "dumb" {
		return func() {}
	}
	p := &progress{line: l.status, what: l.describe(), read: read, count: count, now: env.Now, waiting: l.client.Activity().Longest}
	ctx, cancel := context.WithCancel(ctx)
	var showing sync.WaitGroup
	showing.Go(func() { p.show(ctx) })
	return func() {
		cancel()
		showing.Wait()
	}
}

// ShowWaiting shows on a terminal's standard error that a server does not answer, until
// stop is called. It is for a client of Connect.
func ShowWaiting(ctx context.Context, env cli.Env, client *kube.Client) (stop func()) {
	l := &loading{client: client, status: &statusLine{out: env.ErrOut}}
	return l.showProgress(ctx, env, func() int64 { return 0 }, nil)
}

// describe names what is read, and from where, for a person.
func (l *loading) describe() string { return l.projects() + " from " + l.client.Where() }

// projects names the Projects that are read.
func (l *loading) projects() string {
	what := "all Projects"
	if len(l.options.Projects) > 0 {
		what = "Projects " + strings.Join(l.options.Projects, ", ")
	}
	if l.options.Project != "" {
		what = fmt.Sprintf("Project %q", l.options.Project)
	}
	return what
}

// progress is what is shown of a reading.
type progress struct {
	line *statusLine
	what string
	// read returns how many objects have been read.
	read func() int64
	// count asks how many there are; nil if that is unknown.
	count func(context.Context) (int64, error)
	ask   sync.Once
	total atomic.Int64 // 0 while it is unknown
	now   func() time.Time
	// waiting returns the request that has been waited for the longest. It knows only
	// requests that were sent: before that, a program that gets the credentials may be
	// talking to the person.
	waiting func() (transport.Wait, bool)
}

// show rewrites the line until the context ends, and then erases it.
func (p *progress) show(ctx context.Context) {
	defer p.line.erase()
	for pause := progressDelay; sleep(ctx, pause); pause = refreshPause {
		read := p.read()
		if text := p.text(read); text != "" {
			p.line.show(text)
		} else {
			p.line.erase()
		}
		if read > 0 {
			p.ask.Do(func() { go p.askTotal(ctx) })
		}
	}
}

// askTotal leaves the total unknown if it cannot be had.
func (p *progress) askTotal(ctx context.Context) {
	if p.count == nil {
		return
	}
	if total, err := p.count(ctx); err == nil {
		p.total.Store(total)
	}
}

// text is the progress, "" when there is nothing to say yet.
func (p *progress) text(read int64) string {
	wait, isWaiting := p.waiting()
	silence := p.now().Sub(wait.Since)
	isSilent := isWaiting && silence >= silenceDelay
	received := fmt.Sprintf("nothing received for %s", silence.Truncate(time.Second))
	switch {
	case read > 0 && isSilent:
		return term.Sanitize(p.objects(read) + ", " + received)
	case read > 0:
		return term.Sanitize(p.objects(read))
	case isSilent:
		return term.Sanitize(fmt.Sprintf("Waiting for %s from %s: %s", wait.Resource, wait.Server, received))
	default:
		return ""
	}
}

func (p *progress) objects(read int64) string {
	objects := thousands(read) + " objects"
	if total := p.total.Load(); total > 0 { // there may be more by now
		objects = thousands(read) + " of " + thousands(max(read, total)) + " objects"
	} else if read == 1 {
		objects = "1 object"
	}
	return "Reading " + p.what + ": " + objects
}

// sleep reports whether the context lasts as long.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// thousands writes a number that is not negative with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// statusLine is a line of a terminal that is rewritten in place. Whatever else is
// written there meanwhile has to be written through it.
type statusLine struct {
	out   io.Writer
	mu    sync.Mutex
	shown bool
}

// show rewrites the line. The cursor stays at its start, where what a person types
// cannot break the line in two.
func (s *statusLine) show(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = true
	fmt.Fprint(s.out, "\r"+ansi.Truncate(text, s.columns()-1, "")+ansi.EraseLineRight+"\r")
}

// erase leaves no trace of the line.
func (s *statusLine) erase() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

// Write erases the line, until it is shown again, and writes.
func (s *statusLine) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	return s.out.Write(text)
}

func (s *statusLine) clear() {
	if s.shown {
		s.shown = false
		fmt.Fprint(s.out, "\r"+ansi.EraseLineRight)
	}
}

// columns returns the width of the terminal, that of most where it cannot be told.
func (s *statusLine) columns() int {
	const usual = 80
	_, columns := cli.TerminalSize(s.out)
	return cmp.Or(columns, usual)
}
