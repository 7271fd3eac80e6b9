package kargo_test

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestIsControlFlow(t *testing.T) {
	tests := []struct {
		name, spec string
		want       bool
	}{
		{"no promotion template", `{}`, true},
		{"a null promotion template", `{"promotionTemplate": null}`, true},
		{"a template without steps, as a server prints it", `{"promotionTemplate": {"spec": {}}}`, true},
		{"a template with a null spec", `{"promotionTemplate": {"spec": null}}`, true},
		{"no steps in a list", `{"promotionTemplate": {"spec": {"steps": []}}}`, true},
		{"null steps", `{"promotionTemplate": {"spec": {"steps": null}}}`, true},
		{"variables and no steps", `{"promotionTemplate": {"spec": {"vars": [{"name": "a", "value": "b"}]}}}`, true},
		{"a verification and no steps", `{"verification": {"analysisTemplates": [{"name": "smoke"}]}}`, true},
		{"one step", `{"promotionTemplate": {"spec": {"steps": [{"uses": "git-clone"}]}}}`, false},
		{"mechanisms of v0.9 and older", `{"promotionMechanisms": {"gitRepoUpdates": []}}`, false},
		{"mechanisms that say nothing", `{"promotionMechanisms": {}}`, false},
		{"null mechanisms", `{"promotionMechanisms": null}`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s kargo.Stage
			if err := json.Unmarshal([]byte(`{"spec": `+test.spec+`}`), &s); err != nil {
				t.Fatal(err)
			}
			if got := s.IsControlFlow(); got != test.want {
				t.Errorf("IsControlFlow() = %t, want %t", got, test.want)
			}
		})
	}
}

func TestIsDownstream(t *testing.T) {
	tests := []struct {
		name  string
		stage kargo.Stage
		want  bool
	}{
		{"it requests nothing", build.Stage("prod"), false},
		{"its one request is direct", build.Stage("prod", build.Requests("w", build.Direct())), false},
		{"its one request has no source", build.Stage("prod", build.Requests("w")), false},
		{"its one request names an upstream", build.Stage("prod", build.Requests("w", build.From("qa"))), true},
		{"its one request is direct and names an upstream", build.Stage("prod", build.Requests("w", build.Direct(), build.From("qa"))), true},
		{"its second request names an upstream", build.Stage("prod", build.Requests("w", build.Direct()), build.Requests("x", build.From("qa"))), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.stage.IsDownstream(); got != test.want {
				t.Errorf("IsDownstream() = %t, want %t", got, test.want)
			}
		})
	}
}

func TestRequests(t *testing.T) {
	stage := build.Stage("prod", build.Requests("w", build.Direct()), build.Requests("x", build.From("qa")))
	for origin, want := range map[kargo.Origin]bool{
		build.Origin("w"):             true,
		build.Origin("x"):             true,
		build.Origin("y"):             false,
		{Kind: "Other", Name: "w"}:    false,
		{Kind: "", Name: "w"}:         false,
		{Kind: "Warehouse", Name: ""}: false,
	} {
		if got := stage.Requests(origin); got != want {
			t.Errorf("Requests(%s) = %t, want %t", origin, got, want)
		}
	}
}

func TestUpstreamsAreDistinctAndInOrder(t *testing.T) {
	sources := kargo.Sources{Stages: []string{"uat", "qa", "uat", "dev", "qa"}}
	if diff := cmp.Diff([]string{"uat", "qa", "dev"}, sources.Upstreams()); diff != "" {
		t.Errorf("Upstreams() (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"uat", "qa", "uat", "dev", "qa"}, sources.Stages); diff != "" {
		t.Errorf("Upstreams() changed Stages (-want +got):\n%s", diff)
	}
	for name, want := range map[string]bool{"qa": true, "dev": true, "prod": false, "": false} {
		if got := sources.Lists(name); got != want {
			t.Errorf("Lists(%q) = %t, want %t", name, got, want)
		}
	}
	if got := (kargo.Sources{}).Upstreams(); len(got) != 0 {
		t.Errorf("Upstreams() of no source = %q", got)
	}
}

func TestMatchesUpstream(t *testing.T) {
	for policy, want := range map[kargo.SelectionPolicy]bool{
		kargo.MatchUpstream: true, kargo.NewestFreight: false, "": false, "matchupstream": false,
	} {
		sources := kargo.Sources{AutoPromotionOptions: &kargo.AutoPromotionOptions{SelectionPolicy: policy}}
		if got := sources.MatchesUpstream(); got != want {
			t.Errorf("selectionPolicy %q: MatchesUpstream() = %t, want %t", policy, got, want)
		}
	}
	if (kargo.Sources{}).MatchesUpstream() {
		t.Error("without autoPromotionOptions: MatchesUpstream() = true, want false")
	}
}

func TestStrategy(t *testing.T) {
	tests := []struct {
		written, normal kargo.Strategy
		known           bool
	}{
		{"", kargo.OneOf, true},
		{"OneOf", kargo.OneOf, true},
		{"All", kargo.All, true},
		{"all", "all", false},
		{"Most", "Most", false},
	}
	for _, test := range tests {
		if got := test.written.Normal(); got != test.normal {
			t.Errorf("Strategy(%q).Normal() = %q, want %q", test.written, got, test.normal)
		}
		if got := test.written.Known(); got != test.known {
			t.Errorf("Strategy(%q).Known() = %t, want %t", test.written, got, test.known)
		}
	}
}

func TestCurrentIsTheNewestCollection(t *testing.T) {
	empty := build.Stage("prod")
	if got := empty.Status.Current(); got != nil {
		t.Errorf("Current() of a Stage without history = %v, want nil", got)
	}
	stage := build.Stage("prod", build.Runs("f2"), build.Runs("f1"))
	current := stage.Status.Current()
	for freight, want := range map[string]bool{"f2": true, "f1": false, "": false} {
		if got := current.Holds(freight); got != want {
			t.Errorf("Current().Holds(%q) = %t, want %t", freight, got, want)
		}
	}
}

func TestIsHealthy(t *testing.T) {
	if stage := build.Stage("prod"); stage.Status.IsHealthy() {
		t.Error("a Stage that has not reported its health is healthy")
	}
	for status, want := range map[string]bool{
		"Healthy": true, "Progressing": false, "Unhealthy": false, "Unknown": false, "NotApplicable": false, "": false,
	} {
		if stage := build.Stage("prod", build.Health(status)); stage.Status.IsHealthy() != want {
			t.Errorf("health %q: IsHealthy() = %t, want %t", status, !want, want)
		}
	}
}

func TestCondition(t *testing.T) {
	stage := build.Stage("prod",
		build.Condition("Ready", "False", "ReconcileError", `Warehouse "w" not found`),
		build.Condition("Healthy", "Unknown", "LastPromotionFailed", ""),
		build.Condition("Promoting", "False", "", ""),
		build.Condition("Verified", "False", "", "no Freight"))
	for kind, want := range map[string]string{
		"Ready":     `ReconcileError: Warehouse "w" not found`,
		"Healthy":   "LastPromotionFailed",
		"Promoting": "",
		"Verified":  "no Freight",
	} {
		condition := stage.Status.Condition(kind)
		if condition == nil {
			t.Errorf("Condition(%q) = nil", kind)
			continue
		}
		if diff := cmp.Diff(want, condition.String()); diff != "" {
			t.Errorf("Condition(%q) (-want +got):\n%s", kind, diff)
		}
	}
	if got := stage.Status.Condition("Reconciling"); got != nil {
		t.Errorf("Condition of an absent type = %v, want nil", got)
	}
}

func TestVerificationPhaseOpen(t *testing.T) {
	for phase, want := range map[kargo.VerificationPhase]bool{
		"": true, "Pending": true, "Running": true,
		"Successful": false, "Failed": false, "Error": false, "Aborted": false, "Inconclusive": false,
	} {
		if got := phase.Open(); got != want {
			t.Errorf("VerificationPhase(%q).Open() = %t, want %t", phase, got, want)
		}
	}
}
