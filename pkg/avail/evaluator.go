package avail

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Evaluator answers questions about one Project at one instant. It keeps what it
// has worked out, so it is not safe for concurrent use.
type Evaluator struct {
	project *pipeline.Project
	rules   Rules
	now     time.Time
	// stages has the views of the Stages by position in the Project; nil until asked for.
	stages []*Stage
	// downstream has the positions of the Stages that take Freight from each Stage; nil
	// until asked for.
	downstream [][]int
	// waits has what is known of the waiting for each piece of Freight.
	waits waitCache
	// lastReachable is the reachability of the Freight that was asked about last.
	lastReachable *reachability
	// sinceless is the Freight over which Kargo's listing may panic; almost always empty.
	sinceless []*kargo.Freight
}

// New returns an Evaluator of the Project by these rules at now, in any time zone.
func New(project *pipeline.Project, rules Rules, now time.Time) *Evaluator {
	e := &Evaluator{project: project, rules: rules, now: now, stages: make([]*Stage, len(project.Stages)), waits: newWaitCache()}
	for _, f := range project.Freight() {
		if isSinceless(f) {
			e.sinceless = append(e.sinceless, f)
		}
	}
	return e
}

// Project returns the Project under evaluation.
func (e *Evaluator) Project() *pipeline.Project { return e.project }

// Rules returns the rules in force.
func (e *Evaluator) Rules() Rules { return e.rules }

// Now returns the instant of judgment.
func (e *Evaluator) Now() time.Time { return e.now }

// Stage returns the view of the Stage of this name, nil when there is no such Stage.
func (e *Evaluator) Stage(name string) *Stage {
	position := e.project.Position(name)
	if position < 0 {
		return nil
	}
	return e.stageAt(position)
}

// stageAt returns the view of the Stage at a position of the Project.
func (e *Evaluator) stageAt(position int) *Stage {
	if e.stages[position] == nil {
		e.stages[position] = newStage(e, position)
	}
	return e.stages[position]
}

// downstreamOf returns the positions of the Stages that name the Stage at a position as
// an upstream.
func (e *Evaluator) downstreamOf(position int) []int {
	if e.downstream == nil {
		e.downstream = make([][]int, len(e.stages))
		for i := range e.stages {
			for _, request := range e.stageAt(i).requests {
				for _, upstream := range request.positions {
					if upstream >= 0 {
						e.downstream[upstream] = append(e.downstream[upstream], i)
					}
				}
			}
		}
	}
	return e.downstream[position]
}
