// Package shapes makes large Projects of typical forms, to measure how cost grows with
// Stages, upstreams and Freight.
package shapes

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Shape is a Project without Freight.
type Shape struct {
	Name   string
	Stages []kargo.Stage
	// Edges counts the upstreams of all Stages.
	Edges int
}

// Objects returns the objects of the Project with n pieces of Freight of Warehouse w, a
// minute apart, which no Stage has verified.
func (s Shape) Objects(n int) pipeline.Objects {
	freight := make([]kargo.Freight, 0, n)
	for i := range n {
		freight = append(freight, build.Freight(fmt.Sprintf("f%04d", i), "w", build.Created(build.Noon().Add(-time.Duration(n-i)*time.Minute))))
	}
	return pipeline.Objects{Project: s.Name, Stages: s.Stages, Freight: freight, Warehouses: []string{"w"}}
}

// Now returns an instant at which the Freight of every Shape is there.
func Now() time.Time { return build.Noon() }

func (s *Shape) add(name string, strategy kargo.Strategy, upstreams ...string) {
	sources := []build.SourceOption{build.Direct()}
	if len(upstreams) > 0 {
		sources = []build.SourceOption{build.From(upstreams...), build.Strategy(strategy)}
	}
	s.Stages = append(s.Stages, build.Stage(name, build.Requests("w", sources...)))
	s.Edges += len(upstreams)
}

// Waves has waves of Stages, each asking for all Stages of the wave before it.
func Waves(waves, width int) Shape {
	s := Shape{Name: fmt.Sprintf("waves-%dx%d", waves, width)}
	var before []string
	for wave := range waves {
		var names []string
		for i := range width {
			name := fmt.Sprintf("s%03d-%d", wave, i)
			s.add(name, kargo.All, before...)
			names = append(names, name)
		}
		before = names
	}
	return s
}

// Chain has n Stages, one behind the other.
func Chain(n int) Shape {
	s := Waves(n, 1)
	s.Name = fmt.Sprintf("chain-%d", n)
	return s
}

// Cycle has n Stages, each behind the one before it and the first behind the last.
func Cycle(n int) Shape {
	s := Shape{Name: fmt.Sprintf("cycle-%d", n)}
	for i := range n {
		s.add(fmt.Sprintf("s%05d", i), kargo.OneOf, fmt.Sprintf("s%05d", (i+n-1)%n))
	}
	return s
}

// FanIn has Stages that each ask for all of many upstreams.
func FanIn(upstreams, stages int) Shape {
	s := Shape{Name: fmt.Sprintf("fan-in-%dx%d", upstreams, stages)}
	var names []string
	for i := range upstreams {
		names = append(names, fmt.Sprintf("up%04d", i))
		s.add(names[i], "")
	}
	for i := range stages {
		s.add(fmt.Sprintf("down%03d", i), kargo.All, names...)
	}
	return s
}

// Clique has n Stages that are all upstream of each other.
func Clique(n int) Shape {
	s := Shape{Name: fmt.Sprintf("clique-%d", n)}
	for i := range n {
		var others []string
		for j := range n {
			if i != j {
				others = append(others, fmt.Sprintf("s%03d", j))
			}
		}
		s.add(fmt.Sprintf("s%03d", i), kargo.OneOf, others...)
	}
	return s
}

// Layers has layers of Stages, each asking for one or all of up to four Stages of earlier
// layers, drawn from the seed.
func Layers(layers, width int, seed uint64) Shape {
	random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the same shape each time is what it is for
	s := Shape{Name: fmt.Sprintf("layers-%dx%d", layers, width)}
	var earlier []string
	for layer := range layers {
		var names []string
		for i := range width {
			name := fmt.Sprintf("s%03d-%d", layer, i)
			strategy := []kargo.Strategy{kargo.OneOf, kargo.All}[random.IntN(2)]
			var upstreams []string
			for range min(len(earlier), 1+random.IntN(4)) {
				upstreams = append(upstreams, earlier[random.IntN(len(earlier))])
			}
			s.add(name, strategy, upstreams...)
			names = append(names, name)
		}
		earlier = append(earlier, names...)
	}
	return s
}

// Growing returns every shape at a size; twice the size has twice the upstreams.
func Growing(size int) []Shape {
	return []Shape{Waves(10*size, 4), Chain(50 * size), Cycle(50 * size), FanIn(20*size, 5), Layers(10*size, 4, 1)}
}
