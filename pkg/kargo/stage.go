package kargo

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Stage is one step of a pipeline.
type Stage struct {
	Metadata Metadata    `json:"metadata"`
	Spec     StageSpec   `json:"spec"`
	Status   StageStatus `json:"status"`
}

// StageSpec says which Freight a Stage takes, and how it is promoted.
type StageSpec struct {
	RequestedFreight  []Request          `json:"requestedFreight"`
	PromotionTemplate *PromotionTemplate `json:"promotionTemplate"`
	// PromotionMechanisms is how Stages were promoted up to v0.9; only its presence counts.
	PromotionMechanisms *struct{} `json:"promotionMechanisms"`
	// Verification is nil where Freight is verified as soon as the Stage is healthy.
	Verification *VerificationTemplate `json:"verification"`
	// Targets is nil unless the Stage is target-aware, which releases after v1.11 know.
	Targets *StageTargets `json:"targets"`
}

// VerificationTemplate says how a Stage verifies what it runs.
type VerificationTemplate struct {
	AnalysisTemplates []AnalysisTemplateRef `json:"analysisTemplates"`
}

// AnalysisTemplateRef names an AnalysisTemplate of Argo Rollouts.
type AnalysisTemplateRef struct {
	Name string `json:"name"`
}

// StageTargets selects the Targets of a target-aware Stage: the union of what the
// selectors select, none when there are none.
type StageTargets struct {
	Selectors []metav1.LabelSelector `json:"selectors"`
}

// PromotionTemplate holds the steps of a Stage's Promotions; only their number counts.
type PromotionTemplate struct {
	Spec struct {
		Steps []struct{} `json:"steps"`
	} `json:"spec"`
}

// Request is one entry of spec.requestedFreight.
type Request struct {
	Origin  Origin  `json:"origin"`
	Sources Sources `json:"sources"`
}

// Sources says where a request's Freight may come from.
type Sources struct {
	// Direct admits Freight straight from its Warehouse.
	Direct bool `json:"direct"`
	// Stages are the names of upstream Stages as written: they may repeat, name no
	// Stage at all, or name the Stage itself.
	Stages []string `json:"stages"`
	// RequiredSoakTime is nil when it is not set, which is not the same as 0s.
	RequiredSoakTime *Duration `json:"requiredSoakTime"`
	// AvailabilityStrategy is as written; see Strategy.
	AvailabilityStrategy Strategy `json:"availabilityStrategy"`
	// AutoPromotionOptions is nil when it is not set.
	AutoPromotionOptions *AutoPromotionOptions `json:"autoPromotionOptions"`
}

// Upstreams returns the distinct names in Stages, in the order of their first
// appearance. They are not to be modified: mostly they are Stages itself.
func (s Sources) Upstreams() []string {
	if len(s.Stages) > fewUpstreams {
		return distinct(s.Stages)
	}
	for i, name := range s.Stages {
		if slices.Contains(s.Stages[:i], name) {
			return distinct(s.Stages)
		}
	}
	return s.Stages
}

// fewUpstreams is up to how many names comparing each with each is the fastest.
const fewUpstreams = 16

func distinct(names []string) []string {
	once, met := make([]string, 0, len(names)), make(map[string]bool, len(names))
	for _, name := range names {
		if !met[name] {
			met[name] = true
			once = append(once, name)
		}
	}
	return once
}

// Lists reports whether the Stage of this name is an upstream.
func (s Sources) Lists(stage string) bool { return slices.Contains(s.Stages, stage) }

// MatchesUpstream reports whether auto-promotion follows the one upstream Stage
// instead of taking the newest Freight.
func (s Sources) MatchesUpstream() bool {
	return s.AutoPromotionOptions != nil && s.AutoPromotionOptions.SelectionPolicy == MatchUpstream
}

// Strategy is Kargo's availabilityStrategy: how many of a request's upstream
// Stages must have verified a piece of Freight.
type Strategy string

// Kargo's two strategies. An empty Strategy means OneOf.
const (
	OneOf Strategy = "OneOf"
	All   Strategy = "All"
)

// Normal returns the strategy with its default applied: OneOf for the empty one.
// A value that Kargo does not know is returned as it is.
func (s Strategy) Normal() Strategy {
	if s == "" {
		return OneOf
	}
	return s
}

// Known reports whether Kargo knows the strategy. The API server refuses others;
// they occur in files.
func (s Strategy) Known() bool { return s.Normal() == OneOf || s == All }

// AutoPromotionOptions refines which Freight auto-promotion picks.
type AutoPromotionOptions struct {
	SelectionPolicy SelectionPolicy `json:"selectionPolicy"`
}

// SelectionPolicy is how auto-promotion picks among the listed Freight.
type SelectionPolicy string

// Kargo's selection policies. An empty SelectionPolicy means NewestFreight.
const (
	NewestFreight SelectionPolicy = "NewestFreight"
	MatchUpstream SelectionPolicy = "MatchUpstream"
)

// IsControlFlow reports whether the Stage has no promotion steps: it then never
// holds Freight, and passes on at once what it lists.
func (s *Stage) IsControlFlow() bool {
	return s.Spec.PromotionMechanisms == nil &&
		(s.Spec.PromotionTemplate == nil || len(s.Spec.PromotionTemplate.Spec.Steps) == 0)
}

// IsTargetAware reports whether the Stage is promoted by PromotionRequests, one Promotion
// per Target, and by no Promotion of its own.
func (s *Stage) IsTargetAware() bool { return s.Spec.Targets != nil }

// IsDownstream reports whether the Stage names at least one upstream Stage.
func (s *Stage) IsDownstream() bool {
	return slices.ContainsFunc(s.Spec.RequestedFreight, func(r Request) bool { return len(r.Sources.Stages) > 0 })
}

// Requests reports whether some request of the Stage has this origin.
func (s *Stage) Requests(origin Origin) bool {
	return slices.ContainsFunc(s.Spec.RequestedFreight, func(r Request) bool { return r.Origin == origin })
}

// StageStatus is what Kargo last observed of a Stage.
type StageStatus struct {
	// FreightHistory is newest first: index 0 is what the Stage runs now.
	FreightHistory   []FreightCollection `json:"freightHistory"`
	CurrentPromotion *PromotionRef       `json:"currentPromotion"`
	LastPromotion    *PromotionRef       `json:"lastPromotion"`
	Health           *Health             `json:"health"`
	Conditions       []Condition         `json:"conditions"`
	// AutoPromotionEnabled mirrors the policies' answer from v1.7.0; absent means
	// false there, and nothing before.
	AutoPromotionEnabled bool `json:"autoPromotionEnabled"`
	// AutoPromotionHolds counts on v1.11.0 alone, EffectiveAutoPromotionHolds after it.
	AutoPromotionHolds          map[string]Hold `json:"autoPromotionHolds"`
	EffectiveAutoPromotionHolds map[string]Hold `json:"effectiveAutoPromotionHolds"`
	// CurrentPromotionRequest is the open PromotionRequest of a target-aware Stage, nil when
	// there is none; LastPromotionRequest the newest that ended, which outlives its object.
	CurrentPromotionRequest *PromotionRequestRef `json:"currentPromotionRequest"`
	LastPromotionRequest    *PromotionRequestRef `json:"lastPromotionRequest"`
	// PromotionWindowStatus is nil when no promotion window matches the Stage. It is as old
	// as the Stage's last reconciliation.
	PromotionWindowStatus *WindowStatus `json:"promotionWindowStatus"`
}

// Current returns the collection that the Stage runs now, or nil when it runs none.
func (s *StageStatus) Current() *FreightCollection {
	if len(s.FreightHistory) == 0 {
		return nil
	}
	return &s.FreightHistory[0]
}

// Condition returns the condition of this type, or nil.
func (s *StageStatus) Condition(kind string) *Condition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == kind {
			return &s.Conditions[i]
		}
	}
	return nil
}

// FreightCollection is a set of Freight, one piece per origin, that a Stage runs
// or ran together.
type FreightCollection struct {
	// Items is keyed by origin, "Warehouse/NAME".
	Items map[string]FreightRef `json:"items"`
	// VerificationHistory is newest first.
	VerificationHistory []Verification `json:"verificationHistory"`
}

// Holds reports whether the collection has the Freight of this name.
func (c *FreightCollection) Holds(freight string) bool {
	for _, item := range c.Items {
		if item.Name == freight {
			return true
		}
	}
	return false
}

// FreightRef names a piece of Freight.
type FreightRef struct {
	Name string `json:"name"`
}

// Verification is one attempt to verify what a Stage runs.
type Verification struct {
	StartTime  *time.Time        `json:"startTime"`
	FinishTime *time.Time        `json:"finishTime"`
	Phase      VerificationPhase `json:"phase"`
	Message    string            `json:"message"`
	// AnalysisRun is nil when the Stage verifies without one.
	AnalysisRun *AnalysisRunRef `json:"analysisRun"`
}

// AnalysisRunRef names the Argo Rollouts AnalysisRun behind a verification.
type AnalysisRunRef struct {
	Name  string `json:"name"`
	Phase string `json:"phase"`
}

// VerificationPhase is how far a verification has come. Empty means that its
// AnalysisRun has not reported yet.
type VerificationPhase string

// Kargo's verification phases. All but Pending and Running are final.
const (
	VerificationPending      VerificationPhase = "Pending"
	VerificationRunning      VerificationPhase = "Running"
	VerificationSuccessful   VerificationPhase = "Successful"
	VerificationFailed       VerificationPhase = "Failed"
	VerificationError        VerificationPhase = "Error"
	VerificationAborted      VerificationPhase = "Aborted"
	VerificationInconclusive VerificationPhase = "Inconclusive"
)

// Open reports whether the verification has not ended.
func (p VerificationPhase) Open() bool {
	return p == "" || p == VerificationPending || p == VerificationRunning
}

// PromotionRef is what a Stage says of its running or its last Promotion.
type PromotionRef struct {
	Name string `json:"name"`
	// Freight is nil in early releases.
	Freight *FreightRef `json:"freight"`
	// Status is nil until the Promotion has one.
	Status     *PromotionStatus `json:"status"`
	FinishedAt *time.Time       `json:"finishedAt"`
}

// Of reports whether the reference is to a Promotion of this Freight; false for nil.
func (p *PromotionRef) Of(freight string) bool {
	return p != nil && p.Freight != nil && p.Freight.Name == freight
}

// Health is what a Stage's health checks last said.
type Health struct {
	Status string   `json:"status"`
	Issues []string `json:"issues"`
}

// Healthy is the one health status in which Kargo verifies.
const Healthy = "Healthy"

// HealthUnknown is the health of a Stage that Kargo cannot or does not assess.
const HealthUnknown = "Unknown"

// IsHealthy reports whether the Stage was last seen Healthy.
func (s *StageStatus) IsHealthy() bool { return s.Health != nil && s.Health.Status == Healthy }

// Condition is a Kubernetes condition.
type Condition struct {
	Type               string     `json:"type"`
	Status             string     `json:"status"`
	Reason             string     `json:"reason"`
	Message            string     `json:"message"`
	LastTransitionTime *time.Time `json:"lastTransitionTime"`
}

// The condition types that blockers quote.
const (
	ConditionReady   = "Ready"
	ConditionHealthy = "Healthy"
	// ConditionReconciling is true while the controller is at work, or tries again.
	ConditionReconciling = "Reconciling"
)

// String joins reason and message, as far as they are given.
func (c *Condition) String() string {
	return strings.Trim(c.Reason+": "+c.Message, ": ")
}

// Hold keeps auto-promotion of one origin from moving a Stage.
type Hold struct {
	FreightName   string     `json:"freightName"`
	PromotionName string     `json:"promotionName"`
	Actor         string     `json:"actor"`
	CreatedAt     *time.Time `json:"createdAt"`
}
