package avail

import (
	"cmp"
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Promotion is a Promotion of one piece of Freight to one Stage, as far as it is known
// from the object itself or from what the Stage says of it.
type Promotion struct {
	Name    string
	Phase   kargo.PromotionPhase
	Message string
	// FinishedAt is when it ended; nil when it has not, or nothing says when.
	FinishedAt *time.Time
	// Requested says that it is a PromotionRequest: what a target-aware Stage has.
	Requested bool
	// EnterpriseOnly says that Kargo's open-source edition ended it, as it does with each.
	EnterpriseOnly bool
	// over says that it has ended though no Phase says how.
	over bool
}

// Open reports whether the Promotion is queued or running; false for nil, and for one in a
// phase that is not known.
func (m *Promotion) Open() bool { return m != nil && !m.over && m.Phase.Known() && !m.Phase.Ended() }

// Title is its kind and name.
func (m *Promotion) Title() string { return m.Kind() + " " + m.Name }

// Kind is Promotion or PromotionRequest.
func (m *Promotion) Kind() string {
	if m.Requested {
		return "PromotionRequest"
	}
	return "Promotion"
}

// promotions are the Promotions of one piece of Freight to one Stage that matter.
type promotions struct {
	// running, queued, ended and unknown, whose phase is not known, are the newest of each;
	// nil when there is none.
	running, queued, ended, unknown *Promotion
	// last is the newest of all.
	last *Promotion
}

// promotionsOf gathers the Promotions of f to the Stage. The Promotion objects say most;
// the Stage's status fills in for those that are gone or could not be read.
func (s *Stage) promotionsOf(f *kargo.Freight) promotions {
	var p promotions
	for _, promotion := range s.everyPromotion(f) {
		p.add(promotion)
	}
	return p
}

// everyPromotion returns the Promotions of f to the Stage, newest first. What the status
// alone knows is put first when the Stage has just admitted it, else by its name,
// which Kargo makes of the time.
func (s *Stage) everyPromotion(f *kargo.Freight) []*Promotion {
	if s.IsTargetAware() {
		return s.everyRequest(f)
	}
	var list []*Promotion
	seen := map[string]bool{}
	for _, p := range s.evaluator.project.Promotions(s.Metadata.Name, f.Metadata.Name) {
		seen[p.Metadata.Name] = true
		list = append(list, &Promotion{
			Name: p.Metadata.Name, Phase: p.Status.Phase, Message: p.Status.Message, FinishedAt: p.Status.FinishedAt,
		})
	}
	if last := s.Status.LastPromotion; last.Of(f.Metadata.Name) && !seen[last.Name] {
		at := slices.IndexFunc(list, func(m *Promotion) bool { return m.Name < last.Name })
		if at < 0 {
			at = len(list)
		}
		promotion := promotionOf(last)
		promotion.over = true
		list = slices.Insert(list, at, promotion)
	}
	if current := s.Status.CurrentPromotion; current.Of(f.Metadata.Name) && !seen[current.Name] {
		promotion := promotionOf(current)
		if !promotion.Phase.Ended() {
			promotion.Phase = kargo.PromotionRunning // the Stage has admitted it
		}
		list = slices.Insert(list, 0, promotion)
	}
	return list
}

func promotionOf(ref *kargo.PromotionRef) *Promotion {
	promotion := &Promotion{Name: ref.Name, FinishedAt: ref.FinishedAt}
	if ref.Status != nil {
		promotion.Phase, promotion.Message = ref.Status.Phase, ref.Status.Message
		promotion.FinishedAt = cmp.Or(promotion.FinishedAt, ref.Status.FinishedAt)
	}
	return promotion
}

// add sorts in a Promotion; of two in the same role the first one added stays.
func (p *promotions) add(promotion *Promotion) {
	if p.last == nil {
		p.last = promotion
	}
	switch phase := promotion.Phase; {
	case phase.Ended() || promotion.over:
		p.ended = cmp.Or(p.ended, promotion)
	case phase == kargo.PromotionRunning:
		p.running = cmp.Or(p.running, promotion)
	case !phase.Known():
		p.unknown = cmp.Or(p.unknown, promotion)
	default:
		p.queued = cmp.Or(p.queued, promotion)
	}
}

// OpenPromotions returns the Promotions of f to the Stage that are queued or running,
// newest first. The one that the Stage has admitted is running.
func (s *Stage) OpenPromotions(f *kargo.Freight) []*Promotion {
	var open []*Promotion
	for _, promotion := range s.everyPromotion(f) {
		if current := s.Status.CurrentPromotion; current != nil && current.Name == promotion.Name && !promotion.Phase.Ended() {
			promotion.Phase = kargo.PromotionRunning
		}
		if promotion.Open() {
			open = append(open, promotion)
		}
	}
	return open
}

// LastPromotion returns the newest Promotion of f to the Stage, or nil when none
// is known.
func (s *Stage) LastPromotion(f *kargo.Freight) *Promotion { return s.promotionsOf(f).last }

// LastSucceeded returns the newest Promotion of f to the Stage that succeeded, or nil when
// none is known.
func (s *Stage) LastSucceeded(f *kargo.Freight) *Promotion {
	for _, promotion := range s.everyPromotion(f) {
		if promotion.Phase == kargo.PromotionSucceeded {
			return promotion
		}
	}
	return nil
}
