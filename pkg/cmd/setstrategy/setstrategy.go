// Package setstrategy is the verb set-strategy: it sets how many of its upstreams must
// have verified Freight before it is available to a Stage, and shows the effect first.
package setstrategy

import (
	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "set-strategy STAGE... any|all",
		Short:             "Set whether any or all of a Stage's upstreams must have verified Freight",
		Long:              long,
		Example:           examples,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: complete.New(env, connection).StagesAndStrategy,
	}
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		options.explainType(env)
		return options.run(cmd.Context(), env)
	}
	return cmd
}

const long = `Set spec.requestedFreight[].sources.availabilityStrategy of Stages, and nothing else:
any (OneOf) or all (All), in upper or lower case. Stages that already have the requested
strategy are left unchanged.

The effect is shown on stderr before anything is written: which Freight becomes or is no
longer available, what auto-promotion starts, which Promotions fail, and what
control-flow Stages pass on. A change needs confirmation if it would start or stall
auto-promotion, let Freight through a control-flow Stage or make a Promotion fail, or if
its effect could not be read. If stdin is not a terminal, pass --yes.

A Stage whose requestedFreight has changed since its effect was shown is not written: you
are asked again if you were asked before; else, and with --yes, the Stage is skipped. If
the API server's answer is lost, the Stage is read again, and you are told whether it was
written. The exit code is 3 if a Stage was not written, or if that is unknown.

It needs permission to get and patch stages, and to list them for --selector or --all; to
show the effect, also the permissions of "kubectl kargo-avail list". If Argo CD, Flux,
Helm, Kustomize or kubectl manages a Stage, you are told which one, and what to commit; a
change that a GitOps controller would revert is written only with --force. With -f,
manifests are changed instead of a cluster. As in kubectl, "stage" or "stages" may come
before the names: set-strategy stage prod all.`

const examples = `  # Every upstream of prod must have verified Freight before it is available to prod
  kubectl kargo-avail set-strategy prod all

  # Show the effect without writing anything
  kubectl kargo-avail set-strategy prod all --dry-run=client

  # Any upstream is enough, for two Stages of Project web and the Freight of one Warehouse
  kubectl kargo-avail set-strategy prod-eu prod-us any --warehouse app -p web

  # All Stages with a label, without confirmation
  kubectl kargo-avail set-strategy -l tier=prod all --yes

  # In a GitOps repository: change this field of the manifest, and nothing else
  kubectl kargo-avail set-strategy prod all -f stages/ -R --in-place`
