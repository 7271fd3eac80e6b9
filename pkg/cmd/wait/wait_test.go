package wait

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func now() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

// seen is a Project as it is now.
func seen(freight []kargo.Freight, promotions []kargo.Promotion, stages ...kargo.Stage) *load.Input {
	project := pipeline.New(pipeline.Objects{
		Project: "web", Stages: stages, Freight: freight, Promotions: promotions, Warehouses: []string{"app"},
	}, true)
	return &load.Input{Projects: []*avail.Evaluator{avail.New(project, avail.RulesFor(kargo.Releases{}), now())}}
}

func pieces(options ...build.FreightOption) []kargo.Freight {
	f := build.Freight("f1", "app", options...)
	f.Alias = "lucky"
	return []kargo.Freight{f}
}

func awaiting(c condition, stage string) *target {
	w := &waiting{options: &options{condition: c}, freight: freightNames{name: "f1"}}
	return &target{waiting: w, stage: stage, known: map[string]bool{}}
}

func TestConditions(t *testing.T) {
	qa := build.Stage("qa", build.Requests("app", build.Direct()))
	prod := build.Stage("prod", build.Requests("app", build.From("qa")))
	gate := build.Stage("gate", build.ControlFlow(), build.Requests("app", build.From("qa")))
	astray := build.Stage("astray", build.Requests("app", build.From("nowhere")))
	running := build.Stage("astray", build.Requests("app", build.From("nowhere")), build.Runs("f1"))
	const notPromoted, nowhere = "qa: not promoted", "nowhere: no such Stage"
	for name, test := range map[string]struct {
		condition  condition
		freight    []kargo.Freight
		promotions []kargo.Promotion
		stages     []kargo.Stage
		met        bool
		reason     string
		never      string
	}{
		"available": {condition: available, freight: pieces(build.Verified("qa")), stages: []kargo.Stage{prod, qa}, met: true},
		"not yet available": {
			condition: available, freight: pieces(), stages: []kargo.Stage{prod, qa}, reason: notPromoted,
		},
		"never available": {
			condition: available, freight: pieces(), stages: []kargo.Stage{astray}, reason: nowhere,
			never: "lucky (f1) will never be available to Stage astray, unless a Stage nowhere is created, or the Freight is approved for astray",
		},
		"available, and not verified": {
			condition: verified, freight: pieces(build.Verified("qa")), stages: []kargo.Stage{prod, qa}, reason: "not promoted",
		},
		"verified": {condition: verified, freight: pieces(build.Verified("prod")), stages: []kargo.Stage{prod, qa}, met: true},
		"what is still to be verified upstream": {
			condition: verified, freight: pieces(), stages: []kargo.Stage{prod, qa}, reason: "needs qa (not promoted)",
		},
		"never verified": {
			condition: verified, freight: pieces(), stages: []kargo.Stage{astray}, reason: "needs nowhere (no such Stage)",
			never: "lucky (f1) will never be verified in Stage astray, unless a Stage nowhere is created, or the Freight is approved for astray",
		},
		"being verified, though it could not be promoted again": {
			condition: verified, freight: pieces(), stages: []kargo.Stage{running},
			reason: "the Stage has not reported its health",
		},
		"on its way, though it may be refused": {
			condition: current, freight: pieces(), stages: []kargo.Stage{astray},
			promotions: []kargo.Promotion{build.Promotion("p1", "astray", "f1", kargo.PromotionRunning)},
			reason:     nowhere + "; promotion here running",
		},
		"current":                 {condition: current, freight: pieces(), stages: []kargo.Stage{running}, met: true},
		"available, not promoted": {condition: current, freight: pieces(build.Verified("qa")), stages: []kargo.Stage{prod, qa}, reason: "available, and not promoted"},
		"available, and frozen": {
			condition: current, freight: pieces(build.Verified("qa")),
			stages: []kargo.Stage{build.Stage("prod", build.Requests("app", build.From("qa")), build.Frozen("fair")), qa},
			reason: "available, and not promoted; promotions are frozen, without a known end: fair",
		},
		"not verified, and frozen": {
			condition: verified, freight: pieces(build.Verified("qa")),
			stages: []kargo.Stage{build.Stage("prod", build.Requests("app", build.From("qa")), build.Frozen("fair")), qa},
			reason: "not promoted; promotions are frozen, without a known end: fair",
		},
		"current in what holds nothing": {
			condition: current, freight: pieces(build.Verified("qa")), stages: []kargo.Stage{gate, qa}, reason: "available, and not promoted",
			never: "lucky (f1) will never be current in Stage gate, unless gate gets promotion steps: a control-flow Stage never holds Freight",
		},
		"listed": {condition: listed, freight: pieces(build.Verified("qa")), stages: []kargo.Stage{prod, qa}, met: true},
		"available, and not listed": {
			condition: listed,
			freight:   pieces(build.Soaked("qa", "2h"), build.Soaked("dev", "2h")),
			stages:    []kargo.Stage{build.Stage("prod", build.Requests("app", build.From("qa"), build.All(), build.Soak("1h"))), qa},
			reason:    "auto-promotion would not pick it up: it also soaked in a Stage that is not an upstream, kargo#4586",
			never: "lucky (f1) will never be listed for Stage prod, unless prod drops its requiredSoakTime, as Kargo's listing " +
				"excludes Freight that also soaked in other Stages (kargo#4586), or the Freight is approved for prod",
		},
		"of another origin": {
			condition: available, freight: []kargo.Freight{build.Freight("f1", "lib")}, stages: []kargo.Stage{prod, qa},
			reason: "prod does not request Warehouse/lib",
			never:  "f1 will never be available to Stage prod, unless prod requests Warehouse/lib",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := awaiting(test.condition, test.stages[0].Metadata.Name)
			m := w.look(seen(test.freight, test.promotions, test.stages...), nil)
			got := []any{m.isMet(test.condition), "", w.never(m)}
			if !test.met {
				got[1] = w.reason(m)
			} else {
				got[2] = "" // nobody asks
			}
			if diff := cmp.Diff([]any{test.met, test.reason, test.never}, got); diff != "" {
				t.Errorf("met, reason, never (-want +got):\n%s", diff)
			}
		})
	}
}

// What comes and goes decides nothing for good.
func TestNothingIsFinalWhileAStageIsMissing(t *testing.T) {
	qa := build.Stage("qa", build.Requests("app", build.From("dev")))
	dev := build.Stage("dev", build.Requests("app", build.Direct()))
	prod := build.Stage("prod", build.Requests("app", build.From("qa")))
	other := build.Stage("other", build.Requests("app", build.From("qa")))
	leaving := func(s kargo.Stage) kargo.Stage {
		build.Deleting(now())(&s)
		return s
	}
	for name, test := range map[string]struct {
		before, after []kargo.Stage
		final         bool
	}{
		"one that never was": {before: []kargo.Stage{prod, qa}, after: []kargo.Stage{prod, qa}, final: true},
		"an upstream":        {before: []kargo.Stage{prod, qa, dev}, after: []kargo.Stage{prod, dev}},
		"one further up":     {before: []kargo.Stage{prod, qa, dev}, after: []kargo.Stage{prod, qa}},
		"the Stage":          {before: []kargo.Stage{prod, qa}, after: []kargo.Stage{qa}},
		"all of them":        {before: []kargo.Stage{prod, qa}},
		"the Stage, leaving": {before: []kargo.Stage{prod, qa}, after: []kargo.Stage{leaving(prod), qa}},
		"an upstream that leaves from the beginning": {before: []kargo.Stage{prod, leaving(qa)}, after: []kargo.Stage{prod, leaving(qa)}},
		"one that does not matter":                   {before: []kargo.Stage{prod, qa, other}, after: []kargo.Stage{prod, qa}, final: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := awaiting(available, "prod")
			w.look(seen(pieces(), nil, test.before...), nil)
			in := seen(pieces(), nil, test.after...)
			if len(test.after) == 0 {
				in.Projects = nil
			}
			m := w.look(in, nil)
			if never := w.never(m); (never != "") != test.final {
				t.Errorf("said %q", never)
			}
			if w.reason(m) == "" {
				t.Error("gives no reason")
			}
		})
	}
}

// A Stage matters from when it becomes an upstream.
func TestStagesThatBecomeUpstream(t *testing.T) {
	prod := build.Stage("prod", build.Requests("app", build.From("qa")))
	uat := build.Stage("uat", build.Requests("app", build.Direct()))
	below := build.Stage("qa", build.Requests("app", build.From("uat")))
	w := awaiting(available, "prod")
	w.look(seen(pieces(), nil, prod, build.Stage("qa", build.Requests("app", build.Direct()))), nil)
	w.look(seen(pieces(), nil, prod, below, uat), nil)
	if got := w.never(w.look(seen(pieces(), nil, prod, below), nil)); got != "" {
		t.Errorf("said %q", got)
	}
}

func TestDeletedFreight(t *testing.T) {
	qa := build.Stage("qa", build.Requests("app", build.Direct()))
	w := awaiting(verified, "qa")
	w.look(seen(pieces(), nil, qa), nil)
	m := w.look(seen(nil, nil, qa), nil)
	if got, want := w.never(m), "lucky (f1) was deleted: it will never be verified in Stage qa"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w.options.ignoreImpossible = true
	if got := w.never(m); got != "" {
		t.Errorf("got %q, though it is to wait on", got)
	}
	if got, want := w.reason(m), "it was deleted"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// From what may be old nothing is concluded.
func TestALossDecidesNothing(t *testing.T) {
	qa := build.Stage("qa", build.Requests("app", build.Direct()))
	lost := &live.Staleness{Since: now()}
	w := awaiting(available, "qa")
	if w.look(seen(pieces(), nil, qa), lost).isMet(available) {
		t.Error("the condition is met")
	}
	if got := w.never(w.look(seen(nil, nil, qa), lost)); got != "" {
		t.Errorf("said %q", got)
	}
}

func TestTurn(t *testing.T) {
	prod := build.Stage("prod", build.Requests("app", build.From("qa"), build.Soak("1h")))
	qa := build.Stage("qa", build.Requests("app", build.Direct()))
	w := awaiting(available, "prod")
	m := w.look(seen(pieces(build.Verified("qa"), build.In("qa", now().Add(-20*time.Minute))), nil, prod, qa), nil)
	if got, want := m.turn(), now().Add(40*time.Minute); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := w.look(seen(pieces(), nil, prod, qa), nil).turn(); !got.IsZero() {
		t.Errorf("got %v where nothing soaks", got)
	}
}

// Each condition is documented, and named where one that is none is refused.
func TestConditionsAreDocumented(t *testing.T) {
	_, err := parseCondition("ready")
	for _, c := range conditions() {
		if !strings.Contains(long, "\n  "+string(c)+" ") || !strings.Contains(err.Error(), string(c)) {
			t.Errorf("%s is not documented", c)
		}
		if parsed, err := parseCondition(string(c)); parsed != c || err != nil {
			t.Errorf("parseCondition(%q) = %q, %v", c, parsed, err)
		}
	}
	if slices.Contains(conditions(), "") {
		t.Error("a condition without a name")
	}
}
