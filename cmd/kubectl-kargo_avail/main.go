// kubectl-kargo_avail is the kubectl plugin kargo-avail.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd"
)

func main() {
	env := cli.Env{
		IOStreams: genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
		Now:       time.Now,
		Getenv:    os.LookupEnv,
		Program:   os.Args[0],
	}
	// client-go logs what it also returns as an error, which is said once and in words.
	klog.SetLogger(logr.Discard())
	// A reader that goes away is to be an error of a write, not the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	if _, set := env.Getenv("GOGC"); !set {
		debug.SetGCPercent(heapGrowth)
	}
	os.Exit(cmd.Run(untilSignalled(), env, cmd.Arguments(os.Args)))
}

// heapGrowth is by how many percent the heap grows until it is collected, which Go lets
// double: what a large Project takes is most of what there is (see docs/performance.md).
const heapGrowth = 75

// untilSignalled returns a context that ends when the process is asked to, with
// the signal as its cause. A second signal ends the process at once.
func untilSignalled() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		number, _ := (<-signals).(syscall.Signal)
		signal.Stop(signals)
		cancel(cli.SignalError{Signal: number})
	}()
	return ctx
}
