package graph

import (
	"context"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// runWatch draws the picture, and draws it again when something changes.
func (o *options) runWatch(ctx context.Context, env cli.Env) error {
	w := &watched{options: o, env: env}
	return watch.View{
		Select:    w.selection,
		Draw:      w.draw,
		NoHeaders: o.noHeaders,
		Mark:      o.style(env).ChangeMark(),
		Format:    o.format,
		ASCII:     o.ascii,
	}.Run(ctx, env, o.Options)
}

// watched is a picture that is watched.
type watched struct {
	*options
	env      cli.Env
	selected *report.Selection
	marks    page.LineChanges
}

// selection is what the changes of verdicts are about: the Stages that are drawn. What is
// named has to be there at first.
func (w *watched) selection(in *load.Input) (report.Selection, error) {
	if in.FreightUnread {
		return report.Selection{}, errUnread
	}
	if w.selected != nil {
		return *w.selected, nil
	}
	pictures, err := w.scene(in)
	if err != nil {
		return report.Selection{}, err
	}
	w.selected = &report.Selection{AllStages: true, Warehouses: w.warehouses}
	if w.freight != "" {
		w.selected.Freight, err = in.ResolveFreight([]string{w.freight})
	}
	if w.labels != nil || len(w.stages) > 0 {
		for i := range pictures {
			for _, node := range pictures[i].Graph.Nodes {
				if node.Stage != nil {
					w.selected.Stages = append(w.selected.Stages, node.Name)
				}
			}
		}
	}
	return *w.selected, err
}

// draw writes the picture, or why there is none any more.
func (w *watched) draw(out io.Writer, in *load.Input, columns int) (changed bool, err error) {
	style := w.style(w.env)
	style.Width = max(columns-len(" x"), 1) // for the marks
	var text strings.Builder
	pictures, err := w.scene(in)
	switch {
	case err != nil:
		text.WriteString(cli.Describe(err) + "\n")
	case len(pictures) == 0:
		text.WriteString(nothing(in) + "\n")
	default:
		notes, err := w.text(&text, in, pictures, style)
		if err != nil {
			return false, err
		}
		for _, note := range notes {
			for _, line := range term.Wrap("Note: "+term.Sanitize(note), style.Width) {
				text.WriteString(line + "\n")
			}
		}
	}
	marked, changed := w.marks.Mark(text.String(), columns, style.ChangeMark(), w.env.Now())
	_, err = io.WriteString(out, marked)
	return changed, err
}
