package release

import (
	"debug/buildinfo"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// krew is a krew of a test's own, which kubectl finds as a plugin.
type krew struct {
	root string   // where it installs to
	path []string // of the commands that it runs
	tree          // to run commands in
}

// newKrew is a krew that has installed nothing yet, for a platform or, if that is
// the zero one, for this machine.
func newKrew(t *testing.T, p platform) krew {
	t.Helper()
	dir := t.TempDir()
	k := krew{root: filepath.Join(dir, "krew")}
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(run.tools.krew, filepath.Join(plugins, "kubectl-krew")); err != nil {
		t.Fatal(err)
	}
	k.path = []string{k.bin(), plugins, filepath.Dir(run.tools.Kubectl)}
	k.tree = tree{dir, append(gitEnv(),
		"HOME="+dir,
		"PATH="+strings.Join(append(k.path, os.Getenv("PATH")), string(os.PathListSeparator)),
		"KREW_ROOT="+k.root,
		"KREW_OS="+p.os,
		"KREW_ARCH="+p.arch,
		// No test is to get at the real one.
		"KREW_DEFAULT_INDEX_URI="+filepath.Join(dir, "no-index"),
	)}
	return k
}

// bin is the folder of links that a user of krew has on PATH.
func (k krew) bin() string { return filepath.Join(k.root, "bin") }

func (k krew) run(t *testing.T, args ...string) {
	t.Helper()
	if _, err := k.output(run.ctx, run.tools.Kubectl, append([]string{"krew"}, args...)...); err != nil {
		t.Fatal(err)
	}
}

// download is a server that has the release's archives, and the manifest for it.
type download struct {
	manifest string // its path
	mu       sync.Mutex
	served   []string
}

// newDownload makes the manifest as a release does and has it point at a server on
// this machine.
func newDownload(t *testing.T) *download {
	t.Helper()
	r := released(t)
	d := &download{manifest: filepath.Join(t.TempDir(), "kargo-avail.yaml")}
	files := http.FileServer(http.Dir(r.dist))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		d.mu.Lock()
		d.served = append(d.served, strings.TrimPrefix(request.URL.Path, "/"))
		d.mu.Unlock()
		files.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)

	clone, err := r.clone(run.ctx, filepath.Join(t.TempDir(), "clone"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clone.output(run.ctx, "go", "run", "./krew/manifest", "-tag", tag, "-checksums", filepath.Join(r.dist, "checksums.txt")); err != nil {
		t.Fatal(err)
	}
	manifest := read(t, filepath.Join(clone.dir, "krew", "kargo-avail.yaml"))
	published := repository + "/releases/download/" + tag
	if got := strings.Count(manifest, "uri: "+published); got != len(platforms()) {
		t.Fatalf("the manifest has %d archives of %s, want %d:\n%s", got, published, len(platforms()), manifest)
	}
	write(t, d.manifest, strings.ReplaceAll(manifest, "uri: "+published, "uri: "+server.URL))
	return d
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// krew's own validator installs each platform's archive from where the manifest says.
func TestKrewValidatesTheManifest(t *testing.T) {
	t.Parallel()
	d, k := newDownload(t), newKrew(t, platform{})
	if _, err := k.output(run.ctx, run.tools.validate, "-manifest", d.manifest); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, p := range platforms() {
		want = append(want, name(p))
	}
	slices.Sort(d.served)
	if diff := cmp.Diff(want, d.served); diff != "" {
		t.Errorf("archives that were downloaded (-want +got):\n%s", diff)
	}
}

// The manifests in the repository name the release that was last made, which the
// tests cannot download: all else about them is looked at.
func TestKrewValidatesTheRepositorysManifest(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"krew/kargo-avail.yaml", "plugins/kargo-avail.yaml"} {
		k := newKrew(t, platform{})
		if _, err := k.output(run.ctx, run.tools.validate, "-skip-install", "-manifest", filepath.Join(run.root, file)); err != nil {
			t.Error(err)
		}
	}
}

// The whole way of a user: install, ask, uninstall.
func TestKrewInstallsThePluginForKubectl(t *testing.T) {
	t.Parallel()
	d, k := newDownload(t), newKrew(t, platform{})
	cp := newCluster(t, k.bin())
	admin, err := cp.Kubeconfig(controlplane.Admin(), "web")
	if err != nil {
		t.Fatal(err)
	}
	kubectl := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		stdout, stderr, exit := cp.Kubectl(t, admin, args...)
		if exit != want {
			t.Fatalf("kubectl %v exits with %d, want %d:\n%s%s", args, exit, want, stdout, stderr)
		}
		return stdout, stderr
	}

	k.run(t, "index", "add", "default", released(t).dir) // a krew without any index uninstalls nothing
	k.run(t, "install", "--manifest="+d.manifest, "--archive="+filepath.Join(released(t).dist, name(thisPlatform(t))))
	listed, _ := kubectl(0, "plugin", "list")
	if !strings.Contains(listed, filepath.Join(k.bin(), "kubectl-kargo_avail")) {
		t.Errorf("kubectl plugin list does not have the plugin:\n%s", listed)
	}
	if got, _ := kubectl(0, "kargo-avail", "version", "--client"); !strings.HasPrefix(got, "Client: "+tag+" (") {
		t.Errorf("version: got %q, want %s", got, tag)
	}
	if got, _ := kubectl(0, "kargo-avail", "-o", "name"); got != "stage.kargo.akuity.io/prod\n" {
		t.Errorf("got %q, want the Stage prod", got)
	}

	k.run(t, "uninstall", "kargo-avail")
	if _, stderr := kubectl(1, "kargo-avail"); !strings.Contains(stderr, "unknown command") {
		t.Errorf("after uninstall: got %q", stderr)
	}
}

// newCluster is a control plane with a Project, whose kubectl finds the plugins there.
func newCluster(t *testing.T, plugins string) *controlplane.ControlPlane {
	t.Helper()
	cp, err := controlplane.Start(run.ctx, run.tools.Binaries, plugins)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cp.Stop(); err != nil {
			t.Error(err)
		}
	})
	e2e := filepath.Join(run.root, "test", "e2e", "testdata")
	if err := cp.InstallCRDs(run.ctx, filepath.Join(e2e, "crds")); err != nil {
		t.Fatal(err)
	}
	project := filepath.Join(t.TempDir(), "project.yaml")
	write(t, project, strings.ReplaceAll(read(t, filepath.Join(e2e, "project.yaml")), "PROJECT", "web"))
	if _, err := cp.Load(run.ctx, project); err != nil {
		t.Fatal(err)
	}
	return cp
}

// thisPlatform is the one that krew installs for here.
func thisPlatform(t *testing.T) platform {
	t.Helper()
	info, err := buildinfo.ReadFile(run.tools.krew)
	if err != nil {
		t.Fatal(err)
	}
	var p platform
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOOS":
			p.os = setting.Value
		case "GOARCH":
			p.arch = setting.Value
		}
	}
	return p
}

func TestKrewInstallsEveryPlatformsArchive(t *testing.T) {
	t.Parallel()
	d := newDownload(t)
	for _, p := range platforms() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			k := newKrew(t, p)
			k.run(t, "install", "--manifest="+d.manifest, "--archive="+filepath.Join(released(t).dist, name(p)))
			info, err := buildinfo.ReadFile(filepath.Join(k.bin(), p.executable()))
			if err != nil {
				t.Fatal(err)
			}
			var built []string
			for _, setting := range info.Settings {
				if setting.Key == "GOOS" || setting.Key == "GOARCH" {
					built = append(built, setting.Value)
				}
			}
			if want := []string{p.arch, p.os}; !slices.Equal(built, want) {
				t.Errorf("the plugin is built for %v, want %v", built, want)
			}
			store := filepath.Join(k.root, "store", "kargo-avail", tag)
			for _, file := range append(slices.Collect(maps.Keys(documents(t, released(t)))), p.completion()) {
				if _, err := os.Stat(filepath.Join(store, file)); err != nil {
					t.Errorf("krew has left something out: %v", err)
				}
			}
		})
	}
}

// The repository is itself an index that krew can install from.
func TestTheRepositoryIsAnIndex(t *testing.T) {
	t.Parallel()
	d, k := newDownload(t), newKrew(t, platform{})
	index, err := released(t).clone(run.ctx, filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(index.dir, "plugins", "kargo-avail.yaml"), read(t, d.manifest))
	if _, err := index.output(run.ctx, "git", "commit", "--quiet", "--all", "--message=Point at the tests' server"); err != nil {
		t.Fatal(err)
	}
	k.run(t, "index", "add", "kargo-avail", index.dir)
	k.run(t, "install", "kargo-avail/kargo-avail")
	if diff := cmp.Diff([]string{name(thisPlatform(t))}, d.served); diff != "" {
		t.Errorf("archives that were downloaded (-want +got):\n%s", diff)
	}
	got, err := k.output(run.ctx, run.tools.Kubectl, "kargo-avail", "version", "--client")
	if err != nil || !strings.HasPrefix(got, "Client: "+tag+" (") {
		t.Errorf("version: got %q, %v", got, err)
	}
}

// The shim in the archive is what kubectl runs to complete; here a kubectl that
// tells what it is asked stands in.
func TestTheCompletionShimAsksThePlugin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "kubectl"), "#!/bin/sh\nprintf '[%s]' \"$@\"\n")
	shim := filepath.Join(run.root, "completion", "kubectl_complete-kargo_avail")
	if err := os.Chmod(filepath.Join(dir, "kubectl"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(run.ctx, shim, "list", "two words", "")
	cmd.Env = []string{"PATH=" + dir}
	got, err := cmd.CombinedOutput()
	if want := "[kargo-avail][__complete][list][two words][]"; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
