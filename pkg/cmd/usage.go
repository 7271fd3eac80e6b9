package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// usageWidth is where help is folded unless the terminal is narrower.
const usageWidth = 100

// usage writes help. It is not a template, which would cost ten megabytes of the binary
// (see formats.NewGoTemplate).
type usage struct{ env cli.Env }

// width returns the columns that help may take.
func (u usage) width() int {
	if _, columns := u.env.Terminal(); columns > 0 {
		return min(columns, usageWidth)
	}
	return usageWidth
}

// help writes what a command does, at length, and its usage.
func (u usage) help(cmd *cobra.Command, _ []string) {
	long, _, _ := strings.Cut(cmd.Long, "\n\n")
	if cmd.HasParent() { // the root has that of list, of which the beginning is enough
		long = cmd.Long
	}
	text := fmt.Sprintf("%s\n\n%s", strings.TrimSpace(long), u.text(cmd))
	_, _ = io.WriteString(cmd.OutOrStdout(), u.fold(text)) // to a person
}

// print writes the usage of a command.
func (u usage) print(cmd *cobra.Command) error {
	_, err := io.WriteString(cmd.OutOrStderr(), u.fold(u.text(cmd)))
	return err
}

// fold breaks the lines that are too long for the terminal.
func (u usage) fold(text string) string {
	var folded strings.Builder
	for line := range strings.Lines(text) {
		if ansi.StringWidth(line) > u.width() {
			indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
			line = indent + strings.ReplaceAll(ansi.Wordwrap(line[len(indent):], u.width()-len(indent), ""), "\n", "\n"+indent)
			line = strings.TrimRight(line, " ")
		}
		folded.WriteString(line)
	}
	return folded.String()
}

// text is cobra's usage. The flags that all commands share are left to "options", as in
// kubectl: they would fill a screen of every command's help.
func (u usage) text(cmd *cobra.Command) string {
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
	root := cmd.Root().CommandPath()
	if !cmd.HasParent() {
		fmt.Fprintf(&b, "\nWithout a command it does what list does, and takes its flags.\n")
		fmt.Fprintf(&b, "Use \"%s COMMAND --help\" for more about a command.\n", root)
	} else {
		section("Flags", u.flags(cmd.LocalNonPersistentFlags()))
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "Use \"%s options\" for flags and variables that all commands share.\n", root)
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

func (u usage) flags(set *pflag.FlagSet) string {
	return strings.TrimRight(set.FlagUsagesWrapped(u.width()), " \n")
}

// optionsCommand is the command that prints what all commands share.
func (u usage) optionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "options",
		Short: "Print the flags and variables that all commands share",
		Long: `Print the flags that every command takes: which cluster to talk to and how, color,
Kargo's version and the log; and the variables of the environment that stand in for
flags that are not given.`,
		Example: `  # What every command takes
  kubectl kargo-avail options

  # How to name the cluster
  kubectl kargo-avail options | grep context`,
		Args:              cli.Args(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text := fmt.Sprintf("Flags of every command:\n%s\n\nVariables, for flags that are not given:\n%s",
				u.flags(cmd.InheritedFlags()), cli.VariablesHelp())
			if _, err := io.WriteString(u.env.Out, text); err != nil {
				return &cli.WriteError{Err: err}
			}
			return nil
		},
	}
}
