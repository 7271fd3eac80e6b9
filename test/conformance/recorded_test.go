package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// What a person should be told at each moment of the recorded pipeline.
func TestRecordedMomentsAreExplained(t *testing.T) {
	const smoke = `Metric "smoke" assessed Failed due to failed (1) > failureLimit (0)`
	// told is what the engine says of one piece of Freight at one Stage.
	type told struct {
		stage, freight string
		// available is as configured, under any and under all.
		available [3]bool
		// blockers are lines of Stage, what it blocks and reason; root causes are indented.
		blockers string
		// evidence is part of a message.
		evidence string
	}
	bothPending := lines("staging-a any,all VerificationPending", "staging-b any,all VerificationPending")
	failedInB := lines("staging-b all VerificationFailed")
	moments := map[string][]told{
		"recorded/01-verifying": {
			{"prod", "aaaaaa", [3]bool{}, bothPending, "AnalysisRun staging-a.01m83bmnpmbcmfk753js08mn8z.6a2ae44"},
			{"gate", "aaaaaa", [3]bool{}, bothPending, ""},
			{"prod-soaked", "aaaaaa", [3]bool{}, bothPending, ""},
			{"prod-eu", "aaaaaa", [3]bool{}, lines("gate any,all UpstreamBlocked",
				"  staging-a VerificationPending", "  staging-b VerificationPending"), ""},
		},
		"recorded/02-one-verified-one-failed": {
			{"prod", "aaaaaa", [3]bool{true, true, false}, failedInB, smoke},
			{"gate", "aaaaaa", [3]bool{false, true, false}, failedInB, smoke},
			{"prod-us", "aaaaaa", [3]bool{}, lines("gate any,all UpstreamBlocked", "  staging-b VerificationFailed"), ""},
			{
				"prod-soaked", "aaaaaa",
				[3]bool{},
				lines("staging-a any,all Soaking", "staging-b any,all VerificationFailed"),
				"soaked 23s of 1h0m0s, until 2026-11-23T05:46:44Z",
			},
		},
		"recorded/03-prod-auto-promoted": {
			{"prod", "aaaaaa", [3]bool{true, true, false}, failedInB, smoke},
		},
		"recorded/04-both-verified-gate-open-prod-eu-failed": {
			{"gate", "bbbbbb", [3]bool{true, true, true}, "", ""},
			{"prod-eu", "bbbbbb", [3]bool{true, true, true}, "", ""},
			{"prod-ap", "bbbbbb", [3]bool{}, lines("gate any,all SoakImpossible"), "nothing can soak there for 30m0s (kargo#6360)"},
			{"prod", "aaaaaa", [3]bool{true, true, false}, failedInB, "; replaced since then"},
			{
				"prod-soaked", "aaaaaa",
				[3]bool{},
				lines("staging-a any,all SoakInterrupted", "staging-b any,all VerificationFailed"),
				"left after 52s of 1h0m0s",
			},
		},
		"recorded/05-verifying-and-queued": {
			{"prod", "cccccc", [3]bool{true, true, false}, lines("staging-b all VerificationPending"), ""},
			{"gate", "cccccc", [3]bool{false, true, false}, lines("staging-b all VerificationPending"), ""},
			{
				"prod", "dddddd",
				[3]bool{},
				lines("staging-a any,all VerificationPending", "staging-b any,all PromotionPending"),
				"Promotion staging-b.01m83bqq8qgbvsp367sq0ma71x.c66c4a2 is queued behind the verification of cccccc",
			},
			{"gate", "dddddd", [3]bool{}, lines("staging-a any,all VerificationPending", "staging-b any,all PromotionPending"), ""},
		},
	}
	seen := 0
	for _, v := range vectors(t) {
		tells, ok := moments[v.Name]
		if !ok {
			continue
		}
		seen++
		e := evaluator(t, v)
		for _, want := range tells {
			t.Run(v.Name+"/"+want.stage+"/"+want.freight, func(t *testing.T) {
				view, f := e.Stage(want.stage), byAlias(t, e, want.freight)
				blockers := view.Blockers(f)
				if diff := cmp.Diff(want.available, view.Judge(f).Available); diff != "" {
					t.Errorf("available as configured, any, all (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want.blockers, outline(blockers)); diff != "" {
					t.Errorf("blockers (-want +got):\n%s", diff)
				}
				if want.evidence != "" && !strings.Contains(messages(blockers), want.evidence) {
					t.Errorf("messages:\n%swant among them: %s", messages(blockers), want.evidence)
				}
			})
		}
	}
	if seen != len(moments) {
		t.Errorf("%d of %d moments were there", seen, len(moments))
	}
}

func TestRecordedPromotionsAreTold(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Name != "recorded/04-both-verified-gate-open-prod-eu-failed" {
			continue
		}
		e := evaluator(t, v)
		last := e.Stage("prod-eu").LastPromotion(byAlias(t, e, "bbbbbb"))
		if last == nil || last.Phase != kargo.PromotionFailed || !strings.Contains(last.Message, "cluster eu-3 refused the manifests") {
			t.Errorf("the last Promotion of bbbbbb to prod-eu = %v", last)
		}
		for stage, want := range map[string]bool{"prod": true, "prod-eu": false, "gate": false} {
			if got := e.Stage(stage).RunsNow(byAlias(t, e, "bbbbbb")); got != want {
				t.Errorf("%s runs bbbbbb: %t, want %t", stage, got, want)
			}
		}
		return
	}
	t.Error("the moment is missing")
}

func byAlias(t *testing.T, e *avail.Evaluator, alias string) *kargo.Freight {
	t.Helper()
	for _, f := range e.Project().Freight() {
		if f.Alias == alias {
			return f
		}
	}
	t.Fatalf("no Freight has the alias %s", alias)
	return nil
}

func lines(texts ...string) string { return strings.Join(append(texts, ""), "\n") }

// outline writes blockers and, indented, their root causes, without what they say.
func outline(blockers []avail.Blocker) string {
	var text strings.Builder
	for _, b := range blockers {
		var words []string
		for _, semantics := range b.Blocks {
			words = append(words, semantics.String())
		}
		fmt.Fprintf(&text, "%s %s %s\n", b.Stage, strings.Join(words, ","), b.Reason)
		for _, root := range b.Roots {
			fmt.Fprintf(&text, "  %s %s\n", root.Stage, root.Reason)
		}
	}
	return text.String()
}

// messages writes what blockers say.
func messages(blockers []avail.Blocker) string {
	var text strings.Builder
	for _, b := range blockers {
		text.WriteString(b.Message + "\n")
	}
	return text.String()
}
