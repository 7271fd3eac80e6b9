package autopromote_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// situation is Stage prod, whose auto-promotion looks at Freight f1 of Warehouse w.
type situation struct {
	release string
	// follows: the request says MatchUpstream.
	follows    bool
	status     []build.StageOption
	promotions []kargo.Promotion
	unread     bool // the Promotions
}

func (s situation) stage(t *testing.T) *avail.Stage {
	t.Helper()
	sources := []build.SourceOption{build.From("qa")}
	if s.follows {
		sources = append(sources, build.MatchUpstream())
	}
	objects := pipeline.Objects{
		Project:    "p",
		Stages:     []kargo.Stage{build.Stage("prod", append(s.status, build.Requests("w", sources...))...)},
		Freight:    []kargo.Freight{build.Freight("f1", "w", build.Verified("qa"))},
		Warehouses: []string{"w"},
		Promotions: s.promotions,
	}
	if s.unread {
		objects.Unread = objects.Unread.With(pipeline.Promotions)
	}
	r := rules(t, s.release)
	return avail.New(pipeline.New(objects, r.ByDiscovery()), r, build.Noon()).Stage("prod")
}

// guard writes what keeps f1 from prod: "REASON PROMOTION".
func (s situation) guard(t *testing.T) string {
	t.Helper()
	stage := s.stage(t)
	guard := autopromote.GuardOf(stage, stage.Project().Freight()[0])
	if (guard.Hold != nil) != (guard.Reason == autopromote.GuardHeld) {
		t.Errorf("reason %q and hold %v: a hold belongs to Held alone", guard.Reason, guard.Hold)
	}
	if guard.Promotion == "" {
		return string(guard.Reason)
	}
	return fmt.Sprintf("%s %s", guard.Reason, guard.Promotion)
}

// promoted returns Promotions of f1 to prod, the oldest first, each with its name.
func promoted(phases ...kargo.PromotionPhase) []kargo.Promotion {
	var list []kargo.Promotion
	for i, phase := range phases {
		list = append(list, build.Promotion(fmt.Sprintf("prod.%d", i+1), "prod", "f1", phase,
			build.PromotedAt(build.At(fmt.Sprintf("0%d:00", i+1)))))
	}
	return list
}

// heldOnProd keeps auto-promotion of w, for the releases that read either field.
func heldOnProd() build.StageOption {
	return func(s *kargo.Stage) {
		hold := map[string]kargo.Hold{"Warehouse/w": {FreightName: "f0", PromotionName: "prod.hold", Actor: "email:jane@example.com"}}
		s.Status.AutoPromotionHolds, s.Status.EffectiveAutoPromotionHolds = hold, hold
	}
}

// TestGuardByRelease holds the same situation against the rules of four releases:
// before MatchUpstream, with it, and before and after the holds were computed.
func TestGuardByRelease(t *testing.T) {
	releases := []string{"v1.7.10", "v1.10.10", "v1.11.0", "v1.11.2"}
	const running, succeeded, failed, errored, aborted = kargo.PromotionRunning, kargo.PromotionSucceeded,
		kargo.PromotionFailed, kargo.PromotionErrored, kargo.PromotionAborted
	same := func(guard string) []string { return []string{guard, guard, guard, guard} }
	options := func(options ...build.StageOption) []build.StageOption { return options }
	tests := []struct {
		name string
		situation
		want []string // by release
	}{
		{"nothing", situation{}, same("")},
		{"nothing, MatchUpstream", situation{follows: true}, same("")},
		{"the Promotions are not known", situation{unread: true}, same("Unknown")},

		{"it runs there", situation{status: options(build.Runs("f1"))}, same("Current")},
		{"other Freight runs there", situation{status: options(build.Runs("f0"))}, same("")},
		{"it ran there before", situation{status: options(build.Runs("f0"), build.Runs("f1"))}, same("")},
		{"it runs there, of another origin", situation{status: options(runsFor("x", "f1"))}, same("")},
		{"it runs there, whatever else holds", situation{
			status: options(build.Runs("f1"), heldOnProd(), build.Promoting("prod.9", "f1")), promotions: promoted(failed), unread: true,
		}, same("Current")},

		{"on hold", situation{status: options(heldOnProd())}, []string{"", "", "Held prod.hold", "Held prod.hold"}},
		{"on hold by the field of v1.11.0", situation{status: options(holds("Warehouse/w", ""))}, []string{"", "", "Held prod.hold", ""}},
		{"on hold by the field of v1.11.1", situation{status: options(holds("", "Warehouse/w"))}, []string{"", "", "", "Held prod.hold"}},
		{"another origin on hold", situation{status: options(holds("Warehouse/x", "Warehouse/x"))}, same("")},
		{"on hold, before its own Promotion", situation{
			status: options(heldOnProd(), build.Promoting("prod.9", "f1")), promotions: promoted(running),
		}, []string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Held prod.hold", "Held prod.hold"}},
		{
			"on hold, and the Promotions are not known",
			situation{status: options(heldOnProd()), unread: true},
			[]string{"Unknown", "Unknown", "Held prod.hold", "Held prod.hold"},
		},

		{
			"the Stage says that it is on its way",
			situation{status: options(build.Promoting("prod.9", "f1"))},
			[]string{"", "", "InProgress prod.9", "InProgress prod.9"},
		},
		{
			"the Stage says that it is on its way, which needs no Promotions",
			situation{status: options(build.Promoting("prod.9", "f1")), unread: true},
			[]string{"Unknown", "Unknown", "InProgress prod.9", "InProgress prod.9"},
		},
		{"the Stage says that other Freight is on its way", situation{status: options(build.Promoting("prod.9", "f0"))}, same("")},

		{
			"a Promotion nobody has looked at",
			situation{promotions: promoted("")},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "InProgress prod.1", "InProgress prod.1"},
		},
		{
			"a queued one",
			situation{promotions: promoted(kargo.PromotionPending)},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "InProgress prod.1", "InProgress prod.1"},
		},
		{
			"a queued one that is older than one that failed",
			situation{promotions: promoted(kargo.PromotionPending, failed)},
			[]string{"PromotedBefore prod.2", "PromotedBefore prod.2", "InProgress prod.1", "InProgress prod.1"},
		},
		{
			"a queued one, before one that just succeeded",
			situation{promotions: promoted(kargo.PromotionPending, succeeded)},
			[]string{"PromotedBefore prod.2", "PromotedBefore prod.2", "InProgress prod.1", "InProgress prod.1"},
		},

		{
			"a failed one",
			situation{promotions: promoted(failed)},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Unsuccessful prod.1", "Unsuccessful prod.1"},
		},
		{
			"an errored one",
			situation{promotions: promoted(errored)},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Unsuccessful prod.1", "Unsuccessful prod.1"},
		},
		{
			"an aborted one",
			situation{promotions: promoted(aborted)},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Unsuccessful prod.1", "Unsuccessful prod.1"},
		},
		{"a failed one of other Freight", situation{promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f0", failed)}}, same("")},
		{"a failed one to another Stage", situation{promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", failed)}}, same("")},

		{
			"one that succeeded, and the Stage knows of none",
			situation{promotions: promoted(succeeded)},
			[]string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Settling prod.1", "Settling prod.1"},
		},
		{"one that succeeded after the last that the Stage knows of", situation{
			status: options(build.Promoted("prod.0", "f0", succeeded, "")), promotions: promoted(succeeded),
		}, []string{"PromotedBefore prod.1", "PromotedBefore prod.1", "Settling prod.1", "Settling prod.1"}},
		{"one that succeeded and is the last that the Stage knows of", situation{
			status: options(build.Promoted("prod.1", "f1", succeeded, "")), promotions: promoted(succeeded),
		}, []string{"PromotedBefore prod.1", "PromotedBefore prod.1", "", ""}},
		{"one that succeeded, and other Freight came after it", situation{
			status: options(build.Promoted("prod.5", "f0", succeeded, "")), promotions: promoted(succeeded),
		}, []string{"PromotedBefore prod.1", "PromotedBefore prod.1", "", ""}},
		{"one that failed after one that succeeded", situation{
			status: options(build.Promoted("prod.2", "f1", failed, "")), promotions: promoted(succeeded, failed),
		}, []string{"PromotedBefore prod.2", "PromotedBefore prod.2", "Unsuccessful prod.2", "Unsuccessful prod.2"}},
		{"one that succeeded after one that failed", situation{
			status: options(build.Promoted("prod.2", "f1", succeeded, "")), promotions: promoted(failed, succeeded),
		}, []string{"PromotedBefore prod.2", "PromotedBefore prod.2", "", ""}},
		{"one that failed after one that the Stage has not taken note of", situation{
			status: options(build.Promoted("prod.0", "f0", succeeded, "")), promotions: promoted(succeeded, failed),
		}, []string{"PromotedBefore prod.2", "PromotedBefore prod.2", "Settling prod.1", "Settling prod.1"}},

		{"MatchUpstream: one that succeeded", situation{
			follows: true, promotions: promoted(succeeded), status: options(build.Promoted("prod.5", "f0", succeeded, "")),
		}, []string{"PromotedBefore prod.1", "", "", ""}},
		{
			"MatchUpstream: one that failed",
			situation{follows: true, promotions: promoted(failed)},
			[]string{"PromotedBefore prod.1", "Unsuccessful prod.1", "Unsuccessful prod.1", "Unsuccessful prod.1"},
		},
		{
			"MatchUpstream: several that did not succeed",
			situation{follows: true, promotions: promoted(failed, aborted)},
			[]string{"PromotedBefore prod.2", "Unsuccessful prod.2", "Unsuccessful prod.2", "Unsuccessful prod.2"},
		},
		{"MatchUpstream: any one of several is looked at, up to v1.10", situation{
			follows: true, promotions: promoted(failed, succeeded), status: options(build.Promoted("prod.2", "f1", succeeded, "")),
		}, []string{"PromotedBefore prod.2", "Unknown prod.2", "", ""}},
		{
			"MatchUpstream: a queued one that is older than one that failed",
			situation{follows: true, promotions: promoted(kargo.PromotionPending, failed)},
			[]string{"PromotedBefore prod.2", "InProgress prod.1", "InProgress prod.1", "InProgress prod.1"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, release := range releases {
				test.release = release
				got = append(got, test.guard(t))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("GuardOf() on %v (-want +got):\n%s", releases, diff)
			}
		})
	}
}

func TestGuardOfFreightThatIsNotRequested(t *testing.T) {
	for _, release := range []string{"v1.7.10", "v1.10.10", "v1.11.2"} {
		stage := situation{release: release, follows: true, promotions: promoted(kargo.PromotionFailed)}.stage(t)
		foreign := build.Freight("f1", "x", build.Approved("prod"))
		if got := autopromote.GuardOf(stage, &foreign); got.Reason == autopromote.GuardNone {
			t.Errorf("%s: nothing is in the way of Freight that was promoted and did not get there", release)
		}
	}
}

func TestGuardSaysWhoHolds(t *testing.T) {
	stage := situation{status: []build.StageOption{heldOnProd()}}.stage(t)
	got := autopromote.GuardOf(stage, stage.Project().Freight()[0]).Hold
	want := &kargo.Hold{FreightName: "f0", PromotionName: "prod.hold", Actor: "email:jane@example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Hold (-want +got):\n%s", diff)
	}
}

// runsFor puts the Freight under another origin than w.
func runsFor(warehouse, freight string) build.StageOption {
	return func(s *kargo.Stage) {
		s.Status.FreightHistory = []kargo.FreightCollection{{
			Items: map[string]kargo.FreightRef{build.Origin(warehouse).String(): {Name: freight}},
		}}
	}
}

// holds writes a hold of the origins into the two fields; "" leaves a field empty.
func holds(status, effective string) build.StageOption {
	field := func(origin string) map[string]kargo.Hold {
		if origin == "" {
			return nil
		}
		return map[string]kargo.Hold{origin: {PromotionName: "prod.hold"}}
	}
	return func(s *kargo.Stage) {
		s.Status.AutoPromotionHolds, s.Status.EffectiveAutoPromotionHolds = field(status), field(effective)
	}
}
