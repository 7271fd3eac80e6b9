package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// cluster is a control plane of one test's own. Its methods are those of the
// control plane for tests in which nothing may fail: what does ends the test.
type cluster struct {
	*controlplane.ControlPlane
}

// newCluster starts a control plane whose API server knows only Kubernetes.
// Its kubectl finds plugins in the given folders.
func newCluster(t *testing.T, plugins ...string) cluster {
	t.Helper()
	cp, err := controlplane.Start(run.ctx, run.binaries, plugins...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cp.Stop(); err != nil {
			t.Error(err)
		}
	})
	return cluster{cp}
}

func (c cluster) installCRDs(t *testing.T, dir string) {
	t.Helper()
	if err := c.InstallCRDs(run.ctx, dir); err != nil {
		t.Fatal(err)
	}
}

func (c cluster) load(t *testing.T, files ...string) controlplane.Loaded {
	t.Helper()
	loaded, err := c.Load(run.ctx, files...)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func (c cluster) grant(t *testing.T, user, namespace string, rules ...rbacv1.PolicyRule) {
	t.Helper()
	if err := c.Grant(run.ctx, user, namespace, rules...); err != nil {
		t.Fatal(err)
	}
}

func (c cluster) restart(t *testing.T) {
	t.Helper()
	if err := c.Restart(run.ctx); err != nil {
		t.Fatal(err)
	}
}

// kubeconfig is the path of a kubeconfig file; see ControlPlane.Kubeconfig.
func (c cluster) kubeconfig(t *testing.T, u controlplane.User, namespace string) string {
	t.Helper()
	path, err := c.Kubeconfig(u, namespace)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// kubectl is what kubectl prints, which has to exit with 0; ControlPlane.Kubectl
// is for the rest.
func (c cluster) kubectl(t *testing.T, kubeconfig string, args ...string) string {
	t.Helper()
	stdout, stderr, exit := c.Kubectl(t, kubeconfig, args...)
	if exit != 0 {
		t.Fatalf("kubectl %q exits with %d:\n%s%s", args, exit, stdout, stderr)
	}
	return stdout
}

// ownCRDs is the part of the newest Kargo's API that the plugin reads.
const ownCRDs = "testdata/crds"

// editedCRDs is a folder of our own CRDs, each line of them as edit has it.
func editedCRDs(t *testing.T, edit func(line string) string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range glob(t, filepath.Join(ownCRDs, "*.yaml")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var edited strings.Builder
		for line := range strings.Lines(string(text)) {
			edited.WriteString(edit(line))
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), []byte(edited.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// kargoVersions are the folders of CRDs to test with, by the name of their
// version: those of $KARGO_CRDS, else our own.
func kargoVersions(t *testing.T) map[string]string {
	t.Helper()
	given := os.Getenv("KARGO_CRDS")
	if given == "" {
		return map[string]string{"our own CRDs": ownCRDs}
	}
	versions := map[string]string{}
	for _, pattern := range []string{"*.yaml", filepath.Join("*", "*.yaml")} {
		for _, file := range glob(t, filepath.Join(given, pattern)) {
			dir := filepath.Dir(file)
			versions[filepath.Base(dir)] = dir
		}
	}
	if len(versions) == 0 {
		t.Fatalf("no *.yaml in KARGO_CRDS %q or its subfolders; name a folder of CRDs or unset it", given)
	}
	return versions
}

// recordedMoments are the files of the first recording of the pipeline, oldest first.
func recordedMoments(t *testing.T) []string {
	t.Helper()
	moments := glob(t, "../conformance/recorded/0*.yaml")
	if len(moments) == 0 {
		t.Fatal("no recorded pipeline in test/conformance/recorded")
	}
	return moments
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
