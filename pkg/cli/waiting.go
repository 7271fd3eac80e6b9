package cli

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Waiting says that nothing could be read from an input yet. For standard input it says so
// only to a person who looks on.
func (e Env) Waiting(input string) {
	if input != source.StandardInput || IsTerminal(e.ErrOut) {
		fmt.Fprintf(e.ErrOut, "Note: waiting for %s, from which nothing could be read yet\n", term.Sanitize(input))
	}
}
