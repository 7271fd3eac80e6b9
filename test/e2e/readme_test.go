package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/readme"
)

// TestReadmeIsFollowed does what README says to somebody who has just cloned the
// repository: it builds the plugin, and takes the tour of docs/tour.md with it.
func TestReadmeIsFollowed(t *testing.T) {
	t.Parallel()
	reader := readme.New(run.ctx, t, cloned(t), map[string]string{"kubectl": run.binaries.Kubectl})
	install := reader.Script(t, "make build\n")
	if shown, exit := reader.Run(run.ctx, t, install); exit != 0 {
		t.Fatalf("%s%s", install, shown)
	}
	reader.Tour(run.ctx, t, exports(install))
}

// exports returns the lines of a script that hold in its shell alone.
func exports(script string) string {
	var kept strings.Builder
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, "export ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// cloned is a copy of what belongs to the repository, as it is now.
func cloned(t *testing.T) string {
	t.Helper()
	const root = "../.."
	listed, err := exec.CommandContext(run.ctx, "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	clone := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		if !exists(t, filepath.Join(root, name)) {
			continue // removed, and not committed yet
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(clone, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return clone
}
