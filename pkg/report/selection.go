package report

import (
	"slices"

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
	// Differs keeps only Freight on which any and all disagree, in available or in listed.
	Differs bool
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
	return len(s.Warehouses) > 0 || s.Freight != nil || s.Differs
}

// differs reports whether any and all give different answers.
func differs(f *Freight) bool {
	return f.Available.Any != f.Available.All || !equal(f.Listed.Any, f.Listed.All)
}

func equal(a, b *bool) bool {
	return a == b || a != nil && b != nil && *a == *b
}
