package load

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	xterm "golang.org/x/term"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

const (
	// progressDelay is how long reading may take before progress is shown.
	progressDelay = time.Second
	// refreshPause is how long what is said of it stands.
	refreshPause = 250 * time.Millisecond
)

// withProgress reads, and says on a terminal's standard error how far it is when that
// takes long. Nothing of it is left there when it returns. The count asks how many
// objects there are to be read; nil where none can know.
func (l *loading) withProgress(ctx context.Context, env cli.Env, count func(context.Context) (int64, error), read func(source.Cluster) error) error {
	cluster := l.cluster()
	if kind, _ := env.Getenv("TERM"); !cli.IsTerminal(env.ErrOut) || kind == "dumb" {
		return read(cluster)
	}
	cluster.Progress = &source.Progress{}
	if len(l.options.Projects) > 0 {
		count = nil // which counts all Projects
	}
	p := &progress{line: l.status, what: l.describe(), read: cluster.Progress.Objects, count: count}
	ctx, stop := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() { p.tell(ctx) })
	defer telling.Wait()
	defer stop()
	return read(cluster)
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

// progress says how far a reading is.
type progress struct {
	line *statusLine
	what string
	// read returns how many objects have been read.
	read func() int64
	// count asks how many there are; it may be nil.
	count func(context.Context) (int64, error)
	ask   sync.Once
	total atomic.Int64 // 0 while it is unknown
}

// tell rewrites the line until the context ends, and then erases it. It says nothing
// before the first object is there: until then a program that gets the credentials may
// be talking to the person.
func (p *progress) tell(ctx context.Context) {
	defer p.line.erase()
	for pause := progressDelay; sleep(ctx, pause); pause = refreshPause {
		if read := p.read(); read > 0 {
			p.line.show(p.text(read))
			p.ask.Do(func() { go p.askTotal(ctx) })
		}
	}
}

// askTotal leaves the total unknown where it cannot be had.
func (p *progress) askTotal(ctx context.Context) {
	if p.count == nil {
		return
	}
	if total, err := p.count(ctx); err == nil {
		p.total.Store(total)
	}
}

func (p *progress) text(read int64) string {
	objects := thousands(read) + " objects"
	if total := p.total.Load(); total > 0 { // there may be more by now
		objects = thousands(read) + " of " + thousands(max(read, total)) + " objects"
	} else if read == 1 {
		objects = "1 object"
	}
	return term.Sanitize("Reading " + p.what + ": " + objects)
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
	if f, ok := s.out.(*os.File); ok {
		if columns, _, err := xterm.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return usual
}
