package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/modfile"
)

const (
	kubernetesModule = "test/tools/kubernetes"
	etcdModule       = "test/tools/etcd"
	krewModule       = "test/tools/krew"
	goreleaserModule = "test/tools/goreleaser"
)

// module is one of the modules under test/tools that pin programs to build.
type module struct {
	dir      string            // absolute
	name     string            // "kubernetes"
	version  string            // of the module that the programs belong to
	packages map[string]string // program -> main package
	ldflags  string
}

// kubernetes is the module of kube-apiserver and kubectl. Their version is
// stamped in as a release does it, else both would report v0.0.0-master.
func (s Source) kubernetes() (module, error) {
	m, err := s.module(kubernetesModule, "k8s.io/kubernetes")
	if err != nil {
		return module{}, err
	}
	m.packages = map[string]string{
		"kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
		"kubectl":        "k8s.io/kubernetes/cmd/kubectl",
	}
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		m.ldflags += fmt.Sprintf(" -X %s.gitVersion=%s", pkg, m.version)
	}
	return m, nil
}

func (s Source) etcd() (module, error) {
	m, err := s.module(etcdModule, "go.etcd.io/etcd/server/v3")
	if err != nil {
		return module{}, err
	}
	m.packages = map[string]string{"etcd": "go.etcd.io/etcd/server/v3"}
	return m, nil
}

// krew is the module of krew and of the validator of its manifests. No version is
// stamped in: what is not a release of krew asks nobody for a newer one.
func (s Source) krew() (module, error) {
	m, err := s.module(krewModule, "sigs.k8s.io/krew")
	if err != nil {
		return module{}, err
	}
	m.packages = map[string]string{
		"krew":                   "sigs.k8s.io/krew/cmd/krew",
		"validate-krew-manifest": "sigs.k8s.io/krew/cmd/validate-krew-manifest",
	}
	return m, nil
}

func (s Source) goreleaser() (module, error) {
	m, err := s.module(goreleaserModule, "github.com/goreleaser/goreleaser/v2")
	if err != nil {
		return module{}, err
	}
	m.packages = map[string]string{"goreleaser": "github.com/goreleaser/goreleaser/v2"}
	return m, nil
}

// module reads the version that dir's go.mod pins for required.
func (s Source) module(dir, required string) (module, error) {
	path := filepath.Join(s.Root, dir, "go.mod")
	content, err := os.ReadFile(path)
	if err != nil {
		return module{}, fmt.Errorf("read the pinned version of %s: %w", required, err)
	}
	file, err := modfile.Parse(path, content, nil)
	if err != nil {
		return module{}, fmt.Errorf("read the pinned version of %s: %w", required, err)
	}
	for _, r := range file.Require {
		if r.Mod.Path == required {
			return module{
				dir:     filepath.Join(s.Root, dir),
				name:    filepath.Base(dir),
				version: r.Mod.Version,
				// Symbols and debug information make up a third of these
				// programs and of the time to link them.
				ldflags: "-s -w",
			}, nil
		}
	}
	return module{}, fmt.Errorf("%s does not require %s; add it and run go mod tidy there", path, required)
}

// key names the folder of the builds: the version for people, and a hash of all
// that decides what is built, so that a folder never holds a stale program.
func (m module) key() (string, error) {
	hash := sha256.New()
	for _, file := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(m.dir, file))
		if err != nil {
			return "", fmt.Errorf("read the pinned versions: %w", err)
		}
		hash.Write(content)
	}
	hash.Write([]byte(strings.Join([]string{m.ldflags, runtime.Version(), runtime.GOOS, runtime.GOARCH}, "\x00")))
	return fmt.Sprintf("%s-%s-%s", m.name, m.version, hex.EncodeToString(hash.Sum(nil))[:12]), nil
}
