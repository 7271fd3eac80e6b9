package page_test

import (
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

func TestStrategyChangeWithoutFreight(t *testing.T) {
	c := &report.StrategyChange{Requests: []report.ChangedRequest{{Stage: "prod", Origin: "Warehouse/w", From: "All", To: "", Changes: true}}}
	want := "prod, Warehouse/w: All becomes unset (defaults to OneOf)\n\nWhat that does is unknown: some of what it depends on could not be read; the warnings say what.\n"
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What follows stands by when it comes; a Stage of which nothing is said changes nothing.
func TestStrategyChangeSaysWhatFollows(t *testing.T) {
	c := &report.StrategyChange{
		Requests: []report.ChangedRequest{
			{Stage: "gate", Origin: "Warehouse/w", From: "All", To: "OneOf", Changes: true},
			{Stage: "prod", Origin: "Warehouse/w", From: "All", To: "OneOf", Changes: true},
			{Stage: "dr", Origin: "Warehouse/w", From: "All", To: "OneOf", Changes: true, NoEffect: "one upstream"},
		},
		Effect: &report.Effect{Now: []report.StageEffect{{Stage: "live", Freeze: &report.Freeze{}}}},
		Consequences: []report.Consequence{
			{When: report.AtOnce, Effect: report.VerifiesForGood, Stage: "gate", Text: "gate passes on f1"},
			{When: report.Later, Effect: report.Gains, Stage: "live", Text: "becomes available to live: f1"},
			{When: report.AtOnce, Effect: report.Loses, Stage: "gate", Text: "gate does not pass on f2"},
		},
	}
	want := `gate, Warehouse/w: All becomes OneOf
prod, Warehouse/w: All becomes OneOf
The strategy makes no difference for dr: they have one upstream, or take their Freight straight from the Warehouse.

At once:
  ! gate passes on f1
  - gate does not pass on f2
  - live: promotions are frozen, without a known end (as the Stage's status says)

Later, as control-flow Stages pass Freight on:
  - becomes available to live: f1
Nothing changes at prod.
`
	if diff := cmp.Diff(want, strategyChange(t, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Names are what a cluster says they are: nothing in them reaches a terminal as it is.
func TestStrategyChangeIsHarmless(t *testing.T) {
	evil := "x\x1b[31m\u202e\n"
	c := &report.StrategyChange{
		Requests:     []report.ChangedRequest{{Stage: evil, Origin: evil, From: evil, To: evil, NoEffect: evil, Hazards: []string{evil}}},
		Effect:       &report.Effect{Now: []report.StageEffect{{Stage: evil, Freeze: &report.Freeze{Reason: evil}}}},
		Consequences: []report.Consequence{{When: report.AtOnce, Stage: evil, Text: evil}},
	}
	w := &report.WhatIf{
		Requests: c.Requests, NotInKargo: []string{"majority"}, Effect: c.Effect, Consequences: c.Consequences,
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
  Nothing follows: no answer changes, and nothing is promoted, passed on or refused because of it.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
