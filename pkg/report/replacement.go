package report

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// replaces returns what a Promotion of the Freight to the Stage would replace; nil where it
// runs there, where nothing of its origin does, and for a control-flow Stage.
func replaces(s *avail.Stage, f *kargo.Freight) *Replacement {
	runs := runningOf(s, f.Origin)
	if runs == "" || runs == f.Metadata.Name || s.IsControlFlow() {
		return nil
	}
	other := s.Project().FreightNamed(runs)
	if other == nil {
		return &Replacement{Named: Named{Name: runs}}
	}
	return &Replacement{named(other), artifactChanges(other.Artifacts, f.Artifacts)}
}

// runningOf returns the name of the Freight of an origin that a Stage runs, "" for none.
func runningOf(s *avail.Stage, origin kargo.Origin) string {
	current := s.Status.Current()
	if current == nil {
		return ""
	}
	return current.Items[origin.String()].Name
}

// aheadOf returns what upstreams run of the requested origins that the Stage does not run.
func aheadOf(s *avail.Stage) []Ahead {
	list := []Ahead{}
	if s.IsControlFlow() {
		return list
	}
	for i := range s.Spec.RequestedFreight {
		request := &s.Spec.RequestedFreight[i]
		own := runningOf(s, request.Origin)
		for _, name := range request.Sources.Upstreams() {
			upstream := s.Other(name)
			if upstream == nil || upstream.Metadata.Name == s.Metadata.Name {
				continue
			}
			if runs := runningOf(upstream, request.Origin); runs != "" && runs != own {
				list = addAhead(list, s.Project(), request.Origin, runs, own, name)
			}
		}
	}
	return list
}

func addAhead(list []Ahead, project *pipeline.Project, origin kargo.Origin, runs, own, upstream string) []Ahead {
	i := slices.IndexFunc(list, func(a Ahead) bool { return a.Name == runs && a.Origin == origin.String() })
	if i >= 0 {
		if !slices.Contains(list[i].Upstreams, upstream) {
			list[i].Upstreams = append(list[i].Upstreams, upstream)
		}
		return list
	}
	ahead := Ahead{Named: Named{Name: runs}, Origin: origin.String(), Upstreams: []string{upstream}}
	f, before := project.FreightNamed(runs), project.FreightNamed(own)
	if f != nil {
		ahead.Alias = f.Alias
	}
	if f != nil && before != nil {
		ahead.Changes = artifactChanges(before.Artifacts, f.Artifacts)
	}
	return append(list, ahead)
}

// artifactChanges returns the artifacts that differ, in their order, the new ones last. Where a repository is
// there several times, the first that differs is paired with the first, and so on.
func artifactChanges(from, to []string) Nullable[ArtifactChange] {
	changes := Nullable[ArtifactChange]{}
	left := slices.DeleteFunc(slices.Clone(to), func(a string) bool { return slices.Contains(from, a) })
	for _, artifact := range from {
		if slices.Contains(to, artifact) {
			continue
		}
		repository, version := kargo.SplitArtifact(artifact)
		change := ArtifactChange{Repository: repository, From: &version}
		i := slices.IndexFunc(left, func(a string) bool { other, _ := kargo.SplitArtifact(a); return other == repository })
		if i >= 0 {
			_, now := kargo.SplitArtifact(left[i])
			change.To = &now
			left = slices.Delete(left, i, i+1)
		}
		changes = append(changes, change)
	}
	for _, artifact := range left {
		repository, version := kargo.SplitArtifact(artifact)
		changes = append(changes, ArtifactChange{Repository: repository, To: &version})
	}
	return changes
}
