package controlplane

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// asParent makes this test binary a process that starts a child and waits to be
// killed, as a test binary that never comes to clean up.
const asParent = "KARGO_AVAIL_E2E_PARENT_LOG"

func TestMain(m *testing.M) {
	if log := os.Getenv(asParent); log != "" {
		beParent(log)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func beParent(log string) {
	child, err := start("/bin/sleep", log, "600")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return
	}
	_, _ = fmt.Println(child.cmd.Process.Pid)
	<-child.done
}

func TestServersEndWithTheTestBinary(t *testing.T) {
	t.Parallel()
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), asParent+"="+filepath.Join(t.TempDir(), "log"))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the parent does not say what its child is: %v", err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}

	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	err = wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, 10*time.Second, true, func(context.Context) (bool, error) {
		return hasEnded(child), nil
	})
	if err != nil {
		t.Errorf("the child runs on after its parent was killed: %v", err)
	}
}

// hasEnded counts a zombie too: who reaps an orphan is the system's business.
func hasEnded(pid int) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
