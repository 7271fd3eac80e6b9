// Command build-tools builds the programs that the end-to-end tests run and
// prints where they are, so that a first build, which takes minutes, does not
// count against the time limit of go test.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, log io.Writer) error {
	source, err := assets.DefaultSource(log)
	if err != nil {
		return err
	}
	b, err := source.Find(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n%s\n%s\n", b.APIServer, b.Etcd, b.Kubectl)
	return err
}
