package lint

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// starts returns when the verifications of what a Stage ran began, newest first: close to
// when it got the Freight.
func starts(stage *kargo.Stage) []time.Time {
	var times []time.Time
	for _, collection := range stage.Status.FreightHistory {
		if n := len(collection.VerificationHistory); n > 0 {
			if first := collection.VerificationHistory[n-1].StartTime; first != nil {
				times = append(times, *first)
			}
		}
	}
	return times
}

// cadence returns the median time between the pieces of Freight that a Stage ran; ok is
// false when too few are known.
func cadence(stage *kargo.Stage) (median time.Duration, of int, ok bool) {
	times := starts(stage)
	var gaps []time.Duration
	for i := 1; i < len(times); i++ {
		if gap := times[i-1].Sub(times[i]); gap > 0 {
			gaps = append(gaps, gap)
		}
	}
	const least = 3
	if len(gaps) < least {
		return 0, 0, false
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], len(gaps), true
}
