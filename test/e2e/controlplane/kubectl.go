package controlplane

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Kubectl runs kubectl to its end and returns what it said and its exit code.
// Any exit code is an answer; only a kubectl that cannot be run, or that a
// signal ended, fails the test.
func (cp *ControlPlane) Kubectl(t *testing.T, kubeconfig string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	cmd := cp.KubectlCommand(t, kubeconfig, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if failed := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &failed) || !failed.Exited()) {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, errOut.String())
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// KubectlCommand is a kubectl that is not started yet, for a test that gives it
// an input, more environment or a signal. It ends with the test at the latest.
//
// It sees nothing of who runs the tests: on its PATH are only kubectl and the
// plugins of Start, HOME and its caches are folders of this test's own, which
// several commands of one test share, and locale and time zone are fixed.
func (cp *ControlPlane) KubectlCommand(t *testing.T, kubeconfig string, args ...string) *exec.Cmd {
	t.Helper()
	home := cp.path("home", strings.ReplaceAll(t.Name(), "/", "_"))
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatalf("make a home for kubectl: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), cp.binaries.Kubectl, args...)
	cmd.Dir = home
	cmd.Env = []string{
		"PATH=" + strings.Join(append(slices.Clone(cp.plugins), filepath.Dir(cp.binaries.Kubectl)), string(os.PathListSeparator)),
		"HOME=" + home,
		"KUBECACHEDIR=" + filepath.Join(home, "cache"),
		"KUBECONFIG=" + kubeconfig,
		"LC_ALL=C.UTF-8",
		"TZ=UTC",
	}
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
