package assets

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const sayHello = "package main\n\nfunc main() { println(\"hello\") }\n"

// repository is a root with small programs in place of the real ones, so that
// building them takes no minutes and no network.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, map[string]string{
		"test/tools/kubernetes/go.mod":                       "module kubernetes\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes v1.2.3\n\nreplace k8s.io/kubernetes => ./fake\n",
		"test/tools/kubernetes/go.sum":                       "",
		"test/tools/kubernetes/fake/go.mod":                  "module k8s.io/kubernetes\n\ngo 1.26.0\n",
		"test/tools/kubernetes/fake/cmd/kubectl/x.go":        sayHello,
		"test/tools/kubernetes/fake/cmd/kube-apiserver/x.go": sayHello,
		"test/tools/etcd/go.mod":                             "module etcd\n\ngo 1.26.0\n\nrequire go.etcd.io/etcd/server/v3 v3.4.5\n\nreplace go.etcd.io/etcd/server/v3 => ./fake\n",
		"test/tools/etcd/go.sum":                             "",
		"test/tools/etcd/fake/go.mod":                        "module go.etcd.io/etcd/server/v3\n\ngo 1.26.0\n",
		"test/tools/etcd/fake/x.go":                          sayHello,
	})
	return root
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func TestFindBuildsOnceForAll(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	source := Source{Cache: t.TempDir(), Root: repository(t), Log: &log}

	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			b, err := source.Find(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for _, program := range []string{b.APIServer, b.Etcd, b.Kubectl} {
				if out, err := exec.CommandContext(t.Context(), program).CombinedOutput(); err != nil || string(out) != "hello\n" {
					t.Errorf("%s: got %q, %v", program, out, err)
				}
			}
		})
	}
	wg.Wait()

	got := log.b.String()
	for _, program := range []string{"kube-apiserver v1.2.3", "kubectl v1.2.3", "etcd v3.4.5"} {
		if count := strings.Count(got, "building "+program); count != 1 {
			t.Errorf("built %s %d times, want once:\n%s", program, count, got)
		}
	}
}

func TestFindBuildsAnewForOtherPins(t *testing.T) {
	t.Parallel()
	source := Source{Cache: t.TempDir(), Root: repository(t), Log: io.Discard}
	before, err := source.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write(t, source.Root, map[string]string{"test/tools/kubernetes/go.sum": "\n"})
	after, err := source.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if before.Kubectl == after.Kubectl || before.Etcd != after.Etcd {
		t.Errorf("with another go.sum of kubernetes: got %v, before %v; want other kubernetes programs, the same etcd", after, before)
	}
}

func TestFindTakesWhatIsGivenAndBuildsTheRest(t *testing.T) {
	t.Parallel()
	given := t.TempDir()
	write(t, given, map[string]string{"etcd": "", "kubectl": ""})
	source := Source{Given: given, Cache: t.TempDir(), Root: repository(t), Log: io.Discard}
	b, err := source.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(given, "etcd"); b.Etcd != want {
		t.Errorf("etcd: got %s, want %s", b.Etcd, want)
	}
	if want := filepath.Join(given, "kubectl"); b.Kubectl != want {
		t.Errorf("kubectl: got %s, want %s", b.Kubectl, want)
	}
	if !strings.HasPrefix(b.APIServer, source.Cache) {
		t.Errorf("kube-apiserver: got %s, want one built into %s", b.APIServer, source.Cache)
	}
}

func TestFindSaysWhyItCannotBuild(t *testing.T) {
	t.Parallel()
	broken := map[string]map[string]string{
		`undefined: nothing`:             {"test/tools/etcd/fake/x.go": "package main\n\nfunc main() { nothing() }\n"},
		`does not require go.etcd.io`:    {"test/tools/etcd/go.mod": "module etcd\n"},
		`read the pinned version of k8s`: {"test/tools/kubernetes/go.mod": "modul\n"},
	}
	for want, files := range broken {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			source := Source{Cache: t.TempDir(), Root: repository(t), Log: io.Discard}
			write(t, source.Root, files)
			_, err := source.Find(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want one with %q", err, want)
			}
		})
	}
}

func TestPluginIsBuiltEachTime(t *testing.T) {
	t.Parallel()
	root, dir := t.TempDir(), t.TempDir()
	for _, word := range []string{"first", "second"} {
		write(t, root, map[string]string{
			"go.mod":                          "module plugin\n\ngo 1.26.0\n",
			"cmd/kubectl-kargo_avail/main.go": strings.ReplaceAll(sayHello, "hello", word),
		})
		path, err := Plugin(t.Context(), root, dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, "kubectl-kargo_avail"); path != want {
			t.Errorf("got path %s, want %s", path, want)
		}
		if out, err := exec.CommandContext(t.Context(), path).CombinedOutput(); err != nil || string(out) != word+"\n" {
			t.Errorf("got %q, %v, want %q", out, err, word)
		}
	}
}

func TestRootIsFoundFromBelow(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(here, "..", "..", ".."); root != want {
		t.Errorf("got %s, want %s", root, want)
	}

	t.Chdir(t.TempDir())
	if root, err := Root(); err == nil {
		t.Errorf("outside the repository: got %s, want an error", root)
	}
}
