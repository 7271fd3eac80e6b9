package assets

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

	unlock, err := lockedfile.MutexAt(filepath.Join(dir, name+".lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("wait for another build of %s: %w", name, err)
	}
	defer unlock()
	if isFile(out) {
		return out, nil
	}

	_, _ = fmt.Fprintf(s.Log, "building %s %s; the first time takes minutes\n", name, m.version)
	if err := goBuild(ctx, m.dir, out+".partial", m.ldflags, m.packages[name]); err != nil {
		return "", fmt.Errorf("build %s %s: %w", name, m.version, err)
	}
	if err := os.Rename(out+".partial", out); err != nil {
		return "", fmt.Errorf("keep the built %s: %w", name, err)
	}
	_, _ = fmt.Fprintf(s.Log, "built %s\n", out)
	return out, nil
}

// Plugin builds kubectl-kargo_avail from the repository at root into dir and
// returns its path. It is built anew each time, since it is what the tests are
// about; Go's own cache makes that cheap.
func Plugin(ctx context.Context, root, dir string) (string, error) {
	out := filepath.Join(dir, "kubectl-kargo_avail")
	if err := goBuild(ctx, root, out, "-s -w", "./cmd/kubectl-kargo_avail"); err != nil {
		return "", fmt.Errorf("build the plugin: %w", err)
	}
	return out, nil
}

// goBuild builds one main package of the module in dir. It builds as releases
// are built, without cgo, and outside any workspace of the developer's, which
// would bring in other versions. What go says is in the error.
func goBuild(ctx context.Context, dir, out, ldflags, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-C", dir, "-trimpath", "-ldflags="+ldflags, "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	// An interrupted go stops its compilers; a killed one leaves them running.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s in %s: %w\n%s", pkg, dir, err, said.Bytes())
	}
	return nil
}
