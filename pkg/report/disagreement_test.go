package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// TestDisagreements has each cause, in each direction in which it occurs. The first
// line says where and what: "SEMANTICS: available A, listed L: REASON".
func TestDisagreements(t *testing.T) {
	at := build.At
	regular := func(sources ...build.SourceOption) kargo.Stage {
		return build.Stage("prod", build.Requests("w", sources...))
	}
	gate := func(sources ...build.SourceOption) kargo.Stage {
		return build.Stage("prod", build.ControlFlow(), build.Requests("w", sources...))
	}
	qa, hour := build.From("qa"), build.Soak("1h")
	v1 := []build.FreightOption{build.Soaked("qa", "2h"), build.Soaked("dev", "2h")}
	v2 := []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:55")), build.Soaked("dev", "2h")}
	direct, behind := build.Stage("qa", build.Requests("w", build.Direct())), build.Stage("qa", build.Requests("w", build.From("dev")))
	const (
		byHand   = "promote it by hand"
		noAuto   = "it can be promoted by hand; the web UI does not offer it"
		auto     = "it can be promoted by hand; auto-promotion does not pick it, and the web UI does not offer it"
		refused  = "the web UI offers it, and Kargo's webhook refuses its Promotion"
		stuck    = "auto-promotion picks it now, Kargo's webhook refuses the Promotion, the Stage becomes not Ready, and older Freight is not tried"
		stopped  = "the check admits it, but the Stage does not pass it on to its downstream Stages"
		passes   = "the Stage still passes it on: it counts as verified there, although the check would not admit it"
		upgrade  = "upgrade Kargo to v1.3.3 or later, where both answer alike"
		orWait   = "let it soak in the upstreams, or approve it"
		that     = "with that strategy, "
		dropSoak = ", or remove requiredSoakTime from the request"
		gateSoak = "remove requiredSoakTime from the request, or approve this Freight; or move the soak time into the requests of the control-flow Stage, and refresh that Stage when the soak is over"
	)
	tests := []struct {
		name    string
		release string
		stage   kargo.Stage
		others  []kargo.Stage
		freight []build.FreightOption
		auto    bool
		unknown bool // the policies
		none    bool // no Warehouse
		origin  string
		want    [][]string
	}{
		{name: "none", stage: regular(qa)},
		{name: "V1", stage: regular(qa, hour, build.All()), freight: v1, want: [][]string{
			{"configured, all: available true, listed false: it also soaked in a Stage that is not an upstream, kargo#4586", noAuto, byHand + dropSoak},
		}},
		{name: "V1, auto-promotion on", stage: regular(qa, hour, build.All()), freight: v1, auto: true, want: [][]string{
			{"configured, all: available true, listed false: it also soaked in a Stage that is not an upstream, kargo#4586", auto, byHand + dropSoak},
		}},
		{name: "V1, auto-promotion unknown", stage: regular(qa, hour, build.All()), freight: v1, unknown: true, want: [][]string{
			{"configured, all: available true, listed false: it also soaked in a Stage that is not an upstream, kargo#4586", auto, byHand + dropSoak},
		}},
		{name: "V1, as it would be under all", stage: regular(qa, hour), freight: v1, want: [][]string{
			{"all: available true, listed false: it also soaked in a Stage that is not an upstream, kargo#4586", that + noAuto, byHand + dropSoak},
		}},
		{name: "V1 at a control-flow Stage", stage: gate(qa, hour, build.All()), freight: v1, auto: true, want: [][]string{
			{"configured, all: available true, listed false: it also soaked in a Stage that is not an upstream, kargo#4586", stopped, "approve it for the Stage" + dropSoak},
		}},
		{name: "V2", stage: regular(qa, hour), freight: v2, want: [][]string{
			{"configured, any: available false, listed true: it also soaked in a Stage that is not an upstream, kargo#4586", refused, orWait},
		}},
		{name: "V2, auto-promotion on", stage: regular(qa, hour), freight: v2, auto: true, want: [][]string{
			{"configured, any: available false, listed true: it also soaked in a Stage that is not an upstream, kargo#4586", stuck, orWait},
		}},
		{name: "V2 at a control-flow Stage", stage: gate(qa, hour), freight: v2, want: [][]string{
			{"configured, any: available false, listed true: it also soaked in a Stage that is not an upstream, kargo#4586", passes, orWait},
		}},
		{name: "V3", others: []kargo.Stage{direct}, stage: regular(qa, build.MatchUpstream()), freight: []build.FreightOption{build.Verified("qa")}, auto: true, want: [][]string{
			{"configured, any, all: available true, listed false: MatchUpstream takes only what the upstream runs now", auto, byHand + ", or promote it to qa, which the Stage follows"},
		}},
		{name: "V3 at a control-flow Stage", others: []kargo.Stage{direct}, stage: gate(qa, build.MatchUpstream()), freight: []build.FreightOption{build.Verified("qa")}, want: [][]string{
			{"configured, any, all: available true, listed false: MatchUpstream takes only what the upstream runs now", stopped, "promote it to qa, which the Stage follows"},
		}},
		{name: "V4, where the upstream may not have it yet", others: []kargo.Stage{behind, build.Stage("dev", build.Requests("w", build.Direct()))}, stage: regular(qa, build.MatchUpstream()), freight: []build.FreightOption{build.Approved("prod")}, want: [][]string{
			{
				"configured, any, all: available true, listed false: MatchUpstream takes only what the upstream runs now", noAuto,
				byHand + ", or promote it to qa, which the Stage follows, once it is available there: it waits for dev, or for an approval for qa",
			},
		}},
		{name: "V4, where the upstream never has it", others: []kargo.Stage{behind}, stage: regular(qa, build.MatchUpstream()), freight: []build.FreightOption{build.Approved("prod")}, want: [][]string{
			{
				"configured, any, all: available true, listed false: MatchUpstream takes only what the upstream runs now", noAuto,
				byHand + ", or promote it to qa, which the Stage follows: not possible unless a Stage dev is created; or the Freight is approved for qa",
			},
		}},
		{name: "V5", release: "v1.10.10", stage: regular(qa), origin: "x", freight: []build.FreightOption{build.Approved("prod")}, want: [][]string{
			{"configured, any, all: available true, listed false: approved, though its origin is not requested, kargo#6562", noAuto, "promote it by hand now: from v1.11.0 on such an approval does not count"},
		}},
		{name: "V6", stage: regular(qa), freight: []build.FreightOption{build.Verified("qa")}, none: true, want: [][]string{
			{"configured, any, all: available true, the listing fails: a Warehouse is missing", noAuto, "create the Warehouse, or remove the request for its Freight; until then nothing at all is listed for the Stage"},
		}},
		{name: "V7", stage: build.Stage("prod", build.Requests("w", qa, build.All()), build.Requests("w", build.Direct())), want: [][]string{
			{"configured, all: available false, listed true: its origin is requested twice", refused, "make one request of the two, as Kargo's webhook wants it"},
		}},
		{name: "V8", release: "v1.7.10", stage: regular(build.All()), want: [][]string{
			{"configured, all: available true, listed false: All over no upstream", noAuto, "name an upstream, or take the Freight directly; from v1.8.0 on it is listed"},
		}},
		{name: "V9", release: "v1.3.2", stage: regular(build.From("a", "b"), hour), freight: []build.FreightOption{
			build.VerifiedAt("a", at("11:59")), build.VerifiedAt("b", at("08:00")), build.In("b", at("08:00")),
		}, want: [][]string{
			{"configured, any: available false, listed true: the first upstream that verified it decides alone", refused, upgrade},
		}},
		{name: "V10", release: "v1.3.2", stage: regular(build.From("a", "b"), build.All()), freight: []build.FreightOption{build.Verified("a")}, want: [][]string{
			{"configured, all: available true, listed false: the promotion check ignores All, kargo#3740", noAuto, upgrade},
		}},
		{name: "V11", release: "v1.2.3", stage: regular(qa, hour), freight: []build.FreightOption{build.VerifiedAt("qa", at("11:55")), build.In("qa", at("10:00"))}, want: [][]string{
			{"configured, any, all: available true, listed false: soak is measured in two ways, kargo#3731", noAuto, upgrade},
		}},
		{name: "V12", stage: regular(build.From("gate"), hour), freight: []build.FreightOption{build.Verified("gate"), build.Soaked("dev", "3h")}, auto: true, want: [][]string{
			{"configured, any: available false, listed true: it cannot soak in a control-flow Stage, kargo#6360", stuck, gateSoak},
		}},
		{name: "V13", stage: regular(qa, hour), freight: []build.FreightOption{build.Soaked("qa", "2h"), build.Verified("dev"), build.Sinceless("dev")}, want: [][]string{
			{"configured, any, all: available true, the listing fails: some Freight is in a Stage since an unknown time", noAuto, "promote other Freight to the Stage that it is in, so that it leaves; until then nothing at all is listed for the Stage"},
		}},
		{name: "V14", stage: regular(qa, build.Strategy("Most")), freight: []build.FreightOption{build.Verified("qa")}, want: [][]string{
			{"configured: available true, the listing fails: the strategy is unknown", noAuto, "write OneOf or All"},
		}},
		{name: "V18", stage: regular(build.All(), build.MatchUpstream()), want: [][]string{
			{"configured, all: available true, the listing fails: MatchUpstream without an upstream", noAuto, "name the upstream to match, or drop the selectionPolicy"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			origin := "w"
			if test.origin != "" {
				origin = test.origin
			}
			objects := pipeline.Objects{
				Stages:     append([]kargo.Stage{test.stage, build.Stage("gate", build.ControlFlow())}, test.others...),
				Freight:    []kargo.Freight{build.Freight("f1", origin, test.freight...)},
				Warehouses: []string{"w", "x"},
			}
			if test.none {
				objects.Warehouses = nil
			}
			if test.auto {
				objects.Config = &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{Stage: "prod", AutoPromotionEnabled: true}}}
			}
			if test.unknown {
				objects.Unread = objects.Unread.With(pipeline.Policies)
			}
			got := explain(t, test.release, objects, "f1").Freight[0].Disagreements
			if got == nil {
				t.Error("Disagreements are nil")
			}
			if diff := cmp.Diff(test.want, disagreementWords(got)); diff != "" {
				t.Errorf("Disagreements (-want +got):\n%s", diff)
			}
			for _, d := range got {
				if strings.Contains(d.WayOut, "approve ") {
					approvalMends(t, test.release, objects)
				}
			}
		})
	}
}

func disagreementWords(list []report.Disagreement) [][]string {
	var all [][]string
	for _, d := range list {
		listed := "the listing fails"
		if d.Listed != nil {
			listed = fmt.Sprintf("listed %t", *d.Listed)
		}
		all = append(all, []string{fmt.Sprintf("%s: available %t, %s: %s", strings.Join(d.In, ", "), d.Available, listed, d.Reason), d.Consequence, d.WayOut})
	}
	return all
}

// approvalMends tries a way out that says so.
func approvalMends(t *testing.T, release string, objects pipeline.Objects) {
	t.Helper()
	build.Approved("prod")(&objects.Freight[0])
	stage, f := prodOf(t, release, objects, "f1")
	if j := stage.Judge(f); !j.Available[avail.Configured] || j.Listed[avail.Configured] != avail.Yes {
		t.Errorf("approved, and judged %+v", j)
	}
}

// TestDisagreementSpeaksForEachSemantics: the two answers that are given are those
// under every semantics that the disagreement names.
func TestDisagreementSpeaksForEachSemantics(t *testing.T) {
	durations := []string{"0s", "59m", "1h", "3h"}
	rapid.Check(t, func(t *rapid.T) {
		f := build.Freight("f1", "w")
		for _, stage := range []string{"qa", "uat", "dev", "gate"} {
			if rapid.Bool().Draw(t, stage) {
				build.Verified(stage)(&f)
				if rapid.Bool().Draw(t, stage+" says when") {
					build.VerifiedAt(stage, build.Ago(rapid.SampledFrom(durations).Draw(t, stage+" verified")))(&f)
				}
				if rapid.Bool().Draw(t, stage+" is there") {
					build.In(stage, build.Ago(rapid.SampledFrom(durations).Draw(t, stage+" since")))(&f)
				}
				build.Soaked(stage, rapid.SampledFrom(durations).Draw(t, stage+" soaked"))(&f)
			}
		}
		sources := []build.SourceOption{
			build.From(rapid.SliceOfN(rapid.SampledFrom([]string{"qa", "uat", "gate"}), 0, 3).Draw(t, "upstreams")...),
			build.Strategy(rapid.SampledFrom([]kargo.Strategy{"", kargo.All, "Most"}).Draw(t, "strategy")),
		}
		if rapid.Bool().Draw(t, "soak") {
			sources = append(sources, build.Soak("1h"))
		}
		if rapid.Bool().Draw(t, "follows") {
			sources = append(sources, build.MatchUpstream())
		}
		releases, err := kargo.ParseRelease(rapid.SampledFrom([]string{"v1.11.2", "v1.10.10", "v1.7.10", "v1.3.3", "v1.3.2", "v1.2.3"}).Draw(t, "release"))
		if err != nil {
			t.Fatal(err)
		}
		rules := avail.RulesFor(releases)
		p := pipeline.New(pipeline.Objects{
			Stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", sources...)), build.Stage("gate", build.ControlFlow())},
			Freight: []kargo.Freight{f}, Warehouses: []string{"w"},
		}, rules.ByDiscovery())
		stage := avail.New(p, rules, build.Noon()).Stage("prod")
		j := stage.Judge(p.Freight()[0])
		for _, d := range explainer().Explain(stage, p.Freight()[0]).Freight[0].Disagreements {
			for _, semantics := range avail.EverySemantics() {
				listed := j.Listed[semantics] == avail.Yes
				if !strings.Contains(strings.Join(d.In, " "), semantics.String()) {
					continue
				}
				if j.Available[semantics] != d.Available || d.Listed != nil && listed != *d.Listed || d.Listed == nil && j.Listed[semantics] != avail.Unknown {
					t.Errorf("%s under %s: judged %+v, said %+v", d.Cause, semantics, j, d)
				}
			}
			if d.Reason == "" || d.Consequence == "" || d.WayOut == "" {
				t.Errorf("words are missing: %+v", d)
			}
		}
	})
}
