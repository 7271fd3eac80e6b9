package setstrategy

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// confirm asks whether to go on, where the effect is one to be asked about. Where
// nobody can be asked, it fails.
func (w *work) confirm(e *effect) error {
	if !w.pending() || !e.asks(w.options) {
		return nil
	}
	w.asked = true
	return w.ask(e.reasons())
}

// ask asks whether to write what is pending.
func (w *work) ask(reasons []string) error {
	why := strings.Join(reasons, "; ")
	asker, _ := screen(w.env.ErrOut)
	if answers, _ := screen(w.env.In); !asker || !answers {
		return fmt.Errorf("nothing was changed: %s; with --yes it is asked of the API server all the same", why)
	}
	fmt.Fprintf(w.env.ErrOut, "This has to be confirmed: %s.\n%s [y/N] ", why, w.question())
	answer, err := bufio.NewReader(w.env.In).ReadString('\n')
	if err != nil { // as with Ctrl-D
		fmt.Fprintln(w.env.ErrOut)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return &cli.NegativeError{Text: "nothing was changed"}
	}
}

// mostAsked is how many Stages a question names.
const mostAsked = 5

// question asks what is about to be done, and where.
func (w *work) question() string {
	var names []string
	for _, t := range w.targets {
		if t.pending() {
			names = append(names, visible(t.name))
		}
	}
	what := strings.Join(names[:min(len(names), mostAsked)], ", ")
	if more := len(names) - mostAsked; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	where := fmt.Sprintf("in Project %s (%s)", visible(w.project), visible(w.client.Where()))
	if w.unsets() {
		return fmt.Sprintf("Unset the strategy of %s %s?", what, where)
	}
	return fmt.Sprintf("Set %s %s to %s?", what, where, w.rule)
}

// screen reports whether a stream is a terminal, and how many columns it has, 0 when
// that cannot be told.
func screen(stream any) (ok bool, columns int) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false, 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		columns = 0
	}
	return true, columns
}
