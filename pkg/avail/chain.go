package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Link is a Stage on the way to root causes, and what blocks the Freight there.
type Link struct {
	Stage    string
	Blockers []Blocker
}

// Chain returns the Stages that wait for upstreams and that the Stage itself waits for,
// directly or through others: each once, nearest first, with its own blockers. Empty when
// the Stage waits for none that waits.
func (s *Stage) Chain(f *kargo.Freight) []Link {
	e := s.evaluator
	r, waits := e.record(f), e.waitsOf(f)
	var links []Link
	met := make([]bool, len(e.stages))
	met[s.position] = true
	queue := []*Stage{s}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		if i > 0 {
			links = append(links, Link{at.Metadata.Name, at.Blockers(f)})
		}
		for _, open := range at.unsatisfied(r, at.factsOf(r)) {
			position := open.position()
			if position < 0 || met[position] || !waits.states[position].waits || f.Status.VerifiedIn.Has(open.upstream()) {
				continue
			}
			met[position] = true
			queue = append(queue, e.stageAt(position))
		}
	}
	return links
}
