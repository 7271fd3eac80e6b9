package load

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

// Nothing is said, and nobody asked, of what is over within a second, or of which
// nothing has come yet.
func TestProgressIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown written
		var read, asked atomic.Int64
		p := &progress{
			line: &statusLine{out: &shown}, what: "all Projects",
			read: read.Load, now: time.Now, waiting: func() (transport.Wait, bool) { return transport.Wait{}, false },
			count: func(context.Context) (int64, error) {
				asked.Add(1)
				return 122000, nil
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		var telling sync.WaitGroup
		telling.Go(func() { p.show(ctx) })
		for _, step := range []struct {
			name  string
			pause time.Duration
			read  int64
			want  string
			asked int64
		}{
			{"within a second", time.Second - 1, 45000, "", 0},
			{"after that, when nothing is there", refreshPause, 0, "", 0},
			{"when the first is there", refreshPause, 1, "Reading all Projects: 1 object", 1},
			{"when it is known how many are to come", refreshPause, 45000, "Reading all Projects: 45,000 of 122,000 objects", 1},
			{"when there are more", refreshPause, 122001, "Reading all Projects: 122,001 of 122,001 objects", 1},
		} {
			read.Store(step.read)
			time.Sleep(step.pause)
			synctest.Wait()
			if got := onScreen(shown.String()); got != step.want || asked.Load() != step.asked {
				t.Errorf("%s: %q, and asked %d times; want %q and %d", step.name, got, asked.Load(), step.want, step.asked)
			}
		}
		stop()
		telling.Wait()
		if got := onScreen(shown.String()); got != "" {
			t.Errorf("at the end %q stays", got)
		}
	})
}

// A server that sends nothing is named, with how long it has been silent, before the first
// object as well as later.
func TestProgressNamesASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown written
		var read atomic.Int64
		var heard atomic.Pointer[transport.Wait]
		p := &progress{
			line: &statusLine{out: &shown}, what: "all Projects", read: read.Load, now: time.Now,
			waiting: func() (transport.Wait, bool) {
				if wait := heard.Load(); wait != nil {
					return *wait, true
				}
				return transport.Wait{}, false
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		var showing sync.WaitGroup
		showing.Go(func() { p.show(ctx) })
		see := func(after time.Duration, want string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := onScreen(shown.String()); got != want {
				t.Errorf("shown %q, want %q", got, want)
			}
		}
		heard.Store(&transport.Wait{Server: "https://10.0.0.1:6443", Resource: "stages", Since: time.Now()})
		see(1400*time.Millisecond, "")
		see(600*time.Millisecond, "Waiting for stages from https://10.0.0.1:6443: nothing received for 2s")
		see(time.Minute, "Waiting for stages from https://10.0.0.1:6443: nothing received for 1m2s")
		read.Store(5)
		heard.Store(&transport.Wait{Server: "https://10.0.0.1:6443", Resource: "freights", Since: time.Now()})
		see(time.Second, "Reading all Projects: 5 objects")
		see(2*time.Second, "Reading all Projects: 5 objects, nothing received for 3s")
		heard.Store(nil)
		see(time.Second, "Reading all Projects: 5 objects")
		stop()
		showing.Wait()
		see(0, "")
	})
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{1: "1", 999: "999", 1000: "1,000", 45067: "45,067", 122000: "122,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

// onScreen returns what is to be seen where this was written: lines, the last of which
// may have been rewritten.
func onScreen(written string) string {
	lines := strings.Split(written, "\n")
	for i, line := range lines {
		seen := ""
		for part := range strings.SplitSeq(line, "\r") { // each from the start of the line
			before, after, erases := strings.Cut(part, "\x1b[K")
			if erases {
				seen = before + after
			} else {
				seen = part + seen[min(len(part), len(seen)):]
			}
		}
		lines[i] = seen
	}
	return strings.Join(lines, "\n")
}

// slow is an API server whose Project "web" has a Stage and 3000 Freight. It sends the
// second half of a list of all Freight only when it may.
type slow struct {
	may chan struct{}
	// breaks says that the list breaks off then, fails that so does every other one, and
	// countless that the server does not say how many there are.
	breaks, fails, countless bool
	// halves receives for each first half that was sent.
	halves chan struct{}
	counts atomic.Int32 // requests for how many there are
	url    string
}

func (s *slow) start(t *testing.T) *slow {
	t.Helper()
	s.may, s.halves = make(chan struct{}), make(chan struct{}, 10)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP is part of http.Handler.
func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	kind, limit := path.Base(r.URL.Path), r.URL.Query().Get("limit")
	switch {
	case limit == "1":
		s.counts.Add(1)
		s.serveCount(w, kind)
	case kind == "freights" && limit != "" && s.fails:
		w.WriteHeader(http.StatusInternalServerError)
	case kind == "freights" && limit != "":
		w.Header().Set("Warning", `299 - "careful"`)
		send(w, listOf(kind, "{}"))
	case kind == "freights" && r.URL.RawQuery == "":
		s.serveFreight(w, r)
	case kind == "f0":
		send(w, `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Freight",`+strings.TrimPrefix(freightNumber(0), "{"))
	case kind == "stages":
		send(w, listOf(kind, "{}", `{"metadata":{"name":"prod","namespace":"web"},"spec":{"promotionTemplate":{"spec":{"steps":[{"uses":"x"}]}}}}`))
	case kind == "projectconfigs":
		send(w, listOf(kind, "{}", `{"metadata":{"name":"web","namespace":"web"},"spec":{"promotionPolicies":[{"stage":"prod","autoPromotionEnabled":true}]}}`))
	default:
		send(w, listOf(kind, "{}"))
	}
}

// listOf is a list as an API server writes it.
func listOf(resource, metadata string, items ...string) string {
	return "{" + typeOf(resource) + fmt.Sprintf(`,"metadata":%s,"items":[%s]}`, metadata, strings.Join(items, ","))
}

// typeOf is the type of a list of a resource, as members of a JSON object.
func typeOf(resource string) string {
	kinds := map[string]string{"stages": "Stage", "freights": "Freight", "warehouses": "Warehouse", "promotions": "Promotion", "projectconfigs": "ProjectConfig", "projects": "Project"}
	return fmt.Sprintf(`"apiVersion":"kargo.akuity.io/v1alpha1","kind":"%sList"`, kinds[resource])
}

func (s *slow) serveCount(w http.ResponseWriter, kind string) {
	switch {
	case s.countless:
		w.WriteHeader(http.StatusInternalServerError)
	case kind == "freights":
		send(w, listOf(kind, `{"continue":"next","remainingItemCount":2999}`, `{}`))
	case kind == "stages":
		send(w, listOf(kind, "{}", `{}`))
	default:
		send(w, listOf(kind, "{}"))
	}
}

// send writes to somebody who may have gone away.
func send(w io.Writer, texts ...string) { fmt.Fprint(w, strings.Join(texts, "")) }

func (s *slow) serveFreight(w http.ResponseWriter, r *http.Request) {
	send(w, "{"+typeOf("freights")+`,"items":[`)
	for i := range 1500 {
		send(w, freightNumber(i), ",")
	}
	send(w, strings.Repeat(" ", 1<<20)) // what comes is read in batches
	w.(http.Flusher).Flush()
	s.halves <- struct{}{}
	select {
	case <-s.may:
	case <-r.Context().Done():
	}
	if s.breaks || s.fails {
		return
	}
	for i := range 1499 {
		send(w, freightNumber(1500+i), ",")
	}
	send(w, freightNumber(2999), "]}")
}

func freightNumber(i int) string {
	return fmt.Sprintf(`{"metadata":{"name":"f%d","namespace":"web"}}`, i)
}

// written is text that one goroutine writes while another reads it.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(text)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// terminal is one that a test looks at.
type terminal struct {
	*os.File
	read  chan struct{}
	shown written
}

func newTerminal(t *testing.T, columns uint16) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: columns, Rows: 10}); err != nil {
		t.Fatal(err)
	}
	tt := &terminal{File: slave, read: make(chan struct{})}
	go func() {
		defer close(tt.read)
		_, _ = io.Copy(&tt.shown, master) // until nobody writes any more
	}()
	t.Cleanup(func() {
		_ = slave.Close() // again, mostly
		<-tt.read
		_ = master.Close()
	})
	return tt
}

func (tt *terminal) screen() string { return onScreen(tt.shown.String()) }

// await waits until this is all that is on the screen.
func (tt *terminal) await(t *testing.T, want string) {
	t.Helper()
	for range 3000 {
		if shown := tt.screen(); shown == want || strings.HasPrefix(shown, want+", ") { // and how long the server has been silent
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the terminal shows %q, want %q", tt.screen(), want)
}

// wantLeft ends the terminal and checks what stays on it.
func (tt *terminal) wantLeft(t *testing.T, want string) {
	t.Helper()
	_ = tt.Close() // nothing is lost that way
	<-tt.read
	if got := tt.screen(); got != want {
		t.Errorf("what stays is %q, want %q", got, want)
	}
}

// load reads from the server in the background.
func (s *slow) load(ctx context.Context, t *testing.T, env cli.Env, load func(context.Context, cli.Env, cli.Options) error) <-chan error {
	t.Helper()
	kubeconfig := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(kubeconfig, fmt.Appendf(nil, `{"apiVersion":"v1","kind":"Config","current-context":"prod",`+
		`"contexts":[{"name":"prod","context":{"cluster":"c","namespace":"web"}}],"clusters":[{"name":"c","cluster":{"server":%q}}]}`, s.url), 0o600); err != nil {
		t.Fatal(err)
	}
	connection := cli.NewConnectionFlags()
	*connection.Kube.KubeConfig = kubeconfig
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- load(ctx, env, cli.Options{Connection: connection, Releases: releases}) }()
	return ended
}

func withTerm(kind string, errOut io.Writer) (_ cli.Env, out *bytes.Buffer) {
	out = &bytes.Buffer{}
	return cli.Env{
		IOStreams: genericiooptions.IOStreams{Out: out, ErrOut: errOut},
		Now:       time.Now,
		Getenv: func(name string) (string, bool) {
			return map[string]string{"TERM": kind}[name], name == "TERM" || name == "NO_COLOR"
		},
	}, out
}

func loadProject(ctx context.Context, env cli.Env, options cli.Options) error {
	in, err := Projects(ctx, env, options)
	if err == nil && len(in.Projects) != 1 {
		err = errors.New("not one Project")
	}
	return err
}

func loadAll(ctx context.Context, env cli.Env, options cli.Options) error {
	options.AllProjects = true
	return loadProject(ctx, env, options)
}

func loadAnswer(ctx context.Context, env cli.Env, options cli.Options) error {
	_, err := ForQuestion(ctx, env, options, Question{Stage: "prod", Freight: "f0", Candidates: true})
	return err
}

// However a reading ends that takes long, nothing is left of what was said of it.
func TestLongReadingsShowProgress(t *testing.T) {
	t.Parallel()
	const project = `Reading Project "web" from context "prod": `
	interrupted := errors.New("interrupted")
	for name, test := range map[string]struct {
		server  *slow
		load    func(context.Context, cli.Env, cli.Options) error
		columns uint16
		want    string
		// interrupt ends the reading where the server would go on.
		interrupt bool
		fails     bool
		left      string
	}{
		"a Project":                            {load: loadProject, want: project + "1,501 of 3,001 objects"},
		"all Projects":                         {load: loadAll, want: `Reading all Projects from context "prod": 1,501 of 3,001 objects`},
		"a Project of nobody knows what size":  {server: &slow{countless: true}, load: loadProject, want: project + "1,501 objects"},
		"what an answer needs":                 {load: loadAnswer, want: project + "1,501 objects"},
		"a Project, on a narrow terminal":      {load: loadProject, columns: 30, want: `Reading Project "web" from co`},
		"a Project, with a warning on the way": {server: &slow{breaks: true}, load: loadProject, want: project + "1,501 of 3,001 objects", left: "Warning: careful\n"},
		"a Project that cannot be read":        {server: &slow{fails: true}, load: loadProject, want: project + "1,501 of 3,001 objects", fails: true},
		"a Project, until somebody has enough": {load: loadProject, want: project + "1,501 of 3,001 objects", interrupt: true, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := cmp.Or(test.server, &slow{}).start(t)
			tt := newTerminal(t, cmp.Or(test.columns, 120))
			env, out := withTerm("xterm", tt.File)
			ctx, interrupt := context.WithCancelCause(t.Context())
			defer interrupt(nil)
			ended := server.load(ctx, t, env, test.load)
			tt.await(t, test.want)
			if test.interrupt {
				interrupt(interrupted)
			} else {
				close(server.may)
			}
			if err := <-ended; (err != nil) != test.fails {
				t.Errorf("it ends with %v", err)
			}
			tt.wantLeft(t, test.left)
			if out.Len() > 0 {
				t.Errorf("standard output has %q", out)
			}
		})
	}
}

// Elsewhere than on a terminal that can rewrite a line nothing is said, and the API
// server is asked nothing for it.
func TestProgressIsForTerminalsAlone(t *testing.T) {
	t.Parallel()
	server := (&slow{}).start(t)
	var piped bytes.Buffer
	dumb, able := newTerminal(t, 120), newTerminal(t, 120)
	toPipe, _ := withTerm("xterm", &piped)
	toDumb, _ := withTerm("dumb", dumb.File)
	toAble, _ := withTerm("xterm", able.File)
	silent := []<-chan error{server.load(t.Context(), t, toPipe, loadProject), server.load(t.Context(), t, toDumb, loadProject)}
	<-server.halves
	<-server.halves
	// By the time that this one says something, the others would have.
	talking := server.load(t.Context(), t, toAble, loadProject)
	able.await(t, `Reading Project "web" from context "prod": 1,501 of 3,001 objects`)
	close(server.may)
	for _, ended := range append(silent, talking) {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	dumb.wantLeft(t, "")
	if dumb.shown.String() != "" || piped.Len() > 0 {
		t.Errorf("on the dumb terminal %q is said, in the pipe %q", &dumb.shown, &piped)
	}
	if got := server.counts.Load(); got != 3 {
		t.Errorf("the server was asked %d times how many there are, want 3", got)
	}
}
