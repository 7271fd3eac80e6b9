package pipeline_test

import (
	"strings"
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

func TestMatchFreightByWhatItContains(t *testing.T) {
	commit := "75f2b52" + strings.Repeat("0", 33)
	freight := []*kargo.Freight{
		{Metadata: kargo.Metadata{Name: "aa"}, Alias: "one", Artifacts: []string{"registry:5000/acme/guestbook:v1.3.0", "https://github.com/acme/guestbook.git@" + commit}},
		{Metadata: kargo.Metadata{Name: "bb"}, Alias: "v1.3.0", Artifacts: []string{"ghcr.io/acme/other:v1.4.0", "oci://charts/web:2.0.1"}},
		{Metadata: kargo.Metadata{Name: "cc"}, Alias: "three", Artifacts: []string{"ghcr.io/acme/other:v1.4.0"}},
	}
	for reference, want := range map[string]string{
		"v1.3.0":                              "bb", // an alias wins
		"guestbook:v1.3.0":                    "aa",
		"acme/guestbook:v1.3.0":               "aa",
		"registry:5000/acme/guestbook:v1.3.0": "aa",
		"book:v1.3.0":                         "",
		"2.0.1":                               "bb",
		"v1.4.0":                              "bb cc",
		"75f2b52":                             "aa",
		commit:                                "aa",
		"guestbook@75f2b520":                  "aa",
		"other@75f2b520":                      "",
		"75f2b5":                              "", // six digits are too few
		"v1":                                  "",
		"guestbook":                           "",
	} {
		var got []string
		for _, f := range pipeline.MatchFreight(freight, reference) {
			got = append(got, f.Metadata.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q means %q, want %q", reference, got, want)
		}
	}
}
