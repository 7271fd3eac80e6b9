package listing

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// soaking is a pipeline of qa and prod, in which f1 has to soak until 12:30 and f2 is
// not verified yet.
func soaking() pipeline.Objects {
	return pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("qa", build.Requests("w", build.Direct()), build.Runs("f1")),
			build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h"))),
		},
		Freight: []kargo.Freight{
			build.Freight("f1", "w", build.Created(build.At("10:00")), build.Verified("qa"), build.In("qa", build.At("11:30"))),
			build.Freight("f2", "w", build.Created(build.At("09:00"))),
		},
		Warehouses: []string{"w"},
	}
}

func builderOf(objects pipeline.Objects, now time.Time) *report.Builder {
	rules := avail.RulesFor(kargo.Releases{})
	return &report.Builder{Projects: []*avail.Evaluator{avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, now)}}
}

func reported(objects pipeline.Objects, now time.Time) []report.Project {
	return builderOf(objects, now).Collect(report.Header{}).Projects
}

// marked lists the cells that are marked, of the Freight that may be there.
func marked(m *Changes) []string {
	var cells []string
	for _, freight := range []string{"", "f1", "f2", "f3"} {
		for _, header := range []string{headerStage, headerStrategy, headerFreight, headerAny, headerAll, headerNow, headerReasons} {
			if m.Changed(report.Subject{Project: "web", Stage: "prod", Freight: freight}, header) {
				cells = append(cells, strings.TrimSpace(freight+" "+header))
			}
		}
	}
	return cells
}

func TestMarks(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*pipeline.Objects)
		at     string
		want   []string
	}{
		{"a countdown and ages move on", func(*pipeline.Objects) {}, "12:10", nil},
		{"a soak elapses", func(*pipeline.Objects) {}, "12:30", []string{"f1 ANY", "f1 ALL", "f1 NOW", "f1 BLOCKED BY"}},
		{
			"a soak begins anew",
			func(o *pipeline.Objects) {
				build.In("qa", build.At("11:50"))(&o.Freight[0])
			},
			"12:10",
			[]string{"f1 BLOCKED BY"},
		},
		{
			"what blocks it is something else",
			func(o *pipeline.Objects) {
				o.Promotions = []kargo.Promotion{build.Promotion("p", "qa", "f2", kargo.PromotionRunning)}
			},
			"12:10",
			[]string{"f2 BLOCKED BY"},
		},
		{
			"the Stage runs it",
			func(o *pipeline.Objects) {
				o.Stages[1] = build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h")), build.Runs("f2"))
			},
			"12:10",
			[]string{"f2 FREIGHT"},
		},
		{
			"another strategy",
			func(o *pipeline.Objects) {
				o.Stages[1] = build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h"), build.All()))
			},
			"12:10",
			[]string{"f1 STRATEGY", "f2 STRATEGY"},
		},
		{
			"auto-promotion is on",
			func(o *pipeline.Objects) {
				o.Stages[1] = build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h")), build.AutoPromotes())
				o.PoliciesFromStatus = true
			},
			"12:10",
			[]string{"f1 STAGE", "f2 STAGE"},
		},
		{"a new row", func(o *pipeline.Objects) { o.Freight = append(o.Freight, build.Freight("f3", "w")) }, "12:10", []string{"f3 FREIGHT"}},
		{"a row that is gone", func(o *pipeline.Objects) { o.Freight = o.Freight[:1] }, "12:10", nil},
		{"all rows are gone", func(o *pipeline.Objects) { o.Freight = nil }, "12:10", []string{"FREIGHT"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var marks Changes
			if changed := marks.Observe(reported(soaking(), build.Noon()), build.Noon()); changed || marked(&marks) != nil {
				t.Fatalf("the first table has changed: %v", marked(&marks))
			}
			objects, now := soaking(), build.At(test.at)
			test.change(&objects)
			after := reported(objects, now)
			for _, passed := range []time.Duration{0, term.MarkFor - 1} {
				changed := marks.Observe(after, now.Add(passed))
				if want := passed == 0 && (test.want != nil || len(after[0].Stages[0].Freight) < 2); changed != want {
					t.Errorf("after %v the table has changed: %v, want %v", passed, changed, want)
				}
				if diff := cmp.Diff(test.want, marked(&marks)); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", passed, diff)
				}
			}
			if marks.Observe(after, now.Add(term.MarkFor)); marked(&marks) != nil {
				t.Errorf("marked without end: %v", marked(&marks))
			}
		})
	}
}

// Marks stand behind what has changed, in every layout, and what is around stays where
// it was.
func TestMarksInTheTable(t *testing.T) {
	var marks Changes
	marks.Observe(reported(soaking(), build.Noon()), build.Noon())
	objects, now := soaking(), build.At("12:30")
	objects.Freight = append(objects.Freight, build.Freight("f3", "w", build.Created(build.At("12:20"))))
	after := reported(objects, now)
	calm := reported(objects, now)
	table := func(style Options, projects []report.Project) string {
		style.Terminal = true
		var text bytes.Buffer
		if err := Write(&text, report.EachOf(projects), now, style); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	marks.Observe(after, now)
	for name, test := range map[string]struct {
		style Options
		want  string
	}{
		"glyphs": {Options{Style: term.Style{Width: 90, Glyphs: true}}, `STAGE   STRATEGY   FREIGHT   AGE     ANY   ALL   NOW   BLOCKED BY
prod    OneOf      f3 ◂      10m     ✖     ✖     ✖     qa: not promoted
                   f1        150m    ✔ ◂   ✔ ◂   ✔ ◂   ◂
                   f2        3h30m   ✖     ✖     ✖     qa: not promoted
`},
		//nolint:dupword // answers
		"narrow, in ASCII": {Options{Style: term.Style{Width: 44}}, `  FREIGHT   AGE     ANY     ALL     NOW
prod   OneOf
  f3 <      10m     no      no      no
    qa: not promoted
  f1        150m    yes <   yes <   yes <
  f2        3h30m   no      no      no
    qa: not promoted
`},
	} {
		t.Run(name, func(t *testing.T) {
			test.style.Changed = marks.Changed
			got := table(test.style, after)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			test.style.Changed = func(report.Subject, string) bool { return false }
			unmarked := table(test.style, calm)
			mark := test.style.ChangeMark()
			blank := strings.NewReplacer(mark, " ")
			if diff := cmp.Diff(lines(blank.Replace(got)), lines(unmarked)); diff != "" {
				t.Errorf("without marks it is another table (-marked +not):\n%s", diff)
			}
		})
	}
}

// lines returns the lines of a text that are not empty, without the spaces at their ends.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		list = append(list, strings.TrimRight(line, " \n"))
	}
	return slices.DeleteFunc(list, func(line string) bool { return line == "" })
}

// A mark does not rely on color alone, and has some where there is color.
func TestMarksAreColored(t *testing.T) {
	if got := (term.Style{Glyphs: true, Palette: term.NewPalette(true)}).ChangeMark(); got == "◂" || !strings.Contains(got, "◂") {
		t.Errorf("the mark is %q", got)
	}
}
