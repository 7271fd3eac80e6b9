package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Semantics is a way to read the strategies of a Stage's requests.
type Semantics uint8

// The three ways to read a Stage: as it is written, as if every request said
// OneOf, and as if every request said All.
const (
	Configured Semantics = iota
	Any
	All
)

// EverySemantics lists the semantics in the order in which they are reported.
func EverySemantics() [3]Semantics { return [3]Semantics{Configured, Any, All} }

// String returns the word of the machine contract.
func (s Semantics) String() string { return [...]string{"configured", "any", "all"}[s] }

// strategy returns what a request that was written with this strategy says under
// the semantics.
func (s Semantics) strategy(written kargo.Strategy) kargo.Strategy {
	switch s {
	case Any:
		return kargo.OneOf
	case All:
		return kargo.All
	default:
		return written.Normal()
	}
}

// Truth is an answer that may be out of reach.
type Truth uint8

// The three answers. The zero value is Unknown, so that nothing is claimed by
// omission.
const (
	Unknown Truth = iota
	No
	Yes
)

// TruthOf returns Yes or No.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Verdict says why a piece of Freight is or is not available as configured.
type Verdict string

// The verdicts. The first four admit the Freight, the others do not.
const (
	VerdictApproved     Verdict = "Approved"
	VerdictDirect       Verdict = "Direct"
	VerdictVerified     Verdict = "Verified"
	VerdictAllOfNothing Verdict = "AllOfNothing"
	// VerdictBlocked: the request has upstreams, and not enough of them are satisfied.
	VerdictBlocked Verdict = "Blocked"
	// VerdictNoSource: the request is neither direct nor has it upstreams.
	VerdictNoSource Verdict = "NoSource"
	// VerdictOriginNotRequested: the Stage does not ask for the Freight's origin.
	VerdictOriginNotRequested Verdict = "OriginNotRequested"
)
