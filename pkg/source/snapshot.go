package source

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Snapshot is what a source read. It belongs to the caller.
type Snapshot struct {
	// Projects are sorted by name, and each has at least one Stage; empty when
	// there are none.
	Projects []pipeline.Objects
	// Warnings say what is unknown or cannot be shown, and why: one per kind that
	// could not be read or was not given, in a fixed order.
	Warnings []string
	// Notes are for a person only.
	Notes []string
	// FreightUnread says that Freight could not be read, so that the main question has no
	// answer, though something can be shown.
	FreightUnread bool
	// Stored are the texts of the Stages, Warehouses, ProjectConfigs and Projects, in JSON;
	// nil unless they are to be kept.
	Stored [][]byte
}

// unread notes that nothing is known of a kind in any Project, and says why.
func (s *Snapshot) unread(kind pipeline.Kind, why string) {
	for i := range s.Projects {
		s.Projects[i].Unread = s.Projects[i].Unread.With(kind)
	}
	s.Warnings = append(s.Warnings, why)
	s.FreightUnread = s.FreightUnread || kind == pipeline.Freight
}

// unknownWithout says what is unknown as long as a kind is.
func unknownWithout(kind pipeline.Kind) string {
	switch kind {
	case pipeline.Freight:
		return "which Freight is available is unknown"
	case pipeline.Warehouses:
		return "which Freight is listed, and what auto-promotion would pick, is unknown"
	case pipeline.PromotionRequests:
		return "which PromotionRequests of target-aware Stages are open, or have failed and why, is unknown but for what the Stages say"
	case pipeline.Promotions:
		return "which Promotions are queued, running or failed is unknown but for what the Stages say"
	default:
		return "whether auto-promotion is on is unknown, unless a Stage's status says that it is"
	}
}

// objects are all that was read, each kind by Project.
type objects struct {
	stages     map[string][]kargo.Stage
	freight    map[string][]kargo.Freight
	promotions map[string][]kargo.Promotion
	warehouses map[string][]kargo.Warehouse
	configs    map[string][]kargo.ProjectConfig
	projects   map[string][]kargo.Project
	requests   map[string][]kargo.PromotionRequest
}

// targetAware reports whether some Stage is target-aware.
func (o *objects) targetAware() bool {
	for _, stages := range o.stages {
		if slices.ContainsFunc(stages, func(s kargo.Stage) bool { return s.IsTargetAware() }) {
			return true
		}
	}
	return false
}

// snapshot returns the Projects that have a Stage.
func (o *objects) snapshot() *Snapshot {
	s := &Snapshot{}
	for _, name := range slices.Sorted(maps.Keys(o.stages)) {
		s.Projects = append(s.Projects, o.project(name))
	}
	return s
}

func (o *objects) project(name string) pipeline.Objects {
	p := pipeline.Objects{
		Project:    name,
		Stages:     o.stages[name],
		Freight:    o.freight[name],
		Promotions: o.promotions[name],

		PromotionRequests: o.requests[name],
	}
	for i := range o.warehouses[name] {
		p.Warehouses = append(p.Warehouses, o.warehouses[name][i].Metadata.Name)
	}
	for i := range o.configs[name] {
		// Kargo looks at no other.
		if config := &o.configs[name][i]; config.Metadata.Name == name {
			p.Config = &config.Spec
		}
	}
	for i := range o.projects[name] {
		p.Spec = &o.projects[name][i].Spec
	}
	return p
}
