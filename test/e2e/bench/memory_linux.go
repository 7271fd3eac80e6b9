package bench

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
)

// peak is the most memory that an ended process had resident, in bytes.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}

// forgetPeak makes the most memory that this process ever had what it has now. Linux
// counts it for every process that it starts from then on.
func forgetPeak() error {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return fmt.Errorf("reset the peak of memory: %w", err)
	}
	return nil
}
