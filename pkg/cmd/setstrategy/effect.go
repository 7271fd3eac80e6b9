package setstrategy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// effect is what follows from writing the pending Stages.
type effect struct {
	*report.StrategyChange
	// gates are the control-flow Stages that it opens.
	gates []string
	// written is the part of it that is to be confirmed, as the rest is refused; nil when
	// it is the whole.
	written *effect
}

// effectOf works out what follows from the edits of Stages, of which only what writes
// says so is carried out.
func effectOf(in *load.Input, e *avail.Evaluator, edits []change.Edit, writes func(r *change.Request) bool) (*effect, error) {
	plan, err := change.NewPlan(e.Project(), edits)
	if err != nil {
		return nil, err
	}
	for i := range plan.Requests {
		plan.Requests[i].Differs = writes(&plan.Requests[i])
	}
	return &effect{StrategyChange: report.NewStrategyChange(in.Header, e, plan), gates: opened(e, plan)}, nil
}

// foresee works out what follows from the planned changes, and says it unless a
// document is to. What cannot be read keeps nothing from being written.
func (w *work) foresee(ctx context.Context) (*effect, error) {
	if !w.planned() && !w.printsDocument() {
		return &effect{}, nil
	}
	in, e, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	found, err := effectOf(in, e, w.edits(e, (*target).planned), w.writes)
	if err != nil || !w.planned() {
		return found, err
	}
	if edits := w.edits(e, (*target).pending); len(edits) > 0 && slices.ContainsFunc(w.targets, func(t *target) bool { return t.refused }) {
		if found.written, err = effectOf(in, e, edits, w.writes); err != nil {
			return nil, err
		}
	}
	in.PrintWarnings(w.env, w.Connection.Color)
	if w.printsDocument() && !found.asks(w.options) {
		return found, nil
	}
	return found, w.tellEffect(w.env, found)
}

// writes reports whether a request is to become otherwise.
func (w *work) writes(r *change.Request) bool {
	return slices.ContainsFunc(w.targets, func(t *target) bool {
		return t.planned() && t.name == r.Stage && t.stage.writes(r.Index)
	})
}

// tellEffect says what follows from what is written.
func (o *options) tellEffect(env cli.Env, e *effect) error {
	said := *e.StrategyChange
	said.Requests = slices.DeleteFunc(slices.Clone(said.Requests), func(r report.ChangedRequest) bool { return !r.Changes })
	terminal, width := screen(env.ErrOut)
	return page.StrategyChange(env.ErrOut, &said, term.Style{
		Terminal: terminal, Width: width, Palette: term.NewPalette(env.Colors(o.Connection.Color, env.ErrOut)),
	})
}

// load reads the Project. Where that fails, it is the Stages alone that are to be
// changed, with nothing known beside them.
func (w *work) load(ctx context.Context) (*load.Input, *avail.Evaluator, error) {
	common := w.Options
	common.Project = w.project
	in, err := load.Projects(ctx, w.env, common)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err == nil {
		i := slices.IndexFunc(in.Projects, func(e *avail.Evaluator) bool { return w.isWhole(e.Project()) })
		if i >= 0 {
			return in, in.Projects[i], nil
		}
		err = errors.New("the Stages have changed while they were read")
	}
	objects := pipeline.Objects{
		Project: w.project,
		Unread:  pipeline.Kinds(pipeline.Freight | pipeline.Warehouses | pipeline.Promotions | pipeline.Policies),
	}
	for _, t := range w.targets {
		if t.stage != nil {
			objects.Stages = append(objects.Stages, t.stage.typed)
		}
	}
	releases := w.releases
	if w.Releases.Given {
		releases = w.Releases
	}
	rules := avail.RulesFor(releases)
	warnings := append(rules.Notes(), "the effect is unknown: "+cli.Describe(err))
	in = &load.Input{Header: report.NewHeader(w.At, releases, warnings)}
	return in, avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, w.At), nil
}

// isWhole reports whether a Project has all Stages that are to be changed, with the
// requests that are meant as they were read.
func (w *work) isWhole(project *pipeline.Project) bool {
	for _, t := range w.targets {
		if !t.planned() {
			continue
		}
		stage := project.Stage(t.name)
		if stage == nil || !reflect.DeepEqual(stage.Spec.RequestedFreight, t.stage.typed.Spec.RequestedFreight) {
			return false
		}
	}
	return true
}

// edits are the edits of these Stages or, where none is planned, of all that could be
// read.
func (w *work) edits(e *avail.Evaluator, these func(*target) bool) []change.Edit {
	var edits []change.Edit
	for _, t := range w.targets {
		if (t.err == nil || t.refused) && e.Project().Stage(t.name) != nil && (these(t) || !w.planned()) {
			edits = append(edits, w.edit(t.name))
		}
	}
	return edits
}

// opened returns the control-flow Stages that will ask for less than they do.
func opened(e *avail.Evaluator, plan *change.Plan) []string {
	var names []string
	for i := range plan.Requests {
		r := &plan.Requests[i]
		strategy, _ := r.To.Strategy()
		opens := r.Differs && r.NoEffect == "" && strategy.Normal() == kargo.OneOf && r.From.Normal() == kargo.All
		if opens && e.Stage(r.Stage).IsControlFlow() && !slices.Contains(names, r.Stage) {
			names = append(names, r.Stage)
		}
	}
	return names
}

// reasons say why somebody is to be asked before it is carried out.
func (e *effect) reasons() []string {
	e = cmp.Or(e.written, e)
	unknown, starts, wedges, fails := e.Effect == nil, false, false, false
	if e.Effect != nil {
		for _, stage := range slices.Concat(e.Effect.Now, e.Effect.Follows) {
			unknown = unknown || len(stage.Unknown) > 0
			starts = starts || len(stage.Starts) > 0
			wedges = wedges || len(stage.Refused) > 0
			fails = fails || len(stage.Fails) > 0
		}
	}
	var reasons []string
	for _, reason := range []struct {
		holds bool
		text  string
	}{
		{unknown, "its effect could not be read"},
		{len(e.gates) > 0, fmt.Sprintf("it opens control-flow Stage %s, and what is passed on stays so", visible(strings.Join(e.gates, ", ")))},
		{starts, "it starts auto-promotion"},
		{wedges, "it stalls auto-promotion"},
		{fails, "it fails Promotions"},
	} {
		if reason.holds {
			reasons = append(reasons, reason.text)
		}
	}
	return reasons
}

// asks reports whether somebody is to be asked.
func (e *effect) asks(o *options) bool {
	return !o.yes && o.dryRun == dryRunNone && len(e.reasons()) > 0
}
