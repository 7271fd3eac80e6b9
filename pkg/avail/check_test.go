package avail_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestJudge(t *testing.T) {
	at := build.At
	tests := []struct {
		name    string
		release string
		prod    []build.StageOption
		freight []build.FreightOption
		// check, listing and verdict are those of Freight f1 of w at prod.
		check, listing string
		verdict        avail.Verdict
	}{
		// Where the Freight comes from.
		{
			name:  "direct admits everything",
			prod:  []build.StageOption{build.Requests("w", build.Direct())},
			check: "TTT", listing: "TTT", verdict: avail.VerdictDirect,
		},
		{
			name:  "direct overrides all else in its request",
			prod:  []build.StageOption{build.Requests("w", build.Direct(), build.From("qa", "uat"), build.All(), build.Soak("1h"))},
			check: "TTT", listing: "TTT", verdict: avail.VerdictDirect,
		},
		{
			name:  "no upstream has verified it",
			prod:  []build.StageOption{build.Requests("w", build.From("qa", "uat"))},
			check: "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "one of two upstreams suffices without a strategy",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"))},
			freight: []build.FreightOption{build.Verified("uat")},
			check:   "TTF", listing: "TTF", verdict: avail.VerdictVerified,
		},
		{
			name:    "one of two upstreams suffices under OneOf",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.Strategy(kargo.OneOf))},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "TTF", listing: "TTF", verdict: avail.VerdictVerified,
		},
		{
			name:    "one of two upstreams does not suffice under All",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.All())},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "FTF", listing: "FTF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "both of two upstreams do",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.All())},
			freight: []build.FreightOption{build.Verified("qa", "uat")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "a name that is repeated counts once",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "qa", "uat", "qa"), build.All())},
			freight: []build.FreightOption{build.Verified("qa", "uat")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "a name that is repeated counts once, also for the soak",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat", "qa"), build.All(), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "1h"), build.Soaked("uat", "1h")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "an upstream that does not exist never verifies it",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "ghost"), build.All())},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "FTF", listing: "FTF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "the verification in a Stage that is gone still counts",
			prod:    []build.StageOption{build.Requests("w", build.From("ghost"))},
			freight: []build.FreightOption{build.Verified("ghost")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "a Stage may be its own upstream",
			prod:    []build.StageOption{build.Requests("w", build.From("prod", "qa"), build.All())},
			freight: []build.FreightOption{build.Verified("qa", "prod")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "a verification elsewhere does not count",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"))},
			freight: []build.FreightOption{build.Verified("dev", "uat", "prod"), build.In("qa", at("07:00"))},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:  "neither direct nor upstreams, under OneOf",
			prod:  []build.StageOption{build.Requests("w")},
			check: "FFT", listing: "FFT", verdict: avail.VerdictNoSource,
		},
		{
			name:  "neither direct nor upstreams, under All",
			prod:  []build.StageOption{build.Requests("w", build.All())},
			check: "TFT", listing: "TFT", verdict: avail.VerdictAllOfNothing,
		},
		{
			name:    "another origin is requested",
			prod:    []build.StageOption{build.Requests("x", build.Direct())},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictOriginNotRequested,
		},
		{
			name:  "nothing is requested",
			check: "FFF", listing: "FFF", verdict: avail.VerdictOriginNotRequested,
		},
		{
			name:    "the request of the Freight's origin counts, wherever it stands",
			prod:    []build.StageOption{build.Requests("x", build.From("qa"), build.All()), build.Requests("w", build.From("uat"))},
			freight: []build.FreightOption{build.Verified("uat")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the upstreams of another origin's request do not count",
			prod:    []build.StageOption{build.Requests("x", build.From("qa")), build.Requests("w", build.From("uat"))},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name: "of two requests of one origin under OneOf either admits",
			prod: []build.StageOption{
				build.Requests("w", build.From("qa")), build.Requests("w", build.From("uat")),
			},
			freight: []build.FreightOption{build.Verified("uat")},
			check:   "TTF", listing: "TTT", verdict: avail.VerdictVerified,
		},

		// Approvals.
		{
			name:    "an approval stands in for every upstream",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "ghost"), build.All(), build.Soak("720h"))},
			freight: []build.FreightOption{build.Approved("prod")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictApproved,
		},
		{
			name:    "an approval stands in for a source",
			prod:    []build.StageOption{build.Requests("w")},
			freight: []build.FreightOption{build.Approved("prod")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictApproved,
		},
		{
			name:    "an approval is named before a direct source",
			prod:    []build.StageOption{build.Requests("w", build.Direct())},
			freight: []build.FreightOption{build.Approved("prod")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictApproved,
		},
		{
			name:    "an approval for another Stage does not count",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"))},
			freight: []build.FreightOption{build.Approved("qa", "uat")},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "an approval of an origin that is not requested does not count",
			prod:    []build.StageOption{build.Requests("x", build.From("qa"))},
			freight: []build.FreightOption{build.Approved("prod")},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictOriginNotRequested,
		},
		{
			name: "before v1.11.0 it does", release: v110,
			prod:    []build.StageOption{build.Requests("x", build.From("qa"))},
			freight: []build.FreightOption{build.Approved("prod")},
			check:   "TTT", listing: "FFF", verdict: avail.VerdictApproved,
		},

		// Soak times.
		{
			name:    "the running stay has lasted exactly as long as required",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:00"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the running stay lacks a nanosecond",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:00").Add(time.Nanosecond))},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "the clock runs from the entry, not from the verification",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.VerifiedAt("qa", at("11:59")), build.In("qa", at("11:00"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the completed stay has lasted exactly as long as required",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "1h")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the completed stay lacks a nanosecond",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "59m59.999999999s")},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "the longer of completed and running stay counts: the completed one",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "2h"), build.In("qa", at("11:59"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the longer of completed and running stay counts: the running one",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "1m"), build.In("qa", at("10:00"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "the two are not added up",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Soaked("qa", "59m"), build.In("qa", at("11:01"))},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "a soak without a verification counts for nothing",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.In("qa", at("07:00"))},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
		{
			name:    "0s asks for the verification alone",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("0s"))},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "0s is soaked in the future, too",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("0s"))},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("13:00"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "one upstream has soaked, the other has not",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.Soak("1h"), build.All())},
			freight: []build.FreightOption{build.Soaked("qa", "2h"), build.Verified("uat"), build.In("uat", at("11:30"))},
			check:   "FTF", listing: "FTF", verdict: avail.VerdictBlocked,
		},
		{
			name: "before v1.2.0 there are no soak times", release: v11,
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Verified("qa")},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},

		// MatchUpstream.
		{
			name:    "MatchUpstream changes nothing for what the upstream runs",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.MatchUpstream())},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:59"))},
			check:   "TTT", listing: "TTT", verdict: avail.VerdictVerified,
		},
		{
			name:    "nor for what the upstream runs and has not verified",
			prod:    []build.StageOption{build.Requests("w", build.From("qa"), build.MatchUpstream())},
			freight: []build.FreightOption{build.In("qa", at("11:59"))},
			check:   "FFF", listing: "FFF", verdict: avail.VerdictBlocked,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{
				release:    test.release,
				warehouses: []string{"w", "x"},
				stages:     []kargo.Stage{build.Stage("prod", test.prod...), build.Stage("dev"), build.Stage("qa"), build.Stage("uat")},
				freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
			}
			got := w.judge(t)
			if diff := cmp.Diff(test.check, answers(got.Available)); diff != "" {
				t.Errorf("check, as configured, any, all (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.listing, listing(got.Listed)); diff != "" {
				t.Errorf("listing, as configured, any, all (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.verdict, got.Verdict); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
		})
	}
}

// The time zone in which an instant is written is nobody's business.
func TestJudgeIsBlindToTimeZones(t *testing.T) {
	w := world{
		stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h")))},
		freight: []kargo.Freight{build.Freight("f1", "w", build.Verified("qa"), build.In("qa", build.At("11:00").In(time.FixedZone("", -5*3600))))},
		now:     build.Noon().In(time.FixedZone("", 9*3600)),
	}
	if got := answers(w.judge(t).Available); got != "TTT" {
		t.Errorf("check = %s, want TTT", got)
	}
}

func TestStageOfAnUnknownName(t *testing.T) {
	e := world{stages: []kargo.Stage{build.Stage("prod")}}.evaluator(t)
	if got := e.Stage("ghost"); got != nil {
		t.Errorf("Stage(ghost) = %v, want nil", got)
	}
	if first, again := e.Stage("prod"), e.Stage("prod"); first == nil || first != again {
		t.Error("Stage(prod) is not the same view every time")
	}
}

func TestListedIsNewestFirstAndLimited(t *testing.T) {
	w := world{
		stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa")), build.Requests("x", build.Direct()))},
		freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("01:00")), build.Verified("qa")),
			build.Freight("f2", "w", build.Created(build.At("02:00"))),
			build.Freight("f3", "w", build.Created(build.At("03:00")), build.Approved("prod")),
			build.Freight("f4", "w", build.Created(build.At("04:00")), build.Verified("qa")),
			build.Freight("g1", "x", build.Created(build.At("05:00"))),
		},
		warehouses: []string{"w", "x"},
	}
	stage := w.evaluator(t).Stage("prod")
	tests := []struct {
		warehouse string
		limit     int
		want      []string
	}{
		{"w", 9, []string{"f4", "f3", "f1"}},
		{"w", 2, []string{"f4", "f3"}},
		{"w", 1, []string{"f4"}},
		{"x", 9, []string{"g1"}},
		{"y", 9, nil},
	}
	for _, test := range tests {
		var got []string
		for _, f := range stage.Listed(build.Origin(test.warehouse), avail.Configured, test.limit) {
			got = append(got, f.Metadata.Name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Listed(%s, %d) (-want +got):\n%s", test.warehouse, test.limit, diff)
		}
	}
}

func TestRunsNow(t *testing.T) {
	w := world{stages: []kargo.Stage{build.Stage("prod", build.Runs("f2"), build.Runs("f1")), build.Stage("qa")}}
	e := w.evaluator(t)
	for _, test := range []struct {
		stage, freight string
		want           bool
	}{{"prod", "f2", true}, {"prod", "f1", false}, {"qa", "f1", false}} {
		f := build.Freight(test.freight, "w", build.In("qa", build.At("11:00")))
		if got := e.Stage(test.stage).RunsNow(&f); got != test.want {
			t.Errorf("%s runs %s now: %t, want %t", test.stage, test.freight, got, test.want)
		}
	}
}
