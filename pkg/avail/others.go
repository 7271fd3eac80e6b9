package avail

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// HangsOnOthers reports whether what is said of f at the Stage may hang on Stages that are
// not upstream of it. Only by one thing can it: Kargo's listing counts a soak in any
// Stage at all (SoakedElsewhere), be it one that is still to come. That decides nothing
// where every upstream that can have verified f also lets it soak. It may be true of
// more than hangs on them.
func (s *Stage) HangsOnOthers(f *kargo.Freight) bool {
	e := s.evaluator
	if !e.rules.knowsSoak {
		return false
	}
	return slices.ContainsFunc(e.chain(s.Metadata.Name, f.Origin), func(name string) bool {
		stage := e.Stage(name)
		return stage != nil && slices.ContainsFunc(stage.Spec.RequestedFreight, func(request kargo.Request) bool {
			return request.Origin == f.Origin && request.Sources.RequiredSoakTime != nil &&
				slices.ContainsFunc(request.Sources.Stages, func(upstream string) bool { return !e.soaksIn(upstream, f, name) })
		})
	})
}

// soaksIn reports whether it is sure that f, if it is ever verified in the upstream of a
// Stage, can also soak there.
func (e *Evaluator) soaksIn(name string, f *kargo.Freight, below string) bool {
	upstream := e.Stage(name)
	switch {
	case upstream == nil:
		return !f.Status.VerifiedIn.Has(name)
	case upstream.IsControlFlow():
		return false
	case !f.Status.VerifiedIn.Has(name):
		return true
	case upstream.Metadata.DeletionTimestamp != nil, slices.Contains(e.chain(name, f.Origin), below):
		return false
	default:
		return upstream.RunsNow(f) || upstream.available(f).available
	}
}

// chain returns the name of a Stage and of all that are upstream of it for Freight of the
// origin, those that are not there included.
func (e *Evaluator) chain(name string, origin kargo.Origin) []string {
	return pipeline.Chain(name, e.project.Stage, &origin)
}
