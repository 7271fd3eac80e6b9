package report

import "slices"

// When says when a consequence comes.
type When string

// The times, in their order.
const (
	// AtOnce: when the change is applied, or when the controller looks next.
	AtOnce When = "at-once"
	// InQueue: when the turn of a queued Promotion comes.
	InQueue When = "when-the-queue-reaches-it"
	// WhenThawed: when a promotion window opens.
	WhenThawed When = "when-promotions-are-allowed"
	// Later: when control-flow Stages have passed on what they then list.
	Later When = "later"
)

// Whens returns them all.
func Whens() []When { return []When{AtOnce, InQueue, WhenThawed, Later} }

// ConsequenceKind says what happens.
type ConsequenceKind string

// The kinds, worst first.
const (
	// PromotesOlder: auto-promotion promotes Freight that is older than what the Stage runs.
	PromotesOlder ConsequenceKind = "promotes-older"
	// Promotes: auto-promotion promotes it.
	Promotes ConsequenceKind = "promotes"
	// VerifiesForGood: a control-flow Stage passes it on.
	VerifiesForGood ConsequenceKind = "verifies-for-good"
	// ForgetsVerification: the Stage is deleted, and with it what was verified in it or
	// approved for it.
	ForgetsVerification ConsequenceKind = "forgets-verification"
	// ErrorsPromotion: a Promotion ends as Errored.
	ErrorsPromotion ConsequenceKind = "errors"
	// StallsAutoPromotion: auto-promotion picks Freight whose Promotion is refused.
	StallsAutoPromotion ConsequenceKind = "stalls"
	// BreaksListing: auto-promotion, the Stage itself as a control-flow Stage and the web UI
	// see no Freight at all.
	BreaksListing ConsequenceKind = "breaks-listing"
	// DropsVerification: the Stage verifies nothing any more.
	DropsVerification ConsequenceKind = "drops-verification"
	// NoRollback: what the Stage runs or ran cannot be promoted to it again.
	NoRollback ConsequenceKind = "no-rollback"
	// CutsOff: it can never become available to the Stage again.
	CutsOff ConsequenceKind = "unreachable"
	// SwitchesAuto: another answer of the policies applies.
	SwitchesAuto ConsequenceKind = "auto-promotion"
	// Loses: it is no longer available or, at a control-flow Stage, no longer passed on.
	Loses ConsequenceKind = "loses"
	// Unlists: it is no longer listed, and available as before.
	Unlists ConsequenceKind = "unlists"
	// Suppresses: auto-promotion leaves it out from then on.
	Suppresses ConsequenceKind = "suppresses"
	// StopsVerification: what the Stage runs cannot be verified any more.
	StopsVerification ConsequenceKind = "stops-verification"
	// AddsVerification: the Stage verifies from then on.
	AddsVerification ConsequenceKind = "adds-verification"
	// MendsListing: the listing, which failed, works.
	MendsListing ConsequenceKind = "mends-listing"
	// Gains: it becomes available.
	Gains ConsequenceKind = "gains"
	// Lists: it becomes listed, and is available as before.
	Lists ConsequenceKind = "lists"
	// Stays: it is no longer listed at a control-flow Stage that has passed it on already.
	Stays ConsequenceKind = "stays"
	// Unsure: a part of the effect is unknown.
	Unsure ConsequenceKind = "unknown"
)

// ConsequenceKinds returns them all, worst first.
func ConsequenceKinds() []ConsequenceKind {
	return []ConsequenceKind{
		PromotesOlder, Promotes, VerifiesForGood, ForgetsVerification, ErrorsPromotion, StallsAutoPromotion, BreaksListing, DropsVerification, NoRollback, CutsOff,
		SwitchesAuto, Loses, Unlists, Suppresses, StopsVerification, Unsure, AddsVerification, MendsListing, Gains, Lists, Stays,
	}
}

// IsGrave reports whether the kind is one that a reviewer must not miss: something is
// promoted, verified for good or without a check, forgotten, broken or cut off.
func (k ConsequenceKind) IsGrave() bool {
	return slices.Index(ConsequenceKinds(), k) <= slices.Index(ConsequenceKinds(), CutsOff)
}

// ConsequencesAt returns those of a list that come then.
func ConsequencesAt(when When, list []Consequence) []Consequence {
	return slices.DeleteFunc(slices.Clone(list), func(c Consequence) bool { return c.When != when })
}
