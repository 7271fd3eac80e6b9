package assets

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// build returns the program from the cache, after building it if it is not
// there. The lock lets one process build while others wait; the rename lets a
// reader see a whole program or none, even after a build that was killed.
func (m module) build(ctx context.Context, s Source, name string) (string, error) {
	key, err := m.key()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(s.Cache, key)
	out := filepath.Join(dir, name)
	if isFile(out) {
		return out, nil
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make a folder to build %s into: %w", name, err)
	}

	p := startProgress(s.Log, name+" "+m.version)
	defer p.stop()
	p.set("waiting for another process that builds it")
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, name+".lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("wait for another build of %s: %w", name, err)
	}
	defer unlock()
	if isFile(out) {
		return out, nil
	}

	p.say("building %s %s, once", name, m.version)
	b := goBuild{dir: m.dir, out: out + ".partial", ldflags: m.ldflags, pkg: m.packages[name], progress: p}
	if err := b.run(ctx); err != nil {
		return "", fmt.Errorf("build %s %s: %w", name, m.version, err)
	}
	if err := os.Rename(out+".partial", out); err != nil {
		return "", fmt.Errorf("keep the built %s: %w", name, err)
	}
	p.say("built %s %s in %s: %s", name, m.version, p.elapsed(), out)
	return out, nil
}

// Remove deletes every program that was built into the cache and returns the folder
// that held them. It is no error if nothing was built.
func (s Source) Remove() (string, error) {
	if err := os.RemoveAll(s.Cache); err != nil {
		return "", fmt.Errorf("remove the built programs: %w", err)
	}
	return s.Cache, nil
}

// Plugin builds kubectl-kargo_avail from the repository at root into dir and
// returns its path. It is built each time, since it is what the tests are about;
// Go's own cache makes that cheap. The flags are those of .goreleaser.yaml.
func Plugin(ctx context.Context, root, dir string) (string, error) {
	out := filepath.Join(dir, "kubectl-kargo_avail")
	b := goBuild{dir: root, out: out, ldflags: "-s -w", gcflags: "k8s.io/api/...=-l", pkg: "./cmd/kubectl-kargo_avail"}
	if err := b.run(ctx); err != nil {
		return "", fmt.Errorf("build the plugin: %w", err)
	}
	return out, nil
}

// goBuild builds one main package of the module in dir, as releases are built:
// without cgo, and outside any workspace of the developer's, which would bring in
// other versions. progress is nil for a build that is quick.
type goBuild struct {
	dir, out, ldflags, gcflags, pkg string
	progress                        *progress
}

// run builds. What go prints is in the error.
func (b goBuild) run(ctx context.Context) error {
	args := []string{"-o", b.out, b.pkg}
	output := &buildOutput{}
	if b.progress != nil {
		b.progress.set("downloading its modules")
		packages, err := b.stalePackages(ctx)
		if err != nil {
			return err
		}
		output = &buildOutput{packages: packages, progress: b.progress}
		args = append([]string{"-v"}, args...) // names each package as it is compiled
	}
	cmd := b.command(ctx, "build", args...)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s in %s: %w\n%s", b.pkg, b.dir, err, output.rest.Bytes())
	}
	return nil
}

// stalePackages returns the import paths of the packages that have to be compiled,
// because Go's build cache does not hold them.
func (b goBuild) stalePackages(ctx context.Context) (map[string]bool, error) {
	cmd := b.command(ctx, "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", b.pkg)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list %s in %s: %w\n%s", b.pkg, b.dir, err, stderr.Bytes())
	}
	stale := map[string]bool{}
	for path := range strings.FieldsSeq(stdout.String()) {
		stale[path] = true
	}
	return stale, nil
}

// command is a command of go with the settings of the build.
func (b goBuild) command(ctx context.Context, verb string, args ...string) *exec.Cmd {
	flags := []string{verb, "-C", b.dir, "-trimpath", "-ldflags=" + b.ldflags}
	if b.gcflags != "" {
		flags = append(flags, "-gcflags="+b.gcflags)
	}
	args = append(flags, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	// An interrupted go stops its compilers; a killed one leaves them running.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
