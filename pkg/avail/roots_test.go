package avail_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestRootsNeeded(t *testing.T) {
	all := build.Strategy(kargo.All)
	from := func(name string, options ...build.SourceOption) kargo.Stage {
		return build.Stage(name, build.Requests("w", options...))
	}
	ends := []kargo.Stage{from("a", build.Direct()), from("b", build.Direct()), from("c", build.Direct())}
	tests := []struct {
		name   string
		stages []kargo.Stage // between prod, which takes gate, and the ends
		want   avail.Relation
	}{
		{"one root", []kargo.Stage{from("gate", build.From("a"))}, avail.Unrelated},
		{"any of two", []kargo.Stage{from("gate", build.From("a", "b"))}, avail.AnyOfThem},
		{"all of two", []kargo.Stage{from("gate", build.From("a", "b"), all)}, avail.AllOfThem},
		{"any of two far away", []kargo.Stage{from("gate", build.From("far")), from("far", build.From("a", "b"))}, avail.AnyOfThem},
		{"all of one and of two", []kargo.Stage{from("gate", build.From("a", "far"), all), from("far", build.From("b", "c"), all)}, avail.AllOfThem},
		{"by turns", []kargo.Stage{from("gate", build.From("a", "far"), all), from("far", build.From("b", "c"))}, avail.Unrelated},
		{"by turns, the other way round", []kargo.Stage{from("gate", build.From("a", "far")), from("far", build.From("b", "c"), all)}, avail.Unrelated},
		{"all of one, which takes all that there is", []kargo.Stage{from("gate", build.From("far")), from("far", build.From("a"), all)}, avail.Unrelated},
		{"a circle with a way out", []kargo.Stage{from("gate", build.From("far", "a")), from("far", build.From("gate", "b"))}, avail.Unrelated},
		{"two requests of one origin", []kargo.Stage{
			build.Stage("gate", build.Requests("w", build.From("a")), build.Requests("w", build.From("b"))),
		}, avail.Unrelated},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{stages: slices.Concat([]kargo.Stage{from("prod", build.From("gate"))}, test.stages, ends), freight: []kargo.Freight{build.Freight("f1", "w")}}
			blockers := w.blockers(t)
			if len(blockers) != 1 || blockers[0].RootsNeeded != test.want {
				t.Errorf("got %+v, want that %q are needed", blockers, test.want)
			}
		})
	}
}

// TestPropertyRootsNeeded clears the root causes, and lets the Freight pass each Stage that
// it becomes available to.
func TestPropertyRootsNeeded(t *testing.T) {
	met := map[avail.Relation]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := world{freight: []kargo.Freight{build.Freight("f1", "w")}}
		names := stageNames(8)
		for i, name := range names {
			options := []build.SourceOption{build.Direct()}
			if later := names[i+1:]; len(later) > 0 && often().Draw(t, name+" has upstreams") {
				options = []build.SourceOption{
					build.From(rapid.SliceOfNDistinct(rapid.SampledFrom(later), 1, 3, rapid.ID).Draw(t, name+" upstreams")...),
					build.Strategy(rapid.SampledFrom([]kargo.Strategy{kargo.OneOf, kargo.All}).Draw(t, name+" strategy")),
				}
			}
			w.stages = append(w.stages, build.Stage(name, build.Requests("w", options...)))
		}
		for _, b := range w.blockers(t) {
			met[b.RootsNeeded]++
			var cleared []string
			for i, root := range b.Roots {
				others := slices.Delete(slices.Clone(b.Roots), i, i+1)
				if b.RootsNeeded == avail.AnyOfThem && !w.reaches(t, b.Stage, root) {
					t.Errorf("%s alone does not open %s, roots %v", root.Stage, b.Stage, b.Roots)
				}
				if b.RootsNeeded == avail.AllOfThem && w.reaches(t, b.Stage, others...) {
					t.Errorf("%s opens without %s, roots %v", b.Stage, root.Stage, b.Roots)
				}
				cleared = append(cleared, root.Stage)
			}
			if len(cleared) > 0 && !w.reaches(t, b.Stage, b.Roots...) {
				t.Errorf("%v do not open %s", cleared, b.Stage)
			}
		}
	})
	if met[avail.AnyOfThem] == 0 || met[avail.AllOfThem] == 0 || met[avail.Unrelated] == 0 {
		t.Error(fmt.Sprint("not all relations were met: ", met))
	}
}

// reaches reports whether the Freight becomes available to a Stage once it is verified where
// the root causes are, and in each Stage that it then becomes available to.
func (w world) reaches(t *rapid.T, stage string, roots ...avail.Root) bool {
	t.Helper()
	e, f := w.evaluator(t), w.freight[0]
	var waiting []string
	for i := range w.stages {
		if name := w.stages[i].Metadata.Name; !e.Stage(name).Judge(&w.freight[0]).Available[avail.Configured] {
			waiting = append(waiting, name)
		}
	}
	for _, root := range roots {
		build.Verified(root.Stage)(&f)
	}
	for range waiting {
		after := w.with(f).evaluator(t)
		for _, name := range waiting {
			if after.Stage(name).Judge(&f).Available[avail.Configured] {
				build.Verified(name)(&f)
			}
		}
	}
	return w.with(f).evaluator(t).Stage(stage).Judge(&f).Available[avail.Configured]
}

// The first Stage of a Project can wait, too: for an upstream that does not exist.
func TestTheChainHasTheFirstStage(t *testing.T) {
	w := world{
		stages: []kargo.Stage{
			build.Stage("b", build.Requests("w", build.From("a"))),
			build.Stage("a", build.Requests("w", build.From("ghost"))),
		},
		freight: []kargo.Freight{build.Freight("f1", "w")},
	}
	if first := w.evaluator(t).Project().Stages[0].Metadata.Name; first != "a" {
		t.Fatalf("the first Stage is %s", first)
	}
	stage, f := w.subject(t)
	links := stage.Chain(f)
	if len(links) != 1 || links[0].Stage != "a" || len(links[0].Blockers) != 1 || links[0].Blockers[0].Reason != avail.StageNotFound {
		t.Errorf("the chain is %+v", links)
	}
}
