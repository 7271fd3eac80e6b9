package cli

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Tell says to the person, beside the output, what is unknown or approximate
// about what was read.
func Tell(env Env, mode ColorMode, in *Input) {
	label := term.NewPalette(env.Colors(mode, env.ErrOut)).Warning("Warning:")
	for _, warning := range in.Header.Warnings {
		fmt.Fprintln(env.ErrOut, label, term.Sanitize(warning))
	}
	for _, note := range in.Notes {
		fmt.Fprintln(env.ErrOut, "Note:", term.Sanitize(note))
	}
}

// TellError says what went wrong, line by line so that nothing in it can forge
// another.
func TellError(env Env, err error) {
	for line := range strings.SplitSeq(describe(err), "\n") {
		fmt.Fprintln(env.ErrOut, term.Sanitize(line))
	}
}
