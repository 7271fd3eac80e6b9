package complete

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
)

// Flags makes a command and those below it complete the values of their flags.
func (c Completer) Flags(cmd *cobra.Command) {
	register := func(flag *pflag.Flag) {
		if complete := c.flag(flag); complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete) // which fails only for an unknown flag
		}
	}
	cmd.Flags().VisitAll(register)
	cmd.PersistentFlags().VisitAll(register)
	for _, child := range cmd.Commands() {
		c.Flags(child)
	}
}

// flag returns what completes the value of a flag; nil leaves it to the shell, which
// knows the files.
func (c Completer) flag(flag *pflag.Flag) cobra.CompletionFunc {
	if choices := cli.Choices(flag); choices != nil {
		return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return offer(toComplete, choices), cobra.ShellCompDirectiveNoFileComp
		}
	}
	switch flag.Name {
	case "filename", "live", "config", "baseline", "template", "kubeconfig", "cache-dir", "certificate-authority", "client-certificate", "client-key":
		return nil
	case "namespace", "project":
		return listed(c, names.ProjectNames)
	case "warehouse":
		return listed(c, names.WarehouseNames)
	case "freight":
		return c.freight
	case "kargo-version":
		return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return offer(toComplete, releases()), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		}
	case "soak":
		return func(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return c.assignments(cmd, nil, toComplete, "none")
		}
	case "context":
		return c.configured(func(n kube.Names) []string { return n.Contexts })
	case "cluster":
		return c.configured(func(n kube.Names) []string { return n.Clusters })
	case "user":
		return c.configured(func(n kube.Names) []string { return n.Users })
	default:
		return cobra.NoFileCompletions
	}
}

// releases returns releases of Kargo, newest first: the newest that the rules were held
// against, and the first of each with other rules.
func releases() []string {
	return []string{"v1.11.2", "v1.11.1", "v1.11.0", "v1.8.0", "v1.7.0", "v1.5.0", "v1.3.3", "v1.3.0", "v1.2.0"}
}

// listed completes names of the cluster or the files.
func listed(c Completer, ask func(names, context.Context) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return offer(toComplete, find(c, cmd, ask)), cobra.ShellCompDirectiveNoFileComp
	}
}

// configured completes names in the kubeconfig.
func (c Completer) configured(pick func(kube.Names) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		known, _ := kube.ReadNames(c.connection.Kube) // of one that cannot be read there is none
		return offer(toComplete, pick(known)), cobra.ShellCompDirectiveNoFileComp
	}
}
