package report_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// explainer writes sentences that only name what they are about.
func explainer() report.Explainer {
	return report.Explainer{
		Header:   report.Header{APIVersion: report.APIVersion},
		Sentence: func(s *report.Stage, f *report.ExplainedFreight) string { return s.Name + " " + f.Name },
		Reason:   func(_ *report.Stage, f *report.Freight) string { return fmt.Sprintf("%d blockers", len(f.Blockers)) },
	}
}

// explain explains Freight to Stage prod by the rules of a release, "" for the newest.
func explain(t *testing.T, release string, objects pipeline.Objects, freight string) *report.Explanation {
	t.Helper()
	return explainer().Explain(prodOf(t, release, objects, freight))
}

func prodOf(t *testing.T, release string, objects pipeline.Objects, freight string) (*avail.Stage, *kargo.Freight) {
	t.Helper()
	var releases kargo.Releases
	if release != "" {
		var err error
		if releases, err = kargo.ParseRelease(release); err != nil {
			t.Fatal(err)
		}
	}
	rules := avail.RulesFor(releases)
	p := pipeline.New(objects, rules.ByDiscovery())
	stage := avail.New(p, rules, build.Noon()).Stage("prod")
	if freight == "" {
		return stage, nil
	}
	i := slices.IndexFunc(p.Freight(), func(f *kargo.Freight) bool { return f.Metadata.Name == freight })
	if i < 0 {
		t.Fatalf("no Freight %s", freight)
	}
	return stage, p.Freight()[i]
}

func TestWhichFreightIsExplained(t *testing.T) {
	at := build.At
	w := func(name, created string, options ...build.FreightOption) kargo.Freight {
		return build.Freight(name, "w", append(options, build.Created(at(created)))...)
	}
	prod := build.Stage("prod", build.Requests("x", build.Direct()), build.Requests("w", build.From("qa")))
	x1, x2 := build.Freight("x1", "x"), build.Freight("x2", "x")
	verified := build.Verified("qa")
	five := []kargo.Freight{w("f1", "01:00"), w("f2", "02:00", verified), w("f3", "03:00"), w("f4", "04:00"), w("f5", "05:00"), w("f6", "06:00", verified)}
	tests := []struct {
		name    string
		release string
		freight []kargo.Freight
		limit   int
		asked   string
		want    []string // "FREIGHT: NEXT… +MORE"
	}{
		{name: "no Freight at all", want: []string{}},
		{name: "the newest that is not available, and the others after it", freight: five, want: []string{"f5: f4 f3 f1 +0"}},
		{name: "no more of them than wanted", freight: five, limit: 2, want: []string{"f5: f4 f3 +1"}},
		{name: "exactly as many as wanted", freight: five, limit: 3, want: []string{"f5: f4 f3 f1 +0"}},
		{name: "one is all there is", freight: five[:1], limit: 1, want: []string{"f1: +0"}},
		{name: "the newest, where all are available", freight: []kargo.Freight{w("f1", "01:00", verified), w("f2", "02:00", verified)}, want: []string{"f2: +0"}},
		{name: "by origin, in the order of the requests", freight: []kargo.Freight{five[0], five[2], x1, x2}, want: []string{"x2: +0", "f3: f1 +0"}},
		{name: "nothing of an origin that is not requested", freight: []kargo.Freight{five[0], build.Freight("y1", "y")}, want: []string{"f1: +0"}},
		{
			name: "but what is approved, last", freight: []kargo.Freight{five[0], x1, build.Freight("y1", "y", build.Approved("prod")), build.Freight("y2", "y", build.Approved("prod"))},
			want: []string{"x1: +0", "f1: +0", "y2: y1 +0"},
		},
		{
			name: "which was available before v1.11.0", release: "v1.10.10", freight: []kargo.Freight{build.Freight("y1", "y", build.Approved("prod")), build.Freight("y2", "y", build.Approved("prod"))},
			want: []string{"y2: +0"},
		},
		{name: "that which is asked for, and nothing else", freight: five, asked: "f3", want: []string{"f3: +0"}},
		{name: "that which is asked for, though it is available", freight: five, asked: "f2", want: []string{"f2: +0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := explainer()
			x.Limit = test.limit
			objects := pipeline.Objects{Project: "p", Stages: []kargo.Stage{prod, build.Stage("qa")}, Freight: test.freight, Warehouses: []string{"w", "x"}}
			got := []string{}
			for _, f := range x.Explain(prodOf(t, test.release, objects, test.asked)).Freight {
				var next []string
				for _, n := range f.Next {
					next = append(next, n.Name)
				}
				got = append(got, strings.Join(append([]string{f.Name + ":"}, append(next, fmt.Sprintf("+%d", f.More))...), " "))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("explained (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNextFreight(t *testing.T) {
	discovered := build.At("05:00")
	objects := pipeline.Objects{
		Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa", "ghost")))},
		Freight: []kargo.Freight{
			build.Freight("f2", "w", build.Created(build.At("06:00"))),
			build.Freight("f1", "w", build.Discovered(discovered.In(time.FixedZone("", 3600))), func(f *kargo.Freight) { f.Alias = "lucky-koala" }),
			build.Freight("f0", "w"),
		},
		Warehouses: []string{"w"},
	}
	explained := explain(t, "", objects, "").Freight[0]
	want := []report.NextFreight{
		{Named: report.Named{Name: "f1", Alias: "lucky-koala"}, DiscoveredAt: &discovered, Verdict: "Blocked", Reason: "2 blockers"},
		{Named: report.Named{Name: "f0"}, Verdict: "Blocked", Reason: "2 blockers"},
	}
	if diff := cmp.Diff(want, explained.Next); diff != "" {
		t.Errorf("Next (-want +got):\n%s", diff)
	}
	if explained.Summary != "prod f2" {
		t.Errorf("Summary = %q, want what Sentence wrote", explained.Summary)
	}
}

func TestChecks(t *testing.T) {
	at := func(hhmm string) *time.Time { instant := build.At(hhmm); return &instant }
	abroad := build.At("07:00").In(time.FixedZone("", 3600))
	minutes := func(n int) kargo.Duration { return kargo.Duration(time.Duration(n) * time.Minute) }
	soak := func(elapsed int, complete bool, until *time.Time) *report.Soak {
		return &report.Soak{Required: minutes(60), Elapsed: minutes(elapsed), Complete: complete, Until: until}
	}
	verification := kargo.Verification{
		Phase: kargo.VerificationFailed, Message: "metric red", StartTime: at("08:00"), FinishTime: &abroad, AnalysisRun: &kargo.AnalysisRunRef{Name: "run-1", Phase: "Failed"},
	}
	tests := []struct {
		name       string
		sources    []build.SourceOption
		qa         []build.StageOption
		freight    []build.FreightOption
		promotions []kargo.Promotion
		want       report.UpstreamCheck // of qa
	}{
		{name: "nothing", want: report.UpstreamCheck{}},
		{name: "verified", freight: []build.FreightOption{build.VerifiedAt("qa", abroad)}, want: report.UpstreamCheck{Satisfied: true, Verified: true, VerifiedAt: at("07:00")}},
		{name: "there", freight: []build.FreightOption{build.In("qa", abroad)}, want: report.UpstreamCheck{Current: true, Since: at("07:00")}},
		{name: "a soak time, and it was never there", sources: []build.SourceOption{build.Soak("1h")}, want: report.UpstreamCheck{Soak: soak(0, false, nil)}},
		{
			name: "it soaks", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Verified("qa"), build.In("qa", build.At("11:30"))},
			want: report.UpstreamCheck{Verified: true, Current: true, Since: at("11:30"), Soak: soak(30, false, at("12:30"))},
		},
		{
			name: "it soaks, and soaked for longer before", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Soaked("qa", "50m"), build.In("qa", build.At("11:30"))},
			want: report.UpstreamCheck{Verified: true, Current: true, Since: at("11:30"), Soak: soak(50, false, at("12:30"))},
		},
		{
			name: "the soak is over at this very instant", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Verified("qa"), build.In("qa", build.At("11:00"))},
			want: report.UpstreamCheck{Satisfied: true, Verified: true, Current: true, Since: at("11:00"), Soak: soak(60, true, nil)},
		},
		{
			name: "it soaked before", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Soaked("qa", "1h"), build.In("qa", build.At("11:30"))},
			want: report.UpstreamCheck{Satisfied: true, Verified: true, Current: true, Since: at("11:30"), Soak: soak(60, true, nil)},
		},
		{
			name: "it left too early", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Soaked("qa", "59m")},
			want: report.UpstreamCheck{Verified: true, Soak: soak(59, false, nil)},
		},
		{
			name: "long enough there, and not verified", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.In("qa", build.At("10:00"))},
			want: report.UpstreamCheck{Current: true, Since: at("10:00"), Soak: soak(120, true, nil)},
		},
		{
			name: "there since tomorrow, by another clock", sources: []build.SourceOption{build.Soak("1h")}, freight: []build.FreightOption{build.Verified("qa"), build.In("qa", build.At("12:10"))},
			want: report.UpstreamCheck{Verified: true, Current: true, Since: at("12:10"), Soak: soak(0, false, at("13:10"))},
		},
		{
			name: "a soak time of nothing", sources: []build.SourceOption{build.Soak("0s")}, freight: []build.FreightOption{build.Verified("qa")},
			want: report.UpstreamCheck{Satisfied: true, Verified: true, Soak: &report.Soak{Complete: true}},
		},
		{
			name: "a Promotion", promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionErrored, build.Says("no such image"), func(p *kargo.Promotion) { p.Status.FinishedAt = &abroad })},
			want: report.UpstreamCheck{Promotion: &report.PromotionEvidence{Kind: "Promotion", Promotion: report.Promotion{Name: "qa.1", Phase: "Errored", Message: "no such image"}, FinishedAt: at("07:00")}},
		},
		{
			name: "a verification, by an AnalysisRun", qa: []build.StageOption{build.Runs("f1", verification)},
			want: report.UpstreamCheck{Current: true, Verification: &report.VerificationEvidence{
				Phase: "Failed", Message: "metric red", AnalysisRun: "run-1", StartTime: at("08:00"), FinishTime: at("07:00"),
			}},
		},
		{
			name: "a verification, and it was replaced", qa: []build.StageOption{build.Runs("f0"), build.Runs("f1", build.Verification(kargo.VerificationAborted, ""))},
			want: report.UpstreamCheck{Verification: &report.VerificationEvidence{Phase: "Aborted", Replaced: true}},
		},
		{
			name: "the health", qa: []build.StageOption{build.Runs("f1"), build.Health("Unknown"), func(s *kargo.Stage) {
				s.Status.Conditions = []kargo.Condition{{Type: kargo.ConditionHealthy, LastTransitionTime: &abroad}}
			}},
			want: report.UpstreamCheck{Current: true, Health: &report.HealthEvidence{Status: "Unknown", Issues: []string{}, Since: at("07:00")}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			explained := explain(t, "", pipeline.Objects{
				Stages:     []kargo.Stage{build.Stage("prod", build.Requests("w", append(test.sources, build.From("qa"))...)), build.Stage("qa", test.qa...)},
				Freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
				Promotions: test.promotions,
				Warehouses: []string{"w"},
			}, "f1").Freight[0]
			test.want.Stage, test.want.Exists = "qa", true
			want := report.Check{Available: test.want.Satisfied, Needed: 1, Upstreams: []report.UpstreamCheck{test.want}}
			if test.want.Soak != nil {
				want.RequiredSoakTime = &test.want.Soak.Required
			}
			if diff := cmp.Diff([]report.Check{want}, explained.Checks); diff != "" {
				t.Errorf("Checks (-want +got):\n%s", diff)
			}
		})
	}
}

// TestChecksByRequest: one for each request of the origin, with its place.
func TestChecksByRequest(t *testing.T) {
	approvedAt := build.At("07:00")
	objects := pipeline.Objects{
		Stages: []kargo.Stage{build.Stage("prod", build.Requests("x", build.Direct()), build.Requests("w", build.From("ghost", "ghost")), build.Requests("w", build.Direct()))},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", func(f *kargo.Freight) {
				f.Status.ApprovedFor = f.Status.ApprovedFor.With("prod", kargo.Approved{ApprovedAt: &approvedAt})
			}),
			build.Freight("f2", "w", build.Approved("prod")), build.Freight("f3", "w", build.Approved("other")), build.Freight("y1", "y"),
		},
		Warehouses: []string{"w", "x"},
	}
	ghost := []report.UpstreamCheck{{Stage: "ghost"}}
	for freight, want := range map[string][]report.Check{
		"f1": {
			{Request: 1, Approved: true, ApprovedAt: &approvedAt, Available: true, Needed: 1, Upstreams: ghost},
			{Request: 2, Approved: true, ApprovedAt: &approvedAt, Direct: true, Available: true, Needed: 1, Upstreams: []report.UpstreamCheck{}},
		},
		"f2": {
			{Request: 1, Approved: true, Available: true, Needed: 1, Upstreams: ghost},
			{Request: 2, Approved: true, Direct: true, Available: true, Needed: 1, Upstreams: []report.UpstreamCheck{}},
		},
		"f3": {{Request: 1, Needed: 1, Upstreams: ghost}, {Request: 2, Direct: true, Available: true, Needed: 1, Upstreams: []report.UpstreamCheck{}}},
		"y1": {},
	} {
		if diff := cmp.Diff(want, explain(t, "", objects, freight).Freight[0].Checks); diff != "" {
			t.Errorf("Checks of %s (-want +got):\n%s", freight, diff)
		}
	}
}

func TestStageOfAnExplanation(t *testing.T) {
	prod := build.Stage("prod", build.Requests("w", build.From("qa"), build.Strategy("Most")), build.Runs("f1"))
	policy := func(name string, on bool) kargo.PromotionPolicy {
		return kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{Name: name}, AutoPromotionEnabled: on}
	}
	objects := pipeline.Objects{
		Project: "web", Stages: []kargo.Stage{prod}, Warehouses: []string{"w"},
		Config: &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{policy("dev", true), policy("glob:*", true), policy("prod", false)}},
	}
	got := explain(t, "", objects, "")
	yes := true
	want := &report.Explanation{
		Header: report.Header{APIVersion: report.APIVersion, Kind: "Explanation"}, Project: "web",
		Stage: report.ExplainedStage{
			Name: "prod", Current: []report.Current{{Origin: "Warehouse/w", Freight: "f1"}},
			Requests: []report.Request{{Origin: "Warehouse/w", Upstreams: []string{"qa"}, Strategy: "Most", SelectionPolicy: "NewestFreight"}},
			AutoPromotion: report.Policies{Enabled: &yes, Selecting: []report.Policy{
				{Index: 1, Selector: "name: glob:*", Enabled: true}, {Index: 2, Selector: "name: prod"},
			}, Next: map[string]report.Next{"Warehouse/w": {
				Outcome: "ListingFails", Reason: `nothing is promoted, as the Stage's listing fails: unknown availabilityStrategy "Most"`,
			}}},
			ListError: `unknown availabilityStrategy "Most"`,
			Problems: []report.Problem{{
				Kind: "ListingFails", Text: `its listing fails, so that auto-promotion and the web UI see no Freight at all: unknown availabilityStrategy "Most"`,
				Remedy: "it works again when prod has an availabilityStrategy that Kargo knows",
			}},
			Origins: []report.Running{{Origin: "Warehouse/w", Freight: "f1"}}, Rollbacks: []report.Named{}, Sets: []report.Set{}, Ahead: []report.Ahead{},
		},
		Freight: report.Nullable[report.ExplainedFreight]{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Explain() (-want +got):\n%s", diff)
	}
}

func TestFreightPolicies(t *testing.T) {
	on := &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{}, AutoPromotionEnabled: true}}}
	f1 := build.Freight("f1", "w", build.Created(build.At("01:00")), build.Verified("qa", "uat"))
	f2 := build.Freight("f2", "w", build.Created(build.At("02:00")), build.Verified("qa"), func(f *kargo.Freight) { f.Alias = "lucky-koala" })
	prod := func(options ...build.StageOption) kargo.Stage {
		return build.Stage("prod", append(options, build.Requests("w", build.From("qa", "uat")))...)
	}
	since := build.At("07:00")
	held := func(s *kargo.Stage) {
		s.Status.EffectiveAutoPromotionHolds = map[string]kargo.Hold{
			"Warehouse/w": {FreightName: "f0", PromotionName: "prod.1", Actor: "jane", CreatedAt: &since}, "Warehouse/x": {},
		}
	}
	known := &report.CandidatesOf{Known: map[string]report.Named{
		"configured": {Name: "f2", Alias: "lucky-koala"}, "any": {Name: "f2", Alias: "lucky-koala"}, "all": {Name: "f1"},
	}}
	tests := []struct {
		name string
		pipeline.Objects
		want report.FreightPolicies
		json string // of the candidates
	}{
		{name: "off", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1}}},
		{
			name: "off, and held from before", Objects: pipeline.Objects{Stages: []kargo.Stage{prod(held)}, Freight: []kargo.Freight{f1}},
			want: report.FreightPolicies{Hold: &report.Hold{Freight: "f0", Promotion: "prod.1", Actor: "jane", CreatedAt: &since}},
		},
		{name: "a control-flow Stage", Objects: pipeline.Objects{Stages: []kargo.Stage{prod(build.ControlFlow())}, Freight: []kargo.Freight{f1}, Config: on}},
		{
			name: "on", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1, f2}, Config: on},
			want: report.FreightPolicies{Candidates: known},
			json: `{"all":{"name":"f1","alias":""},"any":{"name":"f2","alias":"lucky-koala"},"configured":{"name":"f2","alias":"lucky-koala"}}`,
		},
		{
			name: "on, and nothing is listed", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{build.Freight("f1", "w")}, Config: on},
			want: report.FreightPolicies{Candidates: &report.CandidatesOf{Known: map[string]report.Named{}}}, json: `{}`,
		},
		{
			name: "on, and the Warehouses are not known", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1}, Config: on, Unread: pipeline.Kinds(0).With(pipeline.Warehouses)},
			want: report.FreightPolicies{Candidates: &report.CandidatesOf{}}, json: `null`,
		},
		{
			name: "on, and other Freight is not known", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1}, Config: on, Partial: true},
			want: report.FreightPolicies{Candidates: &report.CandidatesOf{}}, json: `null`,
		},
		{
			name: "perhaps on", Objects: pipeline.Objects{Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1, f2}, Unread: pipeline.Kinds(0).With(pipeline.Policies)},
			want: report.FreightPolicies{Candidates: known},
			json: `{"all":{"name":"f1","alias":""},"any":{"name":"f2","alias":"lucky-koala"},"configured":{"name":"f2","alias":"lucky-koala"}}`,
		},
		{
			name: "on, and promoted before", Objects: pipeline.Objects{
				Stages: []kargo.Stage{prod()}, Freight: []kargo.Freight{f1, f2}, Config: on, Promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed)},
			},
			want: report.FreightPolicies{Candidates: known, Guard: &report.Guard{Reason: "Unsuccessful", Promotion: "prod.1"}},
			json: `{"all":{"name":"f1","alias":""},"any":{"name":"f2","alias":"lucky-koala"},"configured":{"name":"f2","alias":"lucky-koala"}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.Warehouses = []string{"w"}
			if test.Unread.Has(pipeline.Warehouses) {
				test.Warehouses = nil
			}
			got := explain(t, "", test.Objects, "f1").Freight[0].AutoPromotion
			if got.Outcome == "" {
				t.Error("no Outcome")
			}
			got.Outcome = ""
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("AutoPromotion (-want +got):\n%s", diff)
			}
			text, err := jsonv2.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(text, &fields); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.json, string(fields["candidates"])); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingIsNullThatIsKnown: lists and maps that are empty are so in JSON; what is
// optional is absent.
func TestNothingIsNullThatIsKnown(t *testing.T) {
	objects := pipeline.Objects{Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa")))}, Freight: []kargo.Freight{build.Freight("f1", "w", build.Created(build.At("01:00")))}, Warehouses: []string{"w"}}
	if text := marshal(t, explain(t, "", objects, "")); strings.Contains(text, "null") {
		t.Errorf("null in %s", text)
	}
	objects.Freight = nil
	if text := marshal(t, explain(t, "", objects, "")); strings.Contains(text, "null") || !strings.HasSuffix(text, `"freight":[]}`) {
		t.Errorf("no Freight, and %s", text)
	}
	objects.Unread = objects.Unread.With(pipeline.Freight)
	if text := marshal(t, explain(t, "", objects, "")); !strings.HasSuffix(text, `"freight":null}`) {
		t.Errorf("Freight is not known, and %s", text)
	}
}

// Where only the Freight in question was read, what is about other Freight is unknown, and
// what is wrong at the Stage itself is told.
func TestWithoutOtherFreight(t *testing.T) {
	prod := build.Stage("prod", build.Requests("w", build.Direct()), build.Frozen("fair"))
	e := explain(t, "", pipeline.Objects{Stages: []kargo.Stage{prod}, Freight: []kargo.Freight{build.Freight("f1", "w")}, Warehouses: []string{"w"}, Partial: true}, "f1")
	if len(e.Stage.Problems) != 1 || e.Stage.Problems[0].Kind != "Frozen" {
		t.Errorf("problems %v", e.Stage.Problems)
	}
	text := marshal(t, e)
	for _, want := range []string{`"origins":null`, `"rollbacks":null`, `"sets":null`, `"sameArtifacts":null`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := jsonv2.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestForecastOfAnExplanation(t *testing.T) {
	half := build.At("12:30")
	objects := pipeline.Objects{
		Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"), build.All(), build.Soak("1h"))), build.Stage("qa", build.Requests("w", build.Direct()), build.Runs("f1"))},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Verified("qa"), build.In("qa", build.At("11:30")), build.Soaked("dev", "2h")),
			build.Freight("f2", "w", build.Verified("qa"), build.In("qa", build.At("11:30"))),
			build.Freight("f3", "w"),
			build.Freight("f4", "w", build.Soaked("qa", "2h"), build.Soaked("dev", "2h")), // they differ already
		},
		Warehouses: []string{"w"},
	}
	f1 := explain(t, "", objects, "f1").Freight[0].Forecast
	if diff := cmp.Diff(report.Outlook{State: "Later", At: &half}, f1.Available.Configured); diff != "" {
		t.Errorf("f1 is available (-want +got):\n%s", diff)
	}
	want := []report.Divergence{{Cause: "SoakedElsewhere", Issue: "kargo#4586", In: []string{"configured", "all"}}}
	if diff := cmp.Diff(want, f1.Divergence); diff != "" {
		t.Errorf("f1 will differ (-want +got):\n%s", diff)
	}
	for _, name := range []string{"f2", "f3", "f4"} {
		if got := explain(t, "", objects, name).Freight[0].Forecast; got.Divergence == nil || len(got.Divergence) > 0 {
			t.Errorf("%s will differ: %v, want an empty list", name, got.Divergence)
		}
	}
	if got := explain(t, "", objects, "f3").Freight[0].Forecast.Available.Configured.State; got != "Open" {
		t.Errorf("f3 is available: %s, want Open", got)
	}
	objects.Unread, objects.Warehouses = objects.Unread.With(pipeline.Warehouses), nil
	if got := explain(t, "", objects, "f3").Freight[0].Forecast.Listed.Configured; !cmp.Equal(got, report.Outlook{State: "Unknown"}) {
		t.Errorf("f3 is listed: %+v, want Unknown", got)
	}
}
