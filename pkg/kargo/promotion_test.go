package kargo_test

import (
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestPromotionPhaseEnded(t *testing.T) {
	for phase, want := range map[kargo.PromotionPhase]bool{
		"": false, "Pending": false, "Running": false,
		"Succeeded": true, "Failed": true, "Errored": true, "Aborted": true,
	} {
		if got := phase.Ended(); got != want {
			t.Errorf("PromotionPhase(%q).Ended() = %t, want %t", phase, got, want)
		}
	}
}

func TestFreightNameOfPromotion(t *testing.T) {
	resolved := kargo.PromotionStatus{Freight: &kargo.FreightRef{Name: "resolved"}}
	tests := []struct {
		name      string
		promotion kargo.Promotion
		want      string
	}{
		{"the Freight was named", kargo.Promotion{Spec: kargo.PromotionSpec{Freight: "named"}}, "named"},
		{"the Freight was named, and the status says it too", kargo.Promotion{Spec: kargo.PromotionSpec{Freight: "named"}, Status: resolved}, "named"},
		{"an origin was given, and it has started", kargo.Promotion{Status: resolved}, "resolved"},
		{"an origin was given, and it has not started", kargo.Promotion{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.promotion.FreightName(); got != test.want {
				t.Errorf("FreightName() = %q, want %q", got, test.want)
			}
		})
	}
}

func TestPromotionRefOf(t *testing.T) {
	var none *kargo.PromotionRef
	tests := []struct {
		name string
		ref  *kargo.PromotionRef
		want bool
	}{
		{"no reference", none, false},
		{"a reference of an early release, without Freight", &kargo.PromotionRef{Name: "prod.1"}, false},
		{"a reference to other Freight", &kargo.PromotionRef{Freight: &kargo.FreightRef{Name: "f2"}}, false},
		{"a reference to the Freight", &kargo.PromotionRef{Freight: &kargo.FreightRef{Name: "f1"}}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.ref.Of("f1"); got != test.want {
				t.Errorf("Of(f1) = %t, want %t", got, test.want)
			}
		})
	}
}
