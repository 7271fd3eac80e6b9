// Package complete finds what a word of a command line may become: names from the
// cluster or the files that the words before it choose, and what flags can be. It is
// quick, and says nothing where there is nothing to be found.
package complete

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// completionTimeout is how long completion may take.
const completionTimeout = 2 * time.Second

// Completer completes the words of commands. Its methods that take a command are
// cobra.CompletionFuncs.
type Completer struct {
	env        cli.Env
	connection *cli.ConnectionFlags
	// timeout bounds the search for names.
	timeout time.Duration
}

// New returns a Completer for commands that have these flags.
func New(env cli.Env, connection *cli.ConnectionFlags) Completer {
	return Completer{env: env, connection: connection, timeout: completionTimeout}
}

// One completes the one argument of a command that takes one of these words.
func One(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(toComplete, words), cobra.ShellCompDirectiveNoFileComp
	}
}

// Stages completes any number of Stages.
func (c Completer) Stages(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return offer(toComplete, c.stages(cmd, args, toComplete)), cobra.ShellCompDirectiveNoFileComp
}

// StageAndFreight completes a Stage and, behind it, a piece of Freight.
func (c Completer) StageAndFreight(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return c.Stages(cmd, args, toComplete)
	case 1:
		return c.freight(cmd, args, toComplete)
	default:
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// StagesAndFreight completes Stages and, behind the first, a piece of Freight. Where the
// Stages are selected there is only the Freight.
func (c Completer) StagesAndFreight(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	selected := cmd.Flags().Changed("all") || cmd.Flags().Changed("selector")
	switch {
	case selected && len(args) > 0:
		return nil, cobra.ShellCompDirectiveNoFileComp
	case selected:
		return c.freight(cmd, args, toComplete)
	case len(args) == 0:
		return c.Stages(cmd, args, toComplete)
	}
	freight, directive := c.freight(cmd, args, toComplete)
	stages, _ := c.Stages(cmd, args, toComplete)
	return append(freight, stages...), directive
}

// StagesAndStrategy completes Stages and, behind them, a strategy.
func (c Completer) StagesAndStrategy(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	strategies := []string{"any", "all"}
	if cmd.Flags().Changed("unset") {
		strategies = nil
	}
	var words []string
	switch selected := cmd.Flags().Changed("all") || cmd.Flags().Changed("selector"); {
	case strategies != nil && slices.ContainsFunc(args, isStrategy): // which comes last
	case selected:
		words = strategies
	default:
		words = c.stages(cmd, args, toComplete)
		if len(args) > 0 {
			words = append(words, strategies...)
		}
	}
	return offer(toComplete, words), cobra.ShellCompDirectiveNoFileComp
}

func isStrategy(word string) bool {
	_, err := change.ParseStrategy(word)
	return err == nil
}

// StageRules completes any number of STAGE=RULE.
func (c Completer) StageRules(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return c.assignments(cmd, args, toComplete, "any", "all", "majority", "quorum:", "percent:")
}

// assignments completes STAGE=VALUE. A value that ends with a colon is to go on.
func (c Completer) assignments(cmd *cobra.Command, taken []string, toComplete string, values ...string) ([]cobra.Completion, cobra.ShellCompDirective) {
	stage, _, inValue := strings.Cut(toComplete, "=")
	var words []string
	if inValue {
		for _, value := range values {
			words = append(words, stage+"="+value)
		}
	} else {
		for _, name := range c.stages(cmd, taken, toComplete) {
			words = append(words, name+"=")
		}
	}
	directive := cobra.ShellCompDirectiveNoFileComp
	words = offer(toComplete, words)
	if !slices.ContainsFunc(words, func(w string) bool { return !strings.HasSuffix(w, "=") && !strings.HasSuffix(w, ":") }) {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return words, directive
}

// stages returns the Stages that are not named already, each written as the word that
// is to be completed begins: "stage/prod" behind "stage/".
func (c Completer) stages(cmd *cobra.Command, taken []string, toComplete string) []string {
	kind := toComplete[:strings.LastIndex(toComplete, "/")+1]
	if _, err := cli.ParseStage(kind + "x"); err != nil {
		return nil
	}
	named := map[string]bool{}
	for _, word := range taken {
		word, _, _ = strings.Cut(word, "=")
		if name, err := cli.ParseStage(word); err == nil {
			named[name] = true
		}
	}
	var words []string
	for _, name := range find(c, cmd, names.StageNames) {
		if !named[name] {
			words = append(words, kind+name)
		}
	}
	return words
}

// freight completes a piece of Freight, newest first: by its alias, and by its name
// where that is none to be offered or the name is begun.
func (c Completer) freight(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var offered []cobra.Completion
	add := func(word, description string) {
		if fits(word, toComplete) {
			offered = append(offered, cobra.CompletionWithDesc(word, term.Sanitize(description)))
		}
	}
	for _, f := range find(c, cmd, names.FreightNames) {
		alias := f.Alias
		add(alias, f.Metadata.Name)
		if !isPlain(alias) || toComplete != "" {
			add(f.Metadata.Name, alias)
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// offer returns the words that are to be offered.
func offer(toComplete string, words []string) []cobra.Completion {
	var offered []cobra.Completion
	for _, word := range words {
		if fits(word, toComplete) {
			offered = append(offered, word)
		}
	}
	return offered
}

// fits reports whether a word goes on as the one that is completed begins, and may be
// offered: nobody reads what a TAB has written before they press Enter, so that it has
// to mean nothing else than itself.
func fits(word, toComplete string) bool { return strings.HasPrefix(word, toComplete) && isPlain(word) }

// isPlain reports whether a word means itself in every shell.
func isPlain(word string) bool {
	special := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-/:=@+", r)
	}
	return word != "" && word[0] != '-' && strings.ToValidUTF8(word, " ") == word && !strings.ContainsFunc(word, special)
}

// find asks for something within the time that there is. Where nobody answers, there is
// nothing.
func find[T any](c Completer, cmd *cobra.Command, ask func(names, context.Context) ([]T, error)) []T {
	ctx, cancel := context.WithTimeout(cmd.Context(), c.timeout)
	defer cancel()
	answer := make(chan []T, 1)
	go func() { // a command that gets credentials knows no context
		var found []T
		if from := c.names(cmd); from != nil {
			found, _ = ask(from, ctx)
		}
		answer <- found
	}()
	select {
	case found := <-answer:
		return found
	case <-ctx.Done():
		return nil
	}
}

// names is where names come from.
type names interface {
	StageNames(ctx context.Context) ([]string, error)
	WarehouseNames(ctx context.Context) ([]string, error)
	ProjectNames(ctx context.Context) ([]string, error)
	// FreightNames returns Freight, newest first, of which only the names are needed.
	FreightNames(ctx context.Context) ([]kargo.Freight, error)
}
