package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func project(stages ...kargo.Stage) *pipeline.Project {
	return pipeline.New(pipeline.Objects{Project: "p", Stages: stages, Warehouses: []string{"w", "x"}}, true)
}

func draw(stages ...kargo.Stage) *graph.Graph {
	return graph.New(project(stages...), graph.Selection{})
}

// waves are so many Stages in waves of so many, each after all of the wave before it.
func waves(stages, width int) []kargo.Stage {
	var list []kargo.Stage
	var before, wave []string
	for i := range stages {
		name := fmt.Sprintf("s%04d", i)
		source := build.Direct()
		if before != nil {
			source = build.From(before...)
		}
		list = append(list, build.Stage(name, build.Requests("w", source, build.All())))
		if wave = append(wave, name); len(wave) == width {
			before, wave = wave, nil
		}
	}
	return list
}

// random are Stages in layers, each after up to three of the layer before it, and now and
// then after one of an earlier layer.
func random(stages, width int) []kargo.Stage {
	r := rand.New(rand.NewPCG(1, 2))
	var list []kargo.Stage
	for i := range stages {
		source := build.Direct()
		if layer := i / width; layer > 0 {
			var from []string
			for range 1 + r.IntN(3) {
				from = append(from, fmt.Sprintf("s%04d", (layer-1)*width+r.IntN(width)))
			}
			if r.IntN(10) == 0 {
				from = append(from, fmt.Sprintf("s%04d", r.IntN(layer*width)))
			}
			source = build.From(from...)
		}
		list = append(list, build.Stage(fmt.Sprintf("s%04d", i), build.Requests("w", source)))
	}
	return list
}

func chain(stages int) []kargo.Stage { return waves(stages, 1) }

func fanIn(stages int) []kargo.Stage {
	list := waves(stages, stages)
	var names []string
	for i := range list {
		names = append(names, list[i].Metadata.Name)
	}
	return append(list, build.Stage("z", build.Requests("w", build.From(names...), build.All())))
}

// lines names the lines and where they lead, joints as J0, J1 and so on.
func lines(g *graph.Graph) []string {
	name := func(vertex int) string {
		if g.JointOf(vertex) != nil {
			return fmt.Sprintf("J%d", vertex-len(g.Nodes))
		}
		return g.Nodes[vertex].Name
	}
	var list []string
	for i := range g.Lines {
		arrow := " > "
		if g.Lines[i].Back {
			arrow = " < "
		}
		list = append(list, name(g.Lines[i].From)+arrow+name(g.Lines[i].To))
	}
	slices.Sort(list)
	return list
}

func TestStagesAfterTheSameUpstreamsShareAJoint(t *testing.T) {
	g := draw(
		build.Stage("a", build.Requests("w", build.Direct())),
		build.Stage("b", build.Requests("w", build.Direct())),
		build.Stage("x", build.Requests("w", build.From("a", "b"), build.All())),
		build.Stage("y", build.Requests("w", build.From("b", "a"))),
		build.Stage("z", build.Requests("w", build.From("a"))),
	)
	want := []string{"J0 > x", "J0 > y", "a > J0", "a > z", "b > J0", "w > a", "w > b"}
	if diff := cmp.Diff(want, lines(g)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if len(g.Edges) != 7 {
		t.Errorf("%d edges, want 7", len(g.Edges))
	}
}

func TestOneStageAloneNeedsNoJoint(t *testing.T) {
	g := draw(waves(2, 2)[0], waves(2, 2)[1], build.Stage("z", build.Requests("w", build.From("s0000", "s0001"))))
	if len(g.Joints) > 0 {
		t.Errorf("joints: %v", g.Joints)
	}
}

func TestOriginsAreKeptApart(t *testing.T) {
	g := draw(
		build.Stage("a", build.Requests("w", build.Direct()), build.Requests("x", build.Direct())),
		build.Stage("b", build.Requests("w", build.From("a")), build.Requests("x", build.From("a"))),
	)
	want := []string{"a > b", "a > b", "w > a", "x > a"}
	if diff := cmp.Diff(want, lines(g)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if got := g.Origins(); len(got) != 2 || got[0].Name != "w" || got[1].Name != "x" {
		t.Errorf("origins: %v", got)
	}
}

func TestCyclesHaveLinesBack(t *testing.T) {
	for name, test := range map[string]struct {
		stages []kargo.Stage
		want   []string
	}{
		"two Stages": {
			[]kargo.Stage{
				build.Stage("a", build.Requests("w", build.Direct(), build.From("b"))),
				build.Stage("b", build.Requests("w", build.From("a"))),
			},
			[]string{"a > b", "b < a", "w > a"},
		},
		"without a source": {
			[]kargo.Stage{
				build.Stage("a", build.Requests("w", build.From("b"))),
				build.Stage("b", build.Requests("w", build.From("a"))),
			},
			[]string{"a > b", "b < a"},
		},
		"a Stage after itself": {
			[]kargo.Stage{build.Stage("a", build.Requests("w", build.Direct(), build.From("a")))},
			[]string{"a < a", "w > a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, lines(draw(test.stages...))); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNotThereIsDrawnAsSuch(t *testing.T) {
	g := draw(build.Stage("a", build.Requests("gone", build.Direct(), build.From("nowhere"))))
	kinds := map[string]graph.Kind{}
	for _, node := range g.Nodes {
		kinds[node.Name] = node.Kind
	}
	want := map[string]graph.Kind{"gone": graph.MissingWarehouse, "nowhere": graph.MissingStage, "a": graph.Stage}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	unread := pipeline.New(pipeline.Objects{Stages: []kargo.Stage{build.Stage("a", build.Requests("gone", build.Direct()))}, Unread: pipeline.Kinds(0).With(pipeline.Warehouses)}, true)
	if kind := graph.New(unread, graph.Selection{}).Nodes[0].Kind; kind != graph.Warehouse {
		t.Errorf("a Warehouse is of kind %d though Warehouses could not be read", kind)
	}
}

func TestNothing(t *testing.T) {
	g := draw()
	layout := g.Place(func(int) graph.Size { return graph.Size{} }, graph.Spacing{})
	if len(g.Nodes)+len(g.Layers)+len(layout.Boxes) > 0 {
		t.Errorf("%v, %v, %v", g.Nodes, g.Layers, layout.Boxes)
	}
}

func TestSelection(t *testing.T) {
	stages := []kargo.Stage{
		build.Stage("dev", build.Requests("w", build.Direct()), build.Requests("x", build.Direct())),
		build.Stage("eu", build.Requests("w", build.From("dev"))),
		build.Stage("us", build.Requests("x", build.From("dev"))),
		build.Stage("prod", build.Requests("w", build.From("eu"))),
	}
	named := func(name string) graph.Selection {
		return graph.Selection{Stages: func(s *kargo.Stage) bool { return s.Metadata.Name == name }}
	}
	for name, test := range map[string]struct {
		selection graph.Selection
		want      []string
	}{
		"all":                 {graph.Selection{}, []string{"w", "x", "dev", "eu", "us", "prod"}},
		"a Stage between":     {named("eu"), []string{"w", "x", "dev", "eu", "prod"}},
		"the first":           {named("dev"), []string{"w", "x", "dev", "eu", "us", "prod"}},
		"one origin":          {graph.Selection{Warehouses: []string{"x"}}, []string{"x", "dev", "us"}},
		"a Stage, one origin": {graph.Selection{Warehouses: []string{"w"}, Stages: named("eu").Stages}, []string{"w", "dev", "eu", "prod"}},
		"none":                {named("none"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, node := range graph.New(project(stages...), test.selection).Nodes {
				got = append(got, node.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Forward lines run to a later layer, and no two boxes overlap.
func TestLayout(t *testing.T) {
	for name, stages := range map[string][]kargo.Stage{
		"waves": waves(50, 4), "random": random(200, 20), "chain": chain(300), "fan-in": fanIn(200),
	} {
		t.Run(name, func(t *testing.T) {
			g := draw(stages...)
			for i := range g.Lines {
				if line := &g.Lines[i]; g.Layer[line.From] >= g.Layer[line.To] {
					t.Errorf("line from layer %d to layer %d", g.Layer[line.From], g.Layer[line.To])
				}
			}
			layout := g.Place(func(int) graph.Size { return graph.Size{Width: 100, Height: 40} }, graph.Spacing{Layers: 30, Vertexes: 10, Lines: 5})
			for _, layer := range g.Layers {
				for i := 1; i < len(layer); i++ {
					above, below := layout.Boxes[layer[i-1]], layout.Boxes[layer[i]]
					if above.X != below.X || above.Y+above.Height+9.99 > below.Y {
						t.Fatalf("boxes overlap: %v, %v", above, below)
					}
				}
			}
			for _, box := range layout.Boxes {
				if box.Y < 0 || box.Right() > layout.Width || box.Y+box.Height > layout.Height+0.01 {
					t.Errorf("box %v is outside of the picture", box)
				}
			}
			again := draw(stages...).Place(func(int) graph.Size { return graph.Size{Width: 100, Height: 40} }, graph.Spacing{Layers: 30, Vertexes: 10, Lines: 5})
			if diff := cmp.Diff(layout, again); diff != "" {
				t.Errorf("another layout the second time:\n%s", diff)
			}
		})
	}
}

func TestWavesDoNotCross(t *testing.T) {
	g := draw(waves(50, 4)...)
	if n := g.Crossings(); n > 0 {
		t.Errorf("%d crossings", n)
	}
	if len(g.Lines) > 110 {
		t.Errorf("%d lines", len(g.Lines))
	}
}

// A thousand Stages are laid out in a tenth of a second of processor time: the best of a few
// runs.
func TestAThousandStagesAreFast(t *testing.T) {
	for name, stages := range map[string][]kargo.Stage{
		"waves": waves(1000, 4), "random": random(1000, 25), "chain": chain(1000), "fan-in": fanIn(1000),
	} {
		p := project(stages...)
		best := time.Hour
		for range 5 {
			start := processorTime(t)
			graph.New(p, graph.Selection{}).Place(func(int) graph.Size { return graph.Size{Width: 100, Height: 40} }, graph.Spacing{Layers: 30, Vertexes: 10, Lines: 5})
			best = min(best, processorTime(t)-start)
		}
		t.Logf("%s: %v", name, best)
		if limit := 100 * time.Millisecond; best > limit && !raceEnabled {
			t.Errorf("%s: %v, want less than %v", name, best, limit)
		}
	}
}
