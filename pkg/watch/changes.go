package watch

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

const (
	// pause lets changes that belong together come together.
	pause = 200 * time.Millisecond
	// longest is how long a timer is trusted: it stands still while a computer sleeps.
	longest = time.Minute
)

// writeChanges writes each verdict that changes, and says what is in the way meanwhile.
func (w *watcher) writeChanges(ctx context.Context) error {
	s := &speaker{watcher: w, told: map[string]bool{}}
	var verdicts *report.Verdicts
	for {
		if err := w.feed.Failed(); err != nil {
			return err
		}
		in, lost := w.look()
		w.feed.PrintLoss(w.env, lost)
		var turn time.Time
		if lost == nil {
			s.warn(in)
			after, err := w.write(in, verdicts)
			if err != nil {
				return err
			}
			if verdicts == nil {
				s.introduce(in, after)
			}
			verdicts, turn = after, after.Turn
		}
		if err := w.wait(ctx, turn); err != nil {
			return err
		}
	}
}

// write writes how the verdicts differ from those before, or the state to begin with, and
// returns those of now.
func (w *watcher) write(in *load.Input, before *report.Verdicts) (*report.Verdicts, error) {
	selection, err := w.Select(in)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriter(w.env.Out)
	if before == nil && !w.NoHeaders && !w.writesDocuments() {
		_, _ = out.WriteString(formats.ChangeHeader()) // Flush has the error
	}
	after, err := (&report.Builder{Projects: in.Projects, Selection: selection}).Changes(before, in.Header.At, func(c *report.Change) error {
		return formats.Change(out, c, w.Format)
	})
	if flushed := out.Flush(); err == nil && flushed != nil {
		err = &cli.WriteError{Err: flushed}
	}
	return after, err
}

// wait returns when it is time to look again: there is news, or turn has come, which
// may be zero.
func (w *watcher) wait(ctx context.Context, turn time.Time) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(pause):
	}
	var due <-chan time.Time
	if !turn.IsZero() {
		due = time.After(min(turn.Sub(w.env.Now()), longest))
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-due:
	case <-w.feed.Changed():
	}
	return nil
}

// speaker says, beside the changes, what a person has to know; each thing once.
type speaker struct {
	*watcher
	told map[string]bool
}

// introduce says what is watched.
func (s *speaker) introduce(in *load.Input, verdicts *report.Verdicts) {
	stages := fmt.Sprintf("%d Stages", verdicts.Stages)
	if verdicts.Stages == 1 {
		stages = "1 Stage"
	}
	of := "all namespaces"
	if in.Project != "" {
		of = fmt.Sprintf("namespace %q", in.Project)
	}
	unit := "line"
	if s.writesDocuments() {
		unit = "document"
	}
	fmt.Fprintf(s.env.ErrOut, "Watching %s of %s (%s); from now on one %s per change of a verdict\n", stages, of, term.Sanitize(s.where), unit)
}

// warn says what is unknown or approximate, unless it was said already.
func (s *speaker) warn(in *load.Input) {
	fresh := func(texts []string) (list []string) {
		for _, text := range texts {
			if !s.told[text] {
				list = append(list, text)
			}
			s.told[text] = true
		}
		return list
	}
	cli.PrintWarnings(s.env, s.color, fresh(in.Header.Warnings)...)
	cli.PrintNotes(s.env, fresh(in.Notes)...)
}
