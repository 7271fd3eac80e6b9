package autopromote_test

import (
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// TestWordsOfProspects asks about the first piece of Freight that is given.
func TestWordsOfProspects(t *testing.T) {
	at := build.At
	on := config(kargo.PromotionPolicy{Stage: "prod", AutoPromotionEnabled: true})
	prod := func(options ...build.StageOption) kargo.Stage {
		return build.Stage("prod", append([]build.StageOption{build.Requests("w", build.From("qa"))}, options...)...)
	}
	follower := build.Stage("prod", build.Requests("w", build.From("qa"), build.MatchUpstream()))
	f1 := build.Freight("f1", "w", build.Created(at("01:00")), build.Verified("qa"), build.In("qa", at("05:00")))
	f2 := build.Freight("f2", "w", build.Created(at("02:00")), build.Verified("qa"), build.In("qa", at("06:00")))
	named := f2
	named.Alias = "lucky-koala"
	unlisted := build.Freight("f3", "w", build.Created(at("03:00")))
	list := func(freight ...kargo.Freight) []kargo.Freight { return freight }
	promotion := func(phase kargo.PromotionPhase) []kargo.Promotion {
		return []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", phase)}
	}
	held := func(hold kargo.Hold) build.StageOption {
		return func(s *kargo.Stage) {
			s.Status.EffectiveAutoPromotionHolds = map[string]kargo.Hold{"Warehouse/w": hold}
		}
	}
	since := at("07:05").In(time.FixedZone("", 3600))

	tests := []struct {
		name    string
		release string
		stage   kargo.Stage
		freight []kargo.Freight
		config  *kargo.ProjectSpec
		moves   []kargo.Promotion
		unread  pipeline.Kinds
		partial bool
		none    bool // no Warehouse
		asked   bool
		want    string
	}{
		{
			name: "a control-flow Stage, even if a policy selects it", stage: prod(build.ControlFlow()), freight: list(f1), config: on,
			want: "does not apply: a control-flow Stage runs nothing, and passes on by itself all Freight that is listed for it",
		},
		{name: "off", stage: prod(), freight: list(f1), want: "off: nothing is promoted to prod automatically"},
		{
			name: "a policy that cannot be understood", stage: prod(), freight: list(f1), config: config(selector("regex:(")), asked: true,
			want: "unknown: promotionPolicies[0] of Project \"p\": error parsing regexp: missing closing ): `(`",
		},
		{
			name: "policies that could not be read", stage: prod(), freight: list(f1), unread: pipeline.Kinds(0).With(pipeline.Policies), asked: true,
			want: "unknown: the promotion policies are not known",
		},
		{
			name: "only one piece of Freight is known", stage: prod(), freight: list(f1), config: on, partial: true, asked: true,
			want: "on: which Freight is picked is not known",
		},
		{
			name: "the listing fails", stage: prod(), freight: list(f1), config: on, none: true, asked: true,
			want: "on: nothing is promoted, as the Stage's listing fails: Warehouse \"w\" not found in namespace \"p\"",
		},
		{
			name: "the origin is not requested", release: "v1.10.10", stage: prod(), freight: list(build.Freight("g1", "x", build.Approved("prod")), f1), config: on, asked: true,
			want: "on: it never picks this Freight, as prod does not request Warehouse/x",
		},
		{
			name: "several match the upstream", stage: follower, freight: list(f1, f2), config: on, asked: true,
			want: "on: nothing of Warehouse/w is promoted, as several pieces of Freight match the upstream",
		},
		{
			name: "none is listed", stage: prod(), freight: list(unlisted), config: on, asked: true,
			want: "on: nothing of Warehouse/w is listed",
		},
		{
			name: "another is newer", stage: prod(), freight: list(f1, f2), config: on, asked: true,
			want: "on: the candidate is f2: it is promoted when the Stage is next reconciled, within about five minutes; this Freight is older",
		},
		{
			name: "another is newer, and has an alias", stage: prod(), freight: list(f1, named), config: on, asked: true,
			want: "on: the candidate is lucky-koala: it is promoted when the Stage is next reconciled, within about five minutes; this Freight is older",
		},
		{
			name: "it is not listed, and an older one is", stage: prod(), freight: list(unlisted, f1), config: on, asked: true,
			want: "on: the candidate is f1: it is promoted when the Stage is next reconciled, within about five minutes; this Freight is not listed",
		},
		{
			name: "nothing is in the way", stage: prod(), freight: list(f1), config: on, asked: true,
			want: "on: this Freight is its candidate; it is promoted when the Stage is next reconciled, within about five minutes",
		},
		{
			name: "listed and not available", stage: build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("9h"))),
			freight: list(build.Freight("f1", "w", build.Verified("qa"), build.Soaked("dev", "9h"))), config: on, asked: true,
			want: "on: this Freight is its candidate; Kargo refuses its Promotion, as it is listed but not available",
		},
		{
			name: "the Stage runs it", stage: prod(build.Runs("f1")), freight: list(f1), config: on, asked: true,
			want: "on: this Freight is its candidate; the Stage already runs it",
		},
		{
			name: "on hold", stage: prod(held(kargo.Hold{})), freight: list(f1), config: on, asked: true,
			want: "on: this Freight is its candidate; nothing is promoted, as auto-promotion of Warehouse/w is on hold",
		},
		{
			name: "on hold by somebody since some time", stage: prod(held(kargo.Hold{Actor: "email:jane@example.com", CreatedAt: &since})), freight: list(f1), config: on, asked: true,
			want: "on: this Freight is its candidate; nothing is promoted, as auto-promotion of Warehouse/w is on hold by email:jane@example.com since 2024-01-02T07:05:00Z",
		},
		{
			name: "on hold, and another is newer and there", stage: prod(held(kargo.Hold{}), build.Runs("f2")), freight: list(f1, f2), config: on, asked: true,
			want: "on: the candidate is f2: the Stage already runs it; this Freight is older",
		},
		{
			name: "on hold, and refused", stage: build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("9h")), held(kargo.Hold{})),
			freight: list(build.Freight("f1", "w", build.Verified("qa"), build.Soaked("dev", "9h"))), config: on, asked: true,
			want: "on: this Freight is its candidate; nothing is promoted, as auto-promotion of Warehouse/w is on hold",
		},
		{
			name: "another is newer, and the Stage runs it", stage: prod(build.Runs("f2")), freight: list(f1, f2), config: on, asked: true,
			want: "on: the candidate is f2: the Stage already runs it; this Freight is older",
		},
		{
			name: "it is not listed, and the Stage runs an older one, which is", stage: prod(build.Runs("f1")), freight: list(unlisted, f1), config: on, asked: true,
			want: "on: the candidate is f1: the Stage already runs it; this Freight is not listed",
		},
		{
			name: "Promotions could not be read, and it is refused", stage: build.Stage("prod", build.Requests("w", build.From("qa"), build.Soak("9h"))),
			freight: list(build.Freight("f1", "w", build.Verified("qa"), build.Soaked("dev", "9h"))), config: on, asked: true, unread: pipeline.Kinds(0).With(pipeline.Promotions),
			want: "on: this Freight is its candidate; Kargo refuses its Promotion, as it is listed but not available",
		},
		{
			name: "its Promotion is under way", stage: prod(), freight: list(f1), config: on, moves: promotion(kargo.PromotionPending), asked: true,
			want: "on: this Freight is its candidate; its Promotion prod.1 is queued",
		},
		{
			name: "its Promotion has succeeded", stage: prod(), freight: list(f1), config: on, moves: promotion(kargo.PromotionSucceeded), asked: true,
			want: "on: this Freight is its candidate; its Promotion prod.1 has just succeeded",
		},
		{
			name: "its Promotion did not succeed", stage: prod(), freight: list(f1), config: on, moves: promotion(kargo.PromotionAborted), asked: true,
			want: "on: this Freight is its candidate; it is not promoted again, as its last Promotion, prod.1, was aborted",
		},
		{
			name: "there was a Promotion, up to v1.10", release: "v1.10.10", stage: prod(), freight: list(f1), config: on, moves: promotion(kargo.PromotionSucceeded), asked: true,
			want: "on: this Freight is its candidate; it is not promoted, as there has been a Promotion of it, prod.1",
		},
		{
			name: "Promotions could not be read", stage: prod(), freight: list(f1), config: on, unread: pipeline.Kinds(0).With(pipeline.Promotions), asked: true,
			want: "on: this Freight is its candidate; whether it is promoted is unknown, as its Promotions or the policies could not be read",
		},
		{
			name: "Kargo looks at any Promotion", release: "v1.10.10", stage: follower, freight: list(f1), config: on, asked: true,
			moves: append(promotion(kargo.PromotionFailed), build.Promotion("prod.2", "prod", "f1", kargo.PromotionSucceeded)),
			want:  "on: this Freight is its candidate; whether it is promoted again is open: some of its Promotions did not succeed, and Kargo looks at any one of them",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := rules(t, test.release)
			objects := pipeline.Objects{
				Project: "p", Stages: []kargo.Stage{test.stage}, Freight: test.freight, Warehouses: []string{"w"},
				Promotions: test.moves, Config: test.config, Unread: test.unread, Partial: test.partial,
			}
			if test.none {
				objects.Warehouses = nil
			}
			stage := avail.New(pipeline.New(objects, r.ByDiscovery()), r, build.Noon()).Stage("prod")
			got := autopromote.ProspectOf(stage, &test.freight[0])
			if got.Words != test.want {
				t.Errorf("Words:\n got %s\nwant %s", got.Words, test.want)
			}
			if got.Asked != test.asked {
				t.Errorf("Asked = %t, want %t", got.Asked, test.asked)
			}
			if !got.Asked && got.Guard != (autopromote.Guard{}) {
				t.Errorf("Guard = %+v, though nobody asks", got.Guard)
			}
		})
	}
}
