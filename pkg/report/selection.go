package report

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Selection says what of the Projects a Report shows. The zero value selects all
// Freight of every downstream Stage.
type Selection struct {
	// Stages are names; when there are any, exactly these are shown.
	Stages []string
	// AllStages adds the Stages that have no upstream.
	AllStages bool
	// Labels selects Stages; nil selects every one.
	Labels labels.Selector
	// Warehouses are names; when there are any, only their Freight is shown.
	Warehouses []string
	// Freight holds, by Project, the names to show; nil shows all Freight.
	Freight map[string][]string
	// Where keeps only Freight of which all of these hold.
	Where []Predicate
	// Stuck keeps only Stages with a problem that does not go away by itself.
	Stuck bool
	// Limit keeps the newest pieces of Freight of each Stage; 0 keeps all.
	Limit int
	// PerOrigin makes Limit count the Freight of each origin by itself.
	PerOrigin bool
	// Sort orders the Freight of a Stage that is shown; nil leaves it newest first. It is
	// called for one Stage after the other.
	Sort func([]Freight)
}

// stage reports whether a Stage is shown, as far as that does not depend on Freight.
func (s *Selection) stage(stage *kargo.Stage) bool {
	if len(s.Stages) > 0 {
		return slices.Contains(s.Stages, stage.Metadata.Name)
	}
	if s.Labels != nil && !s.Labels.Matches(labels.Set(stage.Metadata.Labels)) {
		return false
	}
	return s.AllStages || stage.IsDownstream()
}

// freight reports whether a piece of Freight may be shown.
func (s *Selection) freight(project string, f *kargo.Freight) bool {
	return (len(s.Warehouses) == 0 || slices.Contains(s.Warehouses, f.Origin.Name)) &&
		(s.Freight == nil || slices.Contains(s.Freight[project], f.Metadata.Name))
}

// narrows reports whether the selection is about Freight, so that a Stage that has
// none of it is of no interest.
func (s *Selection) narrows() bool {
	return len(s.Warehouses) > 0 || s.Freight != nil || len(s.Where) > 0
}

// keeps reports whether a piece of Freight is shown by what was found of it.
func (s *Selection) keeps(f *Freight) bool {
	return !slices.ContainsFunc(s.Where, func(holds Predicate) bool { return !holds(f) })
}

// Predicate tells something of a piece of Freight at one Stage. What it says of the Freight's
// blockers does not count: they are not known yet.
type Predicate func(*Freight) bool

// Differs reports whether the Freight is available under one of any and all alone.
func Differs(f *Freight) bool { return f.Available.Any != f.Available.All }

// IsAvailable reports whether Kargo would admit a Promotion of the Freight now.
func IsAvailable(f *Freight) bool { return f.Available.Configured }

// IsBlocked reports whether Kargo would refuse a Promotion of the Freight now.
func IsBlocked(f *Freight) bool { return !f.Available.Configured }

// NewerThan returns whether Freight was discovered after an instant.
func NewerThan(at time.Time) Predicate {
	return func(f *Freight) bool { return f.DiscoveredAt != nil && f.DiscoveredAt.After(at) }
}
