package controlplane

import "syscall"

// endWithParent has the kernel kill a child whose parent has ended, however it
// ended: a test binary that panics or is killed cleans up nothing itself.
func endWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
