package e2e

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

func TestKubectl(t *testing.T) {
	t.Parallel()
	c := newCluster(t, standIn(t))
	admin := c.kubeconfig(t, controlplane.Admin(), "")

	version := c.kubectl(t, admin, "version")
	for _, want := range []string{"Client Version: v1.", "Server Version: v1."} {
		if !strings.Contains(version, want) {
			t.Errorf("kubectl version: no %q in\n%s", want, version)
		}
	}

	stdout, stderr, exit := c.Kubectl(t, admin, "get", "configmap", "absent")
	if stdout != "" || !strings.Contains(stderr, "NotFound") || exit != 1 {
		t.Errorf("kubectl get: got stdout %q, stderr %q, exit %d; want NotFound on stderr and exit 1", stdout, stderr, exit)
	}

	stdout, stderr, exit = c.Kubectl(t, admin, "kargo-avail", "a word")
	if !strings.HasSuffix(stdout, "said a word\n") || stderr != "no\n" || exit != 3 {
		t.Errorf("kubectl kargo-avail: got stdout %q, stderr %q, exit %d; want all three from the plugin", stdout, stderr, exit)
	}
	if home := os.Getenv("HOME"); strings.HasPrefix(stdout, home+"\n") {
		t.Errorf("the plugin has the HOME of who runs the tests, %s", home)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	ada := c.kubeconfig(t, controlplane.User{Name: "ada"}, "own")
	bob := c.kubeconfig(t, controlplane.User{Name: "bob", Groups: []string{"readers"}}, "")
	read := rbacv1.PolicyRule{Verbs: []string{"list"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}
	c.grant(t, "ada", "own", read)
	c.grant(t, "bob", "", read)

	c.kubectl(t, ada, "get", "configmaps")
	c.kubectl(t, bob, "get", "configmaps", "--all-namespaces")
	for _, args := range [][]string{{"get", "configmaps", "--all-namespaces"}, {"get", "secrets"}} {
		_, stderr, exit := c.Kubectl(t, ada, args...)
		if !strings.Contains(stderr, `User "ada" cannot list`) || exit != 1 {
			t.Errorf("kubectl %q as ada: got stderr %q, exit %d; want a refusal", args, stderr, exit)
		}
	}
	if got := c.kubectl(t, bob, "auth", "whoami"); !strings.Contains(got, "readers") {
		t.Errorf("kubectl auth whoami: no readers in\n%s", got)
	}
}

func TestRestartKeepsDataAddressAndUsers(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), "")
	c.kubectl(t, admin, "create", "namespace", "kept")
	c.restart(t)
	if got, want := c.kubectl(t, admin, "get", "namespace", "kept", "--output=name"), "namespace/kept\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestControlPlaneLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(run.ctx)
	defer cancel()
	cp, err := controlplane.Start(ctx, run.binaries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cp.Stop() })
	kubeconfig, err := cp.Kubeconfig(controlplane.Admin(), "")
	if err != nil {
		t.Fatal(err)
	}
	client, err := discovery.NewDiscoveryClientForConfig(cp.Config())
	if err != nil {
		t.Fatal(err)
	}

	cancel()
	err = wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, 10*time.Second, true, func(context.Context) (bool, error) {
		_, err := os.Stat(kubeconfig)
		return errors.Is(err, fs.ErrNotExist), nil
	})
	if err != nil {
		t.Errorf("its files are still there: %v", err)
	}
	if _, err := client.ServerVersionWithContext(t.Context()); err == nil {
		t.Error("its API server still answers")
	}
	if err := cp.Restart(t.Context()); err == nil {
		t.Error("a control plane that has ended was restarted")
	}
}

// A control plane that cannot start has to say why.
func TestControlPlaneSaysWhyItDidNotStart(t *testing.T) {
	t.Parallel()
	binaries := run.binaries
	binaries.APIServer = binaries.Etcd
	_, err := controlplane.Start(run.ctx, binaries)
	if err == nil {
		t.Fatal("an API server that is an etcd has started")
	}
	for _, want := range []string{"wait for etcd to serve: it has ended", "flag provided but not defined"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in the error\n%v", want, err)
		}
	}
}

// standIn is a folder with a plugin that has nothing to do with ours: it prints
// its home and its arguments, complains and exits with 3.
func standIn(t *testing.T) string {
	t.Helper()
	const script = "#!/bin/sh\necho $HOME\necho said \"$@\"\necho no >&2\nexit 3\n"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kubectl-kargo_avail"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
