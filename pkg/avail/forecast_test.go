package avail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// outlook writes an outlook in a line.
func outlook(o avail.Outlook) string {
	text := string(o.State)
	for _, part := range []struct {
		name string
		at   time.Time
	}{{"at", o.At}, {"until", o.Until}, {"not before", o.NotBefore}} {
		if !part.at.IsZero() {
			text += " " + part.name + " " + part.at.UTC().Format("15:04")
		}
	}
	if o.NotWithin > 0 {
		text += " not within " + o.NotWithin.String()
	}
	if len(o.Unless) > 0 {
		text += " unless " + strings.Join(o.Unless, " | ")
	}
	return text
}

func TestForecast(t *testing.T) {
	// qa, uat and prod behind both, whose sources a test gives.
	stages := func(sources ...build.SourceOption) []kargo.Stage {
		return []kargo.Stage{
			build.Stage("prod", build.Requests("w", sources...)),
			build.Stage("qa", build.Requests("w", build.Direct())),
			build.Stage("uat", build.Requests("w", build.Direct())),
		}
	}
	both := build.From("qa", "uat")
	approval := " | the Freight is approved for prod"
	for _, test := range []struct {
		name       string
		world      world
		configured string // the outlook of the check as configured, under any and under all
		any, all   string
		listed     string // and that of the listing as configured
	}{
		{
			name:       "verified where it has to be",
			world:      world{stages: stages(both), freight: []kargo.Freight{build.Freight("f", "w", build.Verified("qa", "uat"))}},
			configured: "Now", any: "Now", all: "Now", listed: "Now",
		},
		{
			name: "soaking in two Stages: any takes the first, all the last",
			world: world{stages: stages(both, build.All(), build.Soak("1h")), freight: []kargo.Freight{
				build.Freight("f", "w", build.Verified("qa", "uat"), build.In("qa", build.At("11:10")), build.In("uat", build.At("11:40"))),
			}},
			configured: "Later at 12:40", any: "Later at 12:10", all: "Later at 12:40", listed: "Later at 12:40",
		},
		{
			name: "soaking in one, still to be verified in the other, which it has entered",
			world: world{stages: stages(both, build.All(), build.Soak("1h")), freight: []kargo.Freight{
				build.Freight("f", "w", build.Verified("qa"), build.In("qa", build.At("11:10")), build.In("uat", build.At("11:40"))),
			}},
			configured: "Open not before 12:40", any: "Later at 12:10", all: "Open not before 12:40", listed: "Open",
		},
		{
			name: "in both, verified in neither",
			world: world{stages: stages(both, build.Soak("1h")), freight: []kargo.Freight{
				build.Freight("f", "w", build.In("qa", build.At("11:10")), build.In("uat", build.At("11:40"))),
			}},
			configured: "Open not before 12:10", any: "Open not before 12:10", all: "Open not before 12:40", listed: "Open",
		},
		{
			name: "in one of them: by way of the other it takes as long as a whole soak",
			world: world{stages: stages(both, build.Soak("1h")), freight: []kargo.Freight{
				build.Freight("f", "w", build.In("qa", build.At("11:10"))),
			}},
			configured: "Open not before 12:10", any: "Open not before 12:10", all: "Open not within 1h0m0s", listed: "Open",
		},
		{
			name:       "not verified anywhere",
			world:      world{stages: stages(both, build.All()), freight: []kargo.Freight{build.Freight("f", "w")}},
			configured: "Open", any: "Open", all: "Open", listed: "Open",
		},
		{
			name: "one upstream does not exist",
			world: world{
				stages:  stages(build.From("qa", "ghost"), build.All()),
				freight: []kargo.Freight{build.Freight("f", "w", build.Verified("qa"))},
			},
			configured: "Never unless a Stage ghost is created" + approval, any: "Now", all: "Never unless a Stage ghost is created" + approval,
			listed: "Never unless a Stage ghost is created" + approval,
		},
		{
			name: "two upstreams are out of reach: all needs both, any one of them",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("other", "ghost"))),
					build.Stage("other", build.Requests("x", build.Direct())),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless other requests Warehouse/w | a Stage ghost is created" + approval,
			any:        "Never unless other requests Warehouse/w | a Stage ghost is created" + approval,
			all:        "Never unless other requests Warehouse/w, and a Stage ghost is created" + approval,
			listed:     "Never unless other requests Warehouse/w | a Stage ghost is created" + approval,
		},
		{
			name: "a Stage that names itself",
			world: world{
				stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("prod")))},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless prod gets a source for Warehouse/w" + approval,
			any:        "Never unless prod gets a source for Warehouse/w" + approval,
			all:        "Never unless prod gets a source for Warehouse/w" + approval,
			listed:     "Never unless prod gets a source for Warehouse/w" + approval,
		},
		{
			name: "a circle",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("b"))),
					build.Stage("b", build.Requests("w", build.From("c"))),
					build.Stage("c", build.Requests("w", build.From("prod"))),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless the circle prod < b < c < prod is broken: a Stage of it gets another source for Warehouse/w" + approval + ", or for b or c upstream",
			any:        "Never unless the circle prod < b < c < prod is broken: a Stage of it gets another source for Warehouse/w" + approval + ", or for b or c upstream",
			all:        "Never unless the circle prod < b < c < prod is broken: a Stage of it gets another source for Warehouse/w" + approval + ", or for b or c upstream",
			listed:     "Never unless the circle prod < b < c < prod is broken: a Stage of it gets another source for Warehouse/w" + approval + ", or for b or c upstream",
		},
		{
			name: "a circle with a way in",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("b"))),
					build.Stage("b", build.Requests("w", build.From("c", "prod"))),
					build.Stage("c", build.Requests("w", build.Direct())),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Open", any: "Open", all: "Open", listed: "Open",
		},
		{
			name: "a soak behind a control-flow Stage that has not passed it yet",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("gate"), build.Soak("1h"))),
					build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("qa"))),
					build.Stage("qa", build.Requests("w", build.Direct())),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360)" + approval,
			any:        "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360)" + approval,
			all:        "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360)" + approval,
			listed:     "Open", // the listing counts the soak in qa
		},
		{
			name: "a soak behind a gate that waits for a Stage that does not exist",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("gate"), build.Soak("1h"))),
					build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("ghost"))),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360), and a Stage ghost is created" + approval,
			any:        "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360), and a Stage ghost is created" + approval,
			all:        "Never unless prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360), and a Stage ghost is created" + approval,
			listed:     "Never unless a Stage ghost is created" + approval, // the listing would count its soak in ghost
		},
		{
			name: "a gate whose listing fails",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("gate"))),
					build.Stage("gate", build.ControlFlow(), build.Requests("w", build.Direct()), build.Requests("gone", build.Direct())),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless Warehouse gone is created" + approval, any: "Never unless Warehouse gone is created" + approval,
			all: "Never unless Warehouse gone is created" + approval, listed: "Never unless Warehouse gone is created" + approval,
		},
		{
			name: "the Stage's own listing fails",
			world: world{
				stages:     []kargo.Stage{build.Stage("prod", build.Requests("w", build.Direct()))},
				freight:    []kargo.Freight{build.Freight("f", "w")},
				warehouses: []string{"x"},
			},
			configured: "Now", any: "Now", all: "Now", listed: "Never unless Warehouse w is created",
		},
		{
			name: "no source at all",
			world: world{
				stages:  []kargo.Stage{build.Stage("prod", build.Requests("w"))},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless prod gets a source for Warehouse/w" + approval, any: "Never unless prod gets a source for Warehouse/w" + approval,
			all: "Now", listed: "Never unless prod gets a source for Warehouse/w" + approval,
		},
		{
			name: "approved, and its origin is not requested: an approval does not help again",
			world: world{
				stages:  []kargo.Stage{build.Stage("prod", build.Requests("x", build.Direct()))},
				freight: []kargo.Freight{build.Freight("f", "w", build.Approved("prod"))}, warehouses: []string{"w", "x"},
			},
			configured: "Never unless prod requests Warehouse/w", any: "Never unless prod requests Warehouse/w", all: "Never unless prod requests Warehouse/w",
			listed: "Never unless prod requests Warehouse/w",
		},
		{
			name: "All with a soak time, soaked in a Stage that is no upstream: never listed (kargo#4586)",
			world: world{
				stages: append(stages(both, build.All(), build.Soak("1h")), build.Stage("dev", build.Requests("w", build.Direct()))),
				freight: []kargo.Freight{build.Freight("f", "w", build.Soaked("dev", "3h"), build.Verified("qa", "uat"),
					build.In("qa", build.At("11:10")), build.In("uat", build.At("11:40")))},
			},
			configured: "Later at 12:40", any: "Later at 12:10", all: "Later at 12:40",
			listed: "Never unless prod drops its requiredSoakTime, as Kargo's listing excludes Freight that also soaked in other Stages (kargo#4586)" + approval,
		},
		{
			name: "All with a soak time: listed until the Stage itself has held it for as long",
			world: world{
				stages: stages(both, build.All(), build.Soak("1h")),
				freight: []kargo.Freight{build.Freight("f", "w", build.Soaked("qa", "3h"), build.Soaked("uat", "3h"), build.Verified("prod"),
					build.In("prod", build.At("11:30")))},
			},
			configured: "Now", any: "Now", all: "Now", listed: "Now until 12:30",
		},
		{
			name: "an upstream that is being deleted",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("qa"))),
					build.Stage("qa", build.Requests("w", build.Direct()), build.Deleting(build.At("11:00"))),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Never unless qa, which is being deleted, is created anew" + approval, any: "Never unless qa, which is being deleted, is created anew" + approval,
			all: "Never unless qa, which is being deleted, is created anew" + approval, listed: "Never unless qa, which is being deleted, is created anew" + approval,
		},
		{
			name: "the upstream runs it, and it would not be admitted there again",
			world: world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("qa"))),
					build.Stage("qa", build.Requests("w", build.From("ghost")), build.Runs("f")),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Open", any: "Open", all: "Open", listed: "Open",
		},
		{
			name: "before v1.3.3 an upstream can pass the check as long as none before it has verified the Freight",
			world: world{
				release: v12,
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", build.From("gate", "qa"), build.Soak("1h"))),
					build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("qa"))),
					build.Stage("qa", build.Requests("w", build.Direct())),
				},
				freight: []kargo.Freight{build.Freight("f", "w")},
			},
			configured: "Open", any: "Open", all: "Open", listed: "Open",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage, f := test.world.subject(t)
			forecast := stage.Forecast(f)
			got := []string{
				outlook(forecast.Available[avail.Configured]), outlook(forecast.Available[avail.Any]), outlook(forecast.Available[avail.All]),
				outlook(forecast.Listed[avail.Configured]),
			}
			if diff := cmp.Diff([]string{test.configured, test.any, test.all, test.listed}, got); diff != "" {
				t.Errorf("available as configured, under any, under all; listed (-want +got):\n%s", diff)
			}
		})
	}
}

// eachOutlook calls each for every outlook of a forecast, with the question that it is about.
func eachOutlook(forecast avail.Forecast, each func(what string, o avail.Outlook, ask func(avail.Judgment) avail.Truth)) {
	for _, semantics := range avail.EverySemantics() {
		each(fmt.Sprintf("available under %s", semantics), forecast.Available[semantics],
			func(j avail.Judgment) avail.Truth { return avail.TruthOf(j.Available[semantics]) })
		each(fmt.Sprintf("listed under %s", semantics), forecast.Listed[semantics],
			func(j avail.Judgment) avail.Truth { return j.Listed[semantics] })
	}
}

func TestPropertyAForecastIsTheFirstInstantAtWhichTheAnswerFlips(t *testing.T) {
	found := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			at := func(now time.Time) avail.Judgment {
				then := w
				then.now = now
				return then.evaluator(t).Stage(stage.Metadata.Name).Judge(f)
			}
			view := e.Stage(stage.Metadata.Name)
			instants := []time.Time{build.Noon()}
			for _, turn := range view.Turns(f) {
				instants = append(instants, turn.Add(-1), turn)
			}
			instants = append(instants, build.Noon().Add(9000*time.Hour))
			eachOutlook(view.Forecast(f), func(what string, o avail.Outlook, ask func(avail.Judgment) avail.Truth) {
				found[string(o.State)]++
				for _, now := range instants {
					want := avail.No
					switch {
					case o.State == avail.Unsure:
						want = avail.Unknown
					case !o.Until.IsZero() && now.After(o.Until):
						continue // what comes after is not foretold
					case !o.Until.IsZero() && now.Equal(o.Until):
					case o.State == avail.Now, o.State == avail.Later && !now.Before(o.At):
						want = avail.Yes
					}
					got := ask(at(now))
					if got == avail.Unknown && strings.HasPrefix(what, "listed") && view.ListError(avail.Configured) != "" {
						continue
					}
					if got == avail.Unknown && want == avail.No { // a listing that fails has nothing
						continue
					}
					if got != want {
						t.Errorf("%s, %s: %s at %s is %d, want %d: forecast %s", stage.Metadata.Name, f.Metadata.Name, what, now.Format(time.RFC3339Nano), got, want, outlook(o))
					}
				}
			})
		})
	})
	for _, state := range []string{"Now", "Later", "Open", "Never"} {
		if found[state] == 0 {
			t.Errorf("no forecast said %q: the generator is of no use here", state)
		}
	}
}

// Whatever the other Stages do with the Freight, in whatever order, it never comes
// past a Never; and an approval does what a forecast says of it.
func TestPropertyNeverMeansNever(t *testing.T) {
	never := 0
	rapid.Check(t, func(t *rapid.T) {
		// The oldest rules hold a verification against Freight whose origin is requested
		// twice; Kargo's webhook refuses such Stages.
		w := rapid.OneOf(worlds(exact, true), worlds(dated, false)).Draw(t, "world")
		i := rapid.IntRange(0, len(w.stages)-1).Draw(t, "stage")
		f := w.freight[rapid.IntRange(0, len(w.freight)-1).Draw(t, "freight")]
		name := w.stages[i].Metadata.Name
		forecast := w.evaluator(t).Stage(name).Forecast(&f)

		approved := with(f, build.Approved(name))
		helped := w.with(approved).evaluator(t).Stage(name).Judge(&approved)
		eachOutlook(forecast, func(what string, o avail.Outlook, ask func(avail.Judgment) avail.Truth) {
			if o.State != avail.Never {
				return
			}
			never++
			if len(o.Unless) == 0 {
				t.Errorf("%s, %s: %s never, and no way out", name, f.Metadata.Name, what)
				return
			}
			last := o.Unless[len(o.Unless)-1] + ","
			says := strings.HasPrefix(last, avail.ApprovedFor+name+",")
			if helps := ask(helped) == avail.Yes; says != helps {
				t.Errorf("%s, %s: %s: an approval helps: %t, forecast %s", name, f.Metadata.Name, what, helps, outlook(o))
			}
		})

		for range 8 {
			f = w.advance(t, i, f)
			w = w.with(f)
			judged := w.evaluator(t).Stage(name).Judge(&f)
			eachOutlook(forecast, func(what string, o avail.Outlook, ask func(avail.Judgment) avail.Truth) {
				if o.State == avail.Never && ask(judged) == avail.Yes {
					t.Errorf("%s, %s: %s, though the forecast said %s", name, f.Metadata.Name, what, outlook(o))
				}
			})
		}
	})
	if never == 0 {
		t.Error("no forecast said never: the generator is of no use here")
	}
}

// advance lets a Stage other than the i-th do what Kargo lets it do with the
// Freight, and time pass.
func (w world) advance(t *rapid.T, i int, f kargo.Freight) kargo.Freight {
	k := rapid.IntRange(0, len(w.stages)-1).Draw(t, "moves")
	view := w.evaluator(t).Stage(w.stages[k].Metadata.Name)
	judged := view.Judge(&f)
	if k == i || view.Metadata.DeletionTimestamp != nil {
		return f
	}
	name := view.Metadata.Name
	switch {
	case view.IsControlFlow():
		if judged.Listed[avail.Configured] == avail.Yes {
			f = with(f, build.Verified(name))
		}
	case judged.Available[avail.Configured] || view.CanVerify(&f): // where the health stays Unknown, nothing is verified
		f = w.visit(t, name, f)
	}
	return f
}

// visit has the Freight enter the Stage, be verified there and, maybe, leave again.
func (w world) visit(t *rapid.T, stage string, f kargo.Freight) kargo.Freight {
	f = with(f)
	if !f.Status.CurrentlyIn.Has(stage) {
		build.In(stage, build.Ago(rapid.SampledFrom([]string{"20m", "5h"}).Draw(t, "stays")))(&f)
	}
	verified, before := f.Status.VerifiedIn.Get(stage)
	if !before {
		build.VerifiedAt(stage, build.Ago("30m"))(&f)
	}
	since := f.Status.CurrentlyIn.At(stage).Since
	if since == nil || since.After(build.Noon()) || !rapid.Bool().Draw(t, "leaves") {
		return f
	}
	f.Status.CurrentlyIn = f.Status.CurrentlyIn.Without(map[string]bool{stage: true})
	longest := max(build.Noon().Sub(*since), time.Duration(verified.LongestSoak))
	return with(f, build.Soaked(stage, longest.String()))
}

// with returns a copy of the Freight with the options applied.
func with(f kargo.Freight, options ...build.FreightOption) kargo.Freight {
	for _, option := range options {
		option(&f)
	}
	return f
}

// Even if every Stage got and verified the Freight at once, it would not be available before.
func TestPropertyNotBeforeIsABound(t *testing.T) {
	bounds, lengths := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, false).Draw(t, "world")
		for i := range w.freight { // a stay that goes on, which is seldom drawn
			w.freight[i] = with(w.freight[i], build.In("s0", build.Ago("30m")))
		}
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			forecast := e.Stage(stage.Metadata.Name).Forecast(f)
			verified := with(*f)
			for _, other := range w.stages {
				name := other.Metadata.Name
				if !verified.Status.VerifiedIn.Has(name) {
					build.Verified(name)(&verified)
				}
				if _, there := verified.Status.CurrentlyIn.Get(name); !there {
					build.In(name, build.Ago("0s"))(&verified)
				}
			}
			for _, semantics := range avail.EverySemantics() {
				o := forecast.Available[semantics]
				bound := o.NotBefore
				if o.NotWithin > 0 {
					bound = build.Noon().Add(o.NotWithin)
					lengths++
				}
				if bound.IsZero() {
					continue
				}
				bounds++
				early := w.with(verified)
				early.now = bound.Add(-1)
				if early.evaluator(t).Stage(stage.Metadata.Name).Judge(&verified).Available[semantics] {
					t.Errorf("%s, %s: available under %s just before %s", stage.Metadata.Name, f.Metadata.Name, semantics, bound)
				}
			}
		})
	})
	if bounds == lengths || lengths == 0 {
		t.Error("no forecast had a bound: the generator is of no use here")
	}
}
