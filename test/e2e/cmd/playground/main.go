// Command playground runs a real API server with the pipelines of examples/ in it, for
// somebody who has no Kargo at hand, and says how to reach it. It runs until Ctrl-C, or until
// its terminal is closed, and then ends the server and removes all that it wrote.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, log io.Writer) (err error) {
	source, err := assets.DefaultSource(log)
	if err != nil {
		return err
	}
	binaries, err := source.Find(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kargo-avail-playground-")
	if err != nil {
		return fmt.Errorf("make a folder for the plugin: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if _, err := assets.Plugin(ctx, source.Root, dir); err != nil {
		return err
	}
	server, err := controlplane.Start(ctx, binaries, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	kubeconfig, err := furnish(ctx, server, source.Root, filepath.Join(dir, "examples"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `export KUBECONFIG=%s
export PATH=%s:%s:$PATH

# In another shell, after these two lines:
#   kubectl kargo-avail -A
#   kubectl kargo-avail explain gate aaaaaa
# Time goes on, and what soaks soaks. There is no Kargo behind it: nothing else moves.
# Ctrl-C ends it.
`, kubeconfig, dir, filepath.Dir(binaries.Kubectl))
	if err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// furnish puts the examples into the server, by way of a folder that it makes, and returns
// the kubeconfig of somebody who may do everything there.
func furnish(ctx context.Context, server *controlplane.ControlPlane, root, dir string) (string, error) {
	if err := server.InstallCRDs(ctx, filepath.Join(root, "test", "e2e", "testdata", "crds")); err != nil {
		return "", err
	}
	examples, err := filepath.Glob(filepath.Join(root, "examples", "*.yaml"))
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	now := time.Now()
	for i, example := range examples {
		text, err := os.ReadFile(example)
		if err != nil {
			return "", err
		}
		moved, err := asOf(now, string(text))
		if err != nil {
			return "", fmt.Errorf("%s: %w", example, err)
		}
		examples[i] = filepath.Join(dir, filepath.Base(example))
		if err := os.WriteFile(examples[i], []byte(moved), 0o600); err != nil {
			return "", err
		}
	}
	if _, err := server.Load(ctx, examples...); err != nil {
		return "", err
	}
	return server.Kubeconfig(controlplane.Admin(), "wait-gate")
}

// asOf moves all instants in an example, so that the one as of which it is to be read is
// now: what soaks in it goes on soaking.
func asOf(now time.Time, example string) (string, error) {
	_, at, _ := strings.Cut(example, "--at ")
	at, _, _ = strings.Cut(at, "\n")
	then, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return "", fmt.Errorf("it does not say when to read it: %w", err)
	}
	instant := regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	return instant.ReplaceAllStringFunc(example, func(text string) string {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return text // it only looks like one
		}
		return now.Add(when.Sub(then)).UTC().Format(time.RFC3339)
	}), nil
}
