package source

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func promotionRequests() *resource {
	return &resource{plural: "promotionrequests", kind: "PromotionRequest"}
}

func requestMeta(r *kargo.PromotionRequest) *kargo.Metadata { return &r.Metadata }

// readPromotionRequests reads the PromotionRequests if some Stage is target-aware: then, and
// only then, the API server may have them.
func (g *reading) readPromotionRequests(ctx context.Context, refused *refusal) (err error) {
	if !g.hasTargetAware(ctx) {
		return nil
	}
	g.requests, err = list(ctx, g.cluster, promotionRequests(), requestMeta)
	return refusedOrMissing(err, refused, refusal{kind: pipeline.PromotionRequests, verb: "list", resource: promotionRequests()})
}

// hasTargetAware waits for the Stages and reports whether one of them is target-aware.
func (g *reading) hasTargetAware(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-g.stagesRead:
		return g.stagesErr == nil && g.targetAware()
	}
}

// refusedOrMissing notes a refusal and swallows its error, and that of an API server
// that does not know the resource, of which nothing is known either way.
func refusedOrMissing(err error, into *refusal, r refusal) error {
	r.missing = apierrors.IsNotFound(err)
	if apierrors.IsForbidden(err) || r.missing {
		*into = r
		return nil
	}
	return err
}
