package avail_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// traits are what the rules of a release say to others than this package.
type traits struct {
	ByDiscovery, KnowsHolds, EffectiveHolds, PoliciesInConfig, PoliciesInProject bool
	Notes                                                                        int
}

func TestRulesFor(t *testing.T) {
	exactly := func(v string) kargo.Releases { return kargo.Releases{Min: v, Max: v, Given: true} }
	tests := []struct {
		name     string
		releases kargo.Releases
		want     traits
	}{
		{"v1.1.3", exactly("v1.1.3"), traits{PoliciesInProject: true, Notes: 1}},
		{"v1.2.3", exactly("v1.2.3"), traits{PoliciesInProject: true, Notes: 1}},
		{"v1.3.2", exactly("v1.3.2"), traits{PoliciesInProject: true, Notes: 1}},
		{"v1.3.3, from which on the answers are exact", exactly("v1.3.3"), traits{PoliciesInProject: true}},
		{"v1.4.9", exactly("v1.4.9"), traits{PoliciesInProject: true}},
		{"v1.5.0, from which on a ProjectConfig holds the policies", exactly("v1.5.0"), traits{PoliciesInConfig: true, PoliciesInProject: true}},
		{"v1.6.9, the last with policies in the Project", exactly("v1.6.9"), traits{PoliciesInConfig: true, PoliciesInProject: true}},
		{"v1.7.0", exactly("v1.7.0"), traits{PoliciesInConfig: true}},
		{"v1.10.10", exactly("v1.10.10"), traits{PoliciesInConfig: true}},
		{"v1.11.0", exactly("v1.11.0"), traits{ByDiscovery: true, KnowsHolds: true, PoliciesInConfig: true}},
		{"v1.11.1", exactly("v1.11.1"), traits{ByDiscovery: true, KnowsHolds: true, EffectiveHolds: true, PoliciesInConfig: true}},
		{"a release that is newer than any", exactly("v1.99.0"), traits{ByDiscovery: true, KnowsHolds: true, EffectiveHolds: true, PoliciesInConfig: true, Notes: 1}},
		{"unknown releases, judged by the newest rules", kargo.Releases{}, traits{ByDiscovery: true, KnowsHolds: true, EffectiveHolds: true, PoliciesInConfig: true, PoliciesInProject: true}},
		{"a range goes by its newest release", kargo.Releases{Min: "v1.4.0", Max: "v1.7.10"}, traits{PoliciesInConfig: true, PoliciesInProject: true}},
		{"a range in which releases may differ says so", kargo.Releases{Min: "v1.3.0", Max: "v1.3.4"}, traits{PoliciesInProject: true, Notes: 1}},
		{"an open beginning", kargo.Releases{Max: "v1.1.3"}, traits{PoliciesInProject: true, Notes: 1}},
		{"an open end", kargo.Releases{Min: "v1.11.1"}, traits{ByDiscovery: true, KnowsHolds: true, EffectiveHolds: true, PoliciesInConfig: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rules := avail.RulesFor(test.releases)
			got := traits{rules.ByDiscovery(), rules.KnowsHolds(), rules.EffectiveHolds(), rules.PoliciesInConfig(), rules.PoliciesInProject(), len(rules.Notes())}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("RulesFor(%s) (-want +got):\n%s", test.releases, diff)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	for _, test := range []struct {
		releases kargo.Releases
		want     string
	}{
		{
			kargo.Releases{Max: "v1.1.3"},
			"Kargo v1.1.3 or earlier: the answers are approximate, its rules differ between its code paths; it knows neither soak times nor availabilityStrategy",
		},
		{
			kargo.Releases{Min: "v1.2.0", Max: "v1.2.3"},
			"Kargo v1.2.0 - v1.2.3: the answers are approximate; it does not know availabilityStrategy, which needs v1.3.0 or later",
		},
		{
			kargo.Releases{Min: "v1.3.2", Max: "v1.3.2", Given: true},
			"Kargo v1.3.2: the answers are approximate; it ignores availabilityStrategy when Freight is promoted (kargo#3740), which v1.3.3 mends",
		},
		{
			kargo.Releases{Min: "v1.3.0", Max: "v1.3.4"},
			"Kargo v1.3.0 - v1.3.4: before v1.3.3 it may ignore availabilityStrategy when Freight is promoted (kargo#3740); the answers are those of v1.3.3 and later",
		},
	} {
		if diff := cmp.Diff([]string{test.want}, avail.RulesFor(test.releases).Notes()); diff != "" {
			t.Errorf("Notes() (-want +got):\n%s", diff)
		}
	}
}

func TestWordsOfTheMachineContract(t *testing.T) {
	var words []string
	for _, semantics := range avail.EverySemantics() {
		words = append(words, semantics.String())
	}
	if diff := cmp.Diff([]string{"configured", "any", "all"}, words); diff != "" {
		t.Errorf("semantics (-want +got):\n%s", diff)
	}
}
