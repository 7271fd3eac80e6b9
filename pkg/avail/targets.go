package avail

import (
	"fmt"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// everyRequest returns the PromotionRequests of f to a target-aware Stage, newest first, as
// Promotions: their phases are called alike. The Promotions of single Targets are read
// through them, as their own names sort by Target and not by time. What the Stage's status
// alone knows fills in for those that are gone or could not be read.
func (s *Stage) everyRequest(f *kargo.Freight) []*Promotion {
	var list []*Promotion
	seen := map[string]bool{}
	for _, request := range s.evaluator.project.PromotionRequests(s.Metadata.Name) {
		if request.Spec.Freight != f.Metadata.Name {
			continue
		}
		seen[request.Metadata.Name] = true
		list = append(list, &Promotion{
			Name: request.Metadata.Name, Requested: true, Phase: kargo.PromotionPhase(request.Status.Phase),
			Message: s.requestMessage(request), FinishedAt: request.Status.FinishedAt, EnterpriseOnly: isEnterpriseOnly(request),
		})
	}
	for _, ref := range []*kargo.PromotionRequestRef{s.Status.LastPromotionRequest, s.Status.CurrentPromotionRequest} {
		if ref.Of(f.Metadata.Name) && !seen[ref.Name] {
			list = append([]*Promotion{{Name: ref.Name, Requested: true, Phase: kargo.PromotionPhase(ref.Phase), FinishedAt: ref.FinishedAt}}, list...)
		}
	}
	return list
}

// mostTargets is how many Targets are named.
const mostTargets = 3

// requestMessage says how many Targets a PromotionRequest reached, and which failed and
// why; "" when nothing is known of them.
func (s *Stage) requestMessage(request *kargo.PromotionRequest) string {
	if isEnterpriseOnly(request) {
		return request.Status.Condition(kargo.ConditionReady).Message
	}
	total := max(len(request.Spec.Targets), len(request.Status.Targets), request.Status.Summary.Total())
	if total == 0 {
		return ""
	}
	succeeded := 0
	var failed []string
	for _, target := range request.Status.Targets {
		switch {
		case target.Phase == kargo.PromotionSucceeded:
			succeeded++
		case target.Phase.Unsuccessful():
			failed = append(failed, s.failedTarget(request, target))
		}
	}
	succeeded = max(succeeded, request.Status.Summary.Succeeded)
	text := fmt.Sprintf("%d of %d Targets succeeded", succeeded, total)
	if more := len(failed) - mostTargets; more > 0 {
		failed = append(failed[:mostTargets], fmt.Sprintf("%d more failed", more))
	}
	return strings.Join(append([]string{text}, failed...), "; ")
}

func isEnterpriseOnly(request *kargo.PromotionRequest) bool {
	ready := request.Status.Condition(kargo.ConditionReady)
	return ready != nil && ready.Status != "True" && ready.Reason == kargo.EnterpriseOnly
}

// failedTarget says what became of one Target.
func (s *Stage) failedTarget(request *kargo.PromotionRequest, target kargo.TargetOutcome) string {
	text := target.Name + " " + strings.ToLower(string(target.Phase))
	for _, p := range s.evaluator.project.Promotions(s.Metadata.Name, request.Spec.Freight) {
		if p.Metadata.Name == target.Promotion && p.Status.Message != "" {
			return text + ": " + p.Status.Message
		}
	}
	return text
}

// lastRecorded returns the name of the newest ended Promotion, or PromotionRequest, that
// the Stage knows of and when that ended, "" and nil when it knows of none.
func (s *Stage) lastRecorded() (name string, finished *time.Time) {
	if s.IsTargetAware() {
		if last := s.Status.LastPromotionRequest; last != nil {
			return last.Name, last.FinishedAt
		}
		return "", nil
	}
	if last := s.Status.LastPromotion; last != nil {
		return last.Name, promotionOf(last).FinishedAt
	}
	return "", nil
}

// FrozenHistory is what keeps a Stage from recording Promotions.
type FrozenHistory struct {
	// Ignored is the newest Promotion that succeeded and that Kargo does not record, of
	// the Freight of this name; Last is the recorded one, whose name sorts after it.
	Ignored, Freight, Last string
	FinishedAt             time.Time
}

// FrozenHistory returns the newest Promotion to the Stage that succeeded after the last one
// that it recorded, and that Kargo ignores forever, as its name does not sort after that
// of the last one; nil when there is none. Kargo: syncPromotions (kargo#6214).
func (s *Stage) FrozenHistory() *FrozenHistory {
	if s.IsTargetAware() {
		return nil
	}
	var frozen *FrozenHistory
	for _, p := range s.evaluator.project.PromotionsTo(s.Metadata.Name) {
		own := Promotion{Name: p.Metadata.Name, Phase: p.Status.Phase, FinishedAt: p.Status.FinishedAt}
		if s.ignores(&own) && (frozen == nil || own.FinishedAt.After(frozen.FinishedAt)) {
			last, _ := s.lastRecorded()
			frozen = &FrozenHistory{Ignored: own.Name, Freight: p.FreightName(), Last: last, FinishedAt: *own.FinishedAt}
		}
	}
	return frozen
}

// ignores reports whether the Stage will never record a Promotion, which succeeded.
func (s *Stage) ignores(p *Promotion) bool {
	last, finished := s.lastRecorded()
	return !p.Requested && p.Phase == kargo.PromotionSucceeded && p.FinishedAt != nil && finished != nil &&
		p.FinishedAt.After(*finished) && p.Name < last
}

// HealthStaysUnknown reports whether Kargo does not assess the health of the Stage, as its
// last Promotion did not succeed: it verifies nothing then, and only another Promotion
// that succeeds changes that. Kargo: assessHealth (kargo#3050).
func (s *Stage) HealthStaysUnknown() bool {
	last := s.Status.LastPromotion
	if last == nil || s.Status.Health == nil || s.Status.Health.Status != kargo.HealthUnknown {
		return false
	}
	return promotionOf(last).Phase.Unsuccessful()
}

// CanVerify reports whether the Stage runs f and has verified it, or may without another
// Promotion.
func (s *Stage) CanVerify(f *kargo.Freight) bool {
	return s.RunsNow(f) && (!s.HealthStaysUnknown() || f.Status.VerifiedIn.Has(s.Metadata.Name))
}
