package setstrategy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// preview works out the effect of the edit, and prints it unless a document will show
// it. It returns the effect in a cluster, nil for files. What cannot be read does not
// keep the edit from being made, but is said.
func (r *running) preview(ctx context.Context, stages []*edit.Stage) (*edit.Effect, error) {
	changes := slices.ContainsFunc(stages, (*edit.Stage).Previewed)
	switch {
	case r.inCluster == nil && changes:
		return nil, r.previewFiles(ctx, stages)
	case r.inCluster != nil && (changes || r.printsDocument()):
		return r.previewCluster(ctx, stages)
	default:
		return nil, nil
	}
}

// previewCluster shows the effect on the Project in the cluster.
func (r *running) previewCluster(ctx context.Context, stages []*edit.Stage) (*edit.Effect, error) {
	in, e, err := r.loadProject(ctx, stages)
	if err != nil {
		return nil, err
	}
	effect, err := r.Preview(in.Header, e, stages)
	if err != nil || !slices.ContainsFunc(stages, (*edit.Stage).Previewed) {
		return effect, err
	}
	in.PrintWarnings(r.env, r.Connection.Color)
	if r.printsDocument() && !r.mustAsk(effect) {
		return effect, nil
	}
	return effect, r.printEffect(effect)
}

// loadProject reads the Project. When that fails, the Project has only the Stages to be
// edited, and everything else about it is unread.
func (r *running) loadProject(ctx context.Context, stages []*edit.Stage) (*load.Input, *avail.Evaluator, error) {
	common := r.Options
	common.Project = r.project
	in, err := load.Projects(ctx, r.env, common)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err == nil {
		for _, e := range in.Projects {
			if hasPlanned(e.Project(), stages) {
				return in, e, nil
			}
		}
		err = errors.New("the Stages changed while they were read")
	}
	objects := pipeline.Objects{
		Project: r.project,
		Unread:  pipeline.Kinds(pipeline.Freight | pipeline.Warehouses | pipeline.Promotions | pipeline.Policies),
	}
	for _, s := range stages {
		if s.Plan != nil {
			objects.Stages = append(objects.Stages, s.Plan.Typed)
		}
	}
	releases := r.inCluster.Releases()
	if r.Releases.Given {
		releases = r.Releases
	}
	rules := avail.RulesFor(releases)
	warnings := append(rules.Notes(), effectUnknown("the effect", err))
	in = &load.Input{Header: report.NewHeader(r.At, releases, warnings)}
	return in, avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, r.At), nil
}

// effectUnknown says in one line why an effect is unknown.
func effectUnknown(what string, err error) string {
	lines := strings.Split(cli.Describe(err), "\n")
	text := fmt.Sprintf("%s is unknown: %s", what, lines[0])
	if len(lines) > 1 {
		text += " " + strings.TrimSpace(lines[1])
	}
	if len(lines) > 2 {
		text += fmt.Sprintf(" (and %d more)", len(lines)-2)
	}
	return text
}

// hasPlanned reports whether a Project has all Stages that the edit changes, with the
// requests for which it was planned.
func hasPlanned(project *pipeline.Project, stages []*edit.Stage) bool {
	for _, s := range stages {
		if !s.Previewed() {
			continue
		}
		stage := project.Stage(s.Name)
		if stage == nil || !reflect.DeepEqual(stage.Spec.RequestedFreight, s.Plan.Typed.Spec.RequestedFreight) {
			return false
		}
	}
	return true
}

// previewFiles shows the effect on the Freight in the files. Without Freight it shows
// only the hazards of the requests themselves.
func (r *running) previewFiles(ctx context.Context, stages []*edit.Stage) error {
	env := r.env
	for _, text := range r.texts {
		if text.Path == "" {
			env.In = bytes.NewReader(text.Data) // standard input was read already
		}
	}
	in, err := load.Projects(ctx, env, r.Options)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.printHazards(stages)
		cli.PrintWarnings(r.env, r.Connection.Color, effectUnknown("the effect", err))
		return nil
	}
	previewed := map[string]bool{}
	for _, e := range in.Projects {
		name := e.Project().Name
		mine := slices.DeleteFunc(slices.Clone(stages), func(s *edit.Stage) bool { return s.Project != name || !s.Previewed() })
		if len(mine) == 0 {
			continue
		}
		effect, err := r.Preview(in.Header, e, mine)
		if err != nil {
			cli.PrintWarnings(r.env, r.Connection.Color, effectUnknown(fmt.Sprintf("the effect on Project %q", name), err))
			continue
		}
		previewed[name] = true
		if len(e.Project().Freight()) == 0 {
			r.printHazardsOf(effect)
		} else if err := r.printEffect(effect); err != nil {
			return err
		}
	}
	rest := slices.DeleteFunc(slices.Clone(stages), func(s *edit.Stage) bool { return previewed[s.Project] })
	r.printHazards(rest)
	if !slices.ContainsFunc(in.Projects, func(e *avail.Evaluator) bool { return len(e.Project().Freight()) > 0 }) {
		cli.PrintNotes(r.env, "the files hold no Freight, so the effect is not shown: what-if shows it for a cluster")
	}
	return nil
}

// printHazardsOf warns about what Kargo makes of the edited requests, which manifests tell
// without Freight.
func (r *running) printHazardsOf(e *edit.Effect) {
	for i := range e.Requests {
		if request := &e.Requests[i]; request.Changes {
			for _, hazard := range request.Hazards {
				cli.PrintWarnings(r.env, r.Connection.Color, fmt.Sprintf("Stage %q: %s", request.Stage, hazard))
			}
		}
	}
}

// printHazards does the same for Stages whose Project could not be read, as far as each
// Stage tells by itself.
func (r *running) printHazards(stages []*edit.Stage) {
	for _, s := range stages {
		if !s.Previewed() {
			continue
		}
		for i := range s.Plan.Fields {
			if f := &s.Plan.Fields[i]; f.Writes {
				for _, hazard := range f.Hazards {
					cli.PrintWarnings(r.env, r.Connection.Color, fmt.Sprintf("Stage %q: %s", s.Name, hazard))
				}
			}
		}
	}
}

// printEffect writes the effect of what is written.
func (r *running) printEffect(e *edit.Effect) error {
	shown := *e.StrategyChange
	shown.Requests = slices.DeleteFunc(slices.Clone(shown.Requests), func(r report.ChangedRequest) bool { return !r.Changes })
	terminal, width := cli.TerminalSize(r.env.ErrOut)
	return page.StrategyChange(r.env.ErrOut, &shown, term.Style{
		Terminal: terminal, Width: width, Palette: term.NewPalette(r.env.Colors(r.Connection.Color, r.env.ErrOut)),
	})
}
