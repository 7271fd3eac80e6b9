package avail_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// divergence is one of the situations in which Kargo's check and its listing are
// known to disagree, with the answers of the releases that show it and of those
// that do not.
type divergence struct {
	name string
	// stages has the Stage that is asked about first, freight the piece of Freight.
	stages     []kargo.Stage
	freight    []kargo.Freight
	warehouses []string
	want       []judged
}

// judged is the answer of some releases: of those named, and of the first ones
// with their rules.
type judged struct {
	releases []string
	// check and listing are the answers as configured, under any and under all.
	check, listing string
	// causes is the divergence that explains the difference; none where they agree.
	causes []string
}

func TestDivergences(t *testing.T) {
	at, ago := build.At, build.Ago
	agree := []string{}
	// prod takes Freight of w from the sources; the Stages that they name exist.
	prod := func(sources ...build.SourceOption) []kargo.Stage {
		return []kargo.Stage{
			build.Stage("prod", build.Requests("w", sources...)),
			build.Stage("dev", build.Requests("w", build.Direct())),
			build.Stage("qa", build.Requests("w", build.From("dev"))),
			build.Stage("uat", build.Requests("w", build.From("dev"))),
			build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("dev"))),
		}
	}
	freight := func(options ...build.FreightOption) []kargo.Freight {
		return []kargo.Freight{build.Freight("f1", "w", options...)}
	}
	tests := []divergence{
		{
			name:   "V1: under All, a soak in a Stage that is not listed spoils the listing",
			stages: prod(build.From("qa", "uat"), build.All(), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("dev", at("03:00")), build.Soaked("dev", "3h"),
				build.VerifiedAt("qa", at("07:05")), build.In("qa", at("07:00")),
				build.VerifiedAt("uat", at("07:05")), build.In("uat", at("07:00"))),
			want: []judged{
				{[]string{v132, v133, v17, v110, v111}, "TTT", "FTF", []string{"SoakedElsewhere: configured all"}},
				{[]string{v12}, "TTT", "TTT", agree}, // which knows no All
			},
		},
		{
			name:   "V1: a soak in the Stage itself spoils its listing as well",
			stages: prod(build.From("qa"), build.All(), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("qa", at("07:05")), build.In("qa", at("07:00")),
				build.VerifiedAt("prod", at("09:05")), build.In("prod", at("09:00"))),
			want: []judged{
				{[]string{v132, v133, v17, v110, v111}, "TTT", "FTF", []string{"SoakedElsewhere: configured all"}},
			},
		},
		{
			name:   "V1: a verification elsewhere that has not soaked spoils nothing",
			stages: prod(build.From("qa"), build.All(), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("qa", at("07:05")), build.In("qa", at("07:00")),
				build.VerifiedAt("dev", at("11:35")), build.In("dev", at("11:30"))),
			want: []judged{{[]string{v132, v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:   "V1: a soak elsewhere without a verification there spoils nothing",
			stages: prod(build.From("qa"), build.All(), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("qa", at("07:05")), build.In("qa", at("07:00")), build.In("dev", at("07:00"))),
			want: []judged{{[]string{v132, v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V1b: with a soak time of 0s any other verification spoils the listing",
			stages:  prod(build.From("qa"), build.All(), build.Soak("0s")),
			freight: freight(build.Verified("dev", "qa")),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "TTT", "FTF", []string{"SoakedElsewhere: configured all"}},
			},
		},
		{
			name:    "V1b: without a soak time none does",
			stages:  prod(build.From("qa"), build.All()),
			freight: freight(build.Verified("dev", "qa")),
			want:    []judged{{[]string{v132, v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:   "V2: under OneOf, a soak in a Stage that is not listed suffices for the listing",
			stages: prod(build.From("qa"), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("dev", at("03:00")), build.Soaked("dev", "3h"),
				build.VerifiedAt("qa", at("11:55")), build.In("qa", at("11:54"))),
			want: []judged{
				{[]string{v132, v133, v17, v110, v111}, "FFF", "TTF", []string{"SoakedElsewhere: configured any"}},
				{[]string{v12}, "FFF", "TTT", []string{"SoakedElsewhere: configured any all"}},
			},
		},
		{
			name:   "V2: not where no listed Stage has verified it",
			stages: prod(build.From("qa"), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("dev", at("03:00")), build.Soaked("dev", "3h"), build.In("qa", at("07:00"))),
			want: []judged{{[]string{v12, v132, v133, v17, v110, v111}, "FFF", "FFF", agree}},
		},
		{
			name:    "V3: MatchUpstream lists only what the upstream runs now",
			stages:  prod(build.From("qa"), build.MatchUpstream()),
			freight: freight(build.Verified("qa")),
			want: []judged{
				{[]string{v110, v111}, "TTT", "FFF", []string{"NotCurrentlyUpstream: configured any all"}},
				{[]string{v12, v132, v133, v17}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V3: it lists Freight that is still there, whether or not it is known since when",
			stages:  prod(build.From("qa"), build.MatchUpstream()),
			freight: freight(build.Verified("qa"), build.Sinceless("qa")),
			want:    []judged{{[]string{v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V3: of several upstreams the first one counts, even where it has not verified the Freight",
			stages:  prod(build.From("qa", "uat"), build.MatchUpstream()),
			freight: freight(build.Verified("uat"), build.In("uat", at("11:00"))),
			want: []judged{
				{[]string{v110, v111}, "TTF", "FFF", []string{"NotCurrentlyUpstream: configured any"}},
			},
		},
		{
			name:    "V3: a direct source is listed whole",
			stages:  prod(build.From("qa"), build.Direct(), build.MatchUpstream()),
			freight: freight(),
			want:    []judged{{[]string{v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V4: MatchUpstream leaves out approved Freight as well",
			stages:  prod(build.From("qa"), build.MatchUpstream()),
			freight: freight(build.Approved("prod")),
			want: []judged{
				{[]string{v110, v111}, "TTT", "FFF", []string{"NotCurrentlyUpstream: configured any all"}},
				{[]string{v12, v132, v133, v17}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V4: not where the upstream runs it now, verified or not",
			stages:  prod(build.From("qa"), build.MatchUpstream()),
			freight: freight(build.Approved("prod"), build.In("qa", at("11:00"))),
			want:    []judged{{[]string{v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:       "V5: before v1.11.0 an approval crosses origins in the check",
			stages:     prod(build.From("qa")),
			freight:    []kargo.Freight{build.Freight("f1", "x", build.Approved("prod"))},
			warehouses: []string{"w", "x"},
			want: []judged{
				{[]string{v12, v132, v133, v17, v110}, "TTT", "FFF", []string{"ForeignOriginApproval: configured any all"}},
				{[]string{v111}, "FFF", "FFF", agree},
			},
		},
		{
			name: "V6: a missing Warehouse of any request fails the whole listing",
			stages: append([]kargo.Stage{
				build.Stage("prod", build.Requests("w", build.From("qa")), build.Requests("v", build.Direct())),
			}, prod()[1:]...),
			freight: freight(build.Verified("qa")),
			want: []judged{
				{[]string{v12, v132, v133, v17, v110, v111}, "TTT", "???", []string{"WarehouseMissing: configured any all"}},
				{[]string{v11}, "TTT", "TTT", agree},
			},
		},
		{
			name:       "V6: nothing to explain for Freight that is not admitted either",
			stages:     prod(build.From("qa")),
			freight:    freight(),
			warehouses: []string{"x"},
			want:       []judged{{[]string{v12, v132, v133, v17, v110, v111}, "FFF", "???", agree}},
		},
		{
			name: "V7: under All the first of two requests of one origin ends the check",
			stages: append([]kargo.Stage{
				build.Stage("prod", build.Requests("w", build.From("qa"), build.All()), build.Requests("w", build.Direct())),
			}, prod()[1:]...),
			freight: freight(),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "FTF", "TTT", []string{"OriginRequestedTwice: configured all"}},
			},
		},
		{
			name: "V7: not in the other order",
			stages: append([]kargo.Stage{
				build.Stage("prod", build.Requests("w", build.Direct()), build.Requests("w", build.From("qa"), build.All())),
			}, prod()[1:]...),
			freight: freight(),
			want:    []judged{{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name: "V7: an approval for the Stage counts at the first request",
			stages: append([]kargo.Stage{
				build.Stage("prod", build.Requests("w", build.From("qa"), build.All()), build.Requests("w", build.From("uat"))),
			}, prod()[1:]...),
			freight: freight(build.Approved("prod")),
			want:    []judged{{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V8: All over no upstreams admits everything, and v1.3.3 to v1.7.10 list nothing",
			stages:  prod(build.All()),
			freight: freight(),
			want: []judged{
				{[]string{v133, v17}, "TFT", "FFF", []string{"EmptyAll: configured all"}},
				{[]string{v110, v111}, "TFT", "TFT", agree},
				{[]string{v12, v132}, "FFF", "FFF", agree},
			},
		},
		{
			name:    "V8: approved Freight is listed by all",
			stages:  prod(build.All()),
			freight: freight(build.Approved("prod")),
			want:    []judged{{[]string{v12, v132, v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V8: OneOf over no upstreams admits and lists only what is approved",
			stages:  prod(),
			freight: freight(build.Verified("qa")),
			want: []judged{
				{[]string{v12, v132}, "FFF", "FFF", agree},
				{[]string{v133, v17}, "FFT", "FFF", []string{"EmptyAll: all"}},
				{[]string{v110, v111}, "FFT", "FFT", agree},
			},
		},
		{
			name:    "V8: a soak time filters nothing where there is no upstream",
			stages:  prod(build.All(), build.Soak("1h")),
			freight: freight(build.Soaked("dev", "3h")),
			want:    []judged{{[]string{v110, v111}, "TFT", "TFT", agree}},
		},
		{
			name:   "V9: up to v1.3.2 the first upstream that verified it decides alone",
			stages: prod(build.From("qa", "uat"), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("qa", at("11:55")), build.In("qa", at("11:54")),
				build.VerifiedAt("uat", at("07:05")), build.In("uat", at("07:00"))),
			want: []judged{
				{[]string{v12}, "FFF", "TTT", []string{"FirstVerifiedDecides: configured any all"}},
				{[]string{v132}, "FFF", "TTF", []string{"FirstVerifiedDecides: configured any"}},
				{[]string{v133, v17, v110, v111}, "TTF", "TTF", agree},
			},
		},
		{
			name:    "V10: v1.3.0 to v1.3.2 ignore the strategy in the check",
			stages:  prod(build.From("qa", "uat"), build.All()),
			freight: freight(build.Verified("qa")),
			want: []judged{
				{[]string{v132}, "TTT", "FTF", []string{"StrategyIgnored: configured all"}},
				{[]string{v12}, "TTT", "TTT", agree},
				{[]string{v133, v17, v110, v111}, "FTF", "FTF", agree},
			},
		},
		{
			name:    "V11a: up to v1.3.2 the listing counts from the verification, though it left at once",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.VerifiedAt("qa", at("07:00")), build.Soaked("qa", "1m")),
			want: []judged{
				{[]string{v12, v132}, "FFF", "TTT", []string{"SoakMeasuredDifferently: configured any all"}},
				{[]string{v133, v17, v110, v111}, "FFF", "FFF", agree},
			},
		},
		{
			name:    "V11b: and it does not count the time before the verification",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.VerifiedAt("qa", at("11:55")), build.In("qa", at("10:00"))),
			want: []judged{
				{[]string{v12, v132}, "TTT", "FFF", []string{"SoakMeasuredDifferently: configured any all"}},
				{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V11c: and never counts a verification without a time",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.Verified("qa"), build.In("qa", at("10:00"))),
			want: []judged{
				{[]string{v12, v132}, "TTT", "FFF", []string{"SoakMeasuredDifferently: configured any all"}},
				{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V12: a soak behind a control-flow Stage never passes",
			stages:  prod(build.From("gate"), build.Soak("1h")),
			freight: freight(build.VerifiedAt("gate", ago("48h"))),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "FFF", "FFF", agree},
				{[]string{v12, v132}, "FFF", "TTT", []string{"ControlFlowSoak: configured any all"}},
			},
		},
		{
			name:    "V12: a soak elsewhere has it listed all the same",
			stages:  prod(build.From("gate"), build.Soak("1h")),
			freight: freight(build.VerifiedAt("gate", ago("48h")), build.Soaked("dev", "3h")),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "FFF", "TTF", []string{"ControlFlowSoak: configured any"}},
				{[]string{v12, v132}, "FFF", "TTT", []string{"ControlFlowSoak: configured any all"}},
			},
		},
		{
			name:    "V12: a regular upstream that has not verified it changes nothing",
			stages:  prod(build.From("gate", "qa"), build.Soak("1h")),
			freight: freight(build.VerifiedAt("gate", ago("48h")), build.Soaked("dev", "3h")),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "FFF", "TTF", []string{"ControlFlowSoak: configured any"}},
			},
		},
		{
			name:   "V12: beside a regular upstream that verified it, the soak elsewhere is the cause",
			stages: prod(build.From("gate", "qa"), build.Soak("1h")),
			freight: freight(
				build.VerifiedAt("gate", ago("48h")), build.Soaked("dev", "3h"),
				build.VerifiedAt("qa", at("11:55")), build.In("qa", at("11:54"))),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "FFF", "TTF", []string{"SoakedElsewhere: configured any"}},
			},
		},
		{
			name:    "V13: the listing panics over a stay without a beginning in a Stage that is not listed",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.Soaked("qa", "2h"), build.Verified("dev"), build.Sinceless("dev")),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "TTT", "???", []string{"SoakWithoutSince: configured any all"}},
			},
		},
		{
			name:    "V13: in a listed Stage that stay counts as nothing",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.Verified("qa"), build.Sinceless("qa")),
			want:    []judged{{[]string{v133, v17, v110, v111}, "FFF", "???", agree}},
		},
		{
			name:    "V13: beside a longer completed one, the check admits and the listing panics",
			stages:  prod(build.From("qa"), build.Soak("1h")),
			freight: freight(build.Soaked("qa", "2h"), build.Sinceless("qa")),
			want: []judged{
				{[]string{v133, v17, v110, v111}, "TTT", "???", []string{"SoakWithoutSince: configured any all"}},
			},
		},
		{
			name:   "V13: one such piece of Freight fails the listing for all others",
			stages: prod(build.From("qa"), build.Soak("1h")),
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Soaked("qa", "2h")),
				build.Freight("f2", "w", build.Verified("qa"), build.Sinceless("qa")),
			},
			want: []judged{
				{[]string{v133, v17, v110, v111}, "TTT", "???", []string{"SoakWithoutSince: configured any all"}},
			},
		},
		{
			name:   "V13: not where it does not come so far as to be asked for its soak",
			stages: prod(build.From("qa"), build.Soak("1h")),
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Soaked("qa", "2h")),
				build.Freight("f2", "w", build.Verified("dev"), build.Sinceless("dev")),
				build.Freight("f3", "w", build.Verified("qa"), build.Sinceless("qa"), build.Approved("prod")),
				build.Freight("f4", "w", build.Verified("qa"), build.Sinceless("dev")),
				build.Freight("f5", "x", build.Verified("qa"), build.Sinceless("qa")),
			},
			want: []judged{{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:   "V13: under All it must be verified in every upstream to be asked",
			stages: prod(build.From("qa", "uat"), build.All(), build.Soak("1h")),
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Soaked("qa", "2h"), build.Soaked("uat", "2h")),
				build.Freight("f2", "w", build.Verified("qa"), build.Sinceless("qa")),
			},
			want: []judged{
				{[]string{v133, v17, v110, v111}, "TTT", "T?T", []string{"SoakWithoutSince: any"}},
			},
		},
		{
			name:   "V13: under MatchUpstream the upstream must run it now to be asked",
			stages: prod(build.From("qa"), build.MatchUpstream(), build.Soak("1h")),
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Soaked("qa", "2h"), build.In("qa", at("07:00"))),
				build.Freight("f2", "w", build.Verified("qa", "dev"), build.Sinceless("dev")),
			},
			want: []judged{
				{[]string{v110, v111}, "TTT", "TTT", agree},
				{[]string{v133, v17}, "TTT", "???", []string{"SoakWithoutSince: configured any all"}},
			},
		},
		{
			name:    "V13: without a soak time nobody asks",
			stages:  prod(build.From("qa")),
			freight: freight(build.Verified("qa", "dev"), build.Sinceless("qa"), build.Sinceless("dev")),
			want:    []judged{{[]string{v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V14: a strategy that Kargo does not know fails the listing, and counts as OneOf in the check",
			stages:  prod(build.From("qa", "uat"), build.Strategy("Most")),
			freight: freight(build.Verified("qa")),
			want: []judged{
				{[]string{v132}, "TTT", "?TF", []string{"UnknownStrategy: configured", "StrategyIgnored: all"}},
				{[]string{v133, v17, v110, v111}, "TTF", "?TF", []string{"UnknownStrategy: configured"}},
				{[]string{v12}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V14: a direct source is not asked for its strategy",
			stages:  prod(build.Direct(), build.Strategy("Most")),
			freight: freight(),
			want:    []judged{{[]string{v132, v133, v17, v110, v111}, "TTT", "TTT", agree}},
		},
		{
			name:    "V18: MatchUpstream without an upstream fails the listing",
			stages:  prod(build.MatchUpstream()),
			freight: freight(build.Approved("prod")),
			want: []judged{
				{[]string{v110, v111}, "TTT", "???", []string{"MatchUpstreamWithoutUpstream: configured any all"}},
				{[]string{v133, v17}, "TTT", "TTT", agree},
			},
		},
		{
			name:    "V18: the check says as usual that All over nothing admits",
			stages:  prod(build.MatchUpstream()),
			freight: freight(),
			want: []judged{
				{[]string{v110, v111}, "FFT", "???", []string{"MatchUpstreamWithoutUpstream: all"}},
			},
		},
		{
			name:    "V18: a direct source has no upstream to match",
			stages:  prod(build.Direct(), build.MatchUpstream()),
			freight: freight(),
			want:    []judged{{[]string{v110, v111}, "TTT", "TTT", agree}},
		},
	}
	for _, test := range tests {
		for _, want := range test.want {
			for _, release := range firstAndLast(want.releases) {
				t.Run(test.name+"/"+release, func(t *testing.T) {
					w := world{release: release, stages: test.stages, freight: test.freight, warehouses: test.warehouses}
					got := w.judge(t)
					if diff := cmp.Diff(want.check, answers(got.Available)); diff != "" {
						t.Errorf("check, as configured, any, all (-want +got):\n%s", diff)
					}
					if diff := cmp.Diff(want.listing, listing(got.Listed)); diff != "" {
						t.Errorf("listing, as configured, any, all (-want +got):\n%s", diff)
					}
					if diff := cmp.Diff(want.causes, causes(got.Divergences)); diff != "" {
						t.Errorf("divergences (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// firstAndLast returns the releases, which are the last ones with their rules, and
// the first ones with them.
func firstAndLast(last []string) []string {
	first := map[string]string{v11: "v1.1.0", v12: "v1.2.0", v132: "v1.3.0", v110: "v1.8.0", v111: "v1.11.0"}
	var releases []string
	for _, release := range last {
		if first[release] != "" {
			releases = append(releases, first[release])
		}
		releases = append(releases, release)
	}
	return releases
}

func TestListErrors(t *testing.T) {
	tests := []struct {
		name  string
		world world
		// want is what each of the three errors has to say; "" for no error.
		want [3]string
	}{
		{
			"none",
			world{stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa")))}},
			[3]string{},
		},
		{
			"a missing Warehouse, in Kargo's words",
			world{stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.Direct()), build.Requests("v", build.Direct()))}},
			[3]string{`Warehouse "v" not found in namespace "p"`, `Warehouse "v" not found in namespace "p"`, `Warehouse "v" not found in namespace "p"`},
		},
		{
			"the first of two missing Warehouses",
			world{stages: []kargo.Stage{build.Stage("prod", build.Requests("v2"), build.Requests("v1"))}},
			[3]string{`Warehouse "v2" not found`, `Warehouse "v2" not found`, `Warehouse "v2" not found`},
		},
		{
			"a strategy that Kargo does not know, which any and all replace",
			world{stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"), build.Strategy("Most")))}},
			[3]string{`"Most"`, "", ""},
		},
		{
			"a stay without a beginning, with the Freight's name",
			world{
				stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h")))},
				freight: []kargo.Freight{build.Freight("f7", "w", build.Verified("qa"), build.Sinceless("qa"))},
			},
			[3]string{`"f7"`, `"f7"`, `"f7"`},
		},
		{
			"MatchUpstream without an upstream",
			world{stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.MatchUpstream()))}},
			[3]string{"MatchUpstream", "MatchUpstream", "MatchUpstream"},
		},
		{
			"the first request that fails, in their order",
			world{stages: []kargo.Stage{build.Stage("prod",
				build.Requests("w", build.MatchUpstream()), build.Requests("v"))}},
			[3]string{"MatchUpstream", "MatchUpstream", "MatchUpstream"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage := test.world.evaluator(t).Stage("prod")
			for i, semantics := range avail.EverySemantics() {
				got := stage.ListError(semantics)
				if (got == "") != (test.want[i] == "") || !strings.Contains(got, test.want[i]) {
					t.Errorf("ListError(%s) = %q, want it to say %q", semantics, got, test.want[i])
				}
				if !stage.ListKnown(semantics) {
					t.Errorf("ListKnown(%s) = false", semantics)
				}
				if listed := stage.Listed(build.Origin("w"), semantics, 9); got != "" && len(listed) > 0 {
					t.Errorf("Listed(%s) of a listing that fails = %v", semantics, listed)
				}
			}
		})
	}
}

func TestIssuesOfCauses(t *testing.T) {
	for cause, want := range map[avail.Cause]string{
		avail.SoakedElsewhere:              "kargo#4586",
		avail.ControlFlowSoak:              "kargo#6360",
		avail.ForeignOriginApproval:        "kargo#6562",
		avail.StrategyIgnored:              "kargo#3740",
		avail.SoakMeasuredDifferently:      "kargo#3731",
		avail.NotCurrentlyUpstream:         "",
		avail.WarehouseMissing:             "",
		avail.OriginRequestedTwice:         "",
		avail.EmptyAll:                     "",
		avail.FirstVerifiedDecides:         "",
		avail.SoakWithoutSince:             "",
		avail.UnknownStrategy:              "",
		avail.MatchUpstreamWithoutUpstream: "",
	} {
		if got := cause.Issue(); got != want {
			t.Errorf("%s.Issue() = %q, want %q", cause, got, want)
		}
		text := cause.Words()
		if text == "" || text == string(cause) {
			t.Errorf("%s has no words", cause)
		}
		if want != "" {
			text += ", " + want
		}
		if diff := cmp.Diff(text, avail.Divergence{Cause: cause}.String()); diff != "" {
			t.Errorf("String() of a divergence (-want +got):\n%s", diff)
		}
	}
}

// What could not be read leaves the listing unknown, unless it fails either way.
func TestListingOfWhatCouldNotBeRead(t *testing.T) {
	verified := []kargo.Freight{build.Freight("f1", "w", build.Verified("qa"))}
	prod := func(options ...build.StageOption) []kargo.Stage {
		return []kargo.Stage{build.Stage("prod", options...)}
	}
	tests := []struct {
		name                string
		world               world
		check, listing      string
		known               [3]bool
		configuredListError string
		causes              []string
	}{
		{
			name: "without Warehouses the listing is unknown",
			world: world{
				stages: prod(build.Requests("w", build.From("qa"))), freight: verified,
				warehouses: []string{}, unread: []pipeline.Kind{pipeline.Warehouses},
			},
			check: "TTT", listing: "???", causes: []string{},
		},
		{
			name: "without Warehouses a strategy that Kargo does not know fails it as configured alone",
			world: world{
				stages: prod(build.Requests("w", build.From("qa"), build.Strategy("Most"))), freight: verified,
				warehouses: []string{}, unread: []pipeline.Kind{pipeline.Warehouses},
			},
			check: "TTT", listing: "???", known: [3]bool{true, false, false},
			configuredListError: `unknown availabilityStrategy "Most"`,
			causes:              []string{"UnknownStrategy: configured"},
		},
		{
			name: "a Stage that requests nothing lists nothing, whatever the Warehouses",
			world: world{
				stages: prod(), freight: verified,
				warehouses: []string{}, unread: []pipeline.Kind{pipeline.Warehouses},
			},
			check: "FFF", listing: "FFF", known: [3]bool{true, true, true}, causes: []string{},
		},
		{
			name: "without Freight the listing is unknown",
			world: world{
				stages: prod(build.Requests("w", build.From("qa"))), freight: verified,
				unread: []pipeline.Kind{pipeline.Freight},
			},
			check: "TTT", listing: "???", causes: []string{},
		},
		{
			name: "Promotions and policies do not matter",
			world: world{
				stages: prod(build.Requests("w", build.From("qa"))), freight: verified,
				unread: []pipeline.Kind{pipeline.Promotions, pipeline.Policies},
			},
			check: "TTT", listing: "TTT", known: [3]bool{true, true, true}, causes: []string{},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage, freight := test.world.subject(t)
			got := stage.Judge(freight)
			if diff := cmp.Diff(test.check+" "+test.listing, answers(got.Available)+" "+listing(got.Listed)); diff != "" {
				t.Errorf("check and listing (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.causes, causes(got.Divergences)); diff != "" {
				t.Errorf("divergences (-want +got):\n%s", diff)
			}
			for i, semantics := range avail.EverySemantics() {
				if known := stage.ListKnown(semantics); known != test.known[i] {
					t.Errorf("ListKnown(%s) = %t, want %t", semantics, known, test.known[i])
				}
			}
			if diff := cmp.Diff(test.configuredListError, stage.ListError(avail.Configured)); diff != "" {
				t.Errorf("ListError(configured) (-want +got):\n%s", diff)
			}
		})
	}
}
