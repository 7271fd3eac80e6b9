package change

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Hypothetical returns the Project as it would be had the plan always been in force: a
// control-flow Stage that the plan changes, or that is behind one, has passed on
// exactly what its rule lists. What regular Stages verified stays.
func Hypothetical(before *avail.Evaluator, plan *Plan) *avail.Evaluator {
	project, quorums := plan.After()
	rules := before.Rules().WithQuorums(quorums)
	open := gatesBehind(project, plan.Stages())
	e := avail.New(project.WithFreight(unpassed(project, open)), rules, before.Now())
	passed := map[string]*kargo.Freight{}
	for _, f := range e.Project().Freight() {
		was := before.Project().FreightNamed(f.Metadata.Name)
		isOpen := func(gate *avail.Stage) bool { return open[gate.Metadata.Name] }
		if other := e.Pass(f, isOpen, was.Status.VerifiedIn.Get); other != f {
			passed[f.Metadata.Name] = other
		}
	}
	return avail.New(e.Project().WithFreight(passed), rules, before.Now())
}

// gatesBehind returns the control-flow Stages among the changed ones, and those behind
// them, through other control-flow Stages alone.
func gatesBehind(project *pipeline.Project, changed []string) map[string]bool {
	downstream := map[string][]*kargo.Stage{}
	for _, stage := range project.Stages {
		for _, request := range stage.Spec.RequestedFreight {
			for _, upstream := range request.Sources.Stages {
				downstream[upstream] = append(downstream[upstream], stage)
			}
		}
	}
	gates := map[string]bool{}
	var queue []*kargo.Stage
	add := func(stage *kargo.Stage) {
		if name := stage.Metadata.Name; stage.IsControlFlow() && !gates[name] {
			gates[name] = true
			queue = append(queue, stage)
		}
	}
	for _, name := range changed {
		add(project.Stage(name))
	}
	for len(queue) > 0 {
		name := queue[0].Metadata.Name
		queue = queue[1:]
		for _, stage := range downstream[name] {
			add(stage)
		}
	}
	return gates
}

// unpassed returns the Freight that the gates have passed on, as if they had not.
func unpassed(project *pipeline.Project, gates map[string]bool) map[string]*kargo.Freight {
	list := map[string]*kargo.Freight{}
	for _, f := range project.Freight() {
		own := *f
		own.Status.VerifiedIn = f.Status.VerifiedIn.Without(gates)
		if len(own.Status.VerifiedIn) != len(f.Status.VerifiedIn) {
			list[f.Metadata.Name] = &own
		}
	}
	return list
}
