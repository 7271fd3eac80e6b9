package change

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Overlay returns the objects of a Project as they are once manifests are applied to them.
// A declared Stage keeps the status of the live one and has spec and labels as declared; one
// that is not there yet has no status. Warehouses are added, policies replaced. Freight,
// Promotions and what is not declared stay. Of the declared objects only Stages, Warehouses
// and policies count; nothing is modified.
func Overlay(live, declared pipeline.Objects) pipeline.Objects {
	live.Stages = overlayStages(live, declared.Stages)
	for _, name := range declared.Warehouses {
		if !slices.Contains(live.Warehouses, name) {
			live.Warehouses = append(slices.Clip(live.Warehouses), name)
		}
	}
	if declared.Config != nil {
		live.Config, live.PoliciesFromStatus = declared.Config, false
		live.Unread = live.Unread.Without(pipeline.Policies) // there is one ProjectConfig
	}
	if declared.Spec != nil && (live.Spec != nil || len(declared.Spec.PromotionPolicies) > 0) {
		live.Spec = declared.Spec
	}
	return live
}

func overlayStages(live pipeline.Objects, declared []kargo.Stage) []kargo.Stage {
	if len(declared) == 0 {
		return live.Stages
	}
	stages := slices.Clone(live.Stages)
	position := make(map[string]int, len(stages))
	for i := range stages {
		position[stages[i].Metadata.Name] = i
	}
	for i := range declared {
		d := &declared[i]
		at, exists := position[d.Metadata.Name]
		if !exists {
			at = len(stages)
			position[d.Metadata.Name] = at
			stages = append(stages, kargo.Stage{Metadata: kargo.Metadata{Name: d.Metadata.Name, Namespace: live.Project}})
		}
		stages[at].Spec = d.Spec
		stages[at].Metadata.Labels = d.Metadata.Labels
	}
	return stages
}

// Prune returns the objects of a Project without those of the other ones, once Kargo's
// finalizers have run: no Freight is verified in a deleted Stage or approved for it any
// more. That it was once in that Stage stays, as in Kargo. Without the ProjectConfig there
// are no policies. Nothing is modified.
func Prune(live, gone pipeline.Objects) pipeline.Objects {
	names := make(map[string]bool, len(gone.Stages))
	for i := range gone.Stages {
		names[gone.Stages[i].Metadata.Name] = true
	}
	if len(names) > 0 {
		live.Stages = slices.DeleteFunc(slices.Clone(live.Stages), func(s kargo.Stage) bool { return names[s.Metadata.Name] })
		live.Freight = forget(live.Freight, names)
	}
	if len(gone.Warehouses) > 0 {
		live.Warehouses = slices.DeleteFunc(slices.Clone(live.Warehouses), func(name string) bool { return slices.Contains(gone.Warehouses, name) })
	}
	if gone.Config != nil {
		live.Config, live.PoliciesFromStatus = nil, false
		live.Unread = live.Unread.Without(pipeline.Policies)
	}
	if gone.Spec != nil {
		live.Spec = nil
	}
	return live
}

// forget returns the Freight as it is when it is neither verified in the Stages nor
// approved for them.
func forget(freight []kargo.Freight, stages map[string]bool) []kargo.Freight {
	list := slices.Clone(freight)
	for i := range list {
		status := &list[i].Status
		status.VerifiedIn, status.ApprovedFor = status.VerifiedIn.Without(stages), status.ApprovedFor.Without(stages)
	}
	return list
}

// Missing returns the Stages, Warehouses and policies that the first objects have and the
// others have not.
func Missing(of, in pipeline.Objects) pipeline.Objects {
	gone := pipeline.Objects{Project: of.Project}
	has := make(map[string]bool, len(in.Stages))
	for i := range in.Stages {
		has[in.Stages[i].Metadata.Name] = true
	}
	for i := range of.Stages {
		if !has[of.Stages[i].Metadata.Name] {
			gone.Stages = append(gone.Stages, of.Stages[i])
		}
	}
	for _, name := range of.Warehouses {
		if !slices.Contains(in.Warehouses, name) {
			gone.Warehouses = append(gone.Warehouses, name)
		}
	}
	if in.Config == nil {
		gone.Config = of.Config
	}
	if in.Spec == nil {
		gone.Spec = of.Spec
	}
	return gone
}
