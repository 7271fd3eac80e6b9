package kargo

import "time"

// Promotion moves one piece of Freight into one Stage.
type Promotion struct {
	Metadata Metadata        `json:"metadata"`
	Spec     PromotionSpec   `json:"spec"`
	Status   PromotionStatus `json:"status"`
}

// PromotionSpec says what goes where.
type PromotionSpec struct {
	Stage string `json:"stage"`
	// Freight may be empty from v1.11.0 on, when an origin was given instead.
	Freight string `json:"freight"`
	// Target is the one Target of a Promotion that a PromotionRequest made, "" for others.
	Target string `json:"target"`
}

// PromotionStatus says how far a Promotion has come.
type PromotionStatus struct {
	Phase      PromotionPhase `json:"phase"`
	Message    string         `json:"message"`
	FinishedAt *time.Time     `json:"finishedAt"`
	// Freight is what the Promotion resolved to; nil until it has started.
	Freight *FreightRef `json:"freight"`
}

// PromotionPhase is how far a Promotion has come. Empty means that no controller
// has looked at it yet.
type PromotionPhase string

// Kargo's promotion phases. All but Pending and Running are final.
const (
	PromotionPending   PromotionPhase = "Pending"
	PromotionRunning   PromotionPhase = "Running"
	PromotionSucceeded PromotionPhase = "Succeeded"
	PromotionFailed    PromotionPhase = "Failed"
	PromotionErrored   PromotionPhase = "Errored"
	PromotionAborted   PromotionPhase = "Aborted"
)

// Known reports whether the phase is one of Kargo's. Releases to come may have others, of
// which it is unknown whether they are final.
func (p PromotionPhase) Known() bool {
	return p == "" || p == PromotionPending || p == PromotionRunning || p.Ended()
}

// Ended reports whether the phase is known to be final.
func (p PromotionPhase) Ended() bool {
	switch p {
	case PromotionSucceeded, PromotionFailed, PromotionErrored, PromotionAborted:
		return true
	default:
		return false
	}
}

// Unsuccessful reports whether the phase is final and not Succeeded.
func (p PromotionPhase) Unsuccessful() bool { return p.Ended() && p != PromotionSucceeded }

// FreightName returns the Freight that is promoted, "" when the Promotion does
// not say.
func (p *Promotion) FreightName() string {
	if p.Spec.Freight == "" && p.Status.Freight != nil {
		return p.Status.Freight.Name
	}
	return p.Spec.Freight
}
