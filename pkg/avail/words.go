package avail

// Message is what a blocker's message adds to the words of its reason.
type Message int

const (
	// MessageEvidence says that the message is the evidence for what the words say.
	MessageEvidence Message = iota
	// MessageDetail says that the message says what the words say, with more detail.
	MessageDetail
	// MessageSentence says that the message is what the words say, as a sentence.
	MessageSentence
	// MessageInstead says that the message says everything, behind the words.
	MessageInstead
	// MessageAlone says that the message says everything, in place of the words.
	MessageAlone
)

// Words says in a few words why an upstream is not satisfied, and what the blocker's
// message adds to them.
func (r Reason) Words() (words string, message Message) {
	switch r {
	case SelfReference:
		return "names itself as its upstream", MessageSentence
	case StageNotFound:
		return "no such Stage", MessageSentence
	case Soaking:
		return "soaking", MessageEvidence
	case SoakImpossible:
		return "nothing soaks there, as it is a control-flow Stage", MessageSentence
	case SoakInterrupted:
		return "replaced before its soak time was up", MessageDetail
	case StageDeleting:
		return "being deleted", MessageDetail
	case OriginNotRequested:
		return "does not request the origin", MessageDetail
	case AwaitingGate:
		return "has not passed it on yet", MessageAlone
	case AwaitingHealth:
		return "not Healthy", MessageAlone
	case PromotionRunning:
		return "promoting", MessageDetail
	case VerificationPending, VerificationRunning:
		return "verifying", MessageEvidence
	case PromotionPending:
		return "promotion queued", MessageDetail
	case VerificationFailed:
		return "verification failed", MessageEvidence
	case VerificationError:
		return "verification errored", MessageEvidence
	case VerificationAborted:
		return "verification aborted", MessageEvidence
	case VerificationInconclusive:
		return "verification inconclusive", MessageEvidence
	case NotRecorded:
		return "promoted, not recorded by the Stage", MessageDetail
	case Superseded:
		return "replaced before it was verified", MessageEvidence
	case PromotionFailed:
		return "promotion failed", MessageEvidence
	case PromotionErrored:
		return "promotion errored", MessageEvidence
	case PromotionAborted:
		return "promotion aborted", MessageEvidence
	case NoSource:
		return "has no source", MessageSentence
	case Cycle:
		return "in a circle", MessageDetail
	case UpstreamBlocked:
		return "blocked", MessageSentence
	case NotPromoted:
		return "not promoted", MessageSentence
	case ReasonUnknown:
		return "unknown", MessageInstead
	}
	return string(r), MessageEvidence
}

// Words says to a person what the cause is.
func (c Cause) Words() string {
	words, _ := c.describe()
	return words
}

// Issue returns Kargo's issue about the cause, such as "kargo#4586", or "".
func (c Cause) Issue() string {
	_, issue := c.describe()
	return issue
}

// describe returns the words for the cause, and Kargo's issue about it, if there is one.
func (c Cause) describe() (words, issue string) {
	switch c {
	case SoakedElsewhere:
		return "it also soaked in a Stage that is not an upstream", "kargo#4586"
	case ControlFlowSoak:
		return "it cannot soak in a control-flow Stage", "kargo#6360"
	case NotCurrentlyUpstream:
		return "MatchUpstream takes only what the upstream runs now", ""
	case ForeignOriginApproval:
		return "approved, though its origin is not requested", "kargo#6562"
	case WarehouseMissing:
		return "a Warehouse is missing", ""
	case OriginRequestedTwice:
		return "its origin is requested twice", ""
	case EmptyAll:
		return "All over no upstream", ""
	case FirstVerifiedDecides:
		return "the first upstream that verified it decides alone", ""
	case StrategyIgnored:
		return "the promotion check ignores All", "kargo#3740"
	case SoakMeasuredDifferently:
		return "soak is measured in two ways", "kargo#3731"
	case SoakWithoutSince:
		return "some Freight is in a Stage since an unknown time", ""
	case UnknownStrategy:
		return "the strategy is unknown", ""
	case MatchUpstreamWithoutUpstream:
		return "MatchUpstream without an upstream", ""
	}
	return string(c), ""
}

// String says the cause in words, with Kargo's issue about it.
func (d Divergence) String() string {
	words, issue := d.Cause.describe()
	if d.Detail != "" {
		words = d.Detail
	}
	if issue == "" {
		return words
	}
	return words + ", " + issue
}
