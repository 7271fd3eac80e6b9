package change

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Imagine returns the Project as it would be had the plan always been in force: a
// control-flow Stage that the plan changes, or that is behind one, has passed on
// exactly what its rule lists. What regular Stages verified stays.
func Imagine(before *avail.Evaluator, plan *Plan) *avail.Evaluator {
	project, quorums := plan.After()
	e := avail.New(project, before.Rules().WithQuorums(quorums), before.Now())
	open := affected(project, plan.Stages())
	e = avail.New(e.Project().WithFreight(unpassed(e, open)), e.Rules(), e.Now())
	for range open { // each round settles at least the next Stage of every chain
		changed := map[string]*kargo.Freight{}
		for _, gate := range open {
			passing(e.Stage(gate), before.Project(), changed)
		}
		if len(changed) == 0 {
			break
		}
		e = avail.New(e.Project().WithFreight(changed), e.Rules(), e.Now())
	}
	return e
}

// affected returns the control-flow Stages among the changed ones, and those behind
// them, through other control-flow Stages alone.
func affected(project *pipeline.Project, changed []string) []string {
	var gates []string
	for again := true; again; {
		again = false
		for _, stage := range project.Stages {
			name := stage.Metadata.Name
			if !stage.IsControlFlow() || slices.Contains(gates, name) {
				continue
			}
			if takesFrom(stage, gates) || slices.Contains(changed, name) {
				gates, again = append(gates, name), true
			}
		}
	}
	return gates
}

// unpassed returns the Freight that the gates have passed on, as if they had not.
func unpassed(e *avail.Evaluator, gates []string) map[string]*kargo.Freight {
	list := map[string]*kargo.Freight{}
	for _, f := range e.Project().Freight() {
		own := *f
		own.Status.VerifiedIn = f.Status.VerifiedIn.Without(gates...)
		if len(own.Status.VerifiedIn) != len(f.Status.VerifiedIn) {
			list[f.Metadata.Name] = &own
		}
	}
	return list
}
