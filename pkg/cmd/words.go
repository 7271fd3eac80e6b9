package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// verbHint returns what to say of a first word that is neither a verb nor a Stage, and
// whether a verb is near.
func verbHint(root *cobra.Command) func(word string) (hint string, near bool) {
	return func(word string) (string, bool) {
		see := fmt.Sprintf("See '%s --help' for the verbs.", root.CommandPath())
		near := meantBy(word)
		if len(near) == 0 {
			near = root.SuggestionsFor(word)
		}
		if strings.Contains(word, "/") {
			return "", false // it says that it is a Stage
		}
		if len(near) == 0 {
			return fmt.Sprintf("There is no verb %q either. %s", word, see), false
		}
		return fmt.Sprintf("There is no verb %q either. Did you mean %s? %s", word, strings.Join(near, " or "), see), true
	}
}

// meantBy returns the verbs that a word of other tools may stand for.
func meantBy(word string) []string {
	switch strings.ToLower(word) {
	case "get", "show", "status", "check", "freight", "freights", "tree":
		return []string{"list", "explain"}
	case "describe", "why", "reason", "blockers":
		return []string{"explain"}
	case "whatif", "simulate", "plan", "diff", "try":
		return []string{"what-if"}
	case "set", "edit", "patch", "apply", "strategy":
		return []string{"set-strategy"}
	case "watch":
		return []string{"list --watch"}
	default:
		return nil
	}
}

// checkFirstWord returns a usage error for a first word that is no verb here although
// people look for one: a verb of the kargo CLI that writes, or one that is to come.
func checkFirstWord(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var problem error
	switch word := args[0]; word {
	case "promote", "approve":
		problem = fmt.Errorf("this plugin does not %s; the kargo CLI does:\n  kargo %s --project=PROJECT --freight-alias=ALIAS --stage=STAGE\na Stage of that name is stage/%s", word, word, word)
	case "refresh", "verify", "abort":
		problem = fmt.Errorf("this plugin does not %s; the kargo CLI does: see 'kargo %s --help'; a Stage of that name is stage/%s", word, word, word)
	default:
		return nil
	}
	return &cli.UsageError{Command: cmd.CommandPath(), Err: problem}
}
