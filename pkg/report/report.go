// Package report is the machine contract: what list -o json prints, as Go types,
// and the Builder that fills them from a Project. Fields may be added within a
// version of the contract, never renamed or given another type.
//
// Every field is present unless it is marked optional. Lists and maps without
// entries are [] and {}; null stands for what is not known.
package report

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// APIVersion and Kind are those of a Report.
const (
	APIVersion = "kargo-avail/v1alpha1"
	Kind       = "AvailabilityReport"
)

// Report says which Freight is available to which Stage.
type Report struct {
	Header
	// Projects are ordered by name.
	Projects []Project `json:"projects"`
}

// Header is what a Report says before its Projects.
type Header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// At is the instant of judgment, in UTC.
	At time.Time `json:"at"`
	// KargoVersion says whose rules apply, in one of the forms of kargo.Releases.
	KargoVersion string   `json:"kargoVersion"`
	Warnings     []string `json:"warnings"`
}

// Project is one pipeline.
type Project struct {
	Name string `json:"name"`
	// Stages are ordered by depth, then by name.
	Stages []Stage `json:"stages"`
}

// Stage is one Stage with the Freight that concerns it.
type Stage struct {
	Name          string        `json:"name"`
	ControlFlow   bool          `json:"controlFlow"`
	Current       []Current     `json:"current"`
	Requests      []Request     `json:"requests"`
	AutoPromotion AutoPromotion `json:"autoPromotion"`
	// ListError is the error of the listing as configured; optional.
	ListError string `json:"listError,omitzero"`
	// Freight is newest first; unknown when Freight could not be read.
	Freight Nullable[Freight] `json:"freight"`
	// Freeze is there while a promotion window is closed; optional.
	Freeze *Freeze `json:"freeze,omitzero"`
	// Gone are pieces of Freight that the Stage runs and that do not exist any more.
	Gone []Current `json:"-"`
	// Problems are what is wrong at the Stage itself, where the Builder was asked for them.
	Problems []Problem `json:"-"`
	// More is how many pieces of Freight a limit left out of Freight.
	More int `json:"-"`
}

// Current is a piece of Freight that a Stage runs now.
type Current struct {
	Origin  string `json:"origin"`
	Freight string `json:"freight"`
	// Alias is the Freight's; optional, absent when it is not known.
	Alias string `json:"alias,omitzero"`
}

// Request is one entry of the Stage's requestedFreight.
type Request struct {
	Origin    string   `json:"origin"`
	Direct    bool     `json:"direct"`
	Upstreams []string `json:"upstreams"`
	// Strategy is OneOf or All, or the value as written when it is neither.
	Strategy string `json:"strategy"`
	// RequiredSoakTime is optional: absent when it is not set.
	RequiredSoakTime *kargo.Duration `json:"requiredSoakTime,omitzero"`
	SelectionPolicy  string          `json:"selectionPolicy"`
}

// AutoPromotion is what Kargo does, or would do, by itself.
type AutoPromotion struct {
	// Enabled is the policies' answer, nil when it is not known.
	Enabled *bool `json:"enabled"`
	// Held lists origins.
	Held []string `json:"held"`
	// Next is what is promoted next, by origin; empty for a control-flow Stage.
	Next       map[string]Next `json:"next"`
	Candidates Candidates      `json:"candidates"`
}

// Next is what auto-promotion does next about one origin, or why it does nothing.
type Next struct {
	// Freight is the candidate; optional, absent when there is none or it is not known.
	Freight string `json:"freight,omitzero"`
	// Alias is the Freight's; optional.
	Alias string `json:"alias,omitzero"`
	// Outcome is one of autopromote's outcomes.
	Outcome string `json:"outcome"`
	// Reason says it to a person.
	Reason string `json:"reason"`
	// Until is when the obstacle goes away by itself; optional.
	Until *time.Time `json:"until,omitzero"`
}

// Freeze is a closed promotion window.
type Freeze struct {
	// Reason is Kargo's; optional.
	Reason string `json:"reason,omitzero"`
	// Until is when it opens; optional, absent when no end is known.
	Until *time.Time `json:"until,omitzero"`
	// StatusChangedAt is the newest instant that the Stage's status mentions, which says
	// how old it may be; optional.
	StatusChangedAt *time.Time `json:"statusChangedAt,omitzero"`
}

// Candidates are the Freight that auto-promotion would pick, by semantics.
type Candidates struct {
	Configured ByOrigin `json:"configured"`
	Any        ByOrigin `json:"any"`
	All        ByOrigin `json:"all"`
}

// ByOrigin maps an origin to the name of a piece of Freight; nil is unknown.
type ByOrigin map[string]string

// MarshalJSONTo writes null for nil.
func (m ByOrigin) MarshalJSONTo(enc *jsontext.Encoder) error {
	if m == nil {
		return enc.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(enc, map[string]string(m), json.Deterministic(true))
}

// Nullable is a list that may be unknown, which is nil.
type Nullable[T any] []T

// MarshalJSONTo writes null for nil.
func (l Nullable[T]) MarshalJSONTo(enc *jsontext.Encoder) error {
	if l == nil {
		return enc.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(enc, []T(l))
}

// Freight is one piece of Freight as one Stage sees it.
type Freight struct {
	Name   string `json:"name"`
	Alias  string `json:"alias"`
	Origin string `json:"origin"`
	// DiscoveredAt is the instant by which Freight is ordered, in UTC; nil when there
	// is none.
	DiscoveredAt *time.Time `json:"discoveredAt"`
	Artifacts    []string   `json:"artifacts"`
	Available    Available  `json:"available"`
	Listed       Listed     `json:"listed"`
	// Verdict says why, as configured.
	Verdict    string       `json:"verdict"`
	Divergence []Divergence `json:"divergence"`
	Here       Here         `json:"here"`
	Blockers   []Blocker    `json:"blockers"`
}

// Available is the answer of Kargo's promotion check, by semantics.
type Available struct {
	Configured bool `json:"configured"`
	Any        bool `json:"any"`
	All        bool `json:"all"`
}

// Listed is the answer of the controllers' listing, by semantics; nil where the
// listing fails or could not be computed.
type Listed struct {
	Configured *bool `json:"configured"`
	Any        *bool `json:"any"`
	All        *bool `json:"all"`
}

// Divergence is a cause for which available and listed differ.
type Divergence struct {
	Cause string `json:"cause"`
	// Issue is Kargo's issue about the cause, such as "kargo#4586"; optional.
	Issue string `json:"issue,omitzero"`
	// In lists the semantics under which they differ for this cause.
	In []string `json:"in"`
	// Detail says more of the cause in this case; optional.
	Detail string `json:"detail,omitzero"`
}

// Here is what became of the Freight at the Stage itself.
type Here struct {
	Current  bool `json:"current"`
	Verified bool `json:"verified"`
	// Promotion is its last Promotion to the Stage; optional.
	Promotion *Promotion `json:"promotion,omitzero"`
	// Reverified is the newest verification, where the Stage runs the Freight, has verified
	// it, and did not succeed when it verified it again; optional.
	Reverified *Reverification `json:"reverified,omitzero"`
}

// Reverification is a verification of Freight that was verified before.
type Reverification struct {
	Phase   string `json:"phase"`
	Message string `json:"message"`
}

// Promotion is a Promotion and how far it has come.
type Promotion struct {
	Name    string `json:"name"`
	Phase   string `json:"phase"`
	Message string `json:"message"`
}

// Blocker is an upstream Stage that is not satisfied.
type Blocker struct {
	Stage string `json:"stage"`
	// Request is the index of the request that names the upstream.
	Request int    `json:"request"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Blocks lists the semantics that the upstream keeps from holding.
	Blocks []string `json:"blocks"`
	// Remaining and Until are there while the Freight soaks; optional.
	Remaining kargo.Duration `json:"remaining,omitzero"`
	Until     *time.Time     `json:"until,omitzero"`
	// Roots are the root causes where the upstream itself waits, in the order of the
	// pipeline: at most 50, and MoreRoots counts the others; both are optional.
	Roots     []Root `json:"roots,omitempty"`
	MoreRoots int    `json:"moreRoots,omitzero"`
	// RootsNeeded says how many of the roots have to be cleared, "any" or "all"; absent where
	// there are less than two, and where it is neither.
	RootsNeeded string `json:"rootsNeeded,omitzero"`
}

// Root is a Stage at the end of a chain of blockers, and its reason there.
type Root struct {
	Stage  string `json:"stage"`
	Reason string `json:"reason"`
}
