package avail

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Rules are the availability rules of a range of Kargo releases. The rules changed
// at few releases; what differs between them is a trait each.
type Rules struct {
	// knowsSoak and knowsStrategy: the fields exist, from v1.2.0 and v1.3.0.
	knowsSoak, knowsStrategy bool
	// checkHonorsStrategy: up to v1.3.2 the check lets the first listed upstream
	// that verified the Freight decide alone, and does not look at the strategy.
	checkHonorsStrategy bool
	// soakByResidence: the listing measures soak as the check does. Up to v1.3.2 it
	// measured the time since the verification.
	soakByResidence bool
	// matchesUpstream: MatchUpstream exists, from v1.8.0.
	matchesUpstream bool
	// webUIFailsOnMatch: the API server lacks the index for it, until v1.9.6 (kargo#5935).
	webUIFailsOnMatch bool
	// listsAllOfNothing: All over no upstreams lists everything, from v1.8.0. The
	// check admits everything from v1.3.3 on.
	listsAllOfNothing bool
	// approvalNeedsOrigin: an approval counts only for a requested origin, from v1.11.0.
	approvalNeedsOrigin bool
	// namesPromotions: the webhook gives every new Promotion its name, from v1.11.0.
	namesPromotions bool
	// byDiscovery: Freight is ordered by discoveredAt, from v1.11.0.
	byDiscovery bool
	// knowsHolds: auto-promotion can be held, from v1.11.0; effectiveHolds: by
	// effectiveAutoPromotionHolds, from v1.11.1.
	knowsHolds, effectiveHolds bool
	// weighsOutcome: auto-promotion passes over Freight by how its Promotions ended,
	// from v1.11.0; before that, by whether there was one.
	weighsOutcome bool
	// policiesInConfig: promotion policies live in the ProjectConfig, from v1.5.0;
	// policiesInProject: they may live in the Project, until v1.6.
	policiesInConfig, policiesInProject bool
	// assumed: the releases are unknown, and the newest rules stand in for theirs.
	assumed bool
	notes   []string
	// quorums has, for requests of Stages with a hypothetical rule, how many upstreams have to
	// be satisfied.
	quorums map[*kargo.Request]int
}

// RulesFor returns the rules of the newest of the releases; for unknown releases
// the newest rules there are.
func RulesFor(releases kargo.Releases) Rules {
	modern := releases.Since("v1.3.3")
	return Rules{
		knowsSoak:           releases.Since("v1.2.0"),
		knowsStrategy:       releases.Since("v1.3.0"),
		checkHonorsStrategy: modern,
		soakByResidence:     modern,
		matchesUpstream:     releases.Since("v1.8.0"),
		webUIFailsOnMatch:   releases.Since("v1.8.0") && !releases.Since("v1.9.6"),
		listsAllOfNothing:   releases.Since("v1.8.0"),
		approvalNeedsOrigin: releases.Since("v1.11.0"),
		namesPromotions:     releases.Since("v1.11.0"),
		byDiscovery:         releases.Since("v1.11.0"),
		knowsHolds:          releases.Since("v1.11.0"),
		effectiveHolds:      releases.Since("v1.11.1"),
		weighsOutcome:       releases.Since("v1.11.0"),
		policiesInConfig:    releases.Since("v1.5.0"),
		policiesInProject:   releases.IsUnknown() || releases.MayPrecede("v1.7.0"),
		assumed:             releases.IsUnknown(),
		notes:               notes(releases),
	}
}

// WithQuorums returns the rules under which each of these requests, as configured,
// admits and lists what at least so many of its distinct upstreams satisfy, in place
// of what its strategy says. Kargo has no such rule.
func (r Rules) WithQuorums(quorums map[*kargo.Request]int) Rules {
	r.quorums = quorums
	return r
}

// quorum returns how many upstreams have to be satisfied; ok is false where the
// strategy says it.
func (r Rules) quorum(request *request, semantics Semantics) (n int, ok bool) {
	if semantics != Configured {
		return 0, false
	}
	n, ok = r.quorums[request.Request]
	return n, ok
}

// newestKnown is the newest release that the rules were held against.
const newestKnown = "v1.11.2"

// notes says what is approximate, or may be otherwise, about the rules.
func notes(releases kargo.Releases) []string {
	switch {
	case releases.Follows(newestKnown):
		return []string{fmt.Sprintf("Kargo %s is newer than %s, the newest release whose rules are known here: some answers may differ from Kargo's", releases, newestKnown)}
	case !releases.Since("v1.2.0"):
		return []string{fmt.Sprintf("Kargo %s: the answers are approximate, its rules differ between its code paths; it knows neither soak times nor availabilityStrategy", releases)}
	case !releases.Since("v1.3.0"):
		return []string{fmt.Sprintf("Kargo %s: the answers are approximate; it does not know availabilityStrategy, which needs v1.3.0 or later", releases)}
	case !releases.Since("v1.3.3"):
		return []string{fmt.Sprintf("Kargo %s: the answers are approximate; it ignores availabilityStrategy when Freight is promoted (kargo#3740), which v1.3.3 mends", releases)}
	case releases.MayPrecede("v1.3.3"):
		return []string{fmt.Sprintf("Kargo %s: before v1.3.3 it may ignore availabilityStrategy when Freight is promoted (kargo#3740); the answers are those of v1.3.3 and later", releases)}
	default:
		return nil
	}
}

// Notes says, for a person, what is approximate about the rules; empty when they
// are exact.
func (r Rules) Notes() []string { return r.notes }

// ByDiscovery reports whether Kargo orders Freight by discoveredAt, else by
// creationTimestamp alone.
func (r Rules) ByDiscovery() bool { return r.byDiscovery }

// NamesPromotions reports whether Kargo's webhook replaces the name of every new Promotion.
func (r Rules) NamesPromotions() bool { return r.namesPromotions }

// KnowsHolds reports whether Kargo can hold auto-promotion.
func (r Rules) KnowsHolds() bool { return r.knowsHolds }

// EffectiveHolds reports whether Kargo reads a Stage's holds from
// effectiveAutoPromotionHolds, else from autoPromotionHolds.
func (r Rules) EffectiveHolds() bool { return r.effectiveHolds }

// WeighsOutcome reports whether auto-promotion passes over Freight by how its
// Promotions to the Stage ended, else by whether there was one.
func (r Rules) WeighsOutcome() bool { return r.weighsOutcome }

// PoliciesInConfig reports whether promotion policies live in the ProjectConfig.
func (r Rules) PoliciesInConfig() bool { return r.policiesInConfig }

// PoliciesInProject reports whether promotion policies may live in the Project.
func (r Rules) PoliciesInProject() bool { return r.policiesInProject }

// Assumed reports whether the releases are unknown, so that the newest rules stand in for
// theirs.
func (r Rules) Assumed() bool { return r.assumed }
