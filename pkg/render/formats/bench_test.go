package formats

import (
	"fmt"
	"io"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Each benchmark is about so many Freight of one pipeline of twenty Stages.
const benchmarkFreight = 1000

// pipelineOf20 has one Warehouse, a direct Stage, sixteen that take from it, a gate
// over four of them, and two Stages that take from the rest and from the gate. The
// newer Freight is, the fewer Stages have verified it.
func pipelineOf20() pipeline.Objects {
	objects := pipeline.Objects{Project: "web", Warehouses: []string{"w"}}
	var regions []string
	add := func(stage kargo.Stage) { objects.Stages = append(objects.Stages, stage) }
	add(build.Stage("dev", build.Requests("w", build.Direct())))
	for i := range 16 {
		regions = append(regions, fmt.Sprintf("region-%02d", i))
		add(build.Stage(regions[i], build.Requests("w", build.From("dev"))))
	}
	add(build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From(regions[:4]...), build.All())))
	add(build.Stage("prod", build.Requests("w", build.From(regions[4:]...), build.Soak("1h"))))
	add(build.Stage("prod-gated", build.Requests("w", build.From("gate"))))
	for i := range benchmarkFreight {
		verified := append([]string{"dev"}, regions[:i*len(regions)/benchmarkFreight]...)
		objects.Freight = append(objects.Freight, build.Freight(fmt.Sprintf("%040x", i), "w",
			build.Created(build.Noon()), build.Verified(verified...), build.In("dev", build.At("11:00"))))
	}
	return objects
}

func evaluator() *avail.Evaluator {
	rules := avail.RulesFor(kargo.Releases{})
	return avail.New(pipeline.New(pipelineOf20(), rules.ByDiscovery()), rules, build.Noon())
}

// BenchmarkReport judges every Freight at every Stage, with its blockers.
func BenchmarkReport(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		builder := &report.Builder{Projects: []*avail.Evaluator{evaluator()}, Selection: report.Selection{AllStages: true}}
		for project := range builder.Each() {
			for range project.Stages {
			}
		}
	}
}

// BenchmarkFormats renders the report, judging included, in its main formats.
func BenchmarkFormats(b *testing.B) {
	header := report.NewHeader(build.Noon(), kargo.Releases{}, nil)
	formats := map[string]func(*report.Builder) error{
		"json": func(r *report.Builder) error { return writeJSON(io.Discard, List{Header: header, Projects: r.Each()}) },
		"yaml": func(r *report.Builder) error { return writeYAML(io.Discard, List{Header: header, Projects: r.Each()}) },
		"table": func(r *report.Builder) error {
			return listing.Write(io.Discard, r.Each(), build.Noon(), listing.Options{})
		},
	}
	for _, name := range []string{"json", "yaml", "table"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			e := evaluator()
			for b.Loop() {
				builder := &report.Builder{Projects: []*avail.Evaluator{e}, Selection: report.Selection{AllStages: true}}
				if err := formats[name](builder); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("table of ten", func(b *testing.B) {
		b.ReportAllocs()
		e := evaluator()
		for b.Loop() {
			builder := &report.Builder{Projects: []*avail.Evaluator{e}, Selection: report.Selection{AllStages: true, Limit: 10}}
			if err := formats["table"](builder); err != nil {
				b.Fatal(err)
			}
		}
	})
}
