package lint

import (
	"bytes"
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/findings"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// explain writes the pages of the rules that are named, or the list of all rules.
func explain(env cli.Env, color cli.ColorMode, command string, args []string) error {
	var out bytes.Buffer
	if len(args) == 0 {
		if err := findings.Catalog(&out, lint.Rules()); err != nil {
			return err
		}
	}
	for i, arg := range args {
		rule := lint.Find(arg)
		if rule == nil {
			return &cli.UsageError{Command: command, Err: fmt.Errorf("there is no rule %q; --explain without a name lists all", arg)}
		}
		if i > 0 {
			out.WriteString("\n")
		}
		if err := findings.Explain(&out, rule, term.NewPalette(env.Colors(color, env.Out))); err != nil {
			return err
		}
	}
	if _, err := env.Out.Write(out.Bytes()); err != nil {
		return &cli.WriteError{Err: err}
	}
	return nil
}
