package report_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// web is dev, which feeds qa and uat, which feed prod; x comes to dev alone. f3 is in
// dev only, f2 is verified in qa, f1 in both.
func web() pipeline.Objects {
	return pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", build.From("qa", "uat")), build.Labels(map[string]string{"tier": "high"})),
			build.Stage("qa", build.Requests("w", build.From("dev"))),
			build.Stage("uat", build.Requests("w", build.From("dev"))),
			build.Stage("dev", build.Requests("w", build.Direct()), build.Requests("x", build.Direct())),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("09:00")), build.Verified("dev", "qa", "uat")),
			build.Freight("f2", "w", build.Created(build.At("10:00")), build.Verified("dev", "qa")),
			build.Freight("f3", "w", build.Created(build.At("11:00")), build.Verified("dev")),
			build.Freight("x1", "x", build.Created(build.At("08:00"))),
		},
		Warehouses: []string{"w", "x"},
	}
}

func evaluate(objects pipeline.Objects) *avail.Evaluator {
	rules := avail.RulesFor(kargo.Releases{})
	return avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, build.Noon())
}

func TestSelection(t *testing.T) {
	high, err := labels.Parse("tier=high")
	if err != nil {
		t.Fatal(err)
	}
	reverse := func(list []report.Freight) { slices.Reverse(list) }
	for _, test := range []struct {
		name      string
		selection report.Selection
		want      []string // "STAGE: FREIGHT… +MORE"
	}{
		{
			"downstream Stages by depth, newest Freight first",
			report.Selection{},
			[]string{"qa: f3 f2 f1 +0", "uat: f3 f2 f1 +0", "prod: f3 f2 f1 +0"},
		},
		{
			"all Stages",
			report.Selection{AllStages: true},
			[]string{"dev: f3 f2 f1 x1 +0", "qa: f3 f2 f1 +0", "uat: f3 f2 f1 +0", "prod: f3 f2 f1 +0"},
		},
		{"a Stage by its name, downstream or not", report.Selection{Stages: []string{"dev"}}, []string{"dev: f3 f2 f1 x1 +0"}},
		{"Stages by their labels", report.Selection{Labels: high}, []string{"prod: f3 f2 f1 +0"}},
		{"the newest, and how many more", report.Selection{Labels: high, Limit: 2}, []string{"prod: f3 f2 +1"}},
		{"the newest, in another order", report.Selection{Labels: high, Limit: 2, Sort: reverse}, []string{"prod: f2 f3 +1"}},
		{"the newest of each origin", report.Selection{Stages: []string{"dev"}, Limit: 1, PerOrigin: true}, []string{"dev: f3 x1 +2"}},
		{"where any and all differ, and no other Stage", report.Selection{Where: []report.Predicate{report.Differs}}, []string{"prod: f2 +0"}},
		{"where they differ, within a limit of what differs", report.Selection{Where: []report.Predicate{report.Differs}, Limit: 1}, []string{"prod: f2 +0"}},
		{"available or blocked, which are opposites", report.Selection{Where: []report.Predicate{report.IsAvailable, report.IsBlocked}}, nil},
		{"a Stage that is named, though nothing of it is left", report.Selection{Where: []report.Predicate{report.Differs}, Stages: []string{"qa"}}, []string{"qa: +0"}},
		{"the Freight of one Warehouse", report.Selection{AllStages: true, Warehouses: []string{"x"}}, []string{"dev: x1 +0"}},
		{
			"Freight by its name",
			report.Selection{Freight: map[string][]string{"web": {"f2"}}},
			[]string{"qa: f2 +0", "uat: f2 +0", "prod: f2 +0"},
		},
		{"Freight that the Project does not have", report.Selection{Freight: map[string][]string{"other": {"f2"}}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			builder := report.Builder{Projects: []*avail.Evaluator{evaluate(web())}, Selection: test.selection}
			if diff := cmp.Diff(test.want, shown(&builder)); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

// shown lists the Stages of a report with the names of their Freight.
func shown(builder *report.Builder) []string {
	var lines []string
	for project := range builder.Each() {
		for stage := range project.Stages {
			line := stage.Name + ":"
			for _, f := range stage.Freight {
				line += " " + f.Name
			}
			lines = append(lines, fmt.Sprintf("%s +%d", line, stage.More))
		}
	}
	return lines
}

// A reader may leave at any time, and what it has read is complete.
func TestEachCanBeLeft(t *testing.T) {
	other := web()
	other.Project = "xen"
	builder := report.Builder{Projects: []*avail.Evaluator{evaluate(web()), evaluate(other)}}
	for project := range builder.Each() {
		for stage := range project.Stages {
			if stage.Name != "qa" || project.Name != "web" {
				t.Errorf("first comes %s of %s", stage.Name, project.Name)
			}
			break
		}
		break
	}
	var names []string
	for project := range builder.Each() {
		names = append(names, project.Name)
	}
	if diff := cmp.Diff([]string{"web", "xen"}, names); diff != "" {
		t.Errorf("Projects, of which no Stage was read (-want +got):\n%s", diff)
	}
}

func TestWhatCouldNotBeReadIsNil(t *testing.T) {
	for _, test := range []struct {
		name    string
		unread  pipeline.Kind
		freight bool // is known
	}{
		{"Freight", pipeline.Freight, false},
		{"Warehouses", pipeline.Warehouses, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects := web()
			objects.Unread = objects.Unread.With(test.unread)
			if !test.freight {
				objects.Freight = nil
			}
			builder := report.Builder{Projects: []*avail.Evaluator{evaluate(objects)}, Selection: report.Selection{Stages: []string{"prod"}}}
			stage := builder.Collect(report.Header{}).Projects[0].Stages[0]
			if known := stage.Freight != nil; known != test.freight {
				t.Errorf("Freight is %v", stage.Freight)
			}
			if diff := cmp.Diff(report.Candidates{}, stage.AutoPromotion.Candidates); diff != "" {
				t.Errorf("candidates (-unknown +got):\n%s", diff)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	objects := web()
	objects.Stages[0].Spec.RequestedFreight[0].Sources.AvailabilityStrategy = "Most"
	objects.Config = &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{Name: "regex:["}}}}
	got := report.Warnings([]*avail.Evaluator{evaluate(objects)})
	want := []string{
		"auto-promotion is unknown: promotionPolicies[0] of Project \"web\": error parsing regexp: missing closing ]: `[`",
		`Stage "prod" of Project "web": spec.requestedFreight[0] has the unknown availabilityStrategy "Most": Kargo's promotion check takes it for OneOf, its listing fails`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings, each once (-want +got):\n%s", diff)
	}
}

// A brief Report says nothing of candidates, and all else.
func TestBrief(t *testing.T) {
	collect := func(brief bool) *report.Report {
		builder := report.Builder{Projects: []*avail.Evaluator{evaluate(web())}, Selection: report.Selection{AllStages: true}, Brief: brief}
		return builder.Collect(report.Header{})
	}
	want, got := collect(false), collect(true)
	known := 0
	for p := range want.Projects {
		for s := range want.Projects[p].Stages {
			candidates := &want.Projects[p].Stages[s].AutoPromotion.Candidates
			known += len(candidates.Configured)
			*candidates = report.Candidates{}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("brief, beside candidates (-want +got):\n%s", diff)
	}
	if known == 0 {
		t.Error("there are no candidates to leave out")
	}
}
