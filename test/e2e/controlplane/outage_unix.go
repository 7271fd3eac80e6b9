//go:build unix

package controlplane

import "syscall"

// Pause stops the API server where it is: its connections stay, and nobody answers on
// them.
func (cp *ControlPlane) Pause() error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	return cp.apiServer.cmd.Process.Signal(syscall.SIGSTOP)
}

// Resume lets an API server that was paused go on.
func (cp *ControlPlane) Resume() error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	return cp.apiServer.cmd.Process.Signal(syscall.SIGCONT)
}
