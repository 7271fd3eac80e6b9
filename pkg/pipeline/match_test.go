package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestMatchFreight(t *testing.T) {
	freight := []*kargo.Freight{
		{Metadata: kargo.Metadata{Name: "ab12"}, Alias: "lucky-koala"},
		{Metadata: kargo.Metadata{Name: "ab"}, Alias: "new-newt"},
		{Metadata: kargo.Metadata{Name: "cd34", Labels: map[string]string{kargo.AliasLabel: "ab"}}},
		{Metadata: kargo.Metadata{Name: "cd56", Labels: map[string]string{kargo.AliasLabel: "other"}}, Alias: "lucky-koala"},
	}
	for reference, want := range map[string][]string{
		"ab":          {"ab"},           // a name, rather than an alias or a prefix
		"new-newt":    {"ab"},           // an alias
		"ab1":         {"ab12"},         // a prefix
		"cd":          {"cd34", "cd56"}, // a prefix of several
		"lucky-koala": {"ab12", "cd56"}, // an alias of several
		"other":       nil,              // a label that is not the alias
		"nothing":     nil,
	} {
		var got []string
		for _, f := range pipeline.MatchFreight(freight, reference) {
			got = append(got, f.Metadata.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", reference, diff)
		}
	}
}
