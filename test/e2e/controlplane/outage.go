package controlplane

import "context"

// Kill ends the API server as a crash would: nothing is said to its clients.
func (cp *ControlPlane) Kill() error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	return cp.apiServer.kill()
}

// Revive starts an API server that was killed, at the same address over the same data.
func (cp *ControlPlane) Revive(ctx context.Context) error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	return cp.startAPIServer(ctx)
}
