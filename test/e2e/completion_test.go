package e2e

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// completers are the ways to have what kubectl runs to complete the plugin, which is in
// a folder on PATH.
func (c cluster) completers(kubeconfig string) map[string]func(t *testing.T, dir string) {
	return map[string]func(t *testing.T, dir string){
		"the link that is installed": func(t *testing.T, dir string) {
			t.Helper()
			got := finish(t, c.withPath(t, dir, kubeconfig, "kargo-avail", "completion", "kubectl", "--install"))
			if want := (outcome{Stdout: filepath.Join(dir, shim) + " installed\n"}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		},
		"the script that is printed": func(t *testing.T, dir string) {
			t.Helper()
			got := finish(t, c.withPath(t, dir, kubeconfig, "kargo-avail", "completion", "kubectl"))
			if err := os.WriteFile(filepath.Join(dir, shim), []byte(got.Stdout), 0o700); err != nil || got.Stderr != "" {
				t.Errorf("%v, stderr %q", err, got.Stderr)
			}
		},
		"the script of the releases": func(t *testing.T, dir string) {
			t.Helper()
			script, err := filepath.Abs(filepath.Join("..", "..", "completion", shim))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(script, filepath.Join(dir, shim)); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// shim is what kubectl runs.
const shim = "kubectl_complete-kargo_avail"

// TAB behind kubectl kargo-avail: kubectl is asked as its own scripts for the shells ask
// it.
func TestKubectlCompletesThePlugin(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "completed")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	for name, install := range c.completers(admin) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir() // as krew has one, with a link to the plugin
			if err := os.Symlink(filepath.Join(pluginDir(t), "kubectl-kargo_avail"), filepath.Join(dir, "kubectl-kargo_avail")); err != nil {
				t.Fatal(err)
			}
			install(t, dir)
			if complete, _ := c.complete(t, dir, admin, "explain", ""); !slices.Equal(complete, []string{"prod", "qa", "uat"}) {
				t.Errorf("Stages: %q", complete)
			}
		})
	}
}

func TestKubectlCompletes(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "completes")
	other := c.newProject(t, "completes-too")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	c.kubectl(t, admin, "label", "freight", "2222222222222222222222222222222222222222", "kargo.akuity.io/alias=new-newt") // as Kargo does
	dir := c.withCompletion(t)
	const keep = ":36" // the order, and no files
	for _, test := range []struct {
		words     []string
		want      []string
		directive string
	}{
		{[]string{"expl"}, []string{"explain"}, ":4"},
		{[]string{"explain", "p"}, []string{"prod"}, ":4"},
		{[]string{"list", "qa", ""}, []string{"prod", "uat"}, ":4"},
		{[]string{"list", "-p", other, "u"}, []string{"uat"}, ":4"},
		{[]string{"list", "-p", "no-such-project", ""}, nil, ":4"},
		{[]string{"explain", "prod", ""}, []string{"new-newt", "2111111111111111111111111111111111111111"}, keep},
		{[]string{"wait", "prod", "new"}, []string{"new-newt"}, keep},
		{[]string{"explain", "prod", "2"}, []string{"2222222222222222222222222222222222222222", "2111111111111111111111111111111111111111"}, keep},
		{[]string{"what-if", "prod=m"}, []string{"prod=majority"}, ":4"},
		{[]string{"set-strategy", "prod", "a"}, []string{"any", "all"}, ":4"},
		{[]string{"list", "--warehouse", ""}, []string{"app"}, ":4"},
		{[]string{"wait", "prod", "x", "--for", "v"}, []string{"verified"}, ":4"},
		// These are kubectl's, which does not complete them for plugins.
		{[]string{"list", "-n", "completes"}, []string{project, other}, ":4"},
		{[]string{"list", "--project", "completes-"}, []string{other}, ":4"},
		{[]string{"list", "--context", ""}, []string{"admin"}, ":4"},
		{[]string{"list", "-o", "wi"}, []string{"wide"}, ":4"},
	} {
		got, directive := c.complete(t, dir, admin, test.words...)
		if diff := cmp.Diff(test.want, got); diff != "" || directive != test.directive {
			t.Errorf("%q: directive %s, want %s (-want +got):\n%s", test.words, directive, test.directive, diff)
		}
	}
}

// Who may not look, and who has nobody to ask, is offered nothing, and told nothing.
func TestCompletionIsSilent(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "silent")
	dir := c.withCompletion(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0") // which says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	nobody := c.kubeconfig(t, controlplane.User{Name: "completion-nobody"}, project)
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	for name, test := range map[string]struct {
		kubeconfig string
		words      []string
	}{
		"not allowed":        {nobody, []string{"list", ""}},
		"not allowed either": {nobody, []string{"list", "-n", ""}},
		"no kubeconfig":      {os.DevNull, []string{"list", ""}},
		"no answer":          {admin, []string{"list", "--server=https://" + listener.Addr().String(), ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, directive := c.complete(t, dir, test.kubeconfig, test.words...); got != nil || directive != ":4" {
				t.Errorf("got %q, directive %s", got, directive)
			}
		})
	}
}

// shells are set up by a file in HOME as completion --help says; their prompt is "ready> ".
func shells() map[string]struct{ file, setup string } {
	return map[string]struct{ file, setup string }{
		"bash": {".bashrc", `
_get_comp_words_by_ref() { # that of the package bash-completion, for words without quotes
  words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
}
__ltrim_colon_completions() { :; }
source <(kubectl kargo-avail completion bash)
PS1='ready> '
`},
		"zsh": {".zshrc", `
fpath=(~/functions $fpath)
mkdir -p ~/functions
kubectl kargo-avail completion zsh > "${fpath[1]}/_kubectl-kargo_avail"
autoload -U compinit && compinit -u
PS1='ready> '
`},
		"fish": {".config/fish/config.fish", `
kubectl kargo-avail completion fish > ~/.config/fish/completions/kubectl-kargo_avail.fish
mkdir -p ~/.local/share/fish/generated_completions # else fish reads every man page first
set -g fish_autosuggestion_enabled 0
function fish_prompt; echo -n 'ready> '; end
`},
	}
}

// TestShellsComplete types the beginnings of words into shells, each with a TAB behind it,
// and runs what that has become. The shells are those that are there, bash among them.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), c.newProject(t, "shells"))
	for name, shell := range shells() {
		program, err := exec.LookPath(name)
		if err != nil && name != "bash" {
			t.Logf("%s is not tested: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err != nil {
				t.Fatal(err)
			}
			s := startShell(t, c.KubectlCommand(t, admin), program, shell.file, shell.setup)
			s.awaitPlain(t, "ready> ")
			for _, step := range []struct{ keys, shown string }{
				{"kubectl-kargo_avail lis\t", "list "},
				{"-o nam\t", "name "},
				{"pr\t", "prod "},
				{"\r", "stage.kargo.akuity.io/prod"},
			} {
				s.forget()
				s.press(t, step.keys)
				s.awaitPlain(t, step.shown)
			}
		})
	}
}

// startShell starts a shell in a terminal, where a kubectl would run and with what is on its
// PATH. It ends with the test.
func startShell(t *testing.T, kubectl *exec.Cmd, program, file, setup string) *onScreen {
	t.Helper()
	path := filepath.Join(kubectl.Dir, file)
	if err := errors.Join(os.MkdirAll(filepath.Join(filepath.Dir(path), "completions"), 0o700), os.WriteFile(path, []byte(setup), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(run.ctx, program, "-i")
	cmd.Dir, cmd.Env = kubectl.Dir, []string{"TERM=xterm"}
	for _, variable := range kubectl.Env {
		if strings.HasPrefix(variable, "PATH=") { // a shell's own files run other programs, too
			variable += string(os.PathListSeparator) + os.Getenv("PATH")
		}
		cmd.Env = append(cmd.Env, variable)
	}
	s := &onScreen{cmd: cmd, ended: make(chan struct{})}
	var err error
	if s.terminal, err = pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(s, s.terminal) // it ends as the shell is killed
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // which is not left otherwise
		<-s.ended
		_ = s.terminal.Close()
	})
	return s
}

// awaitPlain waits for a text on the screen, whatever colors and moves of the cursor are
// in it.
func (s *onScreen) awaitPlain(t *testing.T, text string) {
	t.Helper()
	escapes := regexp.MustCompile(`\x1b(\[[0-9;?<>=]*[a-zA-Z]|\].*?\a|\([A-Z])|[\r\x0e\x0f]`)
	for deadline := time.Now().Add(60 * time.Second); !strings.Contains(escapes.ReplaceAllString(s.String(), ""), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in\n%q", text, s.String())
		}
	}
}

// The Project of the environment is the one whose names are completed, and the one that
// is shown, whatever the context says.
func TestProjectOfTheEnvironment(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "environment")
	admin := c.kubeconfig(t, controlplane.Admin(), "elsewhere")
	environment := func(args ...string) outcome {
		cmd := c.KubectlCommand(t, admin, append([]string{"kargo-avail"}, args...)...)
		cmd.Env = append(cmd.Env, "KARGO_AVAIL_PROJECT="+project, "KARGO_AVAIL_OUTPUT=name")
		return finish(t, cmd)
	}
	if got, want := environment(), (outcome{Stdout: "stage.kargo.akuity.io/prod\n"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := environment("-n", "elsewhere"); got.Stdout != "" {
		t.Errorf("-n does not win: %+v", got)
	}
	if got := environment("__complete", "list", "u"); got.Stdout != "uat\n:4\n" {
		t.Errorf("completes %q", got.Stdout)
	}
}

// withCompletion is a folder with what kubectl runs to complete the plugin.
func (c cluster) withCompletion(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(pluginDir(t), "kubectl-kargo_avail"), filepath.Join(dir, shim)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// complete is what kubectl offers for the last of the words behind kargo-avail, and what
// it tells the shell. All that may be said besides is how that went.
func (c cluster) complete(t *testing.T, dir, kubeconfig string, words ...string) (offered []string, directive string) {
	t.Helper()
	got := finish(t, c.withPath(t, dir, kubeconfig, append([]string{"__completeNoDesc", "kargo-avail"}, words...)...))
	for line := range strings.Lines(got.Stderr) {
		if !strings.HasPrefix(line, "Completion ended with directive") && !strings.HasPrefix(line, "[Debug] ") { // which is kubectl's
			t.Errorf("%q: said %q", words, line)
		}
	}
	lines := strings.Split(strings.TrimSuffix(got.Stdout, "\n"), "\n")
	if got.Exit != 0 {
		t.Fatalf("%q: %+v", words, got)
	}
	if len(lines) > 1 {
		offered = lines[:len(lines)-1]
	}
	return offered, lines[len(lines)-1]
}

// withPath is a kubectl with one more folder on its PATH, the first.
func (c cluster) withPath(t *testing.T, dir, kubeconfig string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := c.KubectlCommand(t, kubeconfig, args...)
	for i, variable := range cmd.Env {
		if path, is := strings.CutPrefix(variable, "PATH="); is {
			cmd.Env[i] = "PATH=" + dir + string(os.PathListSeparator) + path
		}
	}
	return cmd
}
