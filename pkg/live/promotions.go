package live

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// follow sees to it that the Promotions of all Stages that matter are watched. Those
// of a Stage that no longer matters stay: it may be back soon. The lock is held.
func (f *Feed) follow(stages *track) {
	if !f.scope.narrows() || slices.ContainsFunc(f.promotions, func(t *track) bool { return t.unread }) {
		return
	}
	names := chain(stages, f.scope.Namespace, f.scope.Stage)
	for name := range names {
		if !f.narrowedTo[name] {
			maps.Copy(names, f.narrowedTo)
			f.narrowedTo = names
			f.watchPromotions(f.cluster.StreamPromotionsTo(slices.Sorted(maps.Keys(names)), f.scope.Releases))
			return
		}
	}
}

// watchPromotions replaces the Promotions that are watched. The lock is held.
func (f *Feed) watchPromotions(streams []*source.Stream) {
	for _, t := range f.promotions {
		t.end()
	}
	f.promotions = nil
	for _, stream := range streams {
		t := newTrack(f, stream)
		f.promotions = append(f.promotions, t)
		t.run()
	}
}

// chain returns the names of the Stage and of all that are upstream of it for some
// Freight, those that are not there included.
func chain(stages *track, project, stage string) map[string]bool {
	found := map[string]bool{}
	for _, name := range pipeline.Chain(stage, func(name string) *kargo.Stage {
		s, _ := stages.objects[key{project, name}].(*kargo.Stage) // nil when it is not there
		return s
	}, nil) {
		found[name] = true
	}
	return found
}
