//go:build unix

package graph_test

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is how long this process has computed, whatever else the machine does.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}
