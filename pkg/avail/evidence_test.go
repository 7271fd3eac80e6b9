package avail_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestEvidence(t *testing.T) {
	at := func(hhmm string) *time.Time { instant := build.At(hhmm); return &instant }
	failed, successful := build.Verification(kargo.VerificationFailed, "red"), build.Verification(kargo.VerificationSuccessful, "")
	running := build.Verification(kargo.VerificationRunning, "")
	health := func(since *time.Time) build.StageOption {
		return func(s *kargo.Stage) {
			s.Status.Conditions = []kargo.Condition{{Type: kargo.ConditionReady}, {Type: kargo.ConditionHealthy, LastTransitionTime: since}}
		}
	}
	tests := []struct {
		name       string
		qa         []build.StageOption
		freight    []build.FreightOption
		promotions []kargo.Promotion
		want       avail.Evidence
	}{
		{name: "nothing"},
		{name: "verified, and nothing says when", freight: []build.FreightOption{build.Verified("qa")}, want: avail.Evidence{Verified: true}},
		{name: "verified elsewhere", freight: []build.FreightOption{build.Verified("uat"), build.Soaked("uat", "1h")}},
		{
			name: "verified at some time, and left", freight: []build.FreightOption{build.VerifiedAt("qa", build.At("07:00")), build.Soaked("qa", "2h")},
			want: avail.Evidence{Verified: true, VerifiedAt: *at("07:00")},
		},
		{
			name: "verified, and there for longer than before", freight: []build.FreightOption{build.Soaked("qa", "2h"), build.In("qa", build.At("07:00"))},
			want: avail.Evidence{Verified: true, There: true, Since: at("07:00")},
		},
		{
			name: "verified, and there for less long than before", freight: []build.FreightOption{build.Soaked("qa", "2h"), build.In("qa", build.At("11:00"))},
			want: avail.Evidence{Verified: true, There: true, Since: at("11:00")},
		},
		{
			name: "there and not verified, so that it does not count as soaked", freight: []build.FreightOption{build.In("qa", build.At("07:00"))},
			want: avail.Evidence{There: true, Since: at("07:00")},
		},
		{name: "there, and nothing says since when", freight: []build.FreightOption{build.Sinceless("qa")}, want: avail.Evidence{There: true}},
		{name: "there as the Stage says", qa: []build.StageOption{build.Runs("f1")}, want: avail.Evidence{There: true}},
		{name: "there before, as the Stage says", qa: []build.StageOption{build.Runs("f2"), build.Runs("f1")}},

		{
			name: "the newest verification of what the Stage runs", qa: []build.StageOption{build.Runs("f1", running, failed)},
			want: avail.Evidence{There: true, Verification: &running},
		},
		{
			name: "the newest verification of what it ran", qa: []build.StageOption{build.Runs("f2", successful), build.Runs("f1", failed, successful), build.Runs("f1", running)},
			want: avail.Evidence{Verification: &failed, Replaced: true},
		},
		{
			name: "of what it ran last among what was verified at all", qa: []build.StageOption{build.Runs("f2"), build.Runs("f1"), build.Runs("f1", failed)},
			want: avail.Evidence{Verification: &failed, Replaced: true},
		},
		{
			name: "it is there again, and what came of it before does not count", qa: []build.StageOption{build.Runs("f1"), build.Runs("f2"), build.Runs("f1", failed)},
			want: avail.Evidence{There: true},
		},
		{name: "a verification of other Freight", qa: []build.StageOption{build.Runs("f2", failed)}},

		{name: "Healthy needs no word", qa: []build.StageOption{build.Runs("f1"), build.Health("Healthy"), health(at("07:00"))}, want: avail.Evidence{There: true}},
		{name: "no health", qa: []build.StageOption{build.Runs("f1"), health(at("07:00"))}, want: avail.Evidence{There: true}},
		{
			name: "not Healthy", qa: []build.StageOption{build.Runs("f1"), build.Health("Unhealthy", "a pod crashes")},
			want: avail.Evidence{There: true, Health: &kargo.Health{Status: "Unhealthy", Issues: []string{"a pod crashes"}}},
		},
		{
			name: "not Healthy since", qa: []build.StageOption{build.Runs("f1"), build.Health("Unknown"), health(at("07:00"))},
			want: avail.Evidence{There: true, Health: &kargo.Health{Status: "Unknown"}, HealthSince: at("07:00")},
		},
		{name: "not Healthy with other Freight", qa: []build.StageOption{build.Runs("f2"), build.Health("Unhealthy"), health(at("07:00"))}},

		{
			name: "the newest Promotion", promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f1", kargo.PromotionSucceeded, build.PromotedAt(build.At("07:00"))),
				build.Promotion("qa.2", "qa", "f1", kargo.PromotionFailed, build.PromotedAt(build.At("08:00")), build.Says("red")),
				build.Promotion("qa.3", "qa", "f2", kargo.PromotionFailed, build.PromotedAt(build.At("09:00"))),
			},
			want: avail.Evidence{Promotion: &avail.Promotion{Name: "qa.2", Phase: kargo.PromotionFailed, Message: "red"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stage, f := world{
				stages:     []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("qa"))), build.Stage("qa", test.qa...)},
				freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
				promotions: test.promotions,
			}.subject(t)
			if diff := cmp.Diff(test.want, stage.EvidenceAt("qa", f), cmpopts.IgnoreUnexported(avail.Promotion{})); diff != "" {
				t.Errorf("EvidenceAt() (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvidenceAtAStageThatIsGone: the Freight still knows of it.
func TestEvidenceAtAStageThatIsGone(t *testing.T) {
	stage, f := world{
		stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("gone")))},
		freight: []kargo.Freight{build.Freight("f1", "w", build.Soaked("gone", "2h"))},
	}.subject(t)
	if diff := cmp.Diff(avail.Evidence{Verified: true}, stage.EvidenceAt("gone", f)); diff != "" {
		t.Errorf("EvidenceAt() (-want +got):\n%s", diff)
	}
}

func TestMoveIsOpen(t *testing.T) {
	queued, running := build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending), build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning)
	untouched, ended := build.Promotion("qa.1", "qa", "f1", ""), build.Promotion("qa.1", "qa", "f1", kargo.PromotionAborted)
	for _, test := range []struct {
		name       string
		qa         []build.StageOption
		promotions []kargo.Promotion
		want       bool
	}{
		{name: "none"},
		{name: "not looked at", promotions: []kargo.Promotion{untouched}, want: true},
		{name: "queued", promotions: []kargo.Promotion{queued}, want: true},
		{name: "running", promotions: []kargo.Promotion{running}, want: true},
		{name: "ended", promotions: []kargo.Promotion{ended}},
		{name: "admitted by the Stage", qa: []build.StageOption{build.Promoting("qa.1", "f1")}, want: true},
		{name: "the Stage's last", qa: []build.StageOption{build.Promoted("qa.1", "f1", kargo.PromotionSucceeded, "")}},
		{name: "the Stage's last, of which nothing says how it ended", qa: []build.StageOption{build.Promoted("qa.1", "f1", "", "")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world{stages: []kargo.Stage{build.Stage("qa", test.qa...)}, freight: []kargo.Freight{build.Freight("f1", "w")}, promotions: test.promotions}
			stage, f := w.subject(t)
			if got := stage.LastPromotion(f).Open(); got != test.want {
				t.Errorf("Open() = %t, want %t", got, test.want)
			}
		})
	}
}

// TestSatisfiable: which upstreams can still satisfy prod, whatever happens to them.
func TestSatisfiable(t *testing.T) {
	direct := build.Requests("w", build.Direct())
	for _, test := range []struct {
		name    string
		sources []build.SourceOption
		qa      []build.StageOption
		freight []build.FreightOption
		want    []string
	}{
		{name: "one that may have it", qa: []build.StageOption{direct}, want: []string{"qa"}},
		{name: "one that never asks for it", qa: []build.StageOption{build.Requests("x", build.Direct())}},
		{name: "one that never asks for it, and verified it", qa: []build.StageOption{build.Requests("x", build.Direct())}, freight: []build.FreightOption{build.Verified("qa")}, want: []string{"qa"}},
		{name: "one that is being deleted", qa: []build.StageOption{direct, build.Deleting(build.At("11:00"))}},
		{name: "one that is being deleted, and verified it", qa: []build.StageOption{direct, build.Deleting(build.At("11:00"))}, freight: []build.FreightOption{build.Verified("qa")}, want: []string{"qa"}},
		{name: "one without a source", qa: []build.StageOption{build.Requests("w")}},
		{name: "one that waits for this Stage", qa: []build.StageOption{build.Requests("w", build.From("prod"))}},
		{name: "one that runs it", qa: []build.StageOption{build.Requests("w"), build.Runs("f1")}, want: []string{"qa"}},
		{name: "a control-flow Stage", qa: []build.StageOption{direct, build.ControlFlow()}, want: []string{"qa"}},
		{name: "a control-flow Stage in which it had to soak", sources: []build.SourceOption{build.Soak("1h")}, qa: []build.StageOption{direct, build.ControlFlow()}},
		{name: "a Stage in which it has to soak", sources: []build.SourceOption{build.Soak("1h")}, qa: []build.StageOption{direct}, want: []string{"qa"}},
		{
			name:    "names that repeat, this Stage, and one that does not exist",
			sources: []build.SourceOption{build.From("ghost", "qa", "prod", "qa")}, qa: []build.StageOption{direct}, want: []string{"qa"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage, f := world{
				stages: []kargo.Stage{
					build.Stage("prod", build.Requests("w", append([]build.SourceOption{build.From("qa")}, test.sources...)...)), build.Stage("qa", test.qa...),
				},
				freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
				warehouses: []string{"w", "x"},
			}.subject(t)
			got := stage.Satisfiable(f, stage, 0)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Satisfiable() (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSatisfiedAgreesWithBlockers: what is satisfied is satisfiable, and blocks nothing.
func TestSatisfiedAgreesWithBlockers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(s *kargo.Stage, f *kargo.Freight) {
			stage := e.Stage(s.Metadata.Name)
			for _, decision := range stage.Decide(f) {
				var open []string
				satisfiable := stage.Satisfiable(f, stage, decision.Request)
				for _, upstream := range decision.Upstreams {
					switch {
					case !upstream.Satisfied:
						open = append(open, upstream.Stage)
					case !slices.Contains(satisfiable, upstream.Stage):
						t.Errorf("%s, %s: %s is satisfied, satisfiable are %v", s.Metadata.Name, f.Metadata.Name, upstream.Stage, satisfiable)
					}
				}
				var blocking []string
				for _, b := range stage.Blockers(f) {
					if b.Request == decision.Request {
						blocking = append(blocking, b.Stage)
					}
				}
				if blocking != nil && !cmp.Equal(open, blocking) {
					t.Errorf("%s, %s: open are %v, blocking %v", s.Metadata.Name, f.Metadata.Name, open, blocking)
				}
			}
		})
	})
}
