package release

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
)

// run is what all tests of one run share. TestMain is the only way into a
// package of tests, so this has to be a variable.
var run struct {
	// ctx ends on an interrupt, and early enough before go test's time limit for
	// compilers to be stopped.
	ctx   context.Context
	root  string // of the repository
	tools tools
	// released is the release that the tests look at, made at the first call.
	released func() (release, error)
}

// tools are the programs that make a release and install it.
type tools struct {
	goreleaser, krew, validate string
	assets.Binaries
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
	if limit, err := time.ParseDuration(flag.Lookup("test.timeout").Value.String()); err == nil && limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit-limit/20)
		defer cancel()
	}
	run.ctx = ctx
	source, err := assets.DefaultSource(os.Stderr)
	if err != nil {
		return 0, err
	}
	run.root = source.Root
	if run.tools, err = findTools(ctx, source); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "kargo-avail-release-")
	if err != nil {
		return 0, fmt.Errorf("make a folder for the release: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	run.released = sync.OnceValues(func() (release, error) {
		tree, err := commitCopy(ctx, source.Root, dir)
		if err != nil {
			return release{}, err
		}
		return tree.release(ctx, ".goreleaser.yaml")
	})
	return m.Run(), nil
}

func findTools(ctx context.Context, source assets.Source) (t tools, err error) {
	if t.Binaries, err = source.Find(ctx); err != nil {
		return tools{}, err
	}
	for name, path := range map[string]*string{
		"goreleaser":             &t.goreleaser,
		"krew":                   &t.krew,
		"validate-krew-manifest": &t.validate,
	} {
		if *path, err = source.Program(ctx, name); err != nil {
			return tools{}, err
		}
	}
	return t, nil
}

// released is the release that all tests look at.
func released(t *testing.T) release {
	t.Helper()
	r, err := run.released()
	if err != nil {
		t.Fatal(err)
	}
	return r
}
