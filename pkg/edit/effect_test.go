package edit

import (
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Each reason to ask is one by itself, at once and later.
func TestEveryRiskIsSaid(t *testing.T) {
	t.Parallel()
	freight := []report.Named{{Name: "f1"}}
	for want, at := range map[string]report.StageEffect{
		"":                                {Gained: freight, Lost: freight, Listed: freight, Unlisted: freight, Stranded: freight},
		"this would start auto-promotion": {Starts: freight},
		"this would stall auto-promotion": {Refused: freight},
		"this would fail Promotions":      {Fails: []report.FailingPromotion{{Promotion: "p1"}}},
		"the effect is not fully known":   {Unknown: []string{"fails"}},
		"the effect is not fully known; this would start auto-promotion, and stall auto-promotion, and fail Promotions": {
			Starts: freight, Refused: freight, Fails: []report.FailingPromotion{{Promotion: "p1"}}, Unknown: []string{"fails"},
		},
	} {
		for _, effect := range []*report.Effect{{Now: []report.StageEffect{{}, at}}, {Follows: []report.StageEffect{at}}} {
			e := &Effect{StrategyChange: &report.StrategyChange{Effect: effect}}
			if got := e.Risk(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
	gates := &Effect{StrategyChange: &report.StrategyChange{Effect: &report.Effect{}}, gates: []string{"gate", "canary"}}
	if got := gates.Risk(); got != "this would open control-flow Stage gate, canary, which then passes Freight on, and that cannot be undone" {
		t.Errorf("got %q", got)
	}
	// Auto-promotion that starts when a closed promotion window opens counts, too.
	awaits := &Effect{StrategyChange: &report.StrategyChange{Effect: &report.Effect{Now: []report.StageEffect{{Awaits: freight}}}}}
	if got := awaits.Risk(); got != "this would start auto-promotion" {
		t.Errorf("got %q", got)
	}
	unread := &Effect{StrategyChange: &report.StrategyChange{}}
	if got := unread.Risk(); got != "the effect is not fully known" {
		t.Errorf("got %q", got)
	}
	// What is refused is not asked about.
	refused := &Effect{StrategyChange: unread.StrategyChange, written: gates}
	if got := refused.Risk(); got != gates.Risk() {
		t.Errorf("got %q", got)
	}
	for _, e := range []*Effect{nil, {}} {
		if got := e.Risk(); got != "" {
			t.Errorf("got %q of nothing", got)
		}
	}
}
