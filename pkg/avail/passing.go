package avail

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Pass returns f as it is when the control-flow Stages have passed it on: those of gates
// that list it and have not verified it, then those that list it because of these, and so
// on, all at this instant. It is f itself when none does.
//
// gates says which control-flow Stages count. recorded returns what a Stage is to say in
// the Freight's status.verifiedIn; where ok is false, it says that it verified it now. A
// Stage is asked again only after something changed that it looks at.
func (e *Evaluator) Pass(f *kargo.Freight, gates func(*Stage) bool, recorded func(stage string) (entry kargo.Verified, ok bool)) *kargo.Freight {
	r := e.record(f)
	ask := e.passingGates(f, gates)
	soaking := e.soakingGates(ask)
	for len(ask) > 0 {
		var passing []int
		for _, gate := range ask {
			if stage := e.stageAt(gate); !r.verifiedIn(stage.Metadata.Name) && e.rules.lists(stage.factsOf(r), Configured) {
				passing = append(passing, gate)
			}
		}
		for _, gate := range passing {
			name := e.project.Stages[gate].Metadata.Name
			entry, ok := recorded(name)
			if !ok {
				entry = kargo.Verified{VerifiedAt: kargo.InstantOf(e.now)}
			}
			r.pass(name, entry)
		}
		ask = e.behind(passing, soaking, gates)
	}
	if r.passed == nil {
		return f
	}
	passed := *f
	passed.Status.VerifiedIn = f.Status.VerifiedIn.WithAll(r.passed.entries)
	return &passed
}

// passingGates returns the positions of the control-flow Stages that count and whose
// listing works, and that ask for the Freight's origin.
func (e *Evaluator) passingGates(f *kargo.Freight, gates func(*Stage) bool) []int {
	var positions []int
	for i := range e.stages {
		if stage := e.stageAt(i); stage.passes() && stage.Requests(f.Origin) && gates(stage) {
			positions = append(positions, i)
		}
	}
	return positions
}

// passes reports whether the Stage is a control-flow Stage whose listing works.
func (s *Stage) passes() bool {
	return s.IsControlFlow() && s.failures[Configured] == nil && s.known[Configured]
}

// soakingGates returns those that ask for a soak time, whose listing looks at all Stages.
func (e *Evaluator) soakingGates(gates []int) []int {
	var soaking []int
	for _, gate := range gates {
		for i := range e.stageAt(gate).requests {
			if _, soaks := e.rules.soakTime(&e.stageAt(gate).requests[i]); soaks {
				soaking = append(soaking, gate)
				break
			}
		}
	}
	return soaking
}

// behind returns the Stages to be asked after these have passed the Freight on: the
// control-flow Stages that take from them, and those that look at all Stages.
func (e *Evaluator) behind(passed, soaking []int, gates func(*Stage) bool) []int {
	if len(passed) == 0 {
		return nil
	}
	next, met := []int{}, map[int]bool{}
	add := func(position int) {
		if !met[position] {
			met[position] = true
			next = append(next, position)
		}
	}
	for _, gate := range passed {
		for _, position := range e.downstreamOf(gate) {
			if stage := e.stageAt(position); stage.passes() && gates(stage) {
				add(position)
			}
		}
	}
	for _, position := range soaking {
		add(position)
	}
	return next
}
