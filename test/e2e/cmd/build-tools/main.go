// Command build-tools builds the programs that its arguments name, or else those
// that the end-to-end tests run, and prints where they are: a first build, which
// takes minutes, does not count against the time limit of go test. With -remove it
// deletes all that was ever built.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	remove := flag.Bool("remove", false, "delete the programs that were built")
	flag.Parse()
	err := run(ctx, *remove, flag.Args(), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, remove bool, names []string, out, log io.Writer) error {
	source, err := assets.DefaultSource(log)
	if err != nil {
		return err
	}
	if remove {
		removed, err := source.Remove()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "removed %s\n", removed)
		return err
	}
	if len(names) == 0 {
		b, err := source.Find(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n%s\n%s\n", b.APIServer, b.Etcd, b.Kubectl)
		return err
	}
	for _, name := range names {
		program, err := source.Program(ctx, name)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, program); err != nil {
			return err
		}
	}
	return nil
}
