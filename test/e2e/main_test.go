// Package e2e tests the plugin as a person runs it: the real kubectl, the real
// plugin, a real API server with the CRDs of Kargo.
//
// A first run builds the API server, etcd and kubectl, which takes minutes; do
// that apart with
//
//	go run ./cmd/build-tools
//	go test -count=1 -parallel=4 ./...
//
// where -count=1 is needed because go test does not see that the plugin, which
// the tests build, has changed, and -parallel=4 because a starting server waits
// more than it works.
//
// With KARGO_CRDS set to a folder, its subfolders hold the CRDs of one version
// of Kargo each (or it holds those of one version itself). Otherwise the tests
// use testdata/crds, the part of the newest version that the plugin reads.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// run is what all tests of one run share. TestMain is the only way into a
// package of tests, so this has to be a variable.
var run struct {
	// ctx ends on an interrupt, and early enough before go test's time limit
	// for every test to fail and clean up in the ordinary way.
	ctx      context.Context
	binaries assets.Binaries
	// plugin is the folder with the plugin, which is built at the first call.
	plugin func() (string, error)
	// shared is a control plane with our own CRDs and the plugin, which is started
	// at the first call. The tests that use it keep to Projects and users of their
	// own, which they name with unique.
	shared func() (*controlplane.ControlPlane, error)
}

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := runTests(m)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runTests(m *testing.M) (code int, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if limit := timeLimit(); limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit-limit/20)
		defer cancel()
	}

	source, err := assets.DefaultSource(os.Stderr)
	if err != nil {
		return 0, err
	}
	run.binaries, err = source.Find(ctx)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "kargo-avail-e2e-plugin-")
	if err != nil {
		return 0, fmt.Errorf("make a folder for the plugin: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	run.ctx = ctx
	run.plugin = sync.OnceValues(func() (string, error) {
		_, err := assets.Plugin(ctx, source.Root, dir)
		return dir, err
	})
	var shared *controlplane.ControlPlane
	run.shared = sync.OnceValues(func() (_ *controlplane.ControlPlane, err error) {
		plugin, err := run.plugin()
		if err != nil {
			return nil, err
		}
		if shared, err = controlplane.Start(ctx, run.binaries, plugin); err != nil {
			return nil, err
		}
		return shared, shared.InstallCRDs(ctx, ownCRDs)
	})
	code = m.Run()
	if shared != nil {
		err = shared.Stop()
	}
	return code, err
}

// timeLimit is go test's -timeout, 0 for none.
func timeLimit() time.Duration {
	limit, err := time.ParseDuration(flag.Lookup("test.timeout").Value.String())
	if err != nil {
		return 0 // not run by go test
	}
	return limit
}
