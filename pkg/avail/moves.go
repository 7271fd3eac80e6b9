package avail

import (
	"cmp"
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Move is a Promotion of one piece of Freight to one Stage, as far as it is known
// from the Promotion itself or from what the Stage says of it.
type Move struct {
	Name    string
	Phase   kargo.PromotionPhase
	Message string
	// FinishedAt is when it ended; nil when it has not, or nothing says when.
	FinishedAt *time.Time
	// over says that it has ended though no Phase says how.
	over bool
}

// Open reports whether the Promotion is queued or running; false for nil.
func (m *Move) Open() bool { return m != nil && !m.over && !m.Phase.Ended() }

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
	for _, move := range s.promotions(f) {
		m.add(move)
	}
	return m
}

// promotions returns the Promotions of f to the Stage, newest first. What the status
// alone knows is put first when the Stage has just admitted it, else by its name,
// which Kargo makes of the time.
func (s *Stage) promotions(f *kargo.Freight) []*Move {
	var list []*Move
	seen := map[string]bool{}
	for _, p := range s.evaluator.project.Promotions(s.Metadata.Name, f.Metadata.Name) {
		seen[p.Metadata.Name] = true
		list = append(list, &Move{
			Name: p.Metadata.Name, Phase: p.Status.Phase, Message: p.Status.Message, FinishedAt: p.Status.FinishedAt,
		})
	}
	if last := s.Status.LastPromotion; last.Of(f.Metadata.Name) && !seen[last.Name] {
		at := slices.IndexFunc(list, func(m *Move) bool { return m.Name < last.Name })
		if at < 0 {
			at = len(list)
		}
		move := moveOf(last)
		move.over = true
		list = slices.Insert(list, at, move)
	}
	if current := s.Status.CurrentPromotion; current.Of(f.Metadata.Name) && !seen[current.Name] {
		move := moveOf(current)
		if !move.Phase.Ended() {
			move.Phase = kargo.PromotionRunning // the Stage has admitted it
		}
		list = slices.Insert(list, 0, move)
	}
	return list
}

func moveOf(ref *kargo.PromotionRef) *Move {
	move := &Move{Name: ref.Name, FinishedAt: ref.FinishedAt}
	if ref.Status != nil {
		move.Phase, move.Message = ref.Status.Phase, ref.Status.Message
		move.FinishedAt = cmp.Or(move.FinishedAt, ref.Status.FinishedAt)
	}
	return move
}

// add sorts in a move; of two in the same role the first one added stays.
func (m *moves) add(move *Move) {
	if m.last == nil {
		m.last = move
	}
	switch phase := move.Phase; {
	case phase.Ended() || move.over:
		m.ended = cmp.Or(m.ended, move)
	case phase == kargo.PromotionRunning:
		m.running = cmp.Or(m.running, move)
	default:
		m.queued = cmp.Or(m.queued, move)
	}
}

// OpenPromotions returns the Promotions of f to the Stage that are queued or running,
// newest first. The one that the Stage has admitted is running.
func (s *Stage) OpenPromotions(f *kargo.Freight) []*Move {
	var open []*Move
	for _, move := range s.promotions(f) {
		if current := s.Status.CurrentPromotion; current != nil && current.Name == move.Name && !move.Phase.Ended() {
			move.Phase = kargo.PromotionRunning
		}
		if move.Open() {
			open = append(open, move)
		}
	}
	return open
}

// LastPromotion returns the newest Promotion of f to the Stage, or nil when none
// is known.
func (s *Stage) LastPromotion(f *kargo.Freight) *Move { return s.moves(f).last }
