package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// An API server that hangs, wherever it does, hangs nobody who has had enough.
func TestSignalsEndThePluginAtOnceAndQuietly(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	kubeconfig := c.kubeconfig(t, controlplane.Admin(), "anywhere")
	hangs := map[string]func(http.ResponseWriter){
		"before the answer":           func(http.ResponseWriter) {},
		"in the middle of the answer": func(w http.ResponseWriter) { beginJSON(w, `{"kind":"List","apiVersion":"v1","metadata":{},"items":[`) },
	}
	signals := map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143}
	for where, hang := range hangs {
		for signal, exit := range signals {
			for _, verb := range []string{"list", "version"} {
				t.Run(fmt.Sprint(signal, " ", where, " of ", verb), func(t *testing.T) {
					t.Parallel()
					asked := make(chan struct{}, 10) // more than there are requests
					server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
						hang(w)
						asked <- struct{}{}
						<-r.Context().Done()
					})
					plugin := begin(t, c.KubectlCommand(t, kubeconfig, "kargo-avail", verb, "--server", server))
					within(t, "a request", asked)
					plugin.signal(t, signal)
					if got, want := plugin.end(t), (outcome{Exit: exit}); got != want {
						t.Errorf("got %+v, want %+v", got, want)
					}
				})
			}
		}
	}
}

// The same holds for a file that never ends.
func TestSignalsEndAWaitForInput(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	cmd := c.KubectlCommand(t, "", "kargo-avail", "-f", "-")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	plugin := begin(t, cmd)
	// More than a pipe holds: it is written when the plugin has begun to read.
	if _, err := io.WriteString(input, strings.Repeat("# waiting\n", 100_000)); err != nil {
		t.Fatal(err)
	}
	plugin.signal(t, syscall.SIGINT)
	if got, want := plugin.end(t), (outcome{Exit: 130}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A reader that has seen enough, as head -1 has, is no failure of the plugin's.
func TestReaderThatGoesAway(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), c.newProject(t, "piped"))
	for _, args := range [][]string{{}, {"-o", "json"}, {"-o", "yaml"}, {"-o", "name"}, {"-o", "jsonpath={}"}, {"version"}, {"--help"}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := reader.Close(); err != nil { // before anything is written, so that every write fails
			t.Fatal(err)
		}
		cmd := c.KubectlCommand(t, admin, append([]string{"kargo-avail"}, args...)...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = writer, &stderr
		err = cmd.Run()
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || stderr.Len() > 0 {
			t.Errorf("%q: got %v, stderr %q; want exit 0, quietly", args, err, stderr.String())
		}
	}
}

// running is a command that was begun.
type running struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          chan struct{}
}

func begin(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &r.stdout, &r.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its ProcessState
		close(r.ended)
	}()
	return r
}

func (r *running) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := r.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// end waits for the command to end.
func (r *running) end(t *testing.T) outcome {
	t.Helper()
	within(t, "the end of the command", r.ended)
	return outcome{r.stdout.String(), r.stderr.String(), r.cmd.ProcessState.ExitCode()}
}

// within waits for something that may take long on a busy machine, with a limit.
func within(t *testing.T, what string, happens <-chan struct{}) {
	t.Helper()
	select {
	case <-happens:
	case <-time.After(30 * time.Second):
		t.Fatalf("waited too long for %s", what)
	}
}
