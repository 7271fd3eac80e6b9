// Package cmd puts the verbs together into one command, and maps how it ends to
// an exit code.
package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/completion"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/diff"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/explain"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/list"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/setstrategy"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/version"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/wait"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cmd/whatif"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
)

// Run runs the command with these arguments and returns its exit code. The
// context is canceled with a cli.SignalError as its cause.
func Run(ctx context.Context, env cli.Env, args []string) int {
	root := New(env)
	root.SetArgs(args)
	err := execute(ctx, root)
	var signal cli.SignalError
	var usage *cli.UsageError
	var negative *cli.NegativeError
	switch {
	case errors.As(context.Cause(ctx), &signal), errors.As(err, &signal): // whatever else it broke
		return cli.ExitSignal + int(signal.Signal)
	case err == nil, cli.ReaderGone(err):
		return cli.ExitDone
	case errors.As(err, &negative):
		if negative.Text != "" {
			cli.PrintError(env, err)
		}
		return cli.ExitNo
	case errors.As(err, &usage):
		cli.PrintError(env, err)
		return cli.ExitUsage
	default:
		cli.PrintError(env, err)
		return cli.ExitIncomplete
	}
}

// grace is how long a canceled command may take to end. A command that is stuck, for
// example in a write to a pipe that nobody reads, is abandoned.
const grace = 500 * time.Millisecond

// execute runs the command until it ends, or until the grace period after the end of
// the context is over.
func execute(ctx context.Context, root *cobra.Command) error {
	done := make(chan error, 1)
	go func() {
		cmd, err := root.ExecuteContextC(ctx)
		done <- cli.BlameVariable(cmd, err)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return context.Cause(ctx)
	}
}

// Arguments returns the arguments of a command line. Under the name that kubectl uses for
// completion, they begin with the completion command.
func Arguments(words []string) []string { return completion.Arguments(words) }

// New returns the root command, which is list when no verb is named.
func New(env cli.Env) *cobra.Command {
	connection := cli.NewConnectionFlags()
	root := &cobra.Command{
		Use:                        "kubectl-kargo_avail [STAGE...]",
		Short:                      "Show which Freight is available to which Kargo Stage, and what blocks the rest",
		Annotations:                map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl kargo-avail"},
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.ErrOut)
	connection.AddTo(root.PersistentFlags())
	list.Configure(root, env, connection, verbHint(root))
	run := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkFirstWord(cmd, args); err != nil {
			return err
		}
		return run(cmd, args)
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Name() == cobra.ShellCompRequestCmd { // which completes another one
			return nil
		}
		if err := cli.StartLog(env, connection.Verbosity); err != nil {
			return err
		}
		return cli.ApplyVariables(cmd, env)
	}
	u := usage{env}
	root.SetUsageFunc(u.print)
	root.SetHelpFunc(u.help)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
	})
	root.AddCommand(list.NewCommand(env, connection), explain.NewCommand(env, connection), version.NewCommand(env, connection))
	root.AddCommand(setstrategy.NewCommand(env, connection), wait.NewCommand(env, connection), whatif.NewCommand(env, connection))
	root.AddCommand(graph.NewCommand(env, connection), lint.NewCommand(env, connection), diff.NewCommand(env, connection), completion.NewCommand(env), u.optionsCommand())
	complete.New(env, connection).Flags(root)
	return root
}
