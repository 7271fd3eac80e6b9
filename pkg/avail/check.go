package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// decision is the promotion check's answer and what led to it.
type decision struct {
	available bool
	verdict   Verdict
	// by is the standing that ended the check: the one that admits the Freight or,
	// under All, the first that refuses it. Nil when none did.
	by *standing
}

// check is Kargo's promotion check.
func (r Rules) check(f standings, semantics Semantics) decision {
	if f.approved && !r.approvalNeedsOrigin {
		return decision{available: true, verdict: VerdictApproved}
	}
	result := decision{verdict: VerdictNoSource}
	if len(f.requests) == 0 {
		result.verdict = VerdictOriginNotRequested
	}
	for i := range f.requests {
		s := &f.requests[i]
		if s.hasUpstreams() {
			result.verdict = VerdictBlocked
		}
		if d := r.checkRequest(s, semantics); d.by != nil {
			return d
		}
	}
	return result
}

// admits is the promotion check's answer alone.
func (r Rules) admits(f standings, semantics Semantics) bool { return r.check(f, semantics).available }

// checkRequest returns the decision of one request, with by unset when it leaves
// the decision to the requests after it.
func (r Rules) checkRequest(s *standing, semantics Semantics) decision {
	quorum, imagined := r.quorum(s, semantics)
	switch {
	case s.approved:
		return decision{true, VerdictApproved, s}
	case s.request.Sources.Direct:
		return decision{true, VerdictDirect, s}
	case imagined:
		return admit(s, s.satisfied >= quorum)
	case !r.knowsSoak:
		return admit(s, s.verified > 0)
	case !r.checkHonoursStrategy:
		if s.verified == 0 {
			return decision{}
		}
		return decide(s, s.firstVerifiedSoaked)
	case semantics.strategy(s.request.Sources.AvailabilityStrategy) == kargo.All:
		return decide(s, s.satisfied == s.upstreams)
	default: // a value that Kargo does not know counts as OneOf
		return admit(s, s.satisfied > 0)
	}
}

// admit admits the Freight or leaves the decision to the next request.
func admit(s *standing, ok bool) decision {
	if !ok {
		return decision{}
	}
	return decide(s, true)
}

// decide ends the check, whatever the requests after this one would say.
func decide(s *standing, ok bool) decision {
	switch {
	case ok && s.hasUpstreams():
		return decision{true, VerdictVerified, s}
	case ok:
		return decision{true, VerdictAllOfNothing, s}
	default:
		return decision{false, VerdictBlocked, s}
	}
}
