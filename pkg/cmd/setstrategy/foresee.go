package setstrategy

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// foresee says what follows where the files have Freight, too, and not the manifests
// alone. Files that cannot be judged are edited all the same.
func (e *edition) foresee(ctx context.Context, texts []source.Text) error {
	env := e.env
	if i := slices.IndexFunc(texts, func(t source.Text) bool { return t.Path == "" }); i >= 0 {
		env.In = bytes.NewReader(texts[i].Data) // which was used up
	}
	if !slices.ContainsFunc(e.files, func(f *file) bool { return slices.ContainsFunc(f.entries, (*entry).writes) }) {
		return nil
	}
	in, err := load.Projects(ctx, env, e.Options)
	if err != nil {
		e.tellHazards(nil)
		return ctx.Err()
	}
	said := map[string]bool{}
	for _, project := range in.Projects {
		name := project.Project().Name
		edits := e.editsOf(name)
		if len(edits) == 0 {
			continue
		}
		found, err := effectOf(in, project, edits, e.writes(name))
		if err != nil {
			continue // the files say two things of one Stage
		}
		said[name] = true
		if len(project.Project().Freight()) == 0 {
			e.tellHazardsOf(found)
			continue
		}
		if err := e.tellEffect(env, found); err != nil {
			return err
		}
	}
	e.tellHazards(said)
	return nil
}

// tellHazardsOf says what Kargo makes of the requests then that nobody expects, of which
// the manifests tell alone.
func (e *edition) tellHazardsOf(found *effect) {
	for i := range found.Requests {
		if r := &found.Requests[i]; r.Changes {
			for _, hazard := range r.Hazards {
				e.tellHazard(r.Stage, hazard)
			}
		}
	}
}

// tellHazards says the same of the Stages of Projects that could not be judged as a
// whole, as far as it is known of each alone.
func (e *edition) tellHazards(said map[string]bool) {
	for _, f := range e.files {
		for _, entry := range f.entries {
			for i := range entry.stage.fields {
				field := &entry.stage.fields[i]
				if said[entry.project] || !field.writes {
					continue
				}
				for _, hazard := range field.Hazards {
					e.tellHazard(entry.stage.name(), hazard)
				}
			}
		}
	}
}

func (e *edition) tellHazard(stage, hazard string) {
	tellWarnings(e.env, e.Connection.Color, fmt.Sprintf("Stage %q: %s", stage, hazard))
}

// writes reports whether something of the Stage itself is written.
func (e *entry) writes() bool { return e.stage.changes() }

// editsOf are the edits of the Stages of a Project that are written.
func (e *edition) editsOf(project string) []change.Edit {
	var edits []change.Edit
	for _, f := range e.files {
		for _, entry := range f.entries {
			if entry.project == project && entry.writes() {
				edits = append(edits, e.edit(entry.stage.name()))
			}
		}
	}
	return edits
}

// writes reports whether a request of a Project is written.
func (e *edition) writes(project string) func(r *change.Request) bool {
	return func(r *change.Request) bool {
		for _, f := range e.files {
			for _, entry := range f.entries {
				if entry.project == project && entry.stage.name() == r.Stage && entry.stage.writes(r.Index) {
					return true
				}
			}
		}
		return false
	}
}
