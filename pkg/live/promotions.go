package live

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// watchPromotionsOf makes sure that the Promotions of the Stage in scope and of all its
// upstreams are watched. A Stage that is no longer upstream stays watched: it may be
// upstream again soon. The lock is held.
func (w *Watcher) watchPromotionsOf(stages *kindWatch) {
	if !w.scope.narrows() || slices.ContainsFunc(w.promotions, func(k *kindWatch) bool { return k.unread != "" }) {
		return
	}
	names := chain(stages, w.scope.Namespace, w.scope.Stage)
	for name := range names {
		if !w.promotionStages[name] {
			maps.Copy(names, w.promotionStages)
			w.promotionStages = names
			w.replacePromotions(w.cluster.StreamPromotionsTo(slices.Sorted(maps.Keys(names)), w.scope.Releases))
			return
		}
	}
}

// replacePromotions watches these Promotions instead of those before. The lock is held.
func (w *Watcher) replacePromotions(streams []*source.Stream) {
	for _, k := range w.promotions {
		k.end()
	}
	w.promotions = nil
	for _, stream := range streams {
		k := newKindWatch(w, stream)
		w.promotions = append(w.promotions, k)
		k.run()
	}
}

// chain returns the names of the Stage and of all that are upstream of it for any
// Freight, including names of Stages that do not exist.
func chain(stages *kindWatch, project, stage string) map[string]bool {
	names := map[string]bool{}
	for _, name := range pipeline.Chain(stage, func(name string) *kargo.Stage {
		s, _ := stages.objects[key{project, name}].(*kargo.Stage) // nil when it does not exist
		return s
	}, nil) {
		names[name] = true
	}
	return names
}
