package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Move is a Promotion of one piece of Freight to one Stage, as far as it is known
// from the Promotion itself or from what the Stage says of it.
type Move struct {
	Name    string
	Phase   kargo.PromotionPhase
	Message string
}

// moves are the Promotions of one piece of Freight to one Stage that matter.
type moves struct {
	// running, queued and ended are the newest of each; nil when there is none.
	running, queued, ended *Move
	// last is the newest of all.
	last *Move
}

// moves gathers the Promotions of f to the Stage. The Promotion objects say most;
// the Stage's status fills in for those that are gone or could not be read.
func (s *Stage) moves(f *kargo.Freight) moves {
	var m moves
	seen := map[string]bool{}
	for _, p := range s.evaluator.project.Promotions(s.Metadata.Name, f.Metadata.Name) {
		seen[p.Metadata.Name] = true
		m.add(&Move{p.Metadata.Name, p.Status.Phase, p.Status.Message})
	}
	if ref := s.Status.CurrentPromotion; ref.Of(f.Metadata.Name) && !seen[ref.Name] {
		move := moveOf(ref)
		if !move.Phase.Ended() {
			move.Phase = kargo.PromotionRunning // the Stage has admitted it
		}
		m.add(move)
	}
	if ref := s.Status.LastPromotion; ref.Of(f.Metadata.Name) && !seen[ref.Name] {
		m.add(moveOf(ref))
	}
	return m
}

func moveOf(ref *kargo.PromotionRef) *Move {
	move := &Move{Name: ref.Name}
	if ref.Status != nil {
		move.Phase, move.Message = ref.Status.Phase, ref.Status.Message
	}
	return move
}

// add sorts in a move; of two in the same role the first one added stays.
func (m *moves) add(move *Move) {
	role := &m.queued
	switch {
	case move.Phase.Ended():
		role = &m.ended
	case move.Phase == kargo.PromotionRunning:
		role = &m.running
	}
	if *role == nil {
		*role = move
	}
	if m.last == nil {
		m.last = move
	}
}

// LastPromotion returns the newest Promotion of f to the Stage, or nil when none
// is known.
func (s *Stage) LastPromotion(f *kargo.Freight) *Move { return s.moves(f).last }
