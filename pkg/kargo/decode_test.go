package kargo_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestStageIsDecodedTolerantly(t *testing.T) {
	tests := []struct {
		name, json string
		want       kargo.Stage
	}{
		{"an empty object", `{}`, kargo.Stage{}},
		{"null for everything", `{"metadata": null, "spec": null, "status": null}`, kargo.Stage{}},
		{
			"null for every field of the metadata",
			`{"metadata": {"name": null, "namespace": null, "creationTimestamp": null, "deletionTimestamp": null, "labels": null}}`,
			kargo.Stage{},
		},
		{
			"null for every field of spec and status",
			`{"spec": {"requestedFreight": null, "promotionTemplate": null, "promotionMechanisms": null},
			  "status": {"freightHistory": null, "currentPromotion": null, "lastPromotion": null, "health": null, "conditions": null,
			             "autoPromotionEnabled": null, "autoPromotionHolds": null, "effectiveAutoPromotionHolds": null}}`,
			kargo.Stage{},
		},
		{
			"fields that no release has, and fields that are not read",
			`{"apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Stage", "extra": [{"deep": {"er": 1}}],
			  "metadata": {"name": "prod", "generation": 7, "managedFields": [{"manager": "kubectl"}]},
			  "spec": {"shard": "eu", "vars": [{"name": "a", "value": "b"}], "unheardOf": {}},
			  "status": {"observedGeneration": 7, "freightSummary": "1/1 Fulfilled", "phase": "Steady"}}`,
			kargo.Stage{Metadata: kargo.Metadata{Name: "prod"}},
		},
		{
			"names of fields in another case, which are other fields",
			`{"Metadata": {"name": "prod"}, "Spec": {"requestedFreight": [{}]}}`,
			kargo.Stage{},
		},
		{
			"a request with everything",
			`{"spec": {"requestedFreight": [{
			   "origin": {"kind": "Warehouse", "name": "w"},
			   "sources": {"direct": true, "stages": ["qa", "uat", "qa"], "requiredSoakTime": "1h30m", "availabilityStrategy": "All",
			               "autoPromotionOptions": {"selectionPolicy": "MatchUpstream"}}}]}}`,
			stageOf(kargo.Request{
				Origin: kargo.Origin{Kind: "Warehouse", Name: "w"},
				Sources: kargo.Sources{
					Direct:               true,
					Stages:               []string{"qa", "uat", "qa"},
					RequiredSoakTime:     duration(90 * time.Minute),
					AvailabilityStrategy: kargo.All,
					AutoPromotionOptions: &kargo.AutoPromotionOptions{SelectionPolicy: kargo.MatchUpstream},
				},
			}),
		},
		{
			"a soak time of 0s, which is not the same as none",
			`{"spec": {"requestedFreight": [{"sources": {"requiredSoakTime": "0s"}}]}}`,
			stageOf(kargo.Request{Sources: kargo.Sources{RequiredSoakTime: duration(0)}}),
		},
		{
			"null for every field of a request's sources",
			`{"spec": {"requestedFreight": [{"origin": null, "sources": {"direct": null, "stages": null, "requiredSoakTime": null,
			   "availabilityStrategy": null, "autoPromotionOptions": null}}]}}`,
			stageOf(kargo.Request{}),
		},
		{
			"a strategy that Kargo does not know, as it is",
			`{"spec": {"requestedFreight": [{"sources": {"availabilityStrategy": "Most"}}]}}`,
			stageOf(kargo.Request{Sources: kargo.Sources{AvailabilityStrategy: "Most"}}),
		},
		{
			"a status with history, health, Promotions and holds",
			`{"status": {
			   "freightHistory": [{
			     "id": "c1",
			     "items": {"Warehouse/w": {"name": "f1", "origin": {"kind": "Warehouse", "name": "w"}, "commits": [{"id": "abc"}]}},
			     "verificationHistory": [
			       {"id": "v2", "actor": "me", "phase": "Running", "startTime": "2024-01-02T03:04:05Z", "finishTime": null,
			        "analysisRun": {"namespace": "p", "name": "run-2", "phase": ""}},
			       {"id": "v1", "phase": "Failed", "message": "smoke", "startTime": null, "finishTime": "2024-01-02T03:04:05Z", "analysisRun": null}]},
			    {"items": null, "verificationHistory": null}],
			   "currentPromotion": {"name": "prod.2", "freight": {"name": "f2"}, "status": null, "finishedAt": null},
			   "lastPromotion": {"name": "prod.1", "freight": null, "status": {"phase": "Failed", "message": "refused"}, "finishedAt": "2024-01-02T03:04:05Z"},
			   "health": {"status": "Unhealthy", "issues": ["no pods"], "output": {"any": ["thing"]}},
			   "conditions": [{"type": "Ready", "status": "False", "reason": "Unhealthy", "message": "no pods", "lastTransitionTime": null}],
			   "autoPromotionEnabled": true,
			   "effectiveAutoPromotionHolds": {"Warehouse/w": {"freightName": "f1", "promotionName": "prod.1", "actor": "me", "createdAt": "2024-01-02T03:04:05Z"}}}}`,
			kargo.Stage{Status: kargo.StageStatus{
				FreightHistory: []kargo.FreightCollection{
					{
						Items: map[string]kargo.FreightRef{"Warehouse/w": {Name: "f1"}},
						VerificationHistory: []kargo.Verification{
							{Phase: kargo.VerificationRunning, StartTime: instant(), AnalysisRun: &kargo.AnalysisRunRef{Name: "run-2"}},
							{Phase: kargo.VerificationFailed, Message: "smoke", FinishTime: instant()},
						},
					},
					{},
				},
				CurrentPromotion: &kargo.PromotionRef{Name: "prod.2", Freight: &kargo.FreightRef{Name: "f2"}},
				LastPromotion: &kargo.PromotionRef{
					Name:       "prod.1",
					Status:     &kargo.PromotionStatus{Phase: kargo.PromotionFailed, Message: "refused"},
					FinishedAt: instant(),
				},
				Health:               &kargo.Health{Status: "Unhealthy", Issues: []string{"no pods"}},
				Conditions:           []kargo.Condition{{Type: "Ready", Status: "False", Reason: "Unhealthy", Message: "no pods"}},
				AutoPromotionEnabled: true,
				EffectiveAutoPromotionHolds: map[string]kargo.Hold{
					"Warehouse/w": {FreightName: "f1", PromotionName: "prod.1", Actor: "me", CreatedAt: instant()},
				},
			}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { decodes(t, test.json, test.want) })
	}
}

func TestFreightIsDecodedTolerantly(t *testing.T) {
	tests := []struct {
		name, json string
		want       kargo.Freight
	}{
		{"an empty object", `{}`, kargo.Freight{}},
		{
			"null for every field",
			`{"metadata": null, "alias": null, "origin": null, "commits": null, "images": null, "charts": null, "artifacts": null,
			  "discoveredAt": null, "status": {"verifiedIn": null, "approvedFor": null, "currentlyIn": null}}`,
			kargo.Freight{},
		},
		{
			"entries of v1.1 and older, whose values are empty",
			`{"status": {"verifiedIn": {"qa": {}}, "approvedFor": {"prod": {}}}}`,
			kargo.Freight{Status: kargo.FreightStatus{
				VerifiedIn:  at("qa", kargo.Verified{}),
				ApprovedFor: at("prod", kargo.Approved{}),
			}},
		},
		{
			"entries that are null, whose keys still count",
			`{"status": {"verifiedIn": {"qa": null}, "approvedFor": {"prod": null}, "currentlyIn": {"qa": null}}}`,
			kargo.Freight{Status: kargo.FreightStatus{
				VerifiedIn:  at("qa", kargo.Verified{}),
				ApprovedFor: at("prod", kargo.Approved{}),
				CurrentlyIn: at("qa", kargo.Residence{}),
			}},
		},
		{
			"entries whose times are null",
			`{"status": {"verifiedIn": {"qa": {"verifiedAt": null, "longestSoak": null}}, "approvedFor": {"prod": {"approvedAt": null}}, "currentlyIn": {"qa": {"since": null}}}}`,
			kargo.Freight{Status: kargo.FreightStatus{
				VerifiedIn:  at("qa", kargo.Verified{}),
				ApprovedFor: at("prod", kargo.Approved{}),
				CurrentlyIn: at("qa", kargo.Residence{}),
			}},
		},
		{
			"entries with times, whatever their zone",
			`{"status": {"verifiedIn": {"qa": {"verifiedAt": "2024-01-02T03:04:05Z", "longestSoak": "2h0m3.5s"}},
			             "approvedFor": {"prod": {"approvedAt": "2024-01-02T05:04:05+02:00"}},
			             "currentlyIn": {"qa": {"since": "2024-01-02T03:04:05.000000Z"}}}}`,
			kargo.Freight{Status: kargo.FreightStatus{
				VerifiedIn:  at("qa", kargo.Verified{VerifiedAt: kargo.InstantOf(*instant()), LongestSoak: kargo.Duration(2*time.Hour + 3500*time.Millisecond)}),
				ApprovedFor: at("prod", kargo.Approved{ApprovedAt: instant()}),
				CurrentlyIn: at("qa", kargo.Residence{Since: instant()}),
			}},
		},
		{
			"artifacts of every kind",
			`{"alias": "jolly-lynx", "origin": {"kind": "Warehouse", "name": "w"}, "discoveredAt": "2024-01-02T03:04:05Z",
			  "commits": [{"repoURL": "https://git.example/app", "id": "abc", "tag": "v1", "author": "me"}],
			  "images": [{"repoURL": "registry.example/app", "tag": "v1", "digest": "sha256:1", "annotations": {"a": "b"}}],
			  "charts": [{"repoURL": "https://charts.example", "name": "app", "version": "1.0.0"}],
			  "artifacts": [{"artifactType": "x", "subscriptionName": "model", "version": "7", "metadata": {"a": 1}}]}`,
			kargo.Freight{
				Alias:        "jolly-lynx",
				Origin:       kargo.Origin{Kind: kargo.KindWarehouse, Name: "w"},
				DiscoveredAt: instant(),
				Artifacts: []string{
					"registry.example/app:v1", "https://charts.example/app:1.0.0", "https://git.example/app@v1", "model:7",
				},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { decodes(t, test.json, test.want) })
	}
}

func TestPromotionIsDecodedTolerantly(t *testing.T) {
	decodes(t, `{"spec": null, "status": null}`, kargo.Promotion{})
	decodes(t, `{"spec": {"stage": null, "freight": null}, "status": {"phase": null, "message": null, "finishedAt": null, "freight": null}}`, kargo.Promotion{})
	decodes(t,
		`{"metadata": {"name": "prod.1", "creationTimestamp": "2024-01-02T03:04:05Z"},
		  "spec": {"stage": "prod", "origin": {"kind": "Warehouse", "name": "w"}, "steps": [{"uses": "git-clone"}], "vars": []},
		  "status": {"phase": "Errored", "message": "no", "startedAt": "2024-01-02T03:04:05Z", "finishedAt": "2024-01-02T03:04:05Z", "freight": {"name": "f1"}}}`,
		kargo.Promotion{
			Metadata: kargo.Metadata{Name: "prod.1", CreationTimestamp: *instant()},
			Spec:     kargo.PromotionSpec{Stage: "prod"},
			Status: kargo.PromotionStatus{
				Phase: kargo.PromotionErrored, Message: "no", FinishedAt: instant(), Freight: &kargo.FreightRef{Name: "f1"},
			},
		})
}

func TestProjectConfigIsDecodedTolerantly(t *testing.T) {
	decodes(t, `{"spec": null}`, kargo.ProjectConfig{})
	decodes(t, `{"spec": {"promotionPolicies": null}}`, kargo.ProjectConfig{})
	decodes(t,
		`{"metadata": {"name": "p", "namespace": "p"}, "spec": {"webhookReceivers": [], "promotionPolicies": [
		   {"stage": "dev", "autoPromotionEnabled": true},
		   {"stage": null, "stageSelector": {}, "autoPromotionEnabled": null},
		   {"stageSelector": {"name": "glob:prod-*", "matchLabels": {"tier": "high"},
		                      "matchExpressions": [{"key": "zone", "operator": "In", "values": ["eu"]}]}, "autoRollback": {}},
		   {"stageSelector": {"name": null, "matchLabels": null, "matchExpressions": null}}]}}`,
		kargo.ProjectConfig{
			Metadata: kargo.Metadata{Name: "p", Namespace: "p"},
			Spec: kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{
				{Stage: "dev", AutoPromotionEnabled: true},
				{StageSelector: &kargo.StageSelector{}},
				{StageSelector: &kargo.StageSelector{
					Name:        "glob:prod-*",
					MatchLabels: map[string]string{"tier": "high"},
					MatchExpressions: []metav1.LabelSelectorRequirement{
						{Key: "zone", Operator: metav1.LabelSelectorOpIn, Values: []string{"eu"}},
					},
				}},
				{StageSelector: &kargo.StageSelector{}},
			}},
		})
}

func TestDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		// canonical is what it is written as.
		canonical string
	}{
		{"0s", 0, "0s"},
		{"1h", time.Hour, "1h0m0s"},
		{"1.5h", 90 * time.Minute, "1h30m0s"},
		{"1h30m", 90 * time.Minute, "1h30m0s"},
		{"90m", 90 * time.Minute, "1h30m0s"},
		{"2h0m3.5s", 2*time.Hour + 3500*time.Millisecond, "2h0m3.5s"},
		{"720h", 720 * time.Hour, "720h0m0s"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got kargo.Duration
			if err := json.Unmarshal([]byte(`"`+test.text+`"`), &got); err != nil {
				t.Fatal(err)
			}
			if time.Duration(got) != test.want {
				t.Errorf("read %s, want %s", time.Duration(got), test.want)
			}
			written, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(`"`+test.canonical+`"`, string(written)); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadDurationIsAnError(t *testing.T) {
	for _, text := range []string{`""`, `"1d"`, `"1"`, `"an hour"`, `"1h "`, `3600`, `{}`, `["1h"]`} {
		var f kargo.Freight
		if err := json.Unmarshal([]byte(`{"status": {"verifiedIn": {"qa": {"longestSoak": `+text+`}}}}`), &f); err == nil {
			t.Errorf("longestSoak %s: no error, read as %v", text, f.Status.VerifiedIn.At("qa").LongestSoak)
		}
	}
}

// A field of the wrong type is an error, never a guess.
func TestMisshapenObjectIsAnError(t *testing.T) {
	for _, text := range []string{
		`[]`,
		`"prod"`,
		`{"metadata": {"name": 7}}`,
		`{"metadata": {"creationTimestamp": "yesterday"}}`,
		`{"spec": {"requestedFreight": {}}}`,
		`{"spec": {"requestedFreight": [{"sources": {"stages": "qa"}}]}}`,
		`{"spec": {"requestedFreight": [{"sources": {"direct": "true"}}]}}`,
		`{"status": {"freightHistory": [{"items": []}]}}`,
	} {
		var s kargo.Stage
		if err := json.Unmarshal([]byte(text), &s); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// decodes checks what an object is decoded to. Times are compared as instants.
func decodes[T any](t *testing.T, text string, want T) {
	t.Helper()
	var got T
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
}

func stageOf(requests ...kargo.Request) kargo.Stage {
	return kargo.Stage{Spec: kargo.StageSpec{RequestedFreight: requests}}
}

func at[V any](stage string, value V) kargo.ByStage[V] {
	return kargo.ByStage[V]{}.With(stage, value)
}

func duration(d time.Duration) *kargo.Duration { return (*kargo.Duration)(&d) }

func instant() *time.Time {
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	return &at
}
