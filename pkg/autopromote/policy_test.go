package autopromote_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestPolicySelectsStages(t *testing.T) {
	in := func(key string, values ...string) metav1.LabelSelectorRequirement {
		return metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpIn, Values: values}
	}
	stages := []kargo.Stage{
		build.Stage("dev"),
		build.Stage("prod-eu", build.Labels(map[string]string{"tier": "high", "zone": "eu"})),
		build.Stage("prod-us", build.Labels(map[string]string{"tier": "high", "zone": "us"})),
		build.Stage("preprod-eu", build.ControlFlow(), build.Labels(map[string]string{"tier": "low", "zone": "eu"})),
	}
	tests := []struct {
		name     string
		policy   kargo.PromotionPolicy
		selected []string
	}{
		{"an exact name, in the old field", kargo.PromotionPolicy{Stage: "prod-eu"}, []string{"prod-eu"}},
		{"a pattern in the old field, which is a name", kargo.PromotionPolicy{Stage: "glob:*"}, nil},
		{"no name at all", kargo.PromotionPolicy{}, nil},
		{"an exact name", selector("prod-eu"), []string{"prod-eu"}},
		{"an exact name that is the beginning of another", selector("prod"), nil},
		{"glob: every name", selector("glob:*"), []string{"dev", "prod-eu", "prod-us", "preprod-eu"}},
		{"glob: it is anchored at both ends", selector("glob:prod-*"), []string{"prod-eu", "prod-us"}},
		{"glob: alternatives", selector("glob:{dev,*-eu}"), []string{"dev", "prod-eu", "preprod-eu"}},
		{"glob: classes and single characters", selector("glob:prod-[a-f]?"), []string{"prod-eu"}},
		{"glob: nothing", selector("glob:"), nil},
		{"regex: it is not anchored", selector("regex:prod"), []string{"prod-eu", "prod-us", "preprod-eu"}},
		{"regex: unless it says so", selector("regex:^prod-.*$"), []string{"prod-eu", "prod-us"}},
		{"regexp: is the same", selector("regexp:prod-(eu|asia)"), []string{"prod-eu", "preprod-eu"}},
		{"regexp: unless it says so", selector("regexp:^prod-"), []string{"prod-eu", "prod-us"}},
		{"regex: nothing, which is in every name", selector("regex:"), []string{"dev", "prod-eu", "prod-us", "preprod-eu"}},
		{"a prefix that is none", selector("glob*"), nil},
		{"an empty selector selects every Stage", selector(""), []string{"dev", "prod-eu", "prod-us", "preprod-eu"}},
		{
			"labels",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{MatchLabels: map[string]string{"tier": "high"}}},
			[]string{"prod-eu", "prod-us"},
		},
		{
			"all of the labels",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{MatchLabels: map[string]string{"tier": "high", "zone": "eu"}}},
			[]string{"prod-eu"},
		},
		{
			"expressions",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{MatchExpressions: []metav1.LabelSelectorRequirement{in("zone", "eu", "asia")}}},
			[]string{"prod-eu", "preprod-eu"},
		},
		{
			"expressions about the absence of a label",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
				{Key: "zone", Operator: metav1.LabelSelectorOpDoesNotExist},
			}}},
			[]string{"dev"},
		},
		{
			"a name and labels, both of which must match",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{Name: "regex:prod", MatchLabels: map[string]string{"zone": "eu"}}},
			[]string{"prod-eu", "preprod-eu"},
		},
		{
			"a name, labels and expressions, all of which must match",
			kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{
				Name: "regex:prod", MatchLabels: map[string]string{"zone": "eu"}, MatchExpressions: []metav1.LabelSelectorRequirement{in("tier", "low")},
			}},
			[]string{"preprod-eu"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.policy.AutoPromotionEnabled = true
			p := project(pipeline.Objects{Stages: stages, Config: config(test.policy)})
			var selected []string
			for i := range stages {
				got, err := autopromote.SwitchOf(p, &stages[i], rules(t, "v1.11.2"))
				if err != nil {
					t.Fatal(err)
				}
				want := autopromote.Switch{Enabled: avail.No, Policy: -1}
				if got.Enabled == avail.Yes {
					selected = append(selected, stages[i].Metadata.Name)
					want = autopromote.Switch{Enabled: avail.Yes, Policy: 0}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", stages[i].Metadata.Name, diff)
				}
			}
			if diff := cmp.Diff(test.selected, selected); diff != "" {
				t.Errorf("selected Stages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFirstPolicyThatSelectsTheStageDecides(t *testing.T) {
	on := func(p kargo.PromotionPolicy) kargo.PromotionPolicy { p.AutoPromotionEnabled = true; return p }
	tests := []struct {
		name     string
		policies []kargo.PromotionPolicy
		want     autopromote.Switch
	}{
		{"no policy", nil, autopromote.Switch{Enabled: avail.No, Policy: -1}},
		{"none that selects it", []kargo.PromotionPolicy{on(selector("dev")), on(selector("qa"))}, autopromote.Switch{Enabled: avail.No, Policy: -1}},
		{"one that says false", []kargo.PromotionPolicy{selector("prod")}, autopromote.Switch{Enabled: avail.No, Policy: 0}},
		{
			"true before false",
			[]kargo.PromotionPolicy{on(selector("dev")), on(selector("glob:*")), selector("prod")},
			autopromote.Switch{Enabled: avail.Yes, Policy: 1},
		},
		{
			"false before true, though the second is exact",
			[]kargo.PromotionPolicy{selector("glob:*"), on(kargo.PromotionPolicy{Stage: "prod"})},
			autopromote.Switch{Enabled: avail.No, Policy: 0},
		},
		{
			"a pattern that cannot be understood does not matter after it",
			[]kargo.PromotionPolicy{on(selector("prod")), on(selector("regex:("))},
			autopromote.Switch{Enabled: avail.Yes, Policy: 0},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage := build.Stage("prod")
			got, err := autopromote.SwitchOf(project(pipeline.Objects{Config: config(test.policies...)}), &stage, rules(t, "v1.11.2"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("SwitchOf() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelectorThatCannotBeUnderstood(t *testing.T) {
	expression := func(r metav1.LabelSelectorRequirement) kargo.PromotionPolicy {
		return kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{MatchExpressions: []metav1.LabelSelectorRequirement{r}}}
	}
	for name, policy := range map[string]kargo.PromotionPolicy{
		"a glob":               selector("glob:["),
		"a regular expression": selector("regex:("),
		"the other prefix":     selector("regexp:*"),
		"an operator":          expression(metav1.LabelSelectorRequirement{Key: "tier", Operator: "Like", Values: []string{"high"}}),
		"no value":             expression(metav1.LabelSelectorRequirement{Key: "tier", Operator: metav1.LabelSelectorOpIn}),
		"a label":              {StageSelector: &kargo.StageSelector{MatchLabels: map[string]string{"not a key": "high"}}},
	} {
		t.Run(name, func(t *testing.T) {
			stage := build.Stage("prod")
			p := project(pipeline.Objects{Project: "p", Config: config(selector("dev"), policy, selector("glob:*"))})
			got, err := autopromote.SwitchOf(p, &stage, rules(t, "v1.11.2"))
			if err == nil || !strings.Contains(err.Error(), `promotionPolicies[1] of Project "p": `) {
				t.Errorf("error %v, want one that names policy 1 of Project p", err)
			}
			if diff := cmp.Diff(autopromote.Switch{Enabled: avail.Unknown, Policy: 1}, got); diff != "" {
				t.Errorf("SwitchOf() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhereThePoliciesLive(t *testing.T) {
	on := func(stage string) kargo.PromotionPolicy {
		return kargo.PromotionPolicy{Stage: stage, AutoPromotionEnabled: true}
	}
	prod, mirrored := build.Stage("prod"), build.Stage("prod", build.AutoPromotes())
	yes, no, unknown := avail.Yes, avail.No, avail.Unknown
	tests := []struct {
		name    string
		release string
		objects pipeline.Objects
		stage   kargo.Stage
		want    avail.Truth
	}{
		{"the ProjectConfig", "v1.11.2", pipeline.Objects{Config: config(on("prod"))}, prod, yes},
		{"the ProjectConfig, before the mirror in the Stage", "v1.11.2", pipeline.Objects{Config: config()}, mirrored, no},
		{"the ProjectConfig, before the Project", "v1.5.3", pipeline.Objects{Config: config(), Spec: config(on("prod"))}, prod, no},
		{"neither", "v1.11.2", pipeline.Objects{}, prod, no},
		{"neither, whatever the mirror says", "v1.11.2", pipeline.Objects{}, mirrored, no},
		{"the Project, before v1.5", "v1.4.9", pipeline.Objects{Spec: config(on("prod"))}, prod, yes},
		{"the Project, before v1.5, beside a ProjectConfig that it does not know", "v1.4.9", pipeline.Objects{Spec: config(on("prod")), Config: config()}, prod, yes},
		{"the Project, up to v1.6, where there is no ProjectConfig yet", "v1.6.9", pipeline.Objects{Spec: config(on("prod"))}, prod, yes},
		{"not the Project from v1.7 on", "v1.7.0", pipeline.Objects{Spec: config(on("prod"))}, prod, no},
		{"the Project, where the release is unknown", "", pipeline.Objects{Spec: config(on("prod"))}, prod, yes},

		{"files without a ProjectConfig, and the mirror says true", "v1.11.2", pipeline.Objects{PoliciesFromStatus: true}, mirrored, yes},
		{"files without a ProjectConfig, and the mirror does not say true", "v1.11.2", pipeline.Objects{PoliciesFromStatus: true}, prod, no},
		{"files with a Project of old", "v1.4.9", pipeline.Objects{PoliciesFromStatus: true, Spec: config(on("prod"))}, prod, yes},
		{"files with a Project of old that switches it off", "v1.4.9", pipeline.Objects{PoliciesFromStatus: true, Spec: config(on("dev"))}, mirrored, no},

		{"policies that may not be read", "v1.11.2", pipeline.Objects{Unread: pipeline.Kinds(0).With(pipeline.Policies)}, prod, unknown},
		{"policies that may not be read, and the mirror says true", "v1.11.2", pipeline.Objects{Unread: pipeline.Kinds(0).With(pipeline.Policies)}, mirrored, yes},
		{"other kinds that may not be read", "v1.11.2", pipeline.Objects{Config: config(on("prod")), Unread: pipeline.Kinds(0).With(pipeline.Promotions)}, prod, yes},

		{"a control-flow Stage has an answer, too", "v1.11.2", pipeline.Objects{Config: config(on("gate"))}, build.Stage("gate", build.ControlFlow()), yes},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := autopromote.SwitchOf(project(test.objects), &test.stage, rules(t, test.release))
			if err != nil {
				t.Fatal(err)
			}
			if got.Enabled != test.want {
				t.Errorf("Enabled = %d, want %d", got.Enabled, test.want)
			}
		})
	}
}

func selector(name string) kargo.PromotionPolicy {
	return kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{Name: name}}
}

func config(policies ...kargo.PromotionPolicy) *kargo.ProjectSpec {
	return &kargo.ProjectSpec{PromotionPolicies: policies}
}

func project(objects pipeline.Objects) *pipeline.Project { return pipeline.New(objects, true) }

// rules returns those of a release, of the newest one for "".
func rules(t *testing.T, release string) avail.Rules {
	t.Helper()
	if release == "" {
		return avail.RulesFor(kargo.Releases{})
	}
	releases, err := kargo.ParseRelease(release)
	if err != nil {
		t.Fatal(err)
	}
	return avail.RulesFor(releases)
}
