package report

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// doubts says what the rules make of a Project's objects that a person may not expect.
func doubts(e *avail.Evaluator) []string {
	project, rules := e.Project(), e.Rules()
	said := slices.Clone(project.Oddities)
	if spec := project.Spec; spec != nil && len(spec.PromotionPolicies) > 0 && autopromote.IgnoresProject(project, rules) {
		said = append(said, fmt.Sprintf(
			"Project %q: the promotionPolicies in its spec do not count: from v1.7.0 on Kargo reads them from the ProjectConfig alone; --kargo-version names an older Kargo", project.Name))
	}
	if without := unsorted(e); without > 0 {
		said = append(said, fmt.Sprintf(
			"Project %q: %d pieces of Freight have no creationTimestamp, by which Kargo sorts them before v1.11.0: which one is the newest is unknown", project.Name, without))
	}
	return said
}

// unsorted returns how many pieces of Freight have no time to be sorted by among others of
// their origin, where that is their creation.
func unsorted(e *avail.Evaluator) int {
	if e.Rules().ByDiscovery() {
		return 0
	}
	all, without := map[kargo.Origin]int{}, map[kargo.Origin]int{}
	for _, f := range e.Project().Freight() {
		all[f.Origin]++
		if f.Metadata.CreationTimestamp.IsZero() {
			without[f.Origin]++
		}
	}
	n := 0
	for origin, count := range without {
		if all[origin] > 1 {
			n += count
		}
	}
	return n
}
