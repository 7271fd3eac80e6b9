package autopromote_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestSelecting(t *testing.T) {
	on := func(p kargo.PromotionPolicy) kargo.PromotionPolicy { p.AutoPromotionEnabled = true; return p }
	tests := []struct {
		name    string
		release string
		objects pipeline.Objects
		want    []autopromote.Policy
	}{
		{"no ProjectConfig", "", pipeline.Objects{}, nil},
		{"no policy", "", pipeline.Objects{Config: config()}, nil},
		{"none that selects it", "", pipeline.Objects{Config: config(on(selector("dev")))}, nil},
		{
			"in their order, what is shadowed after what shadows it", "",
			pipeline.Objects{Config: config(selector("dev"), selector("glob:p*"), selector("qa"), on(kargo.PromotionPolicy{Stage: "prod"}), on(selector("")))},
			[]autopromote.Policy{{Index: 1, Selector: "name: glob:p*"}, {Index: 3, Selector: "stage: prod", Enabled: true}, {Index: 4, Selector: "every Stage", Enabled: true}},
		},
		{
			"up to one that cannot be understood, which ends Kargo's search", "",
			pipeline.Objects{Config: config(on(selector("prod")), selector("regex:("), on(selector("glob:*")))},
			[]autopromote.Policy{{Index: 0, Selector: "name: prod", Enabled: true}},
		},
		{
			"none, where the first cannot be understood", "",
			pipeline.Objects{Config: config(selector("glob:["), on(selector("prod")))},
			nil,
		},
		{
			"of the Project, where the release keeps them there", "v1.4.9",
			pipeline.Objects{Spec: config(selector("dev"), on(kargo.PromotionPolicy{Stage: "prod"})), Config: config(on(selector("")))},
			[]autopromote.Policy{{Index: 1, Selector: "stage: prod", Enabled: true}},
		},
		{
			"none, where they could not be read", "",
			pipeline.Objects{Config: config(on(selector("prod"))), Unread: pipeline.Kinds(0).With(pipeline.Policies)},
			nil,
		},
		{"none, where the Stage's status stands in for them", "", pipeline.Objects{PoliciesFromStatus: true}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage := build.Stage("prod", build.AutoPromotes())
			got := autopromote.Selecting(project(test.objects), &stage, rules(t, test.release))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Selecting() (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFirstOfSelectingDecides ties the list to the answer that it explains.
func TestFirstOfSelectingDecides(t *testing.T) {
	p := project(pipeline.Objects{Config: config(selector("dev"), selector("regex:prod"), kargo.PromotionPolicy{Stage: "prod", AutoPromotionEnabled: true})})
	stage, r := build.Stage("prod"), rules(t, "")
	policy, err := autopromote.SwitchOf(p, &stage, r)
	if err != nil {
		t.Fatal(err)
	}
	if first := autopromote.Selecting(p, &stage, r)[0]; first.Index != policy.Policy || first.Enabled {
		t.Errorf("first is %+v, but policy %d decides, and says no", first, policy.Policy)
	}
}

func TestWordsOfSelectors(t *testing.T) {
	in := func(key string, operator metav1.LabelSelectorOperator, values ...string) []metav1.LabelSelectorRequirement {
		return []metav1.LabelSelectorRequirement{{Key: key, Operator: operator, Values: values}}
	}
	high := map[string]string{"tier": "high"}
	for _, test := range []struct {
		selector kargo.StageSelector
		want     string
	}{
		{kargo.StageSelector{}, "every Stage"},
		{kargo.StageSelector{Name: "prod"}, "name: prod"},
		{kargo.StageSelector{Name: "regex:^prod$"}, "name: regex:^prod$"},
		{kargo.StageSelector{MatchLabels: high}, "labels: tier=high"},
		{kargo.StageSelector{MatchLabels: map[string]string{"zone": "eu", "tier": "high"}}, "labels: tier=high,zone=eu"},
		{kargo.StageSelector{MatchExpressions: in("zone", metav1.LabelSelectorOpIn, "eu", "asia")}, "labels: zone in (asia,eu)"},
		{kargo.StageSelector{MatchExpressions: in("zone", metav1.LabelSelectorOpNotIn, "us")}, "labels: zone notin (us)"},
		{kargo.StageSelector{MatchExpressions: in("zone", metav1.LabelSelectorOpExists)}, "labels: zone"},
		{kargo.StageSelector{MatchExpressions: in("old", metav1.LabelSelectorOpDoesNotExist)}, "labels: !old"},
		{
			kargo.StageSelector{Name: "glob:*", MatchLabels: high, MatchExpressions: in("zone", metav1.LabelSelectorOpIn, "eu")},
			"name: glob:*, labels: tier=high,zone in (eu)",
		},
	} {
		t.Run(test.want, func(t *testing.T) {
			stage := build.Stage("prod", build.Labels(map[string]string{"tier": "high", "zone": "eu"}))
			got := autopromote.Selecting(project(pipeline.Objects{Config: config(kargo.PromotionPolicy{StageSelector: &test.selector})}), &stage, rules(t, ""))
			if diff := cmp.Diff([]autopromote.Policy{{Selector: test.want}}, got); diff != "" {
				t.Errorf("Selecting() (-want +got):\n%s", diff)
			}
		})
	}
}
