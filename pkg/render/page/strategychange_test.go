package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func strategyChange(t *testing.T, c *report.StrategyChange) string {
	t.Helper()
	var out strings.Builder
	if err := page.StrategyChange(&out, c, term.Style{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func named(names ...string) []report.Named {
	var list []report.Named
	for _, name := range names {
		list = append(list, report.Named{Name: name})
	}
	return list
}

func TestStrategyChangeWithoutFreight(t *testing.T) {
	c := &report.StrategyChange{Requests: []report.ChangedRequest{{Stage: "prod", Origin: "Warehouse/w", From: "All", To: "", Changes: true}}}
	want := "prod, Warehouse/w: All becomes unset (defaults to OneOf)\nWhat that does is unknown: some of what it depends on could not be read; the warnings say what.\n"
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Whatever is not known is said, and never taken for nothing.
func TestStrategyChangeSaysWhatIsUnknown(t *testing.T) {
	c := &report.StrategyChange{Effect: &report.Effect{
		Now: []report.StageEffect{{Stage: "prod", Unknown: []string{"listed", "starts", "fails"}}},
	}}
	want := `At once:
  - prod: what is listed is unknown, as Warehouses could not be read
  - prod: whether auto-promotion promotes anything is unknown, as what it goes by could not be read
  - prod: whether Promotions that are running or queued error is unknown, as they could not be read
`
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestStrategyChangeNamesTenAndCountsTheRest(t *testing.T) {
	var many []string
	for i := range 12 {
		many = append(many, fmt.Sprintf("f%d", i))
	}
	hash := strings.Repeat("0123456789", 4)
	c := &report.StrategyChange{Effect: &report.Effect{Now: []report.StageEffect{
		{Stage: "prod", Lost: named(many...), Gained: named(hash)},
	}}}
	want := `At once:
  - prod: no longer available: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 2 more
  - prod: becomes available: 0123456
`
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What a control-flow Stage passes on, by whether it had.
func TestStrategyChangeAtControlFlowStages(t *testing.T) {
	c := &report.StrategyChange{Effect: &report.Effect{
		Now: []report.StageEffect{{
			Stage: "gate", ControlFlow: true,
			Gained: named("f1", "f2"), Listed: named("f1", "f2"), Passes: named("f1"),
			Lost: named("f3", "f4"), Unlisted: named("f3", "f4"), Passed: named("f4"),
		}},
		Follows: []report.StageEffect{{Stage: "prod", Gained: named("f1"), Listed: named("f1"), Lost: named("f3"), Unlisted: named("f5")}},
	}}
	want := `At once:
  - gate: passes on, which cannot be undone: f1
  - gate: listed again, which passes on nothing new: f2
  - gate: does not pass on: f3
  - gate: already passed on, so the Stages behind it keep it: f4
Later, as control-flow Stages pass on what they then list, which cannot be undone:
  - prod: does not become available: f3
  - prod: does not become listed, for auto-promotion and the UI: f5
  - prod: becomes available and listed: f1
`
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Names are what a cluster says they are: nothing in them reaches a terminal as it is.
func TestStrategyChangeIsHarmless(t *testing.T) {
	evil := "x\x1b[31m\u202e\n"
	c := &report.StrategyChange{
		Requests: []report.ChangedRequest{{Stage: evil, Origin: evil, From: evil, To: evil, NoEffect: evil, Hazards: []string{evil}}},
		Effect: &report.Effect{Now: []report.StageEffect{{
			Stage: evil, Lost: []report.Named{{Name: evil, Alias: evil}}, Gained: named(evil),
			Fails: []report.FailingPromotion{{Promotion: evil, Freight: report.Named{Name: evil}, Suppresses: true}},
		}}},
	}
	w := &report.WhatIf{
		Requests: c.Requests, NotInKargo: []string{"majority"}, Effect: c.Effect,
		Rows: report.Nullable[report.WhatIfRow]{{Stage: evil, Rule: evil, Freight: report.Named{Name: evil}, Blockers: []report.Blocker{{Stage: evil, Message: evil}}}},
	}
	var table strings.Builder
	if err := page.WhatIf(&table, w, term.Style{Terminal: true, Width: 80}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strategyChange(t, c), table.String()} {
		if strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("an escape or an override comes through:\n%q", text)
		}
	}
}

func TestWhatIfWithoutFreight(t *testing.T) {
	var out strings.Builder
	if err := page.WhatIf(&out, &report.WhatIf{}, term.Style{}); err != nil {
		t.Fatal(err)
	}
	want := `
If this had been the rule from the start: unknown, as Freight could not be read.

If applied now:
  What that does is unknown: some of what it depends on could not be read; the warnings say what.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Off a terminal a row has a name that a script can use, and no spaces but in its reason.
func TestWhatIfRowsInAPipe(t *testing.T) {
	yes, no := true, false
	hash := strings.Repeat("0123456789", 4)
	w := &report.WhatIf{Effect: &report.Effect{}, Freight: 2, Rows: report.Nullable[report.WhatIfRow]{
		{Stage: "prod", Rule: "All", Freight: report.Named{Name: hash}, Available: report.Flip{Before: true}, Listed: report.MayFlip{After: &no}},
		{Stage: "prod", Rule: "All", Freight: report.Named{Name: "f2", Alias: "odd panda"}, Listed: report.MayFlip{Before: &yes}},
	}}
	var out strings.Builder
	if err := page.WhatIf(&out, w, term.Style{NoHeaders: true}); err != nil {
		t.Fatal(err)
	}
	want := `
If this had been the rule from the start:
prod   All   ` + hash + `   <unknown>   yes->no   ?->no
prod   All   oddpanda                                   <unknown>   no        yes->?

If applied now:
  At once:
    - nothing
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
