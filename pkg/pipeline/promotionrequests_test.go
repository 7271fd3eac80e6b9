package pipeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

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
