package kargo_test

import (
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestClosure(t *testing.T) {
	opens := time.Date(2026, 11, 30, 7, 0, 0, 0, time.FixedZone("", 3600))
	for want, window := range map[string]kargo.WindowStatus{
		", without a known end":              {},
		", without a known end: maintenance": {Reason: "maintenance"},
		" until 2026-11-30T06:00:00Z: fair":  {Reason: "fair", NextOpen: &opens},
	} {
		if got := window.Closure(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
