package pipeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Every instant that the objects mention counts, wherever it stands: each case has
// one at 11:00 in its place and older ones everywhere else.
func TestNewest(t *testing.T) {
	newest, older := build.At("11:00"), build.At("10:00")
	tests := []struct {
		name string
		set  func(stage *kargo.Stage, freight *kargo.Freight, promotion *kargo.Promotion)
	}{
		{"a Stage's creation", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) { s.Metadata.CreationTimestamp = newest }},
		{"the start of a verification", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.FreightHistory[1].VerificationHistory[0].StartTime = &newest
		}},
		{"the end of a verification", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.FreightHistory[1].VerificationHistory[0].FinishTime = &newest
		}},
		{"the end of a Stage's last Promotion", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.LastPromotion.FinishedAt = &newest
		}},
		{"that end, where only its status says it", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.LastPromotion.Status.FinishedAt = &newest
		}},
		{"the transition of a condition", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.Conditions[0].LastTransitionTime = &newest
		}},
		{"a hold", func(s *kargo.Stage, _ *kargo.Freight, _ *kargo.Promotion) {
			s.Status.EffectiveAutoPromotionHolds = map[string]kargo.Hold{"Warehouse/w": {CreatedAt: &newest}}
		}},
		{"Freight's creation", func(_ *kargo.Stage, f *kargo.Freight, _ *kargo.Promotion) { f.Metadata.CreationTimestamp = newest }},
		{"Freight's discovery", func(_ *kargo.Stage, f *kargo.Freight, _ *kargo.Promotion) { f.DiscoveredAt = &newest }},
		{"Freight's verification", func(_ *kargo.Stage, f *kargo.Freight, _ *kargo.Promotion) {
			f.Status.VerifiedIn = f.Status.VerifiedIn.With("qa", kargo.Verified{VerifiedAt: kargo.InstantOf(newest)})
		}},
		{"Freight's approval", func(_ *kargo.Stage, f *kargo.Freight, _ *kargo.Promotion) {
			f.Status.ApprovedFor = f.Status.ApprovedFor.With("prod", kargo.Approved{ApprovedAt: &newest})
		}},
		{"the beginning of Freight's stay", func(_ *kargo.Stage, f *kargo.Freight, _ *kargo.Promotion) {
			f.Status.CurrentlyIn = f.Status.CurrentlyIn.With("qa", kargo.Residence{Since: &newest})
		}},
		{"a Promotion's creation", func(_ *kargo.Stage, _ *kargo.Freight, p *kargo.Promotion) { p.Metadata.CreationTimestamp = newest }},
		{"a Promotion's end", func(_ *kargo.Stage, _ *kargo.Freight, p *kargo.Promotion) { p.Status.FinishedAt = &newest }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage := build.Stage("prod",
				build.Runs("f2"),
				build.Runs("f1", kargo.Verification{StartTime: &older, FinishTime: &older}),
				build.Promoted("prod.1", "f1", kargo.PromotionFailed, ""),
				build.Condition("Ready", "True", "", ""))
			stage.Status.LastPromotion.FinishedAt = &older
			freight := build.Freight("f1", "w",
				build.Created(older), build.Discovered(older), build.VerifiedAt("dev", older), build.Approved("qa"), build.In("dev", older))
			promotion := build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed, build.PromotedAt(older))
			test.set(&stage, &freight, &promotion)
			objects := pipeline.Objects{
				Stages:     []kargo.Stage{build.Stage("qa"), stage},
				Freight:    []kargo.Freight{freight, build.Freight("f2", "w")},
				Promotions: []kargo.Promotion{promotion},
			}
			if diff := cmp.Diff(newest, objects.Newest()); diff != "" {
				t.Errorf("Newest() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewestOfNothingIsZero(t *testing.T) {
	for name, objects := range map[string]pipeline.Objects{
		"no objects": {},
		"objects without a time": {
			Stages:     []kargo.Stage{build.Stage("prod", build.Runs("f1", kargo.Verification{}), build.Promoted("prod.1", "f1", "", ""))},
			Freight:    []kargo.Freight{build.Freight("f1", "w", build.Verified("qa"), build.Approved("prod"), build.Sinceless("qa"))},
			Promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", "")},
		},
	} {
		if diff := cmp.Diff(time.Time{}, objects.Newest()); diff != "" {
			t.Errorf("%s: Newest() (-want +got):\n%s", name, diff)
		}
	}
}
