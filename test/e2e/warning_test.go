package e2e

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// The API server warns with every answer; people want to read it once.
func TestWarningsOfTheServerAreSaidOnce(t *testing.T) {
	t.Parallel()
	const warning = "kargo.akuity.io/v1alpha1 is about to be removed"
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, editedCRDs(t, func(line string) string {
		indent, served := strings.CutSuffix(line, "served: true\n")
		if served {
			line += indent + "deprecated: true\n" + indent + "deprecationWarning: " + warning + "\n"
		}
		return line
	}))
	project := c.newProject(t, "deprecated")
	c.addFreight(t, project, 501) // more than a page
	admin := c.kubeconfig(t, controlplane.Admin(), project)

	for _, args := range [][]string{{"-o", "name"}, {"-A", "-o", "name"}} {
		want := outcome{Stdout: "stage.kargo.akuity.io/prod\n", Stderr: "Warning: " + warning + "\n"}
		if diff := cmp.Diff(want, c.kargoAvail(t, admin, args...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", args, diff)
		}
	}

	const yellow, plain = "\x1b[33;1mWarning:\x1b[0m ", "Warning: "
	for name, test := range map[string]struct {
		want string
		env  string
		args []string
	}{
		"a terminal":                     {yellow, "TERM=xterm", nil},
		"a terminal, with NO_COLOR":      {plain, "NO_COLOR=1", nil},
		"a terminal that is dumb":        {plain, "TERM=dumb", nil},
		"a terminal, with --color=never": {plain, "TERM=xterm", []string{"--color=never"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := c.KubectlCommand(t, admin, append([]string{"kargo-avail", "-o", "name"}, test.args...)...)
			cmd.Env = append(cmd.Env, test.env)
			var stdout bytes.Buffer
			cmd.Stdout = &stdout
			shown := stderrOnTerminal(t, cmd)
			if got, want := shown, test.want+warning+"\r\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := stdout.String(), "stage.kargo.akuity.io/prod\n"; got != want {
				t.Errorf("got stdout %q, want %q", got, want)
			}
		})
	}
}

// stderrOnTerminal runs a command, which has to exit with 0, and returns what it
// shows on a terminal that only its standard error goes to.
func stderrOnTerminal(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	terminal, stderr, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	cmd.Stderr = stderr
	if err := errors.Join(cmd.Run(), stderr.Close()); err != nil {
		t.Error(err)
	}
	// Linux ends the reading of a terminal that nobody writes to with EIO.
	shown, err := io.ReadAll(terminal)
	if err != nil && !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	return string(shown)
}
