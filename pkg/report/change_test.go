package report_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// at evaluates objects at an instant.
func at(objects pipeline.Objects, now time.Time) []*avail.Evaluator {
	rules := avail.RulesFor(kargo.Releases{})
	return []*avail.Evaluator{avail.New(pipeline.New(objects, rules.ByDiscovery()), rules, now)}
}

func without[T any](list []T, name string, named func(T) string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(t T) bool { return named(t) == name })
}

func stageName(s kargo.Stage) string     { return s.Metadata.Name }
func freightName(f kargo.Freight) string { return f.Metadata.Name }

// From one picture of web to another: what is told, in words.
func TestChanges(t *testing.T) {
	prod := report.Selection{Stages: []string{"prod"}}
	for _, test := range []struct {
		name      string
		change    func(*pipeline.Objects)
		selection report.Selection
		want      []string
	}{
		{"nothing", func(*pipeline.Objects) {}, report.Selection{}, nil},
		{
			"the answer under all alone",
			func(o *pipeline.Objects) {
				o.Freight[1] = build.Freight("f2", "w", build.Created(build.At("10:00")), build.Verified("dev", "qa", "uat"))
			},
			report.Selection{},
			[]string{"web/prod f2: Verified -> Verified, seen [all]"},
		},
		{
			"verified downstream",
			func(o *pipeline.Objects) {
				o.Freight[2] = build.Freight("f3", "w", build.Created(build.At("11:00")), build.Verified("dev", "uat"))
			},
			report.Selection{},
			[]string{"web/prod f3: Blocked -> Verified, seen [configured any]"},
		},
		{
			"another reason is no other verdict",
			func(o *pipeline.Objects) {
				o.Stages[1] = build.Stage("qa", build.Requests("w", build.From("dev")), build.Runs("f3", build.Verification(kargo.VerificationFailed, "no")))
			},
			prod,
			nil,
		},
		{
			"Freight is gone",
			func(o *pipeline.Objects) { o.Freight = without(o.Freight, "f2", freightName) },
			prod,
			[]string{"web/prod f2: Verified -> -, the Freight is gone"},
		},
		{
			"Freight comes",
			func(o *pipeline.Objects) {
				o.Freight = append(o.Freight, build.Freight("f4", "w", build.Created(build.At("11:30"))))
			},
			prod,
			[]string{"web/prod f4: - -> Blocked, seen"},
		},
		{
			"a Stage is gone",
			func(o *pipeline.Objects) { o.Stages = without(o.Stages, "prod", stageName) },
			prod,
			[]string{
				"web/prod f1: Verified -> -, the Stage is gone",
				"web/prod f2: Verified -> -, the Stage is gone",
				"web/prod f3: Blocked -> -, the Stage is gone",
			},
		},
		{
			"what comes pushes what is old out of a limit",
			func(o *pipeline.Objects) {
				o.Freight = append(o.Freight, build.Freight("f4", "w", build.Created(build.At("11:30"))))
			},
			report.Selection{Stages: []string{"prod"}, Limit: 1},
			[]string{
				"web/prod f4: - -> Blocked, seen",
				"web/prod f3: Blocked -> -, it is not among what is watched any more",
			},
		},
		{
			"what cannot be read stays as it was",
			func(o *pipeline.Objects) {
				o.Freight, o.Unread = nil, o.Unread.With(pipeline.Freight)
			},
			report.Selection{},
			nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects := web()
			initial, before := changesOf(t, &report.Builder{Projects: at(web(), build.Noon()), Selection: test.selection}, nil, build.Noon())
			if len(initial) == 0 || slices.ContainsFunc(initial, func(c report.Change) bool { return !c.Initial || c.From != nil || c.To == nil }) {
				t.Errorf("the initial state is %v", initial)
			}
			test.change(&objects)
			later := build.Noon().Add(time.Minute)
			changes, after := changesOf(t, &report.Builder{Projects: at(objects, later), Selection: test.selection}, before, later)
			var got []string
			for i := range changes {
				got = append(got, told(t, &changes[i], later))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if slices.ContainsFunc(changes, func(c report.Change) bool { return c.Initial }) {
				t.Error("a change is told as initial")
			}
			if again, _ := changesOf(t, &report.Builder{Projects: at(objects, later), Selection: test.selection}, after, later); again != nil {
				t.Errorf("told again: %v", again)
			}
		})
	}
}

// told is a Change in words, and holds its parts to each other.
func told(t *testing.T, c *report.Change, now time.Time) string {
	t.Helper()
	word := func(verdict *string) string {
		if verdict == nil {
			return "-"
		}
		return *verdict
	}
	why := "seen"
	if c.Object == nil {
		why = string(c.Gone)
	}
	if c.Flipped == nil || (c.From == nil || c.To == nil) && len(c.Flipped) > 0 {
		t.Errorf("%+v flips what it has not", c)
	} else if len(c.Flipped) > 0 {
		why += " " + fmt.Sprint(c.Flipped)
	}
	if (c.Object == nil) != (c.To == nil) || (c.Object == nil) != (c.Where == nil) || (c.Object == nil) != (c.Gone != "") {
		t.Errorf("%+v is half gone", c)
	}
	if c.Object != nil && (c.Object.Name != c.Freight || c.Object.Verdict != *c.To || c.Where.Name != c.Stage) {
		t.Errorf("%+v is of something else", c)
	}
	if !c.At.Equal(now) || c.Kind != report.KindChange || c.APIVersion != report.APIVersion {
		t.Errorf("%+v has another head", c)
	}
	return fmt.Sprintf("%s/%s %s: %s -> %s, %s", c.Project, c.Stage, c.Freight, word(c.From), word(c.To), why)
}

// A soak that elapses changes a verdict at the instant that was foretold, not before.
func TestChangesByThemselves(t *testing.T) {
	soaking := func(name, since string) kargo.Freight {
		return build.Freight(name, "w", build.Verified("qa"), build.In("qa", build.At(since)))
	}
	objects := pipeline.Objects{
		Project: "web",
		Stages: []kargo.Stage{
			build.Stage("qa", build.Requests("w", build.Direct())),
			build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("1h"))),
		},
		Freight:    []kargo.Freight{soaking("f1", "11:30"), soaking("f2", "11:15")},
		Warehouses: []string{"w"},
	}
	builder := func(now time.Time) *report.Builder { return &report.Builder{Projects: at(objects, now)} }
	_, first := changesOf(t, builder(build.Noon()), nil, build.Noon())
	if want := build.At("12:15"); !first.Turn.Equal(want) || first.Stages != 1 {
		t.Fatalf("%d Stages turn at %v, want 1 at %v", first.Stages, first.Turn, want)
	}
	early := first.Turn.Add(-time.Nanosecond)
	if changes, _ := changesOf(t, builder(early), first, early); changes != nil {
		t.Errorf("before the turn: %v", changes)
	}
	changes, second := changesOf(t, builder(first.Turn), first, first.Turn)
	if len(changes) != 1 || changes[0].Freight != "f2" || *changes[0].From != "Blocked" || *changes[0].To != "Verified" {
		t.Errorf("at the turn: %+v", changes)
	}
	if want := build.At("12:30"); !second.Turn.Equal(want) {
		t.Errorf("the next turn is at %v, want %v", second.Turn, want)
	}
	if _, last := changesOf(t, builder(second.Turn), second, second.Turn); !last.Turn.IsZero() {
		t.Errorf("after the last turn comes one at %v", last.Turn)
	}
}

// changesOf gathers the changes, and returns the verdicts of now.
func changesOf(t *testing.T, b *report.Builder, before *report.Verdicts, now time.Time) ([]report.Change, *report.Verdicts) {
	t.Helper()
	var changes []report.Change
	after, err := b.Changes(before, now, func(c *report.Change) error {
		changes = append(changes, *c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changes, after
}
