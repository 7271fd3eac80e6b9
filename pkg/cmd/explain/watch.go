package explain

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// runWatch explains, and goes on as things change.
func (o *options) runWatch(ctx context.Context, env cli.Env) error {
	w := &watched{options: o, env: env, question: o.question}
	return watch.View{
		// All Freight: what auto-promotion picks, and what comes next, is among it.
		Question: load.Question{Stage: o.question.Stage},
		Select:   w.selection,
		Draw:     w.draw,
		Mark:     o.style(env).ChangeMark(),
		Format:   o.format,
		ASCII:    o.ascii,
	}.Run(ctx, env, o.Options)
}

// watched is an explanation that is watched.
type watched struct {
	*options
	env cli.Env
	// question names the Freight in full once it was found.
	question load.Question
	// title is what people call that Freight; "" when it is not found yet.
	title    string
	selected *report.Selection
	marks    page.LineChanges
}

// find finds what the question is about, and holds on to it.
func (w *watched) find(in *load.Input) (*load.Subject, error) {
	subject, err := in.Find(w.question)
	if err == nil && subject.Freight != nil {
		w.question.Freight = subject.Freight.Metadata.Name
		w.title = subject.Freight.Title()
	}
	return subject, err
}

// selection is what the changes of verdicts are about: the Freight that was named, else
// all that the Stage may get. What is named has to be there at first.
func (w *watched) selection(in *load.Input) (report.Selection, error) {
	if w.selected != nil {
		return *w.selected, nil
	}
	subject, err := w.find(in)
	if err != nil {
		return report.Selection{}, err
	}
	if subject.FreightUnread {
		return report.Selection{}, errUnread
	}
	project := subject.Evaluator().Project().Name
	w.selected = &report.Selection{Stages: []string{w.question.Stage}}
	if subject.Freight != nil {
		w.selected.Freight = map[string][]string{project: {w.question.Freight}}
	}
	return *w.selected, nil
}

// draw writes the explanation, or why there is none any more.
func (w *watched) draw(out io.Writer, in *load.Input, columns int) (changed bool, err error) {
	style := w.style(w.env)
	style.Width = max(columns-len(" x"), 1) // for the marks
	var text bytes.Buffer
	subject, err := w.find(in)
	if err != nil {
		fmt.Fprintln(&text, term.Sanitize(w.missing(in, err)))
	} else if err := w.page(&text, subject, style); err != nil {
		return false, err
	}
	marked, changed := w.marks.Mark(page.FoldCommands(text.String(), style.Width), columns, style.ChangeMark(), w.env.Now())
	_, err = io.WriteString(out, marked)
	return changed, err
}

// missing says what is not there any more, as it was there at first, or else what is
// wrong.
func (w *watched) missing(in *load.Input, err error) string {
	hasStage := func(e *avail.Evaluator) bool { return e.Project().Stage(w.question.Stage) != nil }
	hasFreight := func(e *avail.Evaluator) bool {
		return len(pipeline.MatchFreight(e.Project().Freight(), w.question.Freight)) > 0
	}
	switch {
	case !slices.ContainsFunc(in.Projects, hasStage):
		return fmt.Sprintf("Stage %q is not there any more.", w.question.Stage)
	case w.title != "" && !slices.ContainsFunc(in.Projects, hasFreight):
		return fmt.Sprintf("Freight %q is not there any more.", w.title)
	}
	return cli.Describe(err)
}
