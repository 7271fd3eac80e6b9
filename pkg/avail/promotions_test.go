package avail_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestLastPromotion(t *testing.T) {
	tests := []struct {
		name       string
		stage      []build.StageOption
		promotions []kargo.Promotion
		want       *avail.Promotion
	}{
		{name: "none"},
		{
			name: "none of this Freight to this Stage",
			stage: []build.StageOption{
				build.Promoting("prod.2", "f2"), build.Promoted("prod.1", "f2", kargo.PromotionFailed, ""),
			},
			promotions: []kargo.Promotion{
				build.Promotion("prod.2", "prod", "f2", kargo.PromotionRunning), build.Promotion("qa.1", "qa", "f1", kargo.PromotionFailed),
			},
		},
		{
			name: "the newest by its creation",
			promotions: []kargo.Promotion{
				build.Promotion("prod.2", "prod", "f1", kargo.PromotionFailed, build.PromotedAt(build.At("10:00")), build.Says("refused")),
				build.Promotion("prod.1", "prod", "f1", kargo.PromotionSucceeded, build.PromotedAt(build.At("11:00"))),
			},
			want: &avail.Promotion{Name: "prod.1", Phase: kargo.PromotionSucceeded},
		},
		{
			name: "the newest by its name, where creations do not tell",
			promotions: []kargo.Promotion{
				build.Promotion("prod.1", "prod", "f1", kargo.PromotionSucceeded),
				build.Promotion("prod.2", "prod", "f1", kargo.PromotionFailed, build.Says("refused")),
			},
			want: &avail.Promotion{Name: "prod.2", Phase: kargo.PromotionFailed, Message: "refused"},
		},
		{
			name:  "the one that the Stage speaks of, where the object is gone",
			stage: []build.StageOption{build.Promoted("prod.1", "f1", kargo.PromotionErrored, "no such step")},
			want:  &avail.Promotion{Name: "prod.1", Phase: kargo.PromotionErrored, Message: "no such step"},
		},
		{
			name: "the object says more than the Stage",
			stage: []build.StageOption{
				build.Promoting("prod.1", "f1"),
			},
			promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed, build.Says("refused"))},
			want:       &avail.Promotion{Name: "prod.1", Phase: kargo.PromotionFailed, Message: "refused"},
		},
		{
			name:  "the one that the Stage admits now, before the one that ended",
			stage: []build.StageOption{build.Promoting("prod.2", "f1"), build.Promoted("prod.1", "f1", kargo.PromotionFailed, "")},
			want:  &avail.Promotion{Name: "prod.2", Phase: kargo.PromotionRunning},
		},
		{
			name:       "the one that the Stage admits now, before an older one of which the object is there",
			stage:      []build.StageOption{build.Promoting("prod.2", "f1")},
			promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed)},
			want:       &avail.Promotion{Name: "prod.2", Phase: kargo.PromotionRunning},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{
				stages:     []kargo.Stage{build.Stage("prod", test.stage...)},
				freight:    []kargo.Freight{build.Freight("f1", "w")},
				promotions: test.promotions,
			}
			stage, freight := w.subject(t)
			if diff := cmp.Diff(test.want, stage.LastPromotion(freight), cmpopts.IgnoreUnexported(avail.Promotion{})); diff != "" {
				t.Errorf("LastPromotion() (-want +got):\n%s", diff)
			}
		})
	}
}

// What a Stage calls its last Promotion has ended, whatever else is said of it.
func TestALastPromotionIsNotQueued(t *testing.T) {
	qa := build.Stage("qa", build.Requests("w", build.Direct()))
	qa.Status.LastPromotion = &kargo.PromotionRef{Name: "qa.1", Freight: &kargo.FreightRef{Name: "f1"}}
	w := world{
		stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"))), qa},
		freight: []kargo.Freight{build.Freight("f1", "w")},
	}
	if got := w.blockers(t)[0]; got.Reason == avail.PromotionPending {
		t.Errorf("reason %s (%s) for a Promotion that has ended", got.Reason, got.Message)
	}
}
