package avail

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// DependsOnOthers reports whether what is said of f at the Stage may depend on Stages that
// are not upstream of it. The only such dependency is soak time in other Stages, which
// Kargo's listing counts (SoakedElsewhere), even in one that is still to come. It decides
// nothing where every upstream that can have verified f also lets it soak. May return
// false positives.
func (s *Stage) DependsOnOthers(f *kargo.Freight) bool {
	e := s.evaluator
	if !e.rules.knowsSoak {
		return false
	}
	component := e.components(f.Origin)
	chain := pipeline.Chain(s.Metadata.Name, e.project.Stage, &f.Origin)
	return slices.ContainsFunc(chain, func(name string) bool {
		stage := e.Stage(name)
		return stage != nil && slices.ContainsFunc(stage.requests, func(request request) bool {
			if _, soaks := e.rules.soakTime(&request); !soaks || request.Origin != f.Origin {
				return false
			}
			return slices.ContainsFunc(request.upstreams, func(upstream string) bool {
				view := e.Stage(upstream)
				if view == nil {
					return f.Status.VerifiedIn.Has(upstream)
				}
				return !e.soaksIn(view, f, component[view.position] == component[stage.position])
			})
		})
	})
}

// soaksIn reports whether it is sure that f, if it is ever verified in the upstream of a
// Stage, can also soak there. cycle says that the two are on a cycle.
func (e *Evaluator) soaksIn(upstream *Stage, f *kargo.Freight, cycle bool) bool {
	switch {
	case upstream.IsControlFlow():
		return false
	case !f.Status.VerifiedIn.Has(upstream.Metadata.Name):
		return true
	case upstream.Metadata.DeletionTimestamp != nil, cycle:
		return false
	default:
		return upstream.RunsNow(f) || upstream.available(f).available
	}
}

// components numbers the Stages that are upstream of each other for Freight of the
// origin, by position.
func (e *Evaluator) components(origin kargo.Origin) []int {
	component, _ := pipeline.Components(len(e.stages), func(position int) []int {
		var upstreams []int
		for _, request := range e.stageAt(position).requests {
			if request.Origin == origin {
				upstreams = append(upstreams, slices.DeleteFunc(slices.Clone(request.positions), func(at int) bool { return at < 0 })...)
			}
		}
		return upstreams
	})
	return component
}
