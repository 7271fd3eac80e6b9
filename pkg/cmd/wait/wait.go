// Package wait is the verb wait: it ends when a piece of Freight is available to a
// Stage, or when it is clear that it will not be.
package wait

import (
	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	f := newFlags()
	cmd := &cobra.Command{
		Use:               "wait STAGE... FREIGHT",
		Short:             "Wait until Freight is available to a Stage, verified there or current",
		Long:              long,
		Example:           examples,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: complete.New(env, connection).StagesAndFreight,
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := f.options(args, connection, env)
			if err != nil {
				return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
			}
			return options.run(cmd.Context(), env)
		},
	}
	f.addTo(cmd)
	return cmd
}

const long = `Wait until a piece of Freight, named by its name, its alias, a unique prefix of its
name or what it contains (v1.3.0, a commit), is

  available  to the Stage: Kargo would admit a Promotion of it (the default)
  listed     for the Stage: auto-promotion, control-flow Stages and the UI see it
  verified   in the Stage
  current    in the Stage: the Stage runs it now

With several Stages, -l or --all, it waits until all of them meet the condition. It also
waits for Freight that does not exist yet. It watches the cluster instead of polling it;
files are checked once.

The exit code is 0 when the condition is met, and 1 when the time runs out, when the
Freight is deleted, or when the Stages as configured can never meet the condition;
the last line says why.`

const examples = `  # Until lucky-koala can be promoted to prod, for up to half an hour
  kubectl kargo-avail wait prod lucky-koala --timeout 30m

  # Until it is verified in staging, in Project web, and then go on
  kubectl kargo-avail wait staging lucky-koala -p web --for verified --timeout -1s && echo verified

  # Until every Stage of the tier runs it
  kubectl kargo-avail wait -l tier=prod lucky-koala --for current --timeout 1h

  # Whether it is available right now
  kubectl kargo-avail wait prod lucky-koala --timeout 0 -q`
