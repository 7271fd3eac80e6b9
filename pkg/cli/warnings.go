package cli

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// PrintWarnings writes warnings to stderr: what is unknown or approximate.
func PrintWarnings(env Env, mode ColorMode, warnings ...string) {
	label := term.NewPalette(env.Colors(mode, env.ErrOut)).Warning("Warning:")
	for _, warning := range warnings {
		fmt.Fprintln(env.ErrOut, label, term.Sanitize(warning))
	}
}

// PrintNotes writes informational notes to stderr.
func PrintNotes(env Env, notes ...string) {
	for _, note := range notes {
		fmt.Fprintln(env.ErrOut, "Note:", term.Sanitize(note))
	}
}

// PrintError writes an error to stderr, sanitized line by line so that no part of it
// can pose as another line.
func PrintError(env Env, err error) {
	for line := range strings.SplitSeq(headline(err), "\n") {
		fmt.Fprintln(env.ErrOut, term.Sanitize(line))
	}
}
