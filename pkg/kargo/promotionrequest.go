package kargo

import "time"

// PromotionRequest asks for the promotion of one piece of Freight to the Targets of one
// Stage. Its controller makes a Promotion for each Target.
type PromotionRequest struct {
	Metadata Metadata               `json:"metadata"`
	Spec     PromotionRequestSpec   `json:"spec"`
	Status   PromotionRequestStatus `json:"status"`
}

// PromotionRequestSpec says what goes where.
type PromotionRequestSpec struct {
	Stage string `json:"stage"`
	// Freight may be empty where an origin was given instead.
	Freight string      `json:"freight"`
	Targets []TargetRef `json:"targets"`
}

// TargetRef names a Target.
type TargetRef struct {
	Name string `json:"name"`
}

// PromotionRequestStatus says how far a PromotionRequest has come.
type PromotionRequestStatus struct {
	Phase PromotionRequestPhase `json:"phase"`
	// Targets has an entry per Target whose Promotion was made.
	Targets    []TargetOutcome  `json:"targets"`
	Summary    PromotionSummary `json:"summary"`
	Conditions []Condition      `json:"conditions"`
	StartedAt  *time.Time       `json:"startedAt"`
	FinishedAt *time.Time       `json:"finishedAt"`
}

// TargetOutcome is how far the Promotion to one Target has come.
type TargetOutcome struct {
	Name      string         `json:"name"`
	Promotion string         `json:"promotion"`
	Phase     PromotionPhase `json:"phase"`
}

// PromotionSummary counts the Promotions of a PromotionRequest by phase.
type PromotionSummary struct {
	Pending   int `json:"pending"`
	Running   int `json:"running"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Errored   int `json:"errored"`
	Aborted   int `json:"aborted"`
}

// Total returns how many Promotions are counted.
func (s PromotionSummary) Total() int {
	return s.Pending + s.Running + s.Succeeded + s.Failed + s.Errored + s.Aborted
}

// PromotionRequestPhase is how far a PromotionRequest has come. Empty means that no
// controller has looked at it yet.
type PromotionRequestPhase string

// Kargo's phases of a PromotionRequest. All but Pending and Running are final.
const (
	RequestPending   PromotionRequestPhase = "Pending"
	RequestRunning   PromotionRequestPhase = "Running"
	RequestSucceeded PromotionRequestPhase = "Succeeded"
	RequestFailed    PromotionRequestPhase = "Failed"
	RequestErrored   PromotionRequestPhase = "Errored"
)

// Ended reports whether the phase is known to be final.
func (p PromotionRequestPhase) Ended() bool {
	switch p {
	case RequestSucceeded, RequestFailed, RequestErrored:
		return true
	default:
		return false
	}
}

// Known reports whether the phase is one of Kargo's. Releases to come may have others.
func (p PromotionRequestPhase) Known() bool {
	return p == "" || p == RequestPending || p == RequestRunning || p.Ended()
}

// PromotionRequestRef is what a Stage says of its open or its last PromotionRequest.
type PromotionRequestRef struct {
	Name    string                `json:"name"`
	Freight *FreightRef           `json:"freight"`
	Phase   PromotionRequestPhase `json:"phase"`
	// FinishedAt is nil until it ends.
	FinishedAt *time.Time `json:"finishedAt"`
}

// Of reports whether the reference is to a request for this Freight; false for nil.
func (r *PromotionRequestRef) Of(freight string) bool {
	return r != nil && r.Freight != nil && r.Freight.Name == freight
}

// EnterpriseOnly is the reason of the condition Ready with which Kargo's open-source
// edition ends every PromotionRequest.
const EnterpriseOnly = "EnterpriseOnlyFeature"

// Condition returns the condition of this type, or nil.
func (s *PromotionRequestStatus) Condition(kind string) *Condition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == kind {
			return &s.Conditions[i]
		}
	}
	return nil
}
