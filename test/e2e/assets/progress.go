package assets

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	redrawEvery = time.Second      // on a terminal
	reportEvery = 30 * time.Second // elsewhere, as in the log of a CI job
)

// progress says how far a build is: on a terminal in one line that is rewritten,
// elsewhere in a line per half minute.
type progress struct {
	log      io.Writer
	terminal bool
	what     string // the program and its version
	started  time.Time
	end      chan struct{}
	ended    chan struct{}

	mu   sync.Mutex
	step string
}

// startProgress starts to report on what is built, until stop.
func startProgress(log io.Writer, what string) *progress {
	file, ok := log.(*os.File)
	p := &progress{
		log:      log,
		terminal: ok && term.IsTerminal(int(file.Fd())),
		what:     what,
		started:  time.Now(),
		end:      make(chan struct{}),
		ended:    make(chan struct{}),
	}
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.ended)
	every := reportEvery
	if p.terminal {
		every = redrawEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.report()
		case <-p.end:
			return
		}
	}
}

func (p *progress) report() {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf("%s: %s, %s", p.what, p.step, p.elapsed())
	if p.terminal {
		_, _ = fmt.Fprint(p.log, eraseLine+line)
	} else {
		_, _ = fmt.Fprintln(p.log, line)
	}
}

// eraseLine returns to the start of the line and erases it.
const eraseLine = "\r\x1b[K"

// set changes the step that the next report names.
func (p *progress) set(step string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = step
}

// say prints a line of its own.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal {
		_, _ = fmt.Fprint(p.log, eraseLine)
	}
	_, _ = fmt.Fprintf(p.log, format+"\n", args...)
}

// elapsed is the time since the start, to the second.
func (p *progress) elapsed() time.Duration { return time.Since(p.started).Round(time.Second) }

// stop ends the reports and erases the line on a terminal.
func (p *progress) stop() {
	close(p.end)
	<-p.ended
	if p.terminal {
		_, _ = fmt.Fprint(p.log, eraseLine)
	}
}

// buildOutput reads what go build -v prints: it counts the packages that are named and
// keeps everything else, which is what went wrong.
type buildOutput struct {
	packages map[string]bool // those that will be compiled
	progress *progress
	compiled int
	partial  []byte // the beginning of a line
	rest     bytes.Buffer
}

func (b *buildOutput) Write(text []byte) (int, error) {
	b.partial = append(b.partial, text...)
	for {
		line, after, whole := bytes.Cut(b.partial, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		b.partial = after
		if !b.packages[string(line)] {
			b.rest.Write(append(line, '\n'))
			continue
		}
		b.compiled++
		if b.compiled == len(b.packages) {
			b.progress.set("linking")
		} else {
			b.progress.set(fmt.Sprintf("%d of %d packages compiled", b.compiled, len(b.packages)))
		}
	}
}
