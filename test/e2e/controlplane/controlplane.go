package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
)

// ControlPlane is a running API server and its etcd. Its methods may be called
// from several goroutines; during a Restart requests fail, as with any server.
type ControlPlane struct {
	binaries assets.Binaries
	dir      string   // everything that is written; removed by Stop
	plugins  []string // folders on the PATH of kubectl
	ca       *authority
	address  string // host:port of the API server
	etcdURL  string
	admin    *rest.Config

	stop func() error

	mu        sync.Mutex // held while a server is started or stopped
	etcd      *process
	apiServer *process
}

// Start starts an empty control plane and returns when it serves. It runs until
// Stop, or until ctx is done. Its kubectl finds plugins in the given folders.
func Start(ctx context.Context, binaries assets.Binaries, plugins ...string) (*ControlPlane, error) {
	dir, err := os.MkdirTemp("", "kargo-avail-e2e-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the control plane: %w", err)
	}
	cp := &ControlPlane{binaries: binaries, plugins: plugins, dir: dir}
	cp.stop = sync.OnceValue(cp.stopAll)
	if err := cp.start(ctx); err != nil {
		return nil, errors.Join(err, cp.Stop())
	}
	context.AfterFunc(ctx, func() { _ = cp.Stop() })
	return cp, nil
}

func (cp *ControlPlane) start(ctx context.Context) error {
	if err := cp.writeKeys(); err != nil {
		return err
	}
	if err := cp.writeAuditPolicy(); err != nil {
		return err
	}
	if err := cp.startEtcd(ctx); err != nil {
		return err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	cp.address = address
	cp.admin, err = cp.UserConfig(Admin())
	if err != nil {
		return err
	}
	return cp.startAPIServer(ctx)
}

// Stop ends both servers and removes all that they wrote. Calls after the first
// return what the first returned.
func (cp *ControlPlane) Stop() error {
	return cp.stop()
}

// stopAll kills: nobody reads this etcd again, so there is nothing to save.
func (cp *ControlPlane) stopAll() error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	return errors.Join(cp.apiServer.kill(), cp.etcd.kill(), os.RemoveAll(cp.dir))
}

// Restart shuts the API server down as an upgrade would, ending every watch, and
// starts it again at the same address over the same data.
func (cp *ControlPlane) Restart(ctx context.Context) error {
	cp.mu.Lock()
	defer cp.mu.Unlock()
	if err := cp.apiServer.terminate(); err != nil {
		return err
	}
	return cp.startAPIServer(ctx)
}

// Config is a client configuration of an administrator, without a client-side
// rate limit. The caller owns it.
func (cp *ControlPlane) Config() *rest.Config {
	return rest.CopyConfig(cp.admin)
}

// path is a path below the folder of this control plane.
func (cp *ControlPlane) path(elem ...string) string {
	return filepath.Join(append([]string{cp.dir}, elem...)...)
}
