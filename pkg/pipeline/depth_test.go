package pipeline_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// edges says from which upstreams a Stage takes Freight.
type edges struct {
	stage     string
	upstreams []string
}

func from(stage string, upstreams ...string) edges { return edges{stage, upstreams} }

func TestStagesAreOrderedByDepthThenByName(t *testing.T) {
	tests := []struct {
		name  string
		edges []edges
		want  []string
	}{
		{"no Stage", nil, nil},
		{"Stages without upstreams go by name", []edges{from("c"), from("a"), from("b")}, []string{"a", "b", "c"}},
		{"a chain goes along its edges, whatever the names", []edges{from("a", "b"), from("b", "c"), from("c")}, []string{"c", "b", "a"}},
		{
			"a diamond meets below its longer side",
			[]edges{from("dev"), from("a", "dev"), from("b", "dev"), from("c", "b"), from("aa", "a", "c")},
			[]string{"dev", "a", "b", "c", "aa"},
		},
		{
			"the longest path counts, not the first",
			[]edges{from("prod", "dev", "uat"), from("uat", "qa"), from("qa", "dev"), from("dev")},
			[]string{"dev", "qa", "uat", "prod"},
		},
		{
			"the longest path counts, not the last",
			[]edges{from("prod", "uat", "dev"), from("uat", "qa"), from("qa", "dev"), from("dev")},
			[]string{"dev", "qa", "uat", "prod"},
		},
		{
			"an upstream that does not exist adds nothing",
			[]edges{from("b", "ghost"), from("a", "b"), from("c")},
			[]string{"b", "c", "a"},
		},
		{
			"a Stage that names itself is where it would be without that",
			[]edges{from("b", "b"), from("c", "b"), from("a", "a", "c"), from("z")},
			[]string{"b", "z", "c", "a"},
		},
		{
			"Stages on a cycle share one depth",
			[]edges{from("c", "dev", "b"), from("a", "c"), from("b", "a"), from("dev"), from("aa", "c")},
			[]string{"dev", "a", "b", "c", "aa"},
		},
		{
			"two cycles lie one below the other",
			[]edges{from("d", "c"), from("c", "d", "a"), from("b", "a"), from("a", "b"), from("aa", "d")},
			[]string{"a", "b", "c", "d", "aa"},
		},
		{
			"a cycle is as deep as the deepest way into it",
			[]edges{from("x", "y"), from("y", "x", "two"), from("two", "one"), from("one", "zero"), from("zero"), from("late", "zero")},
			[]string{"zero", "late", "one", "two", "x", "y"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stages []kargo.Stage
			for _, e := range test.edges {
				stages = append(stages, build.Stage(e.stage, build.Requests("w", build.From(e.upstreams...))))
			}
			for range stages { // in every rotation of the input
				stages = append(stages[1:], stages[0])
				if diff := cmp.Diff(test.want, names(pipeline.New(pipeline.Objects{Stages: stages}, true))); diff != "" {
					t.Fatalf("Stages (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestDepthCountsEveryRequest(t *testing.T) {
	stages := []kargo.Stage{
		build.Stage("a", build.Requests("w", build.Direct()), build.Requests("x", build.Direct(), build.From("c"))),
		build.Stage("b"),
		build.Stage("c", build.Requests("x", build.From("b"))),
	}
	got := names(pipeline.New(pipeline.Objects{Stages: stages}, true))
	if diff := cmp.Diff([]string{"b", "c", "a"}, got); diff != "" {
		t.Errorf("Stages (-want +got):\n%s", diff)
	}
}

// Every Stage of a ladder takes from both Stages before it: 2^200 paths.
func TestDepthOfALadderIsFoundAtOnce(t *testing.T) {
	var stages []kargo.Stage
	var want []string
	for level := range 200 {
		for _, side := range []string{"a", "b"} {
			options := []build.StageOption{}
			if level > 0 {
				options = append(options, build.Requests("w", build.From(fmt.Sprintf("%03d-a", level-1), fmt.Sprintf("%03d-b", level-1))))
			}
			name := fmt.Sprintf("%03d-%s", level, side)
			stages = append(stages, build.Stage(name, options...))
			want = append(want, name)
		}
	}
	slices.Reverse(stages)
	if diff := cmp.Diff(want, names(pipeline.New(pipeline.Objects{Stages: stages}, true))); diff != "" {
		t.Errorf("Stages (-want +got):\n%s", diff)
	}
}

func names(p *pipeline.Project) []string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, s.Metadata.Name)
	}
	return names
}
