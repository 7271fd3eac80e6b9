package avail

import (
	"math"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// record is what the rules look at in one piece of Freight: its own status and, where a
// question begins with "what if", the Stages that it is assumed to have passed.
type record struct {
	freight *kargo.Freight
	now     time.Time
	// passed is nil for the Freight as it is.
	passed *passage
}

// passage has Stages that a piece of Freight is assumed to have passed.
type passage struct {
	// entries are what the Freight then says of them in status.verifiedIn.
	entries map[string]kargo.Verified
	// isIn has those of them that it is also assumed to be in.
	isIn map[string]bool
	// added counts the entries for Stages that had not verified the Freight before, and
	// soaked those of them in which it soaked for as long as anybody asks; partly has those
	// in which it soaked for less.
	added, soaked int
	partly        []string
}

// forever is a stay that is as long as anybody asks.
const forever = kargo.Duration(math.MaxInt64)

// pass notes that the Freight has passed a Stage, with what it says of that.
func (r *record) pass(stage string, entry kargo.Verified) {
	if r.passed == nil {
		r.passed = &passage{entries: map[string]kargo.Verified{}, isIn: map[string]bool{}}
	}
	r.passed.entries[stage] = entry
	if r.freight.Status.VerifiedIn.Has(stage) {
		return
	}
	r.passed.added++
	switch entry.LongestSoak {
	case forever:
		r.passed.soaked++
	case 0:
	default:
		r.passed.partly = append(r.passed.partly, stage)
	}
}

// entry returns what the Freight says of a Stage that has verified it.
func (r *record) entry(stage string) kargo.Verified {
	if r.passed != nil {
		if entry, passed := r.passed.entries[stage]; passed {
			return entry
		}
	}
	return r.freight.Status.VerifiedIn.At(stage)
}

func (r *record) verifiedIn(stage string) bool {
	if r.passed != nil {
		if _, passed := r.passed.entries[stage]; passed {
			return true
		}
	}
	return r.freight.Status.VerifiedIn.Has(stage)
}

// isIn reports whether the Freight is in the Stage now.
func (r *record) isIn(stage string) bool {
	return r.passed != nil && r.passed.isIn[stage] || r.freight.Status.CurrentlyIn.Has(stage)
}

// soakedFor returns the longer of the longest completed stay in the Stage and the running
// one, which counts as 0 when its beginning was not recorded. Kargo: Freight.HasSoakedIn.
func (r *record) soakedFor(stage string) time.Duration {
	longest := time.Duration(r.entry(stage).LongestSoak)
	if since := r.freight.Status.CurrentlyIn.At(stage).Since; since != nil {
		longest = max(longest, r.now.Sub(*since))
	}
	return longest
}

// aged reports whether the Stage verified the Freight longer ago than need, which is how
// the listing of v1.2.0 to v1.3.2 understands soaking.
func (r *record) aged(stage string, need time.Duration) bool {
	at := r.entry(stage).VerifiedAt.Time()
	return !at.IsZero() && at.Before(r.now.Add(-need))
}

// soakedInMoreThan reports whether there are more than n Stages that verified the Freight
// and in which it has soaked for at least need.
func (r *record) soakedInMoreThan(n int, need time.Duration) bool {
	soaked := func(stage string) bool { return r.soakedFor(stage) >= need }
	count := 0
	if r.passed != nil {
		count = r.passed.soaked
		if need <= 0 {
			count = r.passed.added
		}
		for i := 0; i < len(r.passed.partly) && need > 0 && count <= n; i++ {
			if soaked(r.passed.partly[i]) {
				count++
			}
		}
	}
	return r.countsMoreThan(n, count, soaked)
}

// agedInMoreThan reports whether more than n Stages verified the Freight longer ago than need.
func (r *record) agedInMoreThan(n int, need time.Duration) bool {
	aged := func(stage string) bool { return r.aged(stage, need) }
	count := 0
	if r.passed != nil {
		for stage := range r.passed.entries {
			if !r.freight.Status.VerifiedIn.Has(stage) && aged(stage) {
				count++
			}
		}
	}
	return r.countsMoreThan(n, count, aged)
}

// countsMoreThan counts on, from count, the Stages of the Freight's own status of which is
// says yes, until there are more than n.
func (r *record) countsMoreThan(n, count int, is func(stage string) bool) bool {
	if count > n {
		return true
	}
	for stage := range r.freight.Status.VerifiedIn.All() {
		if is(stage) {
			if count++; count > n {
				return true
			}
		}
	}
	return false
}
