package report_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// variants returns the newest rules and, for each of their traits, the rules with that
// one flipped: rules of releases that do not exist, as a next one may bring them.
func variants() map[string]avail.Rules {
	newest := avail.RulesFor(kargo.Releases{})
	list := map[string]avail.Rules{"the newest rules": newest}
	for i := range reflect.TypeFor[avail.Rules]().NumField() {
		rules := newest
		field := reflect.ValueOf(&rules).Elem().Field(i)
		if field.Kind() != reflect.Bool {
			continue
		}
		field = reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
		field.SetBool(!field.Bool())
		list["without "+reflect.TypeFor[avail.Rules]().Field(i).Name] = rules
	}
	return list
}

// drawSmall draws a Stage prod with up to three upstreams, and one piece of Freight.
func drawSmall(t *rapid.T) pipeline.Objects {
	strategies := []kargo.Strategy{kargo.All, kargo.OneOf, ""}
	sources := []build.SourceOption{
		build.From([]string{"qa", "uat", "gate"}[:rapid.IntRange(1, 3).Draw(t, "upstreams")]...),
		build.Strategy(rapid.SampledFrom(strategies).Draw(t, "strategy")),
	}
	if soak := rapid.SampledFrom([]string{"", "1h", "0s"}).Draw(t, "soak"); soak != "" {
		sources = append(sources, build.Soak(soak))
	}
	var freight []build.FreightOption
	for _, stage := range []string{"qa", "uat", "gate"} {
		if rapid.Bool().Draw(t, "verified in "+stage) {
			at := build.Noon().Add(-rapid.SampledFrom([]time.Duration{1, 2 * time.Hour}).Draw(t, "ago"))
			freight = append(freight, build.VerifiedAt(stage, at))
		}
		if minute := rapid.SampledFrom([]string{"", "10:00", "11:30"}).Draw(t, "in "+stage); minute != "" {
			freight = append(freight, build.In(stage, build.At(minute)))
		}
	}
	if rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "approved") {
		freight = append(freight, build.Approved("prod"))
	}
	direct := build.Requests("w", build.Direct())
	return pipeline.Objects{
		Project: "p", Warehouses: []string{"w"},
		Stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", sources...)), build.Stage("qa", direct), build.Stage("uat", direct),
			build.Stage("gate", direct, build.ControlFlow()),
		},
		Freight: []kargo.Freight{build.Freight("f", "w", append(freight, build.Created(build.At("09:00")))...)},
	}
}

// TestEverythingAgreesWithTheVerdict: by whatever rules Freight is judged, the checklist,
// the blockers, the forecast, the steps and the summary say what the verdict says.
func TestEverythingAgreesWithTheVerdict(t *testing.T) {
	for name, rules := range variants() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				e := avail.New(pipeline.New(drawSmall(t), rules.ByDiscovery()), rules, build.Noon())
				x := report.Explainer{
					Sentence: describe.Summary,
					Reason:   describe.Reason,
				}
				for _, problem := range contradictions(&x.Explain(e.Stage("prod"), e.Project().Freight()[0]).Freight[0]) {
					t.Error(problem)
				}
			})
		})
	}
}

// contradictions returns where an explanation says something else than its verdict.
func contradictions(f *report.ExplainedFreight) []string {
	var problems []string
	note := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	available := f.Available.Configured
	note((f.Forecast.Available.Configured.State == "Now") != available, "available %t, forecast %s", available, f.Forecast.Available.Configured.State)
	yes := "f is available to prod: "
	note((len(f.Summary) > len(yes) && f.Summary[:len(yes)] == yes) != available, "available %t, summary %q", available, f.Summary)
	check := &f.Checks[0]
	note(check.Available != available, "available %t, and the one request says %t", available, check.Available)
	satisfied := map[string]bool{}
	for _, u := range check.Upstreams {
		satisfied[u.Stage] = u.Satisfied
		enough := u.Verified && (u.Soak == nil || u.Soak.Complete)
		note(u.Satisfied != enough, "%s: satisfied %t, verified %t, soak %+v", u.Stage, u.Satisfied, u.Verified, u.Soak)
	}
	blocks := 0
	for _, b := range f.Blockers {
		note(satisfied[b.Stage], "%s blocks and is satisfied", b.Stage)
		blocks++
	}
	note(!available && blocks == 0, "not available, and nothing blocks it")
	for _, step := range f.Steps {
		note(step.Action == "Promote" && satisfied[step.Stage], "it is to be promoted to %s, which is satisfied", step.Stage)
		note(!available && step.Stage == "prod" && step.Action == "Promote", "it is to be promoted to prod, which refuses it")
	}
	return problems
}
