package edit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Effect is what follows from an edit of the Stages of one Project.
type Effect struct {
	*report.StrategyChange
	// gates are the control-flow Stages that the edit opens.
	gates []string
	// written is the part of the effect that needs confirmation when some Stages are
	// refused; nil when none is.
	written *Effect
}

// Preview works out the effect of the Stages of the evaluator's Project. When no Stage
// changes, it describes all that could be read.
func (r *Request) Preview(header report.Header, e *avail.Evaluator, stages []*Stage) (*Effect, error) {
	mine := slices.DeleteFunc(slices.Clone(stages), func(s *Stage) bool {
		readable := s.Plan != nil && (s.Err == nil || s.Refused)
		return s.Project != e.Project().Name || !readable || e.Project().Stage(s.Name) == nil
	})
	previewed := only(mine, (*Stage).Previewed)
	if len(previewed) == 0 {
		return r.effect(header, e, mine)
	}
	effect, err := r.effect(header, e, previewed)
	if err != nil {
		return nil, err
	}
	if pending := only(previewed, (*Stage).Pending); len(pending) > 0 && len(pending) < len(previewed) {
		if effect.written, err = r.effect(header, e, pending); err != nil {
			return nil, err
		}
	}
	return effect, nil
}

func only(stages []*Stage, which func(*Stage) bool) []*Stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s *Stage) bool { return !which(s) })
}

// effect works out what follows when exactly these Stages are written. A Stage that
// several documents define counts once; it is written where any of them is.
func (r *Request) effect(header report.Header, e *avail.Evaluator, stages []*Stage) (*Effect, error) {
	plans := map[string][]*Plan{}
	var edits []change.Edit
	for _, s := range stages {
		if plans[s.Name] == nil {
			edits = append(edits, r.change(s.Name))
		}
		plans[s.Name] = append(plans[s.Name], s.Plan)
	}
	plan, err := change.NewPlan(e.Project(), edits)
	if err != nil {
		return nil, err
	}
	for i := range plan.Requests {
		request := &plan.Requests[i]
		request.Differs = slices.ContainsFunc(plans[request.Stage], func(p *Plan) bool { return p.Writes(request.Index) })
	}
	return &Effect{StrategyChange: report.NewStrategyChange(header, e, plan), gates: openedGates(e, plan)}, nil
}

// openedGates returns the control-flow Stages that will pass on more than before.
func openedGates(e *avail.Evaluator, plan *change.Plan) []string {
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

// Risk says why the edit needs confirmation, as a sentence without a period; "" when it
// needs none.
func (e *Effect) Risk() string {
	if e == nil {
		return ""
	}
	e = cmp.Or(e.written, e)
	if e.StrategyChange == nil {
		return ""
	}
	unknown := e.Effect == nil
	var would []string
	if len(e.gates) > 0 {
		would = append(would, fmt.Sprintf("open control-flow Stage %s, which then passes Freight on, and that cannot be undone", strings.Join(e.gates, ", ")))
	}
	if e.Effect != nil {
		stages := slices.Concat(e.Effect.Now, e.Effect.Follows)
		holds := func(which func(*report.StageEffect) bool) bool {
			return slices.ContainsFunc(stages, func(s report.StageEffect) bool { return which(&s) })
		}
		unknown = holds(func(s *report.StageEffect) bool { return len(s.Unknown) > 0 })
		if holds(func(s *report.StageEffect) bool { return len(s.Starts)+len(s.Awaits) > 0 }) {
			would = append(would, "start auto-promotion")
		}
		if holds(func(s *report.StageEffect) bool { return len(s.Refused) > 0 }) {
			would = append(would, "stall auto-promotion")
		}
		if holds(func(s *report.StageEffect) bool { return len(s.Fails) > 0 }) {
			would = append(would, "fail Promotions")
		}
	}
	var reasons []string
	if unknown {
		reasons = append(reasons, "the effect is not fully known")
	}
	if len(would) > 0 {
		reasons = append(reasons, "this would "+strings.Join(would, ", and "))
	}
	return strings.Join(reasons, "; ")
}
