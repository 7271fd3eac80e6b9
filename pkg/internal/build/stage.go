package build

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// StageOption changes a Stage under construction.
type StageOption func(*kargo.Stage)

// Stage returns a regular Stage, one with a promotion step, that requests nothing
// and whose status is empty.
func Stage(name string, options ...StageOption) kargo.Stage {
	s := kargo.Stage{Metadata: kargo.Metadata{Name: name}}
	s.Spec.PromotionTemplate = &kargo.PromotionTemplate{}
	s.Spec.PromotionTemplate.Spec.Steps = make([]struct{}, 1)
	for _, option := range options {
		option(&s)
	}
	return s
}

// ControlFlow takes the promotion steps away.
func ControlFlow() StageOption {
	return func(s *kargo.Stage) { s.Spec.PromotionTemplate = nil }
}

// Labels are the Stage's labels.
func Labels(labels map[string]string) StageOption {
	return func(s *kargo.Stage) { s.Metadata.Labels = labels }
}

// Deleting marks the Stage as being deleted since the instant.
func Deleting(since time.Time) StageOption {
	return func(s *kargo.Stage) { s.Metadata.DeletionTimestamp = &since }
}

// Requests appends a request of the Warehouse's Freight from the sources.
func Requests(warehouse string, sources ...SourceOption) StageOption {
	request := kargo.Request{Origin: Origin(warehouse)}
	for _, source := range sources {
		source(&request.Sources)
	}
	return func(s *kargo.Stage) { s.Spec.RequestedFreight = append(s.Spec.RequestedFreight, request) }
}

// Origin returns the origin that the Warehouse is.
func Origin(warehouse string) kargo.Origin {
	return kargo.Origin{Kind: kargo.KindWarehouse, Name: warehouse}
}

// SourceOption changes the sources of a request.
type SourceOption func(*kargo.Sources)

// Direct admits Freight straight from the Warehouse.
func Direct() SourceOption { return func(s *kargo.Sources) { s.Direct = true } }

// From names upstream Stages.
func From(stages ...string) SourceOption { return func(s *kargo.Sources) { s.Stages = stages } }

// Strategy is the request's availabilityStrategy; the default is none.
func Strategy(strategy kargo.Strategy) SourceOption {
	return func(s *kargo.Sources) { s.AvailabilityStrategy = strategy }
}

// All is Strategy(kargo.All).
func All() SourceOption { return Strategy(kargo.All) }

// Soak is the request's requiredSoakTime ("1h").
func Soak(duration string) SourceOption {
	d := kargo.Duration(parse(duration))
	return func(s *kargo.Sources) { s.RequiredSoakTime = &d }
}

// MatchUpstream is the request's selectionPolicy.
func MatchUpstream() SourceOption {
	return func(s *kargo.Sources) {
		s.AutoPromotionOptions = &kargo.AutoPromotionOptions{SelectionPolicy: kargo.MatchUpstream}
	}
}

// Runs appends a collection of one piece of Freight to the Stage's history: the
// first one is what it runs now, the ones after it are what it ran before. The
// verifications are newest first.
func Runs(freight string, verifications ...kargo.Verification) StageOption {
	return func(s *kargo.Stage) {
		s.Status.FreightHistory = append(s.Status.FreightHistory, kargo.FreightCollection{
			Items:               map[string]kargo.FreightRef{Origin("w").String(): {Name: freight}},
			VerificationHistory: verifications,
		})
	}
}

// Verification is an attempt without an AnalysisRun.
func Verification(phase kargo.VerificationPhase, message string) kargo.Verification {
	return kargo.Verification{Phase: phase, Message: message}
}

// Health is what the Stage's health checks last said.
func Health(status string, issues ...string) StageOption {
	return func(s *kargo.Stage) { s.Status.Health = &kargo.Health{Status: status, Issues: issues} }
}

// Condition appends a condition.
func Condition(kind, status, reason, message string) StageOption {
	return func(s *kargo.Stage) {
		s.Status.Conditions = append(s.Status.Conditions,
			kargo.Condition{Type: kind, Status: status, Reason: reason, Message: message})
	}
}

// Promoting is the Promotion that the Stage says it admits now.
func Promoting(promotion, freight string) StageOption {
	return func(s *kargo.Stage) {
		s.Status.CurrentPromotion = &kargo.PromotionRef{Name: promotion, Freight: &kargo.FreightRef{Name: freight}}
	}
}

// Promoted is the Promotion that the Stage says was its last to end.
func Promoted(promotion, freight string, phase kargo.PromotionPhase, message string) StageOption {
	return func(s *kargo.Stage) {
		s.Status.LastPromotion = &kargo.PromotionRef{
			Name:    promotion,
			Freight: &kargo.FreightRef{Name: freight},
			Status:  &kargo.PromotionStatus{Phase: phase, Message: message},
		}
	}
}

// Frozen is a promotion window that is closed, without a known end.
func Frozen(reason string) StageOption {
	return func(s *kargo.Stage) {
		s.Status.PromotionWindowStatus = &kargo.WindowStatus{Closed: true, Reason: reason}
	}
}

// AutoPromotes is the mirror of the policies' answer in the Stage's status.
func AutoPromotes() StageOption {
	return func(s *kargo.Stage) { s.Status.AutoPromotionEnabled = true }
}
