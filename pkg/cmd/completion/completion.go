// Package completion is the verb completion: what makes a shell, or kubectl, complete
// the words of a command line.
package completion

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
)

// viaKubectl is the argument for what kubectl runs.
const viaKubectl = "kubectl"

// targets lists what there are scripts for.
func targets() []string { return []string{viaKubectl, "bash", "zsh", "fish", "powershell"} }

// NewCommand returns the verb.
func NewCommand(env cli.Env) *cobra.Command {
	var install bool
	cmd := &cobra.Command{
		Use:               "completion " + strings.Join(targets(), "|"),
		Short:             "Print a shell's completion script, or install completion for kubectl",
		Long:              long,
		Example:           examples,
		Args:              cli.Args(oneTarget),
		ValidArgsFunction: complete.One(targets()...),
		// What a shell reads when it starts is not to fail over the environment.
		PersistentPreRun: func(*cobra.Command, []string) {},
	}
	cmd.Flags().BoolVar(&install, "install", false, "with kubectl, install it next to the plugin, where kubectl finds it; nothing is overwritten")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if install && args[0] != viaKubectl {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: fmt.Errorf("--install goes with kubectl, not with %s", args[0])}
		}
		if install {
			return installBeside(env, runtime.GOOS == "windows")
		}
		return write(env, cmd.Root(), args[0])
	}
	return cmd
}

// oneTarget wants one of the targets.
func oneTarget(_ *cobra.Command, args []string) error {
	if len(args) != 1 || !slices.Contains(targets(), args[0]) {
		return errors.New("expected one of " + strings.Join(targets(), ", "))
	}
	return nil
}

const long = `Print the script that completes commands on TAB: verbs, flags and their values, and
the Stages, Freight, Warehouses and Projects of the cluster or, with -f, of the files.

  kubectl      for "kubectl kargo-avail" in any shell in which kubectl completes: a
               program kubectl_complete-kargo_avail that has to be on PATH. --install
               puts one beside the plugin: a link to it, on Windows a script. Remove
               that with the plugin: no uninstall knows of it
  bash, zsh, fish, powershell
               for the command kubectl-kargo_avail, without kubectl; to be read by
               the shell when it starts

Names are left out if the cluster takes longer than two seconds, or if a shell would
not read them as one word.`

const examples = `  # For kubectl kargo-avail, once; kubectl completion --help says how kubectl itself completes
  kubectl kargo-avail completion kubectl --install

  # For kubectl-kargo_avail, in this bash and, from ~/.bashrc, in each
  source <(kubectl kargo-avail completion bash)

  # The same for zsh, fish and PowerShell
  kubectl kargo-avail completion zsh > "${fpath[1]}/_kubectl-kargo_avail"
  kubectl kargo-avail completion fish > ~/.config/fish/completions/kubectl-kargo_avail.fish
  kubectl kargo-avail completion powershell | Out-String | Invoke-Expression`

// write writes what a target reads.
func write(env cli.Env, root *cobra.Command, target string) error {
	var script bytes.Buffer
	var err error
	switch target {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(&script)
	default:
		_, err = script.WriteString(shim(runtime.GOOS == "windows"))
	}
	if err != nil {
		return err
	}
	if _, err := script.WriteTo(env.Out); err != nil {
		return &cli.WriteError{Err: err}
	}
	return nil
}
