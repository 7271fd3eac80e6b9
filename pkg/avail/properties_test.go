package avail_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestPropertyAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		e := w.evaluator(t)
		for i := range w.stages {
			stage := e.Stage(w.stages[i].Metadata.Name)
			for _, semantics := range avail.EverySemantics() {
				m := model{w, semantics}
				names, ok := m.listing(&w.stages[i])
				if fails := stage.ListError(semantics) != ""; fails == ok {
					t.Errorf("%s, %s: the listing fails: %t, want %t", w.stages[i].Metadata.Name, semantics, fails, !ok)
				}
				for j := range w.freight {
					f := &w.freight[j]
					got := stage.Judge(f)
					if want := m.check(&w.stages[i], f); got.Available[semantics] != want {
						t.Errorf("%s, %s, %s: available = %t, want %t",
							w.stages[i].Metadata.Name, f.Metadata.Name, semantics, got.Available[semantics], want)
					}
					want := avail.Unknown
					if ok {
						want = map[bool]avail.Truth{true: avail.Yes, false: avail.No}[names[f.Metadata.Name]]
					}
					if got.Listed[semantics] != want {
						t.Errorf("%s, %s, %s: listed = %d, want %d",
							w.stages[i].Metadata.Name, f.Metadata.Name, semantics, got.Listed[semantics], want)
					}
				}
			}
		}
	})
}

// What All admits OneOf admits, and what is written lies between the two, as long
// as every request has a source.
func TestPropertyAllAdmitsNoMoreThanOneOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			if slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool {
				return !r.Sources.Direct && len(r.Sources.Stages) == 0
			}) {
				return
			}
			got := e.Stage(stage.Metadata.Name).Judge(f)
			if got.Available[avail.All] && !got.Available[avail.Configured] || got.Available[avail.Configured] && !got.Available[avail.Any] {
				t.Errorf("%s, %s: available as configured, any, all = %s", stage.Metadata.Name, f.Metadata.Name, answers(got.Available))
			}
			if got.Listed[avail.All] == avail.Yes && got.Listed[avail.Any] == avail.No {
				t.Errorf("%s, %s: listed as configured, any, all = %s", stage.Metadata.Name, f.Metadata.Name, listing(got.Listed))
			}
		})
	})
}

func TestPropertyAVerificationNeverTakesAvailabilityAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		where := rapid.SampledFrom(append(stageNames(len(w.stages)), ghost)).Draw(t, "verified in")
		soak := rapid.Bool().Draw(t, "and soaked there")
		before := w.evaluator(t)
		for j := range w.freight {
			verified := satisfied(w.freight[j])
			if build.Verified(where)(&verified); soak {
				verified = satisfied(verified, where)
			}
			after := w.with(verified).evaluator(t)
			for i := range w.stages {
				name := w.stages[i].Metadata.Name
				was, is := before.Stage(name).Judge(&w.freight[j]), after.Stage(name).Judge(&verified)
				for _, semantics := range avail.EverySemantics() {
					if was.Available[semantics] && !is.Available[semantics] {
						t.Errorf("%s, %s: available under %s until it was verified in %s", name, verified.Metadata.Name, semantics, where)
					}
				}
			}
		}
	})
}

func TestPropertyAnUpstreamNarrowsAllAndWidensAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		i := rapid.IntRange(0, len(w.stages)-1).Draw(t, "stage")
		if len(w.stages[i].Spec.RequestedFreight) == 0 {
			return
		}
		r := rapid.IntRange(0, len(w.stages[i].Spec.RequestedFreight)-1).Draw(t, "request")
		upstream := rapid.SampledFrom(append(stageNames(len(w.stages)), ghost)).Draw(t, "upstream")

		wider := w
		wider.stages = slices.Clone(w.stages)
		wider.stages[i].Spec.RequestedFreight = slices.Clone(w.stages[i].Spec.RequestedFreight)
		sources := &wider.stages[i].Spec.RequestedFreight[r].Sources
		sources.Stages = append(slices.Clone(sources.Stages), upstream)

		name := w.stages[i].Metadata.Name
		before, after := w.evaluator(t).Stage(name), wider.evaluator(t).Stage(name)
		for j := range w.freight {
			was, is := before.Judge(&w.freight[j]), after.Judge(&w.freight[j])
			if !was.Available[avail.All] && is.Available[avail.All] {
				t.Errorf("%s, %s: available under all since %s is an upstream", name, w.freight[j].Metadata.Name, upstream)
			}
			if was.Available[avail.Any] && !is.Available[avail.Any] {
				t.Errorf("%s, %s: available under any until %s became an upstream", name, w.freight[j].Metadata.Name, upstream)
			}
		}
	})
}

// waits calls each for Freight of an origin that the Stage requests once and with
// upstreams.
func waits(t *rapid.T, w world, each func(view *avail.Stage, stage *kargo.Stage, f *kargo.Freight)) {
	e := w.evaluator(t)
	w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
		if n, request := requestsOf(stage, f); n == 1 && len(request.Sources.Stages) > 0 {
			each(e.Stage(stage.Metadata.Name), stage, f)
		}
	})
}

func naming(blockers []avail.Blocker, semantics avail.Semantics) []string {
	var stages []string
	for _, b := range blockers {
		if slices.Contains(b.Blocks, semantics) {
			stages = append(stages, b.Stage)
		}
	}
	return stages
}

func TestPropertyUnavailableExactlyWhenABlockerSaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waits(t, worlds(exact, true).Draw(t, "world"), func(view *avail.Stage, stage *kargo.Stage, f *kargo.Freight) {
			got, blockers := view.Judge(f), view.Blockers(f)
			for _, semantics := range []avail.Semantics{avail.Any, avail.All} {
				if blocked := len(naming(blockers, semantics)) > 0; blocked == got.Available[semantics] {
					t.Errorf("%s, %s: available under %s = %t with the blockers\n%s",
						stage.Metadata.Name, f.Metadata.Name, semantics, got.Available[semantics], tree(blockers))
				}
			}
		})
	})
}

func TestPropertyBlockersAreNecessaryAndSufficient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		waits(t, w, func(view *avail.Stage, stage *kargo.Stage, f *kargo.Freight) {
			// available says what holds once the Stages have verified the Freight and it
			// has soaked there.
			available := func(semantics avail.Semantics, stages ...string) bool {
				cleared := satisfied(*f, stages...)
				return w.with(cleared).evaluator(t).Stage(stage.Metadata.Name).Judge(&cleared).Available[semantics]
			}
			blockers := view.Blockers(f)
			all := naming(blockers, avail.All)
			if !available(avail.All, all...) {
				t.Errorf("%s, %s: not available under all with %q satisfied", stage.Metadata.Name, f.Metadata.Name, all)
			}
			for i := range all {
				fewer := slices.Delete(slices.Clone(all), i, i+1)
				if available(avail.All, fewer...) {
					t.Errorf("%s, %s: available under all without %s", stage.Metadata.Name, f.Metadata.Name, all[i])
				}
			}
			for _, one := range naming(blockers, avail.Any) {
				if !available(avail.Any, one) {
					t.Errorf("%s, %s: not available under any with %s satisfied", stage.Metadata.Name, f.Metadata.Name, one)
				}
			}
		})
	})
}

// Wherever the check and the listing differ one cause says why, and no cause is
// given where they agree. A listing that fails lists nothing.
func TestPropertyEveryDifferenceHasOneCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			got := e.Stage(stage.Metadata.Name).Judge(f)
			for _, semantics := range avail.EverySemantics() {
				given, want := 0, 0
				for _, d := range got.Divergences {
					for _, in := range d.In {
						given += b2i(in == semantics)
					}
				}
				if got.Available[semantics] != (got.Listed[semantics] == avail.Yes) {
					want = 1
				}
				if given != want {
					t.Errorf("%s, %s, %s: %d causes, want %d: check %s, listing %s, causes %q", stage.Metadata.Name, f.Metadata.Name, semantics,
						given, want, answers(got.Available), listing(got.Listed), causes(got.Divergences))
				}
			}
			seen := map[avail.Cause]bool{}
			for _, d := range got.Divergences {
				if seen[d.Cause] || len(d.In) == 0 || !slices.IsSorted(d.In) {
					t.Errorf("%s, %s: causes %q", stage.Metadata.Name, f.Metadata.Name, causes(got.Divergences))
				}
				seen[d.Cause] = true
			}
		})
	})
}

func TestPropertySoakingEndsWhenItSays(t *testing.T) {
	soaking := 0
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			walk(e.Stage(stage.Metadata.Name), f, func(waiting string, b avail.Blocker) {
				if b.Reason != avail.Soaking {
					if b.Remaining != 0 || !b.Until.IsZero() {
						t.Errorf("%s: %s until %s, remaining %s", b.Stage, b.Reason, b.Until, b.Remaining)
					}
					return
				}
				soaking++
				if b.Remaining != b.Until.Sub(build.Noon()) || b.Remaining <= 0 {
					t.Errorf("%s: remaining %s until %s", b.Stage, b.Remaining, b.Until)
				}
				// Judge that one upstream alone, at that instant and just before.
				need := e.Stage(waiting).Spec.RequestedFreight[b.Request].Sources.RequiredSoakTime
				alone := world{
					release: w.release,
					stages:  []kargo.Stage{build.Stage("alone", build.Requests(f.Origin.Name, build.From(b.Stage), build.Soak(need.String())))},
					freight: []kargo.Freight{*f},
				}
				for _, at := range []struct {
					now  time.Time
					want bool
				}{{b.Until.Add(-1), false}, {b.Until, true}} {
					alone.now = at.now
					if got := alone.judge(t).Available[avail.Configured]; got != at.want {
						t.Errorf("%s, %s: satisfied at %s = %t, want %t", b.Stage, f.Metadata.Name, at.now, got, at.want)
					}
				}
			})
		})
	})
	if soaking == 0 {
		t.Error("no Freight was soaking: the generator is of no use here")
	}
}

// walk calls each for every blocker of the Stage and of those on the chain, with the
// Stage that waits.
func walk(stage *avail.Stage, f *kargo.Freight, each func(waiting string, b avail.Blocker)) {
	links := append([]avail.Link{{Stage: stage.Metadata.Name, Blockers: stage.Blockers(f)}}, stage.Chain(f)...)
	for _, link := range links {
		for _, b := range link.Blockers {
			each(link.Stage, b)
		}
	}
}

// The root causes of a blocker that waits are what a walk over the Stages' own blockers
// finds at its ends, and the Stages of a cycle that nothing can ever open.
func TestPropertyRootsAreTheEndsOfTheChain(t *testing.T) {
	roots := 0
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			for _, b := range e.Stage(stage.Metadata.Name).Blockers(f) {
				if b.Reason != avail.UpstreamBlocked {
					continue
				}
				ends := map[avail.Root]bool{}
				met := map[string]bool{}
				endsOf(e, b.Stage, f, met, ends)
				for _, root := range b.Roots {
					roots++
					if root.Reason != avail.Cycle && !ends[root] && !mixed(e, met, f) {
						t.Errorf("%s: %s: root %v, which no walk finds", stage.Metadata.Name, b.Stage, root)
					}
					delete(ends, root)
				}
				if len(ends) > 0 {
					t.Errorf("%s: %s: the roots %v lack %v", stage.Metadata.Name, b.Stage, b.Roots, ends)
				}
				if len(b.Roots) == 0 {
					t.Errorf("%s: %s waits, and nothing is said to be the root cause", stage.Metadata.Name, b.Stage)
				}
			}
		})
	})
	if roots == 0 {
		t.Error("no blocker had a root cause: the generator is of no use here")
	}
}

// mixed reports whether one of the Stages has requests of different strategies and refuses
// the Freight by that mix alone: it has no blocker then, as none keeps the Freight out under
// any or under all.
func mixed(e *avail.Evaluator, stages map[string]bool, f *kargo.Freight) bool {
	for name := range stages {
		if available := e.Stage(name).Judge(f).Available; available[avail.Any] && available[avail.All] && !available[avail.Configured] {
			return true
		}
	}
	return false
}

// endsOf walks from a Stage to the blockers that are no waiting themselves.
func endsOf(e *avail.Evaluator, name string, f *kargo.Freight, met map[string]bool, ends map[avail.Root]bool) {
	if met[name] {
		return
	}
	met[name] = true
	for _, b := range e.Stage(name).Blockers(f) {
		switch b.Reason {
		case avail.UpstreamBlocked, avail.Cycle:
			endsOf(e, b.Stage, f, met, ends)
		case avail.ReasonUnknown:
			if len(b.Roots) > 0 {
				endsOf(e, b.Stage, f, met, ends)
				continue
			}
			fallthrough
		default:
			ends[avail.Root{Stage: b.Stage, Reason: b.Reason}] = true
		}
	}
}

// A blocker names a request, blocks what does not hold, and says why; only a
// verification that ended may have nothing to say beyond its phase.
func TestPropertyBlockersKeepTheMachineContract(t *testing.T) {
	causing := []avail.Reason{avail.UpstreamBlocked, avail.ReasonUnknown}
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		w.unread = rapid.SliceOfDistinct(
			rapid.SampledFrom([]pipeline.Kind{pipeline.Warehouses, pipeline.Promotions}), rapid.ID[pipeline.Kind]).Draw(t, "unread")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			walk(e.Stage(stage.Metadata.Name), f, func(waiting string, b avail.Blocker) {
				request := e.Stage(waiting).Spec.RequestedFreight[b.Request]
				switch {
				case !slices.Equal(b.Blocks, refused(e.Stage(waiting), f)):
					t.Errorf("%s at %s blocks %v, want %v", b.Stage, waiting, b.Blocks, refused(e.Stage(waiting), f))
				case !slices.Contains(b.Blocks, avail.All) && !allOfNothing(e.Stage(waiting), f):
					t.Errorf("%s at %s blocks %v: want any and all, or all alone", b.Stage, waiting, b.Blocks)
				case request.Origin != f.Origin || !request.Sources.Lists(b.Stage):
					t.Errorf("%s at %s: request %d does not name it for %s", b.Stage, waiting, b.Request, f.Origin)
				case b.Reason == "" || b.Message == "" && !strings.HasPrefix(string(b.Reason), "Verification") || strings.Contains(b.Message, "%!"):
					t.Errorf("%s at %s: reason %q, message %q", b.Stage, waiting, b.Reason, b.Message)
				case len(b.Roots) > 0 && !slices.Contains(causing, b.Reason):
					t.Errorf("%s at %s: %s with root causes", b.Stage, waiting, b.Reason)
				}
			})
		})
	})
}

// refused lists the semantics of blockers under which the Freight is not available.
func refused(stage *avail.Stage, f *kargo.Freight) []avail.Semantics {
	var list []avail.Semantics
	for _, semantics := range []avail.Semantics{avail.Any, avail.All} {
		if !stage.Judge(f).Available[semantics] {
			list = append(list, semantics)
		}
	}
	return list
}

// allOfNothing reports whether the Stage requests the Freight's origin twice, the
// first time without any source: then all holds where any does not.
func allOfNothing(stage *avail.Stage, f *kargo.Freight) bool {
	n, first := requestsOf(stage.Stage, f)
	return n > 1 && !first.Sources.Direct && len(first.Sources.Stages) == 0
}

func TestPropertyJudgingModifiesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		before := snapshot(t, w)
		answer(t, w)
		if diff := cmp.Diff(before, snapshot(t, w)); diff != "" {
			t.Errorf("the objects (-before +after):\n%s", diff)
		}
	})
}

func snapshot(t *rapid.T, w world) string {
	text, err := json.MarshalIndent(w.objects(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPropertyTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(dated, true).Draw(t, "world")
		want := answer(t, w)
		w.stages = rapid.Permutation(w.stages).Draw(t, "stages in another order")
		w.freight = rapid.Permutation(w.freight).Draw(t, "freight in another order")
		w.promotions = rapid.Permutation(w.promotions).Draw(t, "promotions in another order")
		w.warehouses = rapid.Permutation(w.warehouses).Draw(t, "warehouses in another order")
		if diff := cmp.Diff(want, answer(t, w)); diff != "" {
			t.Errorf("all answers (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, answer(t, w)); diff != "" {
			t.Errorf("all answers, once more (-want +got):\n%s", diff)
		}
	})
}

// answer writes everything that the package says about a world.
func answer(t *rapid.T, w world) string {
	e := w.evaluator(t)
	var text strings.Builder
	for _, s := range e.Project().Stages {
		stage := e.Stage(s.Metadata.Name)
		fmt.Fprintf(&text, "%s\n", s.Metadata.Name)
		for _, semantics := range avail.EverySemantics() {
			fmt.Fprintf(&text, " %s: known %t, error %q\n", semantics, stage.ListKnown(semantics), stage.ListError(semantics))
			for _, origin := range pipeline.Origins(s) {
				for _, f := range stage.Listed(origin, semantics, 9) {
					fmt.Fprintf(&text, "  %s\n", f.Metadata.Name)
				}
			}
		}
		for _, f := range e.Project().Freight() {
			got := stage.Judge(f)
			fmt.Fprintf(&text, " %s: %s %s %s %q\n", f.Metadata.Name, answers(got.Available), listing(got.Listed), got.Verdict, causes(got.Divergences))
			if last := stage.LastPromotion(f); last != nil {
				fmt.Fprintf(&text, "  last: %s %s\n", last.Name, last.Phase)
			}
			text.WriteString(tree(stage.Blockers(f)))
		}
	}
	return text.String()
}

// On a dense graph full of cycles a Stage and its chain have at most one blocker per edge,
// and every Stage once.
func TestPropertyBlockersAreBoundedOnDenseGraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := stageNames(rapid.IntRange(2, 12).Draw(t, "stages"))
		w := world{freight: []kargo.Freight{build.Freight("f1", "w")}}
		edges := 0
		for _, name := range names {
			var upstreams []string
			for _, up := range append(names, ghost) {
				if often().Draw(t, name+" takes from "+up) {
					upstreams = append(upstreams, up)
				}
			}
			edges += len(upstreams)
			strategy := rapid.SampledFrom([]kargo.Strategy{kargo.OneOf, kargo.All}).Draw(t, "strategy")
			w.stages = append(w.stages, build.Stage(name, build.Requests("w", build.From(upstreams...), build.Strategy(strategy))))
		}
		stage, f := w.subject(t)
		blockers, met := 0, map[string]bool{}
		walk(stage, f, func(waiting string, _ avail.Blocker) {
			blockers++
			met[waiting] = true
		})
		if blockers > edges {
			t.Errorf("%d blockers over %d edges", blockers, edges)
		}
		if links := stage.Chain(f); len(links) >= len(names) || len(met) > len(links)+1 {
			t.Errorf("the chain of one of %d Stages has %d links, for %d Stages that wait", len(names), len(links), len(met))
		}
	})
}
