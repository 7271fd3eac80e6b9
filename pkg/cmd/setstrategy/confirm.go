package setstrategy

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
)

// mustAsk reports whether an edit with this effect needs confirmation.
func (r *running) mustAsk(e *edit.Effect) bool {
	return !r.yes && r.dryRun == edit.DryRunNone && e.Risk() != ""
}

// confirm asks whether to go on when the effect needs confirmation. It fails when the
// answer is no, or nobody can be asked.
func (r *running) confirm(stages []*edit.Stage, e *edit.Effect) error {
	if !slices.ContainsFunc(stages, (*edit.Stage).Pending) || !r.mustAsk(e) {
		return nil
	}
	r.confirmed = true
	return r.ask(stages, e.Risk())
}

// confirmAgain asks about a Stage that changed after its effect was shown. It reports
// false when nobody was asked before, or a document is printed.
func (r *running) confirmAgain(ctx context.Context, s *edit.Stage, difference string) (asked bool, err error) {
	if !r.confirmed || r.printsDocument() {
		return false, nil
	}
	cli.PrintWarnings(r.env, r.Connection.Color, fmt.Sprintf("Stage %q has changed meanwhile: %s", s.Name, difference))
	effect, err := r.previewCluster(ctx, []*edit.Stage{s})
	if err != nil {
		return true, err
	}
	err = r.ask([]*edit.Stage{s}, cmp.Or(effect.Risk(), "the Stage has changed meanwhile"))
	if _, no := errors.AsType[*cli.NegativeError](err); no { // others may have been written
		return true, &cli.NegativeError{Text: fmt.Sprintf("stage %q: not changed", s.Name)}
	}
	return true, err
}

// ask asks whether to write the pending Stages.
func (r *running) ask(stages []*edit.Stage, risk string) error {
	if !cli.IsTerminal(r.env.ErrOut) || !cli.IsTerminal(r.env.In) {
		return fmt.Errorf("not changed: %s; use --yes to go ahead, or --dry-run=server to have the API server check it", risk)
	}
	fmt.Fprintf(r.env.ErrOut, "%s.\n%s [y/N] ", visible(upperFirst(risk)), r.question(stages))
	answer, err := bufio.NewReader(r.env.In).ReadString('\n')
	if err != nil { // as with Ctrl-D
		fmt.Fprintln(r.env.ErrOut)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return &cli.NegativeError{Text: "not changed"}
	}
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// maxNamed is how many Stages a question names.
const maxNamed = 5

// question asks what is about to be done, and where.
func (r *running) question(stages []*edit.Stage) string {
	var names []string
	for _, s := range stages {
		if s.Pending() {
			names = append(names, visible(s.Name))
		}
	}
	what := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	where := fmt.Sprintf("in Project %s (%s)", visible(r.project), visible(r.client.Where()))
	if r.Unsets() {
		return fmt.Sprintf("Unset the strategy of %s %s?", what, where)
	}
	return fmt.Sprintf("Set %s %s to %s?", what, where, r.Rule)
}
