// Package setstrategy is the verb set-strategy: it writes how many of its upstreams a
// Stage asks for, and says first what follows.
package setstrategy

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
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
		options.settleDryRun(env)
		options.settleType(env)
		return options.run(cmd.Context(), env)
	}
	return cmd
}

const long = `Set spec.requestedFreight[].sources.availabilityStrategy of Stages, and nothing else:
any (OneOf) or all (All), in any case. What is so already is not written.

Before it is written, stderr says what follows: which Freight becomes or is no longer
available, what auto-promotion starts, which Promotions fail, and what control-flow
Stages pass on. A change that starts or stalls auto-promotion, opens a control-flow Stage or
fails a Promotion, and one whose effect could not be read, asks first; where nobody
can be asked it needs --yes.

The write is conditional: what was shown is what is written. If somebody else has
changed what a request asks for meanwhile, it is asked again or, with --yes or where
nothing was asked, not written. It needs the rights to get and patch stages, to list
them with --selector and --all, and those of list for the effect.

A Stage that Argo CD, Flux, Helm, Kustomize or kubectl applies will be reverted; who
does it and what to commit is said. With -f manifests are changed instead of a cluster.
"stage" or "stages" before names is the type, as in kubectl: set-strategy stage prod all.`

const examples = `  # Every upstream of prod must have verified Freight before it is available to prod
  kubectl kargo-avail set-strategy prod all

  # What would follow? Nothing is written
  kubectl kargo-avail set-strategy prod all --dry-run=client

  # One upstream is enough, for two Stages of Project web and the Freight of one Warehouse
  kubectl kargo-avail set-strategy prod-eu prod-us any --warehouse app -p web

  # All Stages with a label, without being asked
  kubectl kargo-avail set-strategy -l tier=prod all --yes

  # In a GitOps repository: change the manifest, and only this in it
  kubectl kargo-avail set-strategy prod all -f stages/ -R --in-place`

func (o *options) run(ctx context.Context, env cli.Env) error {
	if len(o.Files) > 0 {
		return o.changeFiles(ctx, env)
	}
	return o.changeCluster(ctx, env)
}

// tellWarnings says to the person what ought not be overlooked.
func tellWarnings(env cli.Env, mode cli.ColorMode, warnings ...string) {
	cli.PrintWarnings(env, mode, warnings...)
}

// tellNotes says to the person what is good to know.
func tellNotes(env cli.Env, notes ...string) {
	cli.PrintNotes(env, notes...)
}

// visible makes harmless what a person is to read.
func visible(text string) string { return term.Sanitize(text) }

// resourceName names a Stage as kubectl -o name does.
func resourceName(stage string) string {
	return fmt.Sprintf("stage.%s/%s", kargo.Group, visible(stage))
}
