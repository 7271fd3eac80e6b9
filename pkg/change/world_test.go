package change_test

import (
	"encoding/json"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// world is a Project under evaluation: what a test does not say is plain.
type world struct {
	pipeline.Objects
	release string
}

func (w world) evaluator(t tester) *avail.Evaluator {
	t.Helper()
	releases := kargo.Releases{}
	if w.release != "" {
		var err error
		if releases, err = kargo.ParseRelease(w.release); err != nil {
			t.Fatalf("%v", err)
		}
	}
	rules := avail.RulesFor(releases)
	return avail.New(pipeline.New(w.Objects, rules.ByDiscovery()), rules, build.Noon())
}

// text writes all there is of a value.
func text(t tester, v any) string {
	t.Helper()
	written, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(written)
}

// tester is what the helpers need of *testing.T and *rapid.T.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func planOf(t tester, e *avail.Evaluator, edits ...change.Edit) *change.Plan {
	t.Helper()
	plan, err := change.NewPlan(e.Project(), edits)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return plan
}

// list reports a Project as `list -o json` does.
func list(e *avail.Evaluator) []report.Stage {
	builder := report.Builder{Projects: []*avail.Evaluator{e}, Selection: report.Selection{AllStages: true}}
	collected := builder.Collect(report.Header{})
	if len(collected.Projects) == 0 {
		return nil
	}
	return collected.Projects[0].Stages
}

// releases are some of every kind.
func releases() []string {
	return []string{"v1.11.2", "v1.10.10", "v1.7.10", "v1.3.3", "v1.3.2", "v1.2.3"}
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("s%d", i)
	}
	return list
}

// worlds draws Projects in which every Stage may take from every other one, from itself
// and from one that does not exist, many are control-flow Stages, and the status is
// whatever it is.
func worlds() *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		stages := names(rapid.IntRange(2, 5).Draw(t, "stages"))
		w := world{release: rapid.SampledFrom(releases()).Draw(t, "release")}
		w.Project, w.Warehouses = "p", []string{"w", "x"}
		for i := range rapid.IntRange(1, 4).Draw(t, "freight") {
			w.Freight = append(w.Freight, drawFreight(t, fmt.Sprintf("f%d", i), stages))
		}
		for _, name := range stages {
			w.Stages = append(w.Stages, drawStage(t, name, append(stages, "ghost"), len(w.Freight)))
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "promotions") {
			w.Promotions = append(w.Promotions, build.Promotion(fmt.Sprintf("m%d", i), rapid.SampledFrom(stages).Draw(t, "to"), drawName(t, len(w.Freight)),
				rapid.SampledFrom([]kargo.PromotionPhase{"", "Pending", "Running", "Succeeded", "Errored"}).Draw(t, "phase"), build.PromotedAt(drawHour(t))))
		}
		w.Config = &kargo.ProjectSpec{}
		for _, name := range stages {
			if rapid.Bool().Draw(t, "auto "+name) {
				w.Config.PromotionPolicies = append(w.Config.PromotionPolicies, kargo.PromotionPolicy{Stage: name, AutoPromotionEnabled: true})
			}
		}
		for _, kind := range []pipeline.Kind{pipeline.Promotions, pipeline.Policies, pipeline.Warehouses} {
			if rapid.IntRange(0, 19).Draw(t, "unread") == 19 {
				w.Unread = w.Unread.With(kind)
			}
		}
		return w
	})
}

func drawStage(t *rapid.T, name string, upstreams []string, freight int) kargo.Stage {
	var options []build.StageOption
	if rapid.Bool().Draw(t, "control flow") {
		options = append(options, build.ControlFlow())
	}
	for _, origin := range rapid.SampledFrom([][]string{{"w"}, {"w", "x"}, {"x"}, {"w", "w"}}).Draw(t, "origins") {
		options = append(options, build.Requests(origin, drawSources(t, upstreams)...))
	}
	for range rapid.IntRange(0, 2).Draw(t, "history") {
		options = append(options, build.Runs(drawName(t, freight)))
	}
	return build.Stage(name, options...)
}

func drawSources(t *rapid.T, upstreams []string) []build.SourceOption {
	options := []build.SourceOption{
		build.From(rapid.SliceOfN(rapid.SampledFrom(upstreams), 0, 3).Draw(t, "upstreams")...),
		build.Strategy(rapid.SampledFrom([]kargo.Strategy{"", "OneOf", "All", "All", "Most"}).Draw(t, "strategy")),
	}
	if soak := rapid.SampledFrom([]string{"", "", "0s", "1h"}).Draw(t, "soak"); soak != "" {
		options = append(options, build.Soak(soak))
	}
	if rapid.IntRange(0, 4).Draw(t, "direct") == 4 {
		options = append(options, build.Direct())
	}
	if rapid.IntRange(0, 7).Draw(t, "follows") == 7 {
		options = append(options, build.MatchUpstream())
	}
	return options
}

func drawFreight(t *rapid.T, name string, stages []string) kargo.Freight {
	f := build.Freight(name, rapid.SampledFrom([]string{"w", "w", "x"}).Draw(t, "warehouse"), build.Created(drawHour(t)))
	for _, stage := range stages {
		if rapid.Bool().Draw(t, "verified") {
			build.VerifiedAt(stage, drawHour(t))(&f)
		}
		if rapid.IntRange(0, 3).Draw(t, "soaked") == 3 {
			build.Soaked(stage, rapid.SampledFrom([]string{"0s", "1h"}).Draw(t, "soak"))(&f)
		}
		if rapid.IntRange(0, 3).Draw(t, "in") == 3 {
			build.In(stage, drawHour(t))(&f)
		}
		if rapid.IntRange(0, 7).Draw(t, "approved") == 7 {
			build.Approved(stage)(&f)
		}
	}
	return f
}

func drawHour(t *rapid.T) time.Time {
	return build.Noon().Add(-time.Duration(rapid.IntRange(0, 6).Draw(t, "half hours")) * 30 * time.Minute)
}

func drawName(t *rapid.T, freight int) string {
	return fmt.Sprintf("f%d", rapid.IntRange(0, freight-1).Draw(t, "freight"))
}

// drawEdits draws what is asked for some of the Stages that have an upstream.
func drawEdits(t *rapid.T, w world, rules ...change.Rule) []change.Edit {
	var edits []change.Edit
	for i := range w.Stages {
		stage := &w.Stages[i]
		if !stage.IsDownstream() || !rapid.Bool().Draw(t, "edits "+stage.Metadata.Name) {
			continue
		}
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		edits = append(edits, change.Edit{Stage: stage.Metadata.Name, Rule: &rule})
	}
	return edits
}

func drawSoak(t *rapid.T) *change.Soak {
	switch rapid.IntRange(0, 3).Draw(t, "edits soak") {
	case 0:
		hour := kargo.Duration(time.Hour)
		return &change.Soak{Time: &hour}
	case 1:
		return &change.Soak{}
	default:
		return nil
	}
}
