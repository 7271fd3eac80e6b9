package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
