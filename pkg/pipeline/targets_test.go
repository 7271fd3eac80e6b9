package pipeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func targetAware(selectors ...metav1.LabelSelector) kargo.Stage {
	return kargo.Stage{Metadata: kargo.Metadata{Name: "prod"}, Spec: kargo.StageSpec{Targets: &kargo.StageTargets{Selectors: selectors}}}
}

func TestTargetsOfAStage(t *testing.T) {
	target := func(name, region string) kargo.Target {
		return kargo.Target{Metadata: kargo.Metadata{Name: name, Labels: map[string]string{"region": region}}}
	}
	p := pipeline.New(pipeline.Objects{Targets: []kargo.Target{target("us-1", "us"), target("eu-2", "eu"), target("eu-1", "eu"), target("ap-1", "ap")}}, true)
	region := func(name string) metav1.LabelSelector {
		return metav1.LabelSelector{MatchLabels: map[string]string{"region": name}}
	}
	for _, test := range []struct {
		name  string
		stage kargo.Stage
		want  []string
	}{
		{"a Stage without targets", kargo.Stage{}, nil},
		{"no selector selects none", targetAware(), nil},
		{"the empty selector selects all", targetAware(metav1.LabelSelector{}), []string{"ap-1", "eu-1", "eu-2", "us-1"}},
		{"one selector", targetAware(region("eu")), []string{"eu-1", "eu-2"}},
		{"the union of several, each Target once", targetAware(region("us"), region("ap"), region("us")), []string{"ap-1", "us-1"}},
		{"a selector of nothing", targetAware(region("x")), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := p.TargetsOf(&test.stage)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, target := range got {
				names = append(names, target.Metadata.Name)
			}
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("Targets (-want +got):\n%s", diff)
			}
		})
	}
	broken := targetAware(metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: "Near"}}})
	if got, err := p.TargetsOf(&broken); err == nil {
		t.Errorf("an invalid selector selects %v", got)
	}
}

func TestPromotionRequestsOfAStage(t *testing.T) {
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	request := func(name, stage string, after time.Duration) kargo.PromotionRequest {
		return kargo.PromotionRequest{Metadata: kargo.Metadata{Name: name, CreationTimestamp: at.Add(after)}, Spec: kargo.PromotionRequestSpec{Stage: stage}}
	}
	p := pipeline.New(pipeline.Objects{PromotionRequests: []kargo.PromotionRequest{
		request("prod.1", "prod", 0), request("qa.1", "qa", time.Hour), request("prod.3", "prod", time.Minute), request("prod.2", "prod", time.Minute),
	}}, true)
	var names []string
	for _, r := range p.PromotionRequests("prod") {
		names = append(names, r.Metadata.Name)
	}
	if diff := cmp.Diff([]string{"prod.3", "prod.2", "prod.1"}, names); diff != "" {
		t.Errorf("PromotionRequests (-want +got):\n%s", diff)
	}
	if got := p.PromotionRequests("uat"); len(got) > 0 {
		t.Errorf("PromotionRequests of a Stage without: %v", got)
	}
}
