// Command bench measures the plugin on large Projects, prints a table of what it measured
// against the bars, and fails when a bar is missed. See docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	small := flag.Bool("small", false, "measure the small Project only")
	rounds := flag.Int("rounds", 3, "how often each thing is run")
	slack := flag.Float64("slack", 1, "what the bars are multiplied by")
	flag.Parse()
	source, err := assets.DefaultSource(os.Stderr)
	if err != nil {
		return err
	}
	options := bench.Options{
		CRDs:   filepath.Join(source.Root, "test", "e2e", "testdata", "crds"),
		Sizes:  []bench.Size{bench.Small(), bench.Large()},
		Rounds: *rounds,
		Slack:  *slack,
		Log:    func(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, format+"\n", args...) },
	}
	if *small {
		options.Sizes = options.Sizes[:1]
	}
	report, err := bench.Run(ctx, source, options)
	if err != nil {
		return err
	}
	if err := report.Write(os.Stdout); err != nil {
		return err
	}
	if missed := report.Missed(); len(missed) > 0 {
		return errors.New("bars are missed")
	}
	return nil
}
