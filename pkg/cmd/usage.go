package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// usageWidth is where the words about a flag are folded.
const usageWidth = 100

// printUsage is cobra's usage, with the flags that all commands share kept apart from
// those that say what to do, and folded to be read. It is not a template, which would
// cost ten megabytes of the binary (see render.NewGoTemplate).
func printUsage(cmd *cobra.Command) error {
	_, err := io.WriteString(cmd.OutOrStderr(), usage(cmd))
	return err
}

func usage(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", cmd.CommandPath())
	}
	section := func(title, text string) { fmt.Fprintf(&b, "\n%s:\n%s\n", title, text) }
	if cmd.HasExample() {
		section("Examples", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		section("Commands", commands(cmd))
	}
	if cmd.HasAvailableLocalFlags() {
		section("Flags", flags(cmd.LocalNonPersistentFlags()))
	}
	common := cmd.PersistentFlags()
	if cmd.HasParent() {
		common = cmd.InheritedFlags()
	}
	section("Common flags", flags(common))
	section("Environment, for flags that are not given", strings.TrimRight(cli.VariablesHelp(), "\n"))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nUse \"%s COMMAND --help\" for more about a command.\n", cmd.CommandPath())
	}
	return b.String()
}

func commands(cmd *cobra.Command) string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() {
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", verb.Name(), verb.Short) // into memory
		}
	}
	_ = table.Flush()
	return strings.TrimRight(b.String(), "\n")
}

func flags(set *pflag.FlagSet) string {
	return strings.TrimRight(set.FlagUsagesWrapped(usageWidth), " \n")
}
