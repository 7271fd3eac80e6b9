package kargo_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func decodeAs[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStageIsTargetAwareWhereTargetsAreThere(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: false, `{"targets": null}`: false, `{"targets": {}}`: true, `{"targets": {"selectors": []}}`: true,
		`{"targets": {"selectors": [{"matchLabels": {"region": "eu"}}]}, "promotionTemplate": {}}`: true,
	} {
		s := kargo.Stage{Spec: decodeAs[kargo.StageSpec](t, text)}
		if got := s.IsTargetAware(); got != want {
			t.Errorf("%s: IsTargetAware() = %t, want %t", text, got, want)
		}
	}
	spec := decodeAs[kargo.StageSpec](t, `{"targets": {"selectors": [{"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]}]}}`)
	want := []metav1.LabelSelector{{MatchLabels: map[string]string{"a": "b"}, MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "c", Operator: metav1.LabelSelectorOpExists}}}}
	if diff := cmp.Diff(want, spec.Targets.Selectors); diff != "" {
		t.Errorf("selectors (-want +got):\n%s", diff)
	}
}

func TestStageStatusTellsRequestsAndWindows(t *testing.T) {
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	got := decodeAs[kargo.StageStatus](t, `{
		"currentPromotionRequest": {"name": "a.1", "freight": {"name": "f1"}, "phase": "Running"},
		"lastPromotionRequest": {"name": "a.0", "freight": {"name": "f0"}, "phase": "Failed", "finishedAt": "2026-11-28T08:00:00Z"},
		"promotionWindowStatus": {"closed": true, "reason": "freeze", "nextOpen": "2026-11-28T08:00:00Z"}}`)
	want := kargo.StageStatus{
		CurrentPromotionRequest: &kargo.PromotionRequestRef{Name: "a.1", Freight: &kargo.FreightRef{Name: "f1"}, Phase: kargo.RequestRunning},
		LastPromotionRequest:    &kargo.PromotionRequestRef{Name: "a.0", Freight: &kargo.FreightRef{Name: "f0"}, Phase: kargo.RequestFailed, FinishedAt: &at},
		PromotionWindowStatus:   &kargo.WindowStatus{Closed: true, Reason: "freeze", NextOpen: &at},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if !got.CurrentPromotionRequest.Of("f1") || got.CurrentPromotionRequest.Of("f0") || (*kargo.PromotionRequestRef)(nil).Of("") {
		t.Error("Of is wrong about whose request it is")
	}
}

func TestPromotionRequestIsRead(t *testing.T) {
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	got := decodeAs[kargo.PromotionRequest](t, `{"metadata": {"name": "prod.1"},
		"spec": {"stage": "prod", "freight": "f1", "targets": [{"name": "eu"}, {"name": "us"}]},
		"status": {"phase": "Running", "targets": [{"name": "eu", "promotion": "prod.eu.1", "phase": "Succeeded"}],
			"summary": {"succeeded": 1, "pending": 1}, "startedAt": "2026-11-28T08:00:00Z",
			"conditions": [{"type": "Ready", "status": "False", "reason": "EnterpriseOnlyFeature"}]}}`)
	want := kargo.PromotionRequest{
		Metadata: kargo.Metadata{Name: "prod.1"},
		Spec:     kargo.PromotionRequestSpec{Stage: "prod", Freight: "f1", Targets: []kargo.TargetRef{{Name: "eu"}, {Name: "us"}}},
		Status: kargo.PromotionRequestStatus{
			Phase:      kargo.RequestRunning,
			Targets:    []kargo.TargetOutcome{{Name: "eu", Promotion: "prod.eu.1", Phase: kargo.PromotionSucceeded}},
			Summary:    kargo.PromotionSummary{Pending: 1, Succeeded: 1},
			StartedAt:  &at,
			Conditions: []kargo.Condition{{Type: "Ready", Status: "False", Reason: kargo.EnterpriseOnly}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PromotionRequest (-want +got):\n%s", diff)
	}
	if got.Status.Summary.Total() != 2 || got.Status.Condition("Ready") == nil || got.Status.Condition("Healthy") != nil {
		t.Error("the total or the conditions are wrong")
	}
}

// What a phase of a release to come means is not known: it may be final, or not.
func TestPhasesThatAreNotKnown(t *testing.T) {
	for phase, want := range map[kargo.PromotionPhase]bool{
		"": true, "Pending": true, "Running": true, "Succeeded": true, "Failed": true, "Errored": true, "Aborted": true, "Superseded": false,
	} {
		if got := phase.Known(); got != want {
			t.Errorf("%q.Known() = %t", phase, got)
		}
	}
	for phase, want := range map[kargo.PromotionRequestPhase]bool{
		"": true, "Pending": true, "Running": true, "Succeeded": true, "Failed": true, "Errored": true, "Aborted": false,
	} {
		if got := phase.Known(); got != want {
			t.Errorf("%q.Known() = %t", phase, got)
		}
		if phase.Ended() && !phase.Known() {
			t.Errorf("%q has ended and is not known", phase)
		}
	}
}

func TestWindowsAreReadInBothPlaces(t *testing.T) {
	const window = `[{"name": "freeze", "kind": "Deny", "stageSelector": {"name": "glob:prod-*"}, "rrule": "FREQ=DAILY", "dtstart": "TZID=Europe/Berlin:20261101T000000"}]`
	got := decodeAs[kargo.ProjectSpec](t, `{"promotionWindows": `+window+`, "promotionPolicies": [{"stage": "prod", "promotionWindows": `+window+`}]}`)
	want := []kargo.PromotionWindow{{
		Name: "freeze", Kind: kargo.WindowDeny, StageSelector: &kargo.StageSelector{Name: "glob:prod-*"},
		RRule: "FREQ=DAILY", DTStart: "TZID=Europe/Berlin:20261101T000000",
	}}
	if diff := cmp.Diff(want, got.PromotionWindows); diff != "" {
		t.Errorf("the ProjectConfig's (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got.PromotionPolicies[0].PromotionWindows); diff != "" {
		t.Errorf("a policy's (-want +got):\n%s", diff)
	}
}
