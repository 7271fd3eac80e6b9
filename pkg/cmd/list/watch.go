package list

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// runWatch shows what is there and what becomes of it.
func (o *options) runWatch(ctx context.Context, env cli.Env) error {
	w := &watched{options: o, env: env}
	return watch.View{
		Select:    w.all,
		Draw:      w.draw,
		NoHeaders: o.output.noHeaders,
		Headers:   !o.output.noHeaders && o.output.Name != formats.Matrix, // of which there may be several
		Mark:      o.style(env, &load.Input{}).ChangeMark(),
		Format:    o.output.Name,
		ASCII:     o.output.ascii,
	}.Run(ctx, env, o.Options)
}

// watched is the table that is watched.
type watched struct {
	*options
	env cli.Env
	// selection is nil until its names were resolved, which has to succeed once.
	selection *report.Selection
	marks     listing.Changes
}

// choose resolves the names that the options give against the first picture. What they
// name may go, and come again.
func (w *watched) choose(in *load.Input) (report.Selection, error) {
	if in.FreightUnread {
		return report.Selection{}, errUnread
	}
	if w.selection == nil {
		selection, err := w.options.selection(in)
		if err != nil {
			return selection, err
		}
		w.selection = &selection
	}
	return *w.selection, nil
}

// all is what the changes of verdicts are about: the default limit is for the table.
func (w *watched) all(in *load.Input) (report.Selection, error) {
	selection, err := w.choose(in)
	if !w.limited {
		selection.Limit = 0
	}
	return selection, err
}

// draw writes the table, marked, and what it does not say.
func (w *watched) draw(out io.Writer, in *load.Input, columns int) (changed bool, err error) {
	selection, err := w.choose(in)
	if err != nil {
		return false, err
	}
	var counted shown
	builder := w.builder(in, selection)
	var projects []report.Project
	for project := range counted.count(builder.Each()) {
		projects = append(projects, report.Project{Name: project.Name, Stages: slices.Collect(project.Stages)})
	}
	changed = w.marks.Observe(projects, w.env.Now())
	style := w.style(w.env, in)
	style.Width, style.Changed = columns, w.marks.Changed
	if err := w.output.write(out, formats.List{Header: in.Header, Projects: report.EachOf(projects), Options: style}); err != nil {
		return false, err
	}
	w.comment(out, in, counted, true)
	w.missing(out, in)
	return changed, nil
}

// missing says which Stages that were named are not there any more.
func (w *watched) missing(out io.Writer, in *load.Input) {
	for _, name := range w.filter.Stages {
		if !slices.ContainsFunc(in.Projects, func(e *avail.Evaluator) bool { return e.Project().Stage(name) != nil }) {
			fmt.Fprintf(out, "Stage %q is not there any more.\n", term.Sanitize(name))
		}
	}
}
