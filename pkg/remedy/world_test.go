package remedy_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// world is a Project in which steps can be taken: Stage s0 is the one that is asked
// about, f0 the Freight. Its methods that change something return another world.
type world struct {
	release    string
	now        time.Time
	stages     []kargo.Stage
	freight    []kargo.Freight
	promotions []kargo.Promotion
	config     *kargo.ProjectSpec
	unread     pipeline.Kind
}

const ghost = "ghost" // a Stage that does not exist

func (w world) objects() pipeline.Objects {
	return pipeline.Objects{
		Project: "p", Stages: w.stages, Freight: w.freight, Promotions: w.promotions, Warehouses: []string{"w", "x"}, Config: w.config,
		Unread: pipeline.Kinds(0).With(w.unread),
	}
}

// tester is what the helpers need of *testing.T and *rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func (w world) view(t tester, name string) *avail.Stage {
	t.Helper()
	var releases kargo.Releases
	if w.release != "" {
		var err error
		if releases, err = kargo.ParseRelease(w.release); err != nil {
			t.Fatal(err)
		}
	}
	rules := avail.RulesFor(releases)
	now := w.now
	if now.IsZero() {
		now = build.Noon()
	}
	return avail.New(pipeline.New(w.objects(), rules.ByDiscovery()), rules, now).Stage(name)
}

func (w world) target(t tester) *avail.Stage { t.Helper(); return w.view(t, w.stages[0].Metadata.Name) }

func (w world) subject() *kargo.Freight { return &w.freight[0] }

func (w world) steps(t tester) []remedy.Step { t.Helper(); return w.advice(t).Steps }

func (w world) advice(t tester) remedy.Advice {
	t.Helper()
	return remedy.Advise(w.target(t), w.subject(), remedy.Commands{Kubectl: []string{"kubectl"}})
}

func (w world) available(t tester) bool {
	t.Helper()
	return w.target(t).Judge(w.subject()).Available[avail.Configured]
}

// with returns the world with a Stage changed.
func (w world) with(name string, change func(*kargo.Stage)) world {
	w.stages = slices.Clone(w.stages)
	for i := range w.stages {
		if w.stages[i].Metadata.Name == name {
			change(&w.stages[i])
		}
	}
	return w
}

// verified returns the world with f0 verified in the Stage.
func (w world) verified(stage string) world {
	w.freight = slices.Clone(w.freight)
	f := &w.freight[0]
	build.Verified(stage)(f)
	return w
}

// promoted returns the world after a Promotion of f0 to the Stage and what it was
// verified by succeeded.
func (w world) promoted(stage string) world {
	w = w.with(stage, func(s *kargo.Stage) {
		s.Status = kargo.StageStatus{FreightHistory: slices.Concat(
			build.Stage("", build.Runs(w.subject().Metadata.Name, build.Verification(kargo.VerificationSuccessful, ""))).Status.FreightHistory,
			s.Status.FreightHistory)}
		build.Health(kargo.Healthy)(s)
	})
	w.promotions = slices.DeleteFunc(slices.Clone(w.promotions), func(p kargo.Promotion) bool { return p.Spec.Stage == stage })
	w = w.verified(stage)
	f := &w.freight[0]
	build.In(stage, w.now)(f)
	return w
}

// reverified returns the world after what the Stage runs was verified.
func (w world) reverified(stage string) world {
	return w.verified(stage).with(stage, func(s *kargo.Stage) {
		s.Status.FreightHistory = slices.Clone(s.Status.FreightHistory)
		s.Status.FreightHistory[0].VerificationHistory = []kargo.Verification{build.Verification(kargo.VerificationSuccessful, "")}
	})
}

// take returns the world in which the step has been taken, and did what it can.
func (w world) take(t tester, step remedy.Step) world {
	t.Helper()
	switch step.Action {
	case remedy.Promote:
		return w.promoted(step.Stage)
	case remedy.Verify:
		return w.reverified(step.Stage)
	case remedy.Refresh:
		return w.refreshed(t, step.Stage)
	case remedy.Approve:
		w.freight = slices.Clone(w.freight)
		build.Approved(step.Stage)(&w.freight[0])
	case remedy.SetStrategy:
		return w.with(step.Stage, func(s *kargo.Stage) {
			s.Spec.RequestedFreight = slices.Clone(s.Spec.RequestedFreight)
			for i := range s.Spec.RequestedFreight {
				s.Spec.RequestedFreight[i].Sources.AvailabilityStrategy = kargo.OneOf
			}
		})
	case remedy.Wait, remedy.Mend:
	}
	return w
}

// refreshed returns the world after the control-flow Stage has looked at its listing.
func (w world) refreshed(t tester, gate string) world {
	t.Helper()
	if w.view(t, gate).Judge(w.subject()).Listed[avail.Configured] == avail.Yes {
		return w.verified(gate)
	}
	return w
}

// later returns the world after a long time: what is under way has succeeded, every
// Stage has become Healthy, promotion windows are open, and soaks have elapsed.
func (w world) later(t tester) world {
	t.Helper()
	for _, s := range w.stages {
		name := s.Metadata.Name
		w = w.with(name, func(s *kargo.Stage) { s.Status.PromotionWindowStatus = nil })
		view := w.view(t, name)
		if s.IsControlFlow() || s.Metadata.DeletionTimestamp != nil || name == w.stages[0].Metadata.Name {
			continue
		}
		if found := view.Unverified(w.subject()); found != nil && underWay(view, found.Reason) &&
			(view.RunsNow(w.subject()) || view.Judge(w.subject()).Available[avail.Configured]) {
			w = w.promoted(name)
		}
	}
	w.now = w.now.Add(100 * time.Hour)
	return w
}

func underWay(s *avail.Stage, reason avail.Reason) bool {
	switch reason {
	case avail.PromotionRunning, avail.PromotionPending, avail.VerificationPending, avail.VerificationRunning:
		return true
	case avail.AwaitingHealth:
		return !s.HealthStaysUnknown()
	case avail.NotRecorded:
		return s.FrozenHistory() == nil
	default:
		return false
	}
}

// worlds draws Projects of releases whose answers are exact. What the Stages say of
// the Freight and what it says of them agree. Control-flow Stages ask for no soak, as
// their listing may hold one against Freight in ways that cannot be foreseen.
func worlds() *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		w := world{
			now:     build.Noon(),
			release: rapid.SampledFrom([]string{"v1.11.2", "v1.10.10", "v1.7.10", "v1.3.3"}).Draw(t, "release"),
			freight: []kargo.Freight{build.Freight("f0", "w"), build.Freight("f1", "w"), build.Freight("f2", "x")},
		}
		if rapid.Bool().Draw(t, "auto-promotion") {
			w.config = &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{}, AutoPromotionEnabled: true}}}
		}
		names := []string{"s0", "s1", "s2", "s3", "s4"}[:rapid.IntRange(1, 5).Draw(t, "stages")]
		for i, name := range names {
			upstreams := slices.Concat(names[i+1:], names[i+1:], names, []string{ghost}) // most pipelines go one way
			w.stages = append(w.stages, stageOf(t, name, upstreams))
			w.promotions = append(w.promotions, promotionsOf(t, name)...)
			w.place(t, &w.stages[i])
		}
		if seldom().Draw(t, "approved") {
			build.Approved(rapid.SampledFrom(names).Draw(t, "approved for"))(&w.freight[0])
		}
		return w
	})
}

// seldom draws true once out of eight times.
func seldom() *rapid.Generator[bool] {
	return rapid.SampledFrom([]bool{false, false, false, false, false, false, false, true})
}

func stageOf(t *rapid.T, name string, upstreams []string) kargo.Stage {
	controlFlow := rapid.SampledFrom([]bool{false, false, true}).Draw(t, name+" control flow")
	sources := []build.SourceOption{
		build.From(rapid.SliceOfN(rapid.SampledFrom(upstreams), 0, 3).Draw(t, name+" upstreams")...),
		build.Strategy(rapid.SampledFrom([]kargo.Strategy{"", kargo.All, kargo.All, "Most"}).Draw(t, name+" strategy")),
	}
	if rapid.SampledFrom([]bool{false, false, true}).Draw(t, name+" direct") {
		sources = append(sources, build.Direct())
	}
	if soak := rapid.SampledFrom([]string{"", "1h", "0s", ""}).Draw(t, name+" soak"); soak != "" && !controlFlow {
		sources = append(sources, build.Soak(soak))
	}
	if seldom().Draw(t, name+" follows") {
		sources = append(sources, build.MatchUpstream())
	}
	origin := rapid.SampledFrom([]string{"w", "w", "w", "w", "w", "w", "x"}).Draw(t, name+" origin")
	options := []build.StageOption{build.Requests(origin, sources...)}
	if controlFlow {
		options = append(options, build.ControlFlow())
	}
	if seldom().Draw(t, name+" deleting") {
		options = append(options, build.Deleting(build.At("11:00")))
	}
	return build.Stage(name, options...)
}

// place draws where f0 is and was, and what came of it.
func (w *world) place(t *rapid.T, s *kargo.Stage) {
	name, f := s.Metadata.Name, &w.freight[0]
	if rapid.Bool().Draw(t, name+" verified") {
		build.Verified(name)(f)
		if !s.IsControlFlow() && rapid.Bool().Draw(t, name+" soaked") {
			build.Soaked(name, rapid.SampledFrom([]string{"59m", "1h"}).Draw(t, name+" longest soak"))(f)
		}
	}
	if s.IsControlFlow() || !s.Requests(f.Origin) {
		return
	}
	verified := f.Status.VerifiedIn.Has(name)
	for i := range rapid.IntRange(0, 2).Draw(t, name+" history") {
		runs := rapid.SampledFrom([]string{"f0", "f1"}).Draw(t, name+" ran")
		phases := []kargo.VerificationPhase{"", "Pending", "Running", "Failed", "Error", "Aborted", "Inconclusive"}
		if verified || runs != "f0" {
			phases = append(phases, kargo.VerificationSuccessful)
		}
		verification := rapid.SliceOfN(rapid.Map(rapid.SampledFrom(phases), func(p kargo.VerificationPhase) kargo.Verification {
			return build.Verification(p, "")
		}), 0, 2).Draw(t, name+" verifications")
		build.Runs(runs, verification...)(s)
		if i == 0 && runs == "f0" {
			build.In(name, rapid.SampledFrom([]time.Time{build.At("11:00"), build.At("11:01")}).Draw(t, name+" since"))(f)
		}
	}
	if rapid.Bool().Draw(t, name+" healthy") {
		build.Health(kargo.Healthy)(s)
	}
	if seldom().Draw(t, name+" promoting") {
		build.Promoting(name+".9", "f0")(s)
	}
	w.trouble(t, s)
}

// trouble draws what keeps a Stage from moving, whatever the Freight.
func (w *world) trouble(t *rapid.T, s *kargo.Stage) {
	name := s.Metadata.Name
	switch rapid.SampledFrom([]string{"", "", "", "", "", "health", "history", "window"}).Draw(t, name+" trouble") {
	case "health": // stays Unknown, until a Promotion succeeds
		build.Promoted(name+".8", "f1", kargo.PromotionFailed, "")(s)
		build.Health("Unknown")(s)
	case "history": // the last one recorded has a name that sorts behind all that Kargo makes
		build.Promoted("zz", "f1", kargo.PromotionSucceeded, "")(s)
		s.Status.LastPromotion.FinishedAt = new(build.At("11:00"))
		ignored := build.Promotion(name+".8", name, "f0", kargo.PromotionSucceeded, build.PromotedAt(build.At("11:00")))
		ignored.Status.FinishedAt = new(build.At("11:30"))
		w.promotions = append(w.promotions, ignored)
	case "window":
		build.Frozen("fair")(s)
	}
}

func promotionsOf(t *rapid.T, stage string) []kargo.Promotion {
	var list []kargo.Promotion
	for i := range rapid.IntRange(0, 2).Draw(t, stage+" promotions") {
		phase := rapid.SampledFrom([]kargo.PromotionPhase{"Failed", "Errored", "Aborted", "Pending", "Running", "Succeeded", ""}).Draw(t, "phase")
		list = append(list, build.Promotion(fmt.Sprintf("%s.%d", stage, i), stage, "f0", phase, build.PromotedAt(build.At(fmt.Sprintf("0%d:00", i)))))
	}
	return list
}

// String writes the world in a few lines, for a failure.
func (w world) String() string {
	text := fmt.Sprintf("%s, auto-promotion %t\n", w.release, w.config != nil)
	for i := range w.stages {
		s := &w.stages[i]
		text += fmt.Sprintf("%s control flow %t deleting %t: %v, health %v, promoting %v, promoted %v, window %v\n", s.Metadata.Name,
			s.IsControlFlow(), s.Metadata.DeletionTimestamp != nil, s.Spec.RequestedFreight, s.Status.Health, s.Status.CurrentPromotion,
			s.Status.LastPromotion, s.Status.PromotionWindowStatus)
		for _, ran := range s.Status.FreightHistory {
			text += fmt.Sprintf("   ran %v\n", ran)
		}
	}
	f := w.subject()
	text += fmt.Sprintf("f0 verified in %v, current in %v, approved for %v\n", f.Status.VerifiedIn, f.Status.CurrentlyIn, f.Status.ApprovedFor)
	for _, p := range w.promotions {
		text += fmt.Sprintf("%s %s\n", p.Metadata.Name, p.Status.Phase)
	}
	return text
}
