package report_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// fan is a Project whose prod takes what a or b verified: f1 both, f2 a alone, which is
// on its way to prod.
func fan() pipeline.Objects {
	return pipeline.Objects{
		Project: "web", Warehouses: []string{"w"},
		Stages: []kargo.Stage{
			build.Stage("a", build.Requests("w", build.Direct())),
			build.Stage("b", build.Requests("w", build.Direct())),
			build.Stage("prod", build.Requests("w", build.From("a", "b")), build.Runs("f2"), build.AutoPromotes()),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("09:00")), build.Verified("a", "b")),
			build.Freight("f2", "w", build.Created(build.At("10:00")), build.Verified("a")),
		},
		Promotions:         []kargo.Promotion{build.Promotion("m1", "prod", "f2", kargo.PromotionRunning)},
		PoliciesFromStatus: true,
	}
}

func planFor(t *testing.T, e *avail.Evaluator, stage, text string) *change.Plan {
	t.Helper()
	rule, err := change.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := change.NewPlan(e.Project(), []change.Edit{{Stage: stage, Rule: &rule}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func written(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every member is there, lists are never null.
func TestStrategyChange(t *testing.T) {
	e := at(fan(), build.Noon())[0]
	c := report.NewStrategyChange(report.NewHeader(e.Now(), kargo.Releases{}, nil), e, planFor(t, e, "prod", "all"))
	want := strings.Join([]string{
		`{"apiVersion":"kargo-avail/v1alpha1","kind":"StrategyChange","at":"2024-01-02T12:00:00Z","kargoVersion":"unknown","warnings":[],"project":"web",`,
		`"requests":[{"stage":"prod","request":0,"origin":"Warehouse/w","from":"","to":"All","changes":true,"hazards":[]}],`,
		`"effect":{"now":[{"stage":"prod","controlFlow":false,"gained":[],"lost":[{"name":"f2","alias":""}],"listed":[],"unlisted":[{"name":"f2","alias":""}],`,
		`"passes":[],"passed":[],"starts":[{"name":"f1","alias":""}],"reverts":[{"name":"f1","alias":""}],"refused":[],`,
		`"fails":[{"promotion":"m1","freight":{"name":"f2","alias":""},"running":true,"suppresses":true}],`,
		`"stranded":[{"name":"f2","alias":""}],"unverified":[{"name":"f2","alias":""}],"unknown":[]}],"follows":[]},`,
		`"consequences":[{"when":"at-once","effect":"promotes-older","stage":"prod","freight":[{"name":"f1","alias":""}],`,
		`"text":"auto-promotion takes prod back from f2 to f1, which is older","irreversible":true}],"dryRun":"none","results":[]}`,
	}, "")
	c.Consequences = c.Consequences[:1] // the worst; the scripts of diff hold all kinds
	if diff := cmp.Diff(want, strings.Replace(written(t, c), `"kargoVersion":"`+c.KargoVersion+`"`, `"kargoVersion":"unknown"`, 1)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Where Freight could not be read, nothing is said of it: neither that something flips
// nor that nothing does.
func TestWithoutFreightNothingIsKnown(t *testing.T) {
	objects := fan()
	objects.Freight, objects.Unread = nil, objects.Unread.With(pipeline.Freight)
	e := at(objects, build.Noon())[0]
	plan := planFor(t, e, "prod", "majority")
	for _, got := range []string{
		written(t, report.NewStrategyChange(report.Header{}, e, plan)),
		written(t, report.NewWhatIf(report.Header{}, e, plan, true)),
	} {
		if !strings.Contains(got, `"effect":null`) || strings.Contains(got, `"rows":[`) || !strings.Contains(got, `"to":"majority"`) {
			t.Errorf("without Freight the report is %s", got)
		}
	}
	if got := written(t, report.NewWhatIf(report.Header{}, e, plan, false)); !strings.Contains(got, `"rows":null`) {
		t.Errorf("without Freight the report is %s", got)
	}
}

func TestWhatIf(t *testing.T) {
	e := at(fan(), build.Noon())[0]
	plan := planFor(t, e, "prod", "percent:60")
	flips := report.NewWhatIf(report.Header{}, e, plan, false)
	if diff := cmp.Diff([]string{"percent:60"}, flips.NotInKargo); diff != "" || flips.Kind != report.KindWhatIf {
		t.Errorf("%s: rules that Kargo does not have (-want +got):\n%s", flips.Kind, diff)
	}
	want := `[{"stage":"prod","freight":{"name":"f2","alias":""},"origin":"Warehouse/w","discoveredAt":"2024-01-02T10:00:00Z","rule":"percent:60",` +
		`"available":{"before":true,"after":false},"listed":{"before":true,"after":false},` +
		`"blockers":[{"stage":"b","request":0,"reason":"NotPromoted","message":"available there, and not promoted","blocks":["all"]}],"divergence":[]}]`
	if diff := cmp.Diff(want, written(t, flips.Rows)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if all := report.NewWhatIf(report.Header{}, e, plan, true); len(all.Rows) != 2 {
		t.Errorf("%d rows of everything, want 2", len(all.Rows))
	}
	kept := report.NewWhatIf(report.Header{}, e, planFor(t, e, "prod", "any"), true)
	if len(kept.Rows) != 2 || len(kept.NotInKargo) != 0 || kept.NotInKargo == nil {
		t.Errorf("as it is: %+v", kept)
	}
}

// A listing that is known then alone flips, whatever it says.
func TestWhatIfTheListingWorksAgain(t *testing.T) {
	objects := fan()
	objects.Stages[2].Spec.RequestedFreight[0].Sources.AvailabilityStrategy = "Most"
	e := at(objects, build.Noon())[0]
	w := report.NewWhatIf(report.Header{}, e, planFor(t, e, "prod", "all"), false)
	if got, want := written(t, w.Rows[0].Listed)+written(t, w.Rows[1].Listed), `{"before":null,"after":false}{"before":null,"after":true}`; got != want {
		t.Errorf("listed is %s, want %s", got, want)
	}
}
