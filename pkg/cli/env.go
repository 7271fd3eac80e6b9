// Package cli holds what the verbs share: the world that they run in, the flags
// that they have in common, what they name (Stages, Freight, instants), how they
// fail, and how a Project gets from its source to an evaluator.
package cli

import (
	"os"
	"time"

	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Env is the world that a verb runs in.
type Env struct {
	genericiooptions.IOStreams
	// Now is the clock.
	Now func() time.Time
	// Getenv reads an environment variable; set reports whether it is there at all.
	Getenv func(name string) (value string, set bool)
	// Program is how the command was called: by a path, or a name to be found on PATH.
	Program string
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Terminal reports whether the output goes to a terminal, and how many columns it
// has, 0 when that cannot be told.
func (e Env) Terminal() (ok bool, columns int) {
	if !isTerminal(e.Out) {
		return false, 0
	}
	columns, _, err := term.GetSize(int(e.Out.(*os.File).Fd()))
	if err != nil {
		return true, 0
	}
	return true, columns
}
