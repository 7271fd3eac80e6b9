package avail_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// What follows draws small pipelines for the properties: every Stage may take from every other, from
// itself and from one that does not exist, all kinds of sources are mixed, and the
// status is whatever it is: coherent or not, as in files that people edit. Of the values to choose from rapid
// prefers the first ones.

// exact are releases whose answers are exact; every one has rules of its own.
var exact = []string{v133, v17, v110, v111}

// dated are all releases that have soak times; the older two are approximate.
var dated = append([]string{v12, v132}, exact...)

const ghost = "ghost" // a Stage that does not exist

func stageNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("s%d", i)
	}
	return names
}

// worlds draws Projects of the releases. repeats says whether a Stage may request
// an origin twice, which Kargo's webhook refuses.
func worlds(releases []string, repeats bool) *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		names := stageNames(rapid.SampledFrom([]int{3, 4, 2, 1}).Draw(t, "stages"))
		freight := rapid.SliceOfN(freightOf(append(names, ghost)), 2, 4).Draw(t, "freight")
		for i := range freight {
			freight[i].Metadata.Name = fmt.Sprintf("f%d", i)
		}
		w := world{
			release:    rapid.SampledFrom(releases).Draw(t, "release"),
			freight:    freight,
			warehouses: rapid.SampledFrom([][]string{{"w", "x"}, {"w", "x"}, {"w"}}).Draw(t, "warehouses"),
			promotions: promotionsOf(names, len(freight)).Draw(t, "promotions"),
		}
		for i, name := range names {
			upstreams := slices.Concat(names[i+1:], names[:i], []string{ghost, name}) // by how often they are wanted
			w.stages = append(w.stages, stageOf(name, upstreams, len(freight), repeats).Draw(t, name))
		}
		return w
	})
}

// often draws true three times out of four.
func often() *rapid.Generator[bool] { return rapid.SampledFrom([]bool{true, true, true, false}) }

// seldom draws true once out of eight times.
func seldom() *rapid.Generator[bool] {
	return rapid.SampledFrom([]bool{false, false, false, false, false, false, false, true})
}

func stageOf(name string, upstreams []string, freight int, repeats bool) *rapid.Generator[kargo.Stage] {
	return rapid.Custom(func(t *rapid.T) kargo.Stage {
		origins := [][]string{{"w"}, {"w", "x"}, {"x", "w"}, {"w"}, {"x"}, {}}
		if repeats {
			origins = append([][]string{{"w"}, {"w", "w"}, {"w", "x", "w"}, {"w", "w", "w"}}, origins...)
		}
		var options []build.StageOption
		if seldom().Draw(t, "control flow") {
			options = append(options, build.ControlFlow())
		}
		if seldom().Draw(t, "deleting") {
			options = append(options, build.Deleting(build.At("11:00")))
		}
		for _, origin := range rapid.SampledFrom(origins).Draw(t, "origins") {
			sources := sourcesOf(upstreams).Draw(t, "sources")
			options = append(options, build.Requests(origin, func(s *kargo.Sources) { *s = sources }))
		}
		for range rapid.IntRange(0, 2).Draw(t, "history") {
			options = append(options, build.Runs(freightName(freight).Draw(t, "ran"), verifications().Draw(t, "verifications")...))
		}
		if rapid.Bool().Draw(t, "has health") {
			options = append(options, build.Health(rapid.SampledFrom([]string{"Healthy", "Unhealthy", "Unknown"}).Draw(t, "health")))
		}
		if seldom().Draw(t, "promoting") {
			options = append(options, build.Promoting(name+".8", freightName(freight).Draw(t, "promoting freight")))
		}
		if seldom().Draw(t, "promoted") {
			options = append(options, build.Promoted(name+".7", freightName(freight).Draw(t, "promoted freight"),
				promotionPhase().Filter(kargo.PromotionPhase.Ended).Draw(t, "promoted phase"), ""))
		}
		return build.Stage(name, options...)
	})
}

func sourcesOf(upstreams []string) *rapid.Generator[kargo.Sources] {
	return rapid.Custom(func(t *rapid.T) kargo.Sources {
		s := kargo.Sources{
			Direct:               seldom().Draw(t, "direct"),
			Stages:               upstreamsOf(upstreams).Draw(t, "upstreams"),
			AvailabilityStrategy: rapid.SampledFrom([]kargo.Strategy{"All", "", "OneOf", "Most"}).Draw(t, "strategy"),
		}
		if soak := rapid.SampledFrom([]string{"", "1h", "2h", "0s", ""}).Draw(t, "soak"); soak != "" {
			build.Soak(soak)(&s)
		}
		if seldom().Draw(t, "follows") {
			build.MatchUpstream()(&s)
		}
		return s
	})
}

func upstreamsOf(names []string) *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		n := rapid.SampledFrom([]int{2, 1, 3, 0}).Draw(t, "how many")
		return rapid.SliceOfN(rapid.SampledFrom(names), n, n).Draw(t, "names")
	})
}

func freightOf(stages []string) *rapid.Generator[kargo.Freight] {
	return rapid.Custom(func(t *rapid.T) kargo.Freight {
		f := build.Freight("", rapid.SampledFrom([]string{"w", "x", "w", "y"}).Draw(t, "warehouse"))
		if often().Draw(t, "is created") {
			f.Metadata.CreationTimestamp = hour().Draw(t, "created")
		}
		if rapid.Bool().Draw(t, "is discovered") {
			build.Discovered(hour().Draw(t, "discovered"))(&f)
		}
		for _, stage := range stages {
			if rapid.Bool().Draw(t, "verified in "+stage) {
				build.Verified(stage)(&f)
				if rapid.Bool().Draw(t, "says when") {
					build.VerifiedAt(stage, hour().Draw(t, "verified"))(&f)
				}
				if rapid.Bool().Draw(t, "soaked") {
					build.Soaked(stage, rapid.SampledFrom([]string{"0s", "59m", "1h", "2h", "3h"}).Draw(t, "longest soak"))(&f)
				}
			}
			if rapid.Bool().Draw(t, "is in "+stage) {
				build.In(stage, hour().Draw(t, "since"))(&f)
				if seldom().Draw(t, "sinceless") {
					build.Sinceless(stage)(&f)
				}
			}
			if seldom().Draw(t, "approved for "+stage) {
				build.Approved(stage)(&f)
			}
		}
		return f
	})
}

// hour draws an instant around now: full hours meet soak times exactly.
func hour() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.IntRange(-8, 1), func(half int) time.Time {
		return build.Noon().Add(time.Duration(half) * 30 * time.Minute)
	})
}

func freightName(n int) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(0, n-1), func(i int) string { return fmt.Sprintf("f%d", i) })
}

func verifications() *rapid.Generator[[]kargo.Verification] {
	phases := []kargo.VerificationPhase{"", "Pending", "Running", "Successful", "Failed", "Error", "Aborted", "Inconclusive", "Puzzled"}
	return rapid.SliceOfN(rapid.Map(rapid.SampledFrom(phases), func(phase kargo.VerificationPhase) kargo.Verification {
		return build.Verification(phase, "")
	}), 0, 2)
}

func promotionPhase() *rapid.Generator[kargo.PromotionPhase] {
	return rapid.SampledFrom([]kargo.PromotionPhase{"", "Pending", "Running", "Succeeded", "Failed", "Errored", "Aborted"})
}

func promotionsOf(stages []string, freight int) *rapid.Generator[[]kargo.Promotion] {
	return rapid.Custom(func(t *rapid.T) []kargo.Promotion {
		var promotions []kargo.Promotion
		for i := range rapid.IntRange(0, 4).Draw(t, "promotions") {
			stage := rapid.SampledFrom(stages).Draw(t, "stage")
			promotions = append(promotions, build.Promotion(
				fmt.Sprintf("%s.%d", stage, i), stage, freightName(freight).Draw(t, "freight"), promotionPhase().Draw(t, "phase"),
				build.PromotedAt(hour().Draw(t, "created"))))
		}
		return promotions
	})
}

// subjects calls each for every Stage and every piece of Freight.
func (w world) subjects(each func(stage *kargo.Stage, freight *kargo.Freight)) {
	for i := range w.stages {
		for j := range w.freight {
			each(&w.stages[i], &w.freight[j])
		}
	}
}

// requestsOf counts the Stage's requests of the Freight's origin and returns the
// first of them.
func requestsOf(stage *kargo.Stage, f *kargo.Freight) (n int, first *kargo.Request) {
	for i := range stage.Spec.RequestedFreight {
		if r := &stage.Spec.RequestedFreight[i]; r.Origin == f.Origin {
			if n++; n == 1 {
				first = r
			}
		}
	}
	return n, first
}

// with returns the world with another piece of Freight in place of that of its name.
func (w world) with(f kargo.Freight) world {
	w.freight = slices.Clone(w.freight)
	for i := range w.freight {
		if w.freight[i].Metadata.Name == f.Metadata.Name {
			w.freight[i] = f
		}
	}
	return w
}

// satisfied returns the Freight verified in the Stages, in which it has soaked for
// longer than anybody asks.
func satisfied(f kargo.Freight, stages ...string) kargo.Freight {
	for _, stage := range stages {
		build.Soaked(stage, "9000h")(&f)
	}
	return f
}
