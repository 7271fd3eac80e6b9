package avail

// decision is the promotion check's answer and what led to it.
type decision struct {
	available bool
	verdict   Verdict
	// by has the facts of the request that ended the check: the one that admits the
	// Freight or, under All, the first that refuses it. Nil when none did.
	by *requestFacts
}

// check is Kargo's promotion check.
func (r Rules) check(f stageFacts, semantics Semantics) decision {
	if f.approved && !r.approvalNeedsOrigin {
		return decision{available: true, verdict: VerdictApproved}
	}
	result := decision{verdict: VerdictNoSource}
	if len(f.requests) == 0 {
		result.verdict = VerdictOriginNotRequested
	}
	for i := range f.requests {
		facts := &f.requests[i]
		if facts.hasUpstreams() {
			result.verdict = VerdictBlocked
		}
		if d := r.checkRequest(facts, semantics); d.by != nil {
			return d
		}
	}
	return result
}

// admits is the promotion check's answer alone.
func (r Rules) admits(f stageFacts, semantics Semantics) bool { return r.check(f, semantics).available }

// checkRequest returns the decision of one request, with by unset when it leaves
// the decision to the requests after it.
func (r Rules) checkRequest(f *requestFacts, semantics Semantics) decision {
	_, hypothetical := r.quorum(f.request, semantics)
	switch {
	case f.approved:
		return decision{true, VerdictApproved, f}
	case f.request.Sources.Direct:
		return decision{true, VerdictDirect, f}
	case !hypothetical && r.knowsSoak && !r.checkHonorsStrategy:
		if f.verified == 0 {
			return decision{}
		}
		return decide(f, f.firstVerifiedSoaked)
	case !hypothetical && r.takesAll(f.request, semantics):
		return decide(f, f.satisfied == f.upstreams)
	default: // a strategy that Kargo does not know counts as OneOf
		return admit(f, f.satisfied >= r.needed(f.request, semantics))
	}
}

// admit admits the Freight or leaves the decision to the next request.
func admit(f *requestFacts, ok bool) decision {
	if !ok {
		return decision{}
	}
	return decide(f, true)
}

// decide ends the check, whatever the requests after this one would say.
func decide(f *requestFacts, ok bool) decision {
	switch {
	case ok && f.hasUpstreams():
		return decision{true, VerdictVerified, f}
	case ok:
		return decision{true, VerdictAllOfNothing, f}
	default:
		return decision{false, VerdictBlocked, f}
	}
}
