package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// A picture is redrawn in place, and stays when it is left.
func TestWatchOnATerminal(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "drawn")
	s := w.onTerminal(t, "-w", "--rows")
	s.await(t, enterScreen, "BLOCKED", "promotion failed", "connected", "no change yet", "q quits")

	s.forget()
	s.resize(t, 60, 20) // the Stages move to lines of their own
	s.await(t, "prod (auto)", "new-newt")

	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	s.press(t, "q") // while the marks are there
	s.wantEnd(t, 0, []string{
		"FREIGHT|AGE|ANY|ALL|NOW",
		"prod|(auto)|All",
		"new-newt|▸|◂|AGE|✔|✔|◂|✔|◂",
		"old-otter|◂|AGE|✔|✔|✔",
		"▸|auto-promotion|promotes|it|next",
		"",
		`As|of|NOW|in|context|"drawn";|no|longer|watched.`,
	})
}

// Nothing chosen is an overview, watched as well.
func TestWatchOfTheOverview(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "surveyed")
	s := w.onTerminal(t, "-w")
	s.await(t, enterScreen, "STRATEGY", "NEXT", "promotion failed", "no change yet", "q quits")
	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	s.press(t, "q") // while the marks are there
	s.wantEnd(t, 0, []string{
		"STAGE|STRATEGY|RUNS|ANY|ALL|NOW|NEXT",
		"prod|(auto)|All|-|new-newt,|old-otter|new-newt,|old-otter|◂|new-newt,|old-otter|◂|new-newt",
		"",
		`As|of|NOW|in|context|"surveyed";|no|longer|watched.`,
	})
}

// Signals and their key leave the terminal as it was.
func TestWatchIsInterrupted(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	for name, test := range map[string]struct {
		key    string
		signal os.Signal
		exit   int
	}{
		"ctrl-c":  {key: "\x03", exit: 130},
		"sigint":  {signal: syscall.SIGINT, exit: 130},
		"sigterm": {signal: syscall.SIGTERM, exit: 143},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.newWaiter(t, "stopped-"+name)
			s := w.onTerminal(t, "--watch", "--ascii", "--rows")
			s.await(t, "q quits")
			if test.signal != nil {
				s.signal(t, test.signal)
			} else {
				s.press(t, test.key)
			}
			s.wantEnd(t, test.exit, []string{
				"STAGE|STRATEGY|FREIGHT|AGE|ANY|ALL|NOW|BLOCKED|BY",
				"prod|(auto)|All|new-newt|AGE|yes|no|no|uat:|promotion|failed",
				"old-otter|>|AGE|yes|yes|yes",
				">|auto-promotion|promotes|it|next",
				"",
				`As|of|NOW|in|context|"` + w.project + `";|no|longer|watched.`,
			})
		})
	}
}

// A picture that may be old says so, until it is not.
func TestWatchOnATerminalOutlivesTheAPIServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, ownCRDs)
	w := c.newWaiter(t, "cut")
	s := w.onTerminal(t, "-w", "--rows")
	s.await(t, "connected")
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	s.await(t, "CONNECTION")
	s.forget()
	if err := c.Revive(run.ctx); err != nil {
		t.Fatal(err)
	}
	s.await(t, "connected")
	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
}

// A server that falls silent, its connections being there, is noticed, and what is shown
// is the time of the last message about it.
func TestWatchNoticesASilentAPIServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, ownCRDs)
	w := c.newWaiter(t, "paused")
	s := w.onTerminal(t, "-w", "--rows")
	lines := w.inPipe(t, "-w")
	s.await(t, "connected")
	paused := time.Now()
	if err := c.Pause(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Resume() }) // so that it can be ended
	s.await(t, "CONNECTION LOST")
	lines.stderr.await(t, "Warning: connection to context \"paused\" lost, trying again: no response from the server\n")
	late := time.Since(paused)
	t.Logf("told after %v", late)
	if late > 25*time.Second { // twelve, on a machine with nothing else to do
		t.Errorf("told after %v", late)
	}
	s.forget()
	s.resize(t, 100, 20)                               // so that it is drawn as a whole
	s.await(t, "no response from the server", "quits") // the end of the picture
	asOf := regexp.MustCompile(`as of (\d\d:\d\d:\d\dZ)`).FindStringSubmatch(s.String())
	if asOf == nil || asOf[1] > paused.UTC().Format("15:04:05Z") {
		t.Errorf("as of %v, and paused at %v:\n%q", asOf, paused.UTC(), s)
	}
	s.forget()
	if err := c.Resume(); err != nil {
		t.Fatal(err)
	}
	s.await(t, "connected")
	lines.stderr.await(t, "connection to context \"paused\" is back\n")
	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	lines.await(t, 1)
	lines.interrupt(t)
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
}

// Elsewhere each verdict that changes is a line, or a document.
func TestWatchInAPipe(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, ownCRDs)
	w := c.newWaiter(t, "piped-watch")
	admin := c.kubeconfig(t, controlplane.Admin(), w.project)
	lines := w.inPipe(t, "--watch")
	documents := w.inPipe(t, "prod", "-w", "--output=json", "--freight=new-newt")

	w.patchFreight(t, newtName, verifiedIn("uat"))
	lines.await(t, 1)
	documents.await(t, 1) // what comes at once is told together
	saved := c.kubectl(t, admin, "get", "stage", "prod", "--output=yaml")
	c.kubectl(t, admin, "delete", "stage", "prod")
	lines.await(t, 3)
	documents.await(t, 2)
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // until it is news that the connection is lost
	if err := c.Revive(run.ctx); err != nil {
		t.Fatal(err)
	}
	c.load(t, write(t, "stage.yaml", saved))
	lines.await(t, 5)
	documents.await(t, 3)

	initial := []string{
		"TIME   PROJECT   STAGE   FREIGHT   FROM   TO   WHY",
		"NOW   piped-watch   prod   new-newt   initial   Blocked   uat: promotion failed",
		"NOW   piped-watch   prod   old-otter   initial   Verified   verified in qa, uat, which are all of its upstreams",
	}
	if diff := cmp.Diff(initial, still(lines.initial)); diff != "" {
		t.Errorf("the initial state (-want +got):\n%s", diff)
	}
	if !strings.Contains(documents.initial, `"initial":true,"from":null,"to":"Blocked"`) || strings.Count(documents.initial, "\n") != 1 {
		t.Errorf("the initial state in documents\n%s", documents.initial)
	}
	got := lines.interrupt(t)
	want := []string{
		"NOW   piped-watch   prod   new-newt   Blocked   Verified   verified in qa, uat, which are all of its upstreams",
		"NOW   piped-watch   prod   old-otter   Verified   -   the Stage is gone",
		"NOW   piped-watch   prod   new-newt   Verified   -   the Stage is gone",
		"NOW   piped-watch   prod   new-newt   -   Verified   verified in qa, uat, which are all of its upstreams",
		"NOW   piped-watch   prod   old-otter   -   Verified   verified in qa, uat, which are all of its upstreams",
	}
	if diff := cmp.Diff(want, still(got.Stdout)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if strings.Count(got.Stderr, "\n") != 3 {
		t.Errorf("stderr\n%s", got.Stderr)
	}
	got.wantStderr(t, `Watching 1 Stage of namespace "piped-watch" (context "piped-watch"); from now on one line per change of a verdict`,
		`connection to context "piped-watch" lost`, `connection to context "piped-watch" is back`)
	documents.interrupt(t).wantChanges(t, [][2]string{{"Blocked", "Verified"}, {"Verified", ""}, {"", "Verified"}})
}

// Nothing is written when a soak elapses, and the change is still reported.
func TestWatchTellsThatASoakElapses(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "soaking-watch")
	w.patch(t, "stages", "prod", "", `{"spec":{"requestedFreight":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":["qa"],"requiredSoakTime":"2s"}}]}}`)
	// The command has until then to begin.
	since := time.Now().Add(4 * time.Second).Truncate(time.Second).UTC().Format(time.RFC3339)
	w.patchFreight(t, newtName, `{"status":{"currentlyIn":{"qa":{"since":"`+since+`"}}}}`)
	lines := w.inPipe(t, "-w", "--freight=new-newt")
	lines.await(t, 1)
	want := []string{"NOW   soaking-watch   prod   new-newt   Blocked   Verified   verified in qa and soaked 2s"}
	if diff := cmp.Diff(want, still(lines.interrupt(t).Stdout)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The default limit is for the table: all Freight is told of, unless a limit is named.
func TestWatchTellsOfAllFreight(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "limited-watch")
	var more strings.Builder
	for i := range 12 {
		fmt.Fprintf(&more, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata: {name: f%02d, namespace: %s}\norigin: {kind: Warehouse, name: app}\ndiscoveredAt: \"2026-02-%02dT00:00:00Z\"\n", i, w.project, i+1)
	}
	w.load(t, write(t, "freight.yaml", more.String()))
	all := w.inPipe(t, "-w")
	limited := w.inPipe(t, "-w", "--limit=1")
	for i, name := range []string{"2111111111111111111111111111111111111111", "f11"} { // the oldest and the newest
		w.patchFreight(t, name, `{"status":{"approvedFor":{"prod":{}}}}`)
		all.await(t, i+1)
	}
	limited.await(t, 1)
	newest := "NOW   limited-watch   prod   f11   Blocked   Approved   it is approved for prod"
	if diff := cmp.Diff([]string{"NOW   limited-watch   prod   old-otter   Verified   Approved   it is approved for prod", newest}, still(all.interrupt(t).Stdout)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{newest}, still(limited.interrupt(t).Stdout)); diff != "" {
		t.Errorf("limited (-want +got):\n%s", diff)
	}
}

// A terminal that can do nothing gets lines; so does one that a document is wanted on.
func TestWatchOnATerminalThatIsDumb(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "dumb")
	for _, args := range [][]string{{"TERM=dumb"}, {"TERM=xterm", "-o", "yaml"}} {
		s := w.onTerminalWith(t, args[0], append([]string{"-w"}, args[1:]...)...)
		s.await(t, "Watching 1 Stage")
		s.press(t, "\x03") // the terminal makes it a signal
		s.wantExit(t, 130)
		if strings.Contains(s.String(), enterScreen) {
			t.Errorf("%v: drawn on\n%s", args, s)
		}
	}
}

// Names and rights that are wrong end it before it begins.
func TestWatchThatCannotBegin(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "unwatchable")
	c.kargoAvail(t, w.kubeconfig, "prd", "--watch").wantFailure(t, 3, 2, "Error from server (NotFound)", "Did you mean prod?")

	blind := c.newProject(t, "unread-watch")
	c.grant(t, blind, blind, readKargo("stages", "warehouses", "promotions", "projectconfigs"))
	c.kargoAvail(t, c.kubeconfig(t, controlplane.User{Name: blind}, blind), "--watch").wantFailure(t, 3, 2,
		"resources: [freights], verbs: [list]", "incomplete: Freight could not be read")

	project := c.newProject(t, "unwatched")
	c.grant(t, project, project, rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"*"}, Verbs: []string{"get", "list"}})
	kubeconfig := c.kubeconfig(t, controlplane.User{Name: project}, project)
	got := c.kargoAvail(t, kubeconfig, "--watch")
	got.wantStderr(t, "Error from server (Forbidden)", "verbs: [watch]")
	if got.Exit != 3 || got.Stdout != "" || strings.Contains(got.Stderr, "Watching") || strings.Count(got.Stderr, "verbs: [watch]") != 5 {
		t.Errorf("got %+v", got)
	}
	s := waiter{c, project, kubeconfig}.onTerminal(t, "--watch")
	s.await(t, "Error from server (Forbidden)")
	s.wantExit(t, 3)
}

// wantChanges checks documents: their verdicts before and after, and their object.
func (o outcome) wantChanges(t *testing.T, want [][2]string) {
	t.Helper()
	var got [][2]string
	for line := range strings.Lines(o.Stdout) {
		var change struct {
			Kind, Freight, From, To string
			Object                  *struct{ Alias, Verdict string }
		}
		if err := json.Unmarshal([]byte(line), &change); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if change.Kind != "Change" || change.Freight != newtName {
			t.Errorf("a change of something else: %s", line)
		}
		if (change.Object == nil) != (change.To == "") || change.Object != nil && change.Object.Verdict != change.To {
			t.Errorf("another object: %s", line)
		}
		got = append(got, [2]string{change.From, change.To})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// still returns the lines of a text, with the same instant in all of them.
func still(text string) []string {
	text = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`).ReplaceAllString(text, "NOW")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// piped is a watch in a pipe.
type piped struct {
	*running
	stdout written
	stderr *shared
	// initial is what it has written of the state to begin with.
	initial string
}

// written is a file that a command writes to. Nothing stands between them that could hand on
// what the command wrote to another file first.
type written struct{ *os.File }

func (w written) String() string {
	text, err := os.ReadFile(w.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// shared is what one goroutine writes and another reads.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(text)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// forget empties it.
func (s *shared) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Reset()
}

// await waits until a text has all of these in it.
func (s *shared) await(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for deadline := time.Now().Add(60 * time.Second); !strings.Contains(s.String(), text); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no %q in\n%q", text, s)
			}
		}
	}
}

// inPipe starts a watch and returns when it has begun.
func (w waiter) inPipe(t *testing.T, args ...string) *piped {
	t.Helper()
	stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdout.Close() }) // the command has its own
	p := &piped{running: &running{ended: make(chan struct{})}, stdout: written{stdout}, stderr: &shared{}}
	p.cmd = w.KubectlCommand(t, w.kubeconfig, append([]string{"kargo-avail"}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout.File, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its ProcessState
		close(p.ended)
	}()
	p.stderr.await(t, "Watching ") // which it says once the initial state is written
	p.initial = p.stdout.String()
	return p
}

// await waits for so many lines behind the initial state.
func (p *piped) await(t *testing.T, lines int) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); strings.Count(p.stdout.String(), "\n")-strings.Count(p.initial, "\n") < lines; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("fewer than %d lines:\n%s%s", lines, p.stdout, p.stderr)
		}
	}
}

// interrupt ends the watch as a person does. It returns what was written behind the initial
// state.
func (p *piped) interrupt(t *testing.T) outcome {
	t.Helper()
	p.signal(t, syscall.SIGINT)
	within(t, "the end of the watch", p.ended)
	if exit := p.cmd.ProcessState.ExitCode(); exit != 130 {
		t.Errorf("exits with %d", exit)
	}
	return outcome{strings.TrimPrefix(p.stdout.String(), p.initial), p.stderr.String(), 130}
}

const (
	enterScreen = "\x1b[?1049h"
	leaveScreen = "\x1b[?1049l"
)

// onScreen is a command on a terminal, and what it has shown there.
type onScreen struct {
	shared
	cmd      *exec.Cmd
	terminal *os.File
	ended    chan struct{}
}

func (w waiter) onTerminal(t *testing.T, args ...string) *onScreen {
	t.Helper()
	return w.onTerminalWith(t, "TERM=xterm-256color", args...)
}

func (w waiter) onTerminalWith(t *testing.T, environment string, args ...string) *onScreen {
	t.Helper()
	s := &onScreen{cmd: w.KubectlCommand(t, w.kubeconfig, append([]string{"kargo-avail"}, args...)...), ended: make(chan struct{})}
	s.cmd.Env = append(s.cmd.Env, environment, "NO_COLOR=1")
	var err error
	if s.terminal, err = pty.StartWithSize(s.cmd, &pty.Winsize{Cols: 120, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		// Linux ends the reading of a terminal that nobody writes to with EIO.
		if _, err := io.Copy(s, s.terminal); err != nil && !errors.Is(err, syscall.EIO) {
			t.Error(err)
		}
		_ = s.cmd.Wait() // how it ended is in its ProcessState
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // unless it has ended
		<-s.ended
		_ = s.terminal.Close()
	})
	return s
}

func (s *onScreen) resize(t *testing.T, columns, rows uint16) {
	t.Helper()
	if err := pty.Setsize(s.terminal, &pty.Winsize{Cols: columns, Rows: rows}); err != nil {
		t.Fatal(err)
	}
}

func (s *onScreen) press(t *testing.T, key string) {
	t.Helper()
	if _, err := s.terminal.WriteString(key); err != nil {
		t.Fatal(err)
	}
}

func (s *onScreen) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

func (s *onScreen) wantExit(t *testing.T, exit int) {
	t.Helper()
	within(t, "the end of the command", s.ended)
	if got := s.cmd.ProcessState.ExitCode(); got != exit {
		t.Errorf("exits with %d, want %d", got, exit)
	}
}

// wantEnd waits for the end of a command that drew, and checks what stays of it, by its
// words: nil is anything.
func (s *onScreen) wantEnd(t *testing.T, exit int, stays []string) {
	t.Helper()
	s.wantExit(t, exit)
	_, after, left := strings.Cut(s.String(), leaveScreen)
	if !left || !strings.Contains(after, "\x1b[?25h") {
		t.Errorf("the terminal is not as it was: %q", s)
	}
	after = regexp.MustCompile(`\x1b\[[0-9;?<>=]*[a-zA-Z]`).ReplaceAllString(after, "")
	after = regexp.MustCompile(` \d+d `).ReplaceAllString(after, " AGE ")
	var got []string
	for _, line := range still(after) {
		got = append(got, strings.Join(strings.Fields(line), "|"))
	}
	if diff := cmp.Diff(stays, got); stays != nil && diff != "" {
		t.Errorf("what stays (-want +got):\n%s", diff)
	}
}
