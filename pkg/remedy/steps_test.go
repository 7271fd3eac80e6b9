package remedy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// TestSteps asks about the first Stage and the first piece of Freight.
func TestSteps(t *testing.T) {
	at := build.At
	on := &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{}, AutoPromotionEnabled: true}}}
	prod := func(options ...build.StageOption) kargo.Stage { return build.Stage("prod", options...) }
	direct := func(name string, options ...build.StageOption) kargo.Stage {
		return build.Stage(name, append(options, build.Requests("w", build.Direct()))...)
	}
	from := func(sources ...build.SourceOption) build.StageOption { return build.Requests("w", sources...) }
	f1 := func(options ...build.FreightOption) []kargo.Freight {
		return []kargo.Freight{build.Freight("f1", "w", options...)}
	}
	failed := build.Verification(kargo.VerificationFailed, "")
	const (
		approve     = "Approve prod: makes it available to prod at once, whatever its upstreams say"
		oneIsEnough = "SetStrategy prod: lets one upstream be enough for prod, for all Freight of Warehouse/w from then on"
	)
	mend := func(way string) string { return "Mend prod: it can become available to prod if " + way }
	ghost := mend("a Stage ghost is created")
	tests := []struct {
		name string
		world
		want []string
	}{
		{"it runs there and is verified", world{stages: []kargo.Stage{direct("prod", build.Runs("f1"))}, freight: f1(build.Verified("prod"))}, nil},
		{"it runs there, and its verification is open", world{stages: []kargo.Stage{direct("prod", build.Runs("f1"))}, freight: f1()}, nil},
		{
			"it runs there, and its verification failed",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f1", failed))}, freight: f1()},
			[]string{"Verify prod: reruns the verification of f1 in prod; if that succeeds, it is verified"},
		},
		{
			"the same, and the Stage is not Healthy",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f1", failed), build.Health("Unhealthy"))}, freight: f1()},
			[]string{"Verify prod: reruns the verification of f1 in prod, once it is Healthy; if that succeeds, it is verified"},
		},
		{
			"the same, for the second time",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f1", failed, failed))}, freight: f1()},
			[]string{"Verify prod: reruns the verification of f1 in prod, which has ended the same way 2 times in a row; if that succeeds, it is verified"},
		},
		{
			"it ended otherwise before",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f1", failed, build.Verification(kargo.VerificationFailed, "no such job")))}, freight: f1()},
			[]string{"Verify prod: reruns the verification of f1 in prod; if that succeeds, it is verified"},
		},
		{
			"available, and what runs there is being verified",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f0", build.Verification(kargo.VerificationRunning, "")))}, freight: append(f1(), build.Freight("f0", "w"))},
			[]string{"Promote prod: promotes it to prod, in place of f0, which it runs now; it waits behind the verification of f0, and breaks nothing off"},
		},
		{"available and not there", world{stages: []kargo.Stage{direct("prod")}, freight: f1()}, []string{"Promote prod: promotes it to prod"}},
		{
			"available, and other Freight is there",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f0"))}, freight: append(f1(), build.Freight("f0", "w", func(f *kargo.Freight) { f.Alias = "old-koala" }))},
			[]string{"Promote prod: promotes it to prod, in place of old-koala, which it runs now"},
		},
		{
			"available, and its Promotion is queued",
			world{stages: []kargo.Stage{direct("prod")}, freight: f1(), promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionPending)}},
			[]string{"Wait prod: its Promotion to prod, prod.1, is queued; the command returns when it is there"},
		},
		{
			"available, and its Promotion failed",
			world{stages: []kargo.Stage{direct("prod")}, freight: f1(), promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed)}},
			[]string{"Promote prod: promotes it to prod again (Promotion prod.1 failed)"},
		},
		{
			"available, and its Promotion errored for a reason",
			world{stages: []kargo.Stage{direct("prod", build.Runs("f0"))}, freight: f1(), promotions: []kargo.Promotion{
				build.Promotion("prod.1", "prod", "f1", kargo.PromotionErrored, build.Says("cluster refused")),
			}},
			[]string{"Promote prod: promotes it to prod again, in place of f0, which it runs now (Promotion prod.1 errored)"},
		},
		{"available, and auto-promotion picks it", world{stages: []kargo.Stage{direct("prod")}, freight: f1(), config: on}, []string{
			"Wait prod: auto-promotion promotes it to prod when the Stage is next reconciled, within about five minutes; the command returns when it is there",
			"Promote prod: promotes it to prod",
		}},
		{
			"available, and auto-promotion picks newer Freight",
			world{stages: []kargo.Stage{direct("prod")}, freight: append(f1(), build.Freight("f2", "w")), config: on},
			[]string{"Promote prod: promotes it to prod; as it is not auto-promotion's candidate, this pauses auto-promotion of Warehouse/w to prod, until somebody promotes the candidate"},
		},
		{
			"the same before there were holds",
			world{release: "v1.10.10", stages: []kargo.Stage{direct("prod")}, freight: append(f1(), build.Freight("f2", "w")), config: on},
			[]string{"Promote prod: promotes it to prod"},
		},
		{
			"available, auto-promotion picks it and is on hold",
			world{stages: []kargo.Stage{direct("prod", func(s *kargo.Stage) {
				s.Status.EffectiveAutoPromotionHolds = map[string]kargo.Hold{"Warehouse/w": {FreightName: "f0"}}
			})}, freight: f1(), config: on},
			[]string{"Promote prod: promotes it to prod; as it is auto-promotion's candidate, this ends the hold"},
		},
		{"available, and the Stage is being deleted", world{stages: []kargo.Stage{direct("prod", build.Deleting(at("11:00")))}, freight: f1()}, nil},
		{"not available, and the Stage is being deleted", world{stages: []kargo.Stage{prod(from(build.From("qa")), build.Deleting(at("11:00"))), direct("qa")}, freight: f1()}, nil},
		{
			"a control-flow Stage that has not passed it on",
			world{stages: []kargo.Stage{direct("gate", build.ControlFlow())}, freight: f1()},
			[]string{"Refresh gate: makes the controller of gate look again, and pass the Freight on"},
		},
		{"a control-flow Stage that has", world{stages: []kargo.Stage{direct("gate", build.ControlFlow())}, freight: f1(build.Verified("gate"))}, nil},
		{"a control-flow Stage that admits it and does not list it", world{
			stages: []kargo.Stage{build.Stage("gate", build.ControlFlow(), from(build.From("qa"), build.MatchUpstream())), direct("qa")}, freight: f1(build.Verified("qa")),
		}, nil},

		{
			"nobody promoted it to the upstream",
			world{stages: []kargo.Stage{prod(from(build.From("qa"))), direct("qa", build.Runs("f0"))}, freight: f1()},
			[]string{"Promote qa: promotes it to qa, in place of f0, which it runs now; once it is verified there, it is available to prod", approve},
		},
		{
			"the same with a soak time",
			world{stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), direct("qa")}, freight: f1()},
			[]string{"Promote qa: promotes it to qa; once it is verified there and has soaked there for 1h0m0s, it is available to prod", approve},
		},
		{
			"it left the upstream too early",
			world{stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), direct("qa")}, freight: f1(build.Soaked("qa", "59m"))},
			[]string{"Promote qa: promotes it to qa; once it has soaked there for 1h0m0s, it is available to prod", approve},
		},
		{
			"the same, and the upstream may not have it any more",
			world{stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), build.Stage("qa", from(build.From("dev")), build.Deleting(at("11:00")))}, freight: f1(build.Soaked("qa", "59m"))},
			[]string{mend("prod drops its requiredSoakTime, as the soak cannot be completed upstream any more"), approve},
		},
		{"two upstreams, all", world{stages: []kargo.Stage{prod(from(build.From("qa", "uat"), build.All())), direct("qa"), direct("uat")}, freight: f1()}, []string{
			"Promote qa: promotes it to qa; once it is verified there, prod waits for uat alone",
			"Promote uat: promotes it to uat; once it is verified there, prod waits for qa alone",
			approve,
		}},
		{
			"other Freight is queued before it",
			world{
				stages:     []kargo.Stage{prod(from(build.From("qa"))), direct("qa", build.Runs("f0"))},
				freight:    append(f1(), build.Freight("f0", "w"), build.Freight("f2", "w")),
				promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f2", kargo.PromotionPending)},
			},
			[]string{
				"Promote qa: promotes it to qa, in place of what it runs by then; it waits behind the Promotions that are queued, and breaks nothing off; once it is verified there, it is available to prod",
				approve,
			},
		},
		{
			"two upstreams, all, in one of which it soaks",
			world{
				stages:  []kargo.Stage{prod(from(build.From("qa", "uat"), build.All(), build.Soak("1h"))), direct("qa", build.Runs("f1")), direct("uat")},
				freight: f1(build.Verified("qa"), build.In("qa", at("11:30"))),
			},
			[]string{
				"Wait prod: it soaks in qa until 2024-01-02T12:30:00Z; the command returns when it is available to prod",
				"Promote uat: promotes it to uat; once it is verified there and has soaked there for 1h0m0s, it is available to prod as soon as it has soaked in qa, too",
				approve,
			},
		},
		{
			"two upstreams, all, one of which is satisfied",
			world{stages: []kargo.Stage{prod(from(build.From("qa", "uat"), build.All())), direct("qa"), direct("uat")}, freight: f1(build.Verified("uat"))},
			[]string{"Promote qa: promotes it to qa; once it is verified there, it is available to prod", approve, oneIsEnough},
		},
		{
			"two upstreams, all, one of which does not exist, and the other is satisfied",
			world{stages: []kargo.Stage{prod(from(build.From("qa", "ghost"), build.All())), direct("qa")}, freight: f1(build.Verified("qa"))},
			[]string{ghost, approve, oneIsEnough},
		},
		{
			"two upstreams, all, one of which does not exist",
			world{stages: []kargo.Stage{prod(from(build.From("qa", "ghost"), build.All())), direct("qa")}, freight: f1()},
			[]string{ghost, approve},
		},
		{
			"two upstreams, any, one of which does not exist",
			world{stages: []kargo.Stage{prod(from(build.From("qa", "ghost"))), direct("qa")}, freight: f1()},
			[]string{"Promote qa: promotes it to qa; once it is verified there, it is available to prod", approve},
		},
		{"one upstream is enough for a control-flow Stage", world{
			stages: []kargo.Stage{build.Stage("prod", build.ControlFlow(), from(build.From("qa", "ghost"), build.All())), direct("qa")}, freight: f1(build.Verified("qa")),
		}, []string{
			ghost, approve + "; prod passes it on at its next reconcile, which cannot be undone; to have that now, run: kargo refresh stage --project=p prod",
			oneIsEnough + "; it passes on at once all that one of them has verified, which cannot be undone",
		}},
		{"one upstream is enough, and auto-promotion is on", world{
			stages: []kargo.Stage{prod(from(build.From("qa", "ghost"), build.All())), direct("qa")}, freight: f1(build.Verified("qa")), config: on,
		}, []string{ghost, approve + "; auto-promotion then promotes it when the Stage is next reconciled, within about five minutes", oneIsEnough + "; auto-promotion then promotes it when the Stage is next reconciled, within about five minutes"}},
		{"auto-promotion is on, and never tries it again", world{
			stages: []kargo.Stage{prod(from(build.From("ghost")))}, freight: f1(), config: on,
			promotions: []kargo.Promotion{build.Promotion("prod.1", "prod", "f1", kargo.PromotionErrored)},
		}, []string{ghost, approve + "; auto-promotion does not promote it then: it is not promoted again, as its last Promotion, prod.1, errored"}},
		{"auto-promotion is on, and has newer Freight to pick", world{
			stages: []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa")}, freight: append(f1(), build.Freight("f2", "w", build.Verified("qa"))), config: on,
		}, []string{mend("qa requests Warehouse/w"), approve}},
		{
			"an approval for a Stage that follows an upstream which does not run it",
			world{stages: []kargo.Stage{prod(from(build.From("qa"), build.MatchUpstream())), build.Stage("qa")}, freight: f1()},
			[]string{mend("qa requests Warehouse/w"), approve + "; auto-promotion still leaves it alone, as it is not listed"},
		},

		{
			"its verification upstream failed",
			world{stages: []kargo.Stage{prod(from(build.From("qa"))), direct("qa", build.Runs("f1", failed))}, freight: f1(build.In("qa", at("11:30")))},
			[]string{"Verify qa: reruns the verification of f1 in qa; if that succeeds, it is available to prod", approve},
		},
		{"the same, and it has not soaked", world{
			stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), direct("qa", build.Runs("f1", failed))}, freight: f1(build.In("qa", at("11:01"))),
		}, []string{"Verify qa: reruns the verification of f1 in qa; if that succeeds and it has soaked there for 1h0m0s, it is available to prod", approve}},
		{"the same, and it has soaked", world{
			stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), direct("qa", build.Runs("f1", failed))}, freight: f1(build.In("qa", at("11:00"))),
		}, []string{"Verify qa: reruns the verification of f1 in qa; if that succeeds, it is available to prod", approve}},
		{
			"its verification upstream failed, and it was replaced",
			world{stages: []kargo.Stage{prod(from(build.From("qa"))), direct("qa", build.Runs("f0"), build.Runs("f1", failed))}, freight: f1()},
			[]string{"Promote qa: promotes it to qa, in place of f0, which it runs now; once it is verified there, it is available to prod", approve},
		},

		{
			"it soaks",
			world{stages: []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), direct("qa", build.Runs("f1"))}, freight: f1(build.Verified("qa"), build.In("qa", at("11:30")))},
			[]string{"Wait prod: it soaks in qa until 2024-01-02T12:30:00Z; the command returns when it is available to prod", approve},
		},
		{"it soaks, but what else is needed never comes", world{
			stages:  []kargo.Stage{prod(from(build.From("qa", "ghost"), build.All(), build.Soak("1h"))), direct("qa", build.Runs("f1"))},
			freight: f1(build.Verified("qa"), build.In("qa", at("11:30"))),
		}, []string{ghost, approve}},
		{"something is under way at the far end, and a Stage on the way waits for a person", world{
			stages:     []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("gate"))), build.Stage("gate", build.ControlFlow(), from(build.From("dev"))), direct("dev")},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning)},
		}, []string{
			"Wait prod: it is being promoted to dev; after that it has to be promoted by hand to qa; the command returns when it is available to prod",
			approve,
		}},
		{"the same with auto-promotion", world{
			stages:     []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionPending)},
			config:     on,
		}, []string{
			"Wait prod: its Promotion to dev is queued; the command returns when it is available to prod",
			approve + "; auto-promotion then promotes it when the Stage is next reconciled, within about five minutes",
		}},
		{"auto-promotion on the way does not try again what errored there", world{
			stages:  []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight: f1(),
			promotions: []kargo.Promotion{
				build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning), build.Promotion("qa.1", "qa", "f1", kargo.PromotionErrored),
			},
			config: on,
		}, []string{
			"Wait prod: it is being promoted to dev; after that it has to be promoted by hand to qa (auto-promotion passes over it there); the command returns when it is available to prod",
			approve + "; auto-promotion then promotes it when the Stage is next reconciled, within about five minutes",
		}},
		{"auto-promotion on the way has newer Freight", world{
			stages: []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Created(at("10:00"))), build.Freight("f2", "w", build.Created(at("11:00")), build.Verified("dev")),
			},
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning)},
			config:     on,
		}, []string{
			"Wait prod: it is being promoted to dev; after that it has to be promoted by hand to qa (auto-promotion passes over it there); the command returns when it is available to prod",
			approve + "; auto-promotion then promotes it when the Stage is next reconciled, within about five minutes",
		}},
		{"of two ways the one with fewer Promotions, each Stage after those it needs", world{
			stages: []kargo.Stage{
				prod(from(build.From("x1", "x2"))), build.Stage("x1", from(build.From("qa", "uat"), build.All())), build.Stage("x2", from(build.From("uat", "qa"))),
				build.Stage("qa", from(build.From("dev"))), build.Stage("uat", from(build.From("dev"))), direct("dev"),
			},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning)},
		}, []string{
			"Wait prod: it is being promoted to dev; after that it has to be promoted by hand to uat, x2; the command returns when it is available to prod",
			approve,
		}},
		{"an upstream that needs no hand is enough", world{
			stages:     []kargo.Stage{prod(from(build.From("x1", "dev"))), build.Stage("x1", from(build.From("dev"))), direct("dev")},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning)},
		}, []string{"Wait prod: it is being promoted to dev; the command returns when it is available to prod", approve}},
		{"all of a ladder, of which some are named", world{
			stages: []kargo.Stage{
				prod(from(build.From("a4", "b4"), build.All())),
				build.Stage("a4", from(build.From("a3", "b3"), build.All())), build.Stage("b4", from(build.From("a3", "b3"), build.All())),
				build.Stage("a3", from(build.From("a2", "b2"), build.All())), build.Stage("b3", from(build.From("a2", "b2"), build.All())),
				build.Stage("a2", from(build.From("a1", "b1"), build.All())), build.Stage("b2", from(build.From("a1", "b1"), build.All())),
				build.Stage("a1", from(build.From("dev"))), build.Stage("b1", from(build.From("dev"))), direct("dev"),
			},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning)},
		}, []string{
			"Wait prod: it is being promoted to dev; after that it has to be promoted by hand to a1, b1, a2, b2, a3, b3, and 2 more; the command returns when it is available to prod",
			approve,
		}},
		{"Promotions that could not be read", world{
			stages: []kargo.Stage{prod(from(build.From("qa"))), direct("qa")}, freight: f1(), unread: pipeline.Promotions,
		}, []string{"Promote qa: promotes it to qa, unless a Promotion of it is queued already; once it is verified there, it is available to prod", approve}},
		{"it is verifying, and the other waits to be Healthy", world{
			stages: []kargo.Stage{
				prod(from(build.From("qa", "uat"))), direct("qa", build.Runs("f1", build.Verification(kargo.VerificationRunning, ""))),
				direct("uat", build.Runs("f1"), build.Health("Progressing")),
			},
			freight: f1(),
		}, []string{"Wait prod: qa is verifying it; uat verifies it once the Stage is Healthy; the command returns when it is available to prod", approve}},
		{"a Promotion that Kargo will end, as the Freight is not available there", world{
			stages: []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev"))), direct("dev")}, freight: f1(),
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending)},
		}, []string{"Promote dev: promotes it to dev; once it is verified there, it is available to qa", approve}},

		{"an upstream on the way that leads nowhere, and one that does", world{
			stages: []kargo.Stage{
				prod(from(build.From("qa"))), build.Stage("qa", from(build.From("old", "dev"), build.Soak("1h"))),
				direct("old", build.Deleting(at("11:00"))), direct("dev"),
			},
			freight: f1(build.Soaked("old", "30m")),
		}, []string{"Promote dev: promotes it to dev; once it is verified there and has soaked there for 1h0m0s, it is available to qa", approve}},
		{"a Stage that is met first on a way that leads nowhere", world{
			stages: []kargo.Stage{
				prod(from(build.From("a"))), build.Stage("a", from(build.From("b", "c"))), build.Stage("b", from(build.From("d", "ghost"), build.All())),
				build.Stage("c", from(build.From("d"))), build.Stage("d", from(build.From("e"))), direct("e"),
			},
			freight: f1(),
		}, []string{"Promote e: promotes it to e; once it is verified there, it is available to d", approve}},
		{"it soaks in a Stage that could not have it again", world{
			stages:  []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight: f1(build.Verified("qa"), build.In("qa", at("11:30"))),
		}, []string{"Wait prod: it soaks in qa until 2024-01-02T12:30:00Z; the command returns when it is available to prod", approve}},
		{"its verification failed in a Stage that could not have it again", world{
			stages:  []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev")), build.Runs("f1", failed)), direct("dev")},
			freight: f1(),
		}, []string{"Verify qa: reruns the verification of f1 in qa; if that succeeds, it is available to prod", approve}},
		{"a gate upstream that lists what it would not admit", world{
			stages: []kargo.Stage{
				prod(from(build.From("gate"))), build.Stage("gate", build.ControlFlow(), from(build.From("qa"), build.Soak("1h"))), direct("qa"),
			},
			freight: f1(build.Soaked("qa", "1m"), build.Soaked("dev", "2h")),
		}, []string{"Refresh gate: makes the controller of gate look again, and pass the Freight on", approve}},
		{"an ancestor of two", world{
			stages: []kargo.Stage{
				prod(from(build.From("a", "b"), build.All())), build.Stage("a", from(build.From("c"))), build.Stage("b", from(build.From("c"))), direct("c"),
			},
			freight: f1(),
		}, []string{"Promote c: promotes it to c; once it is verified there, it is available to a", approve}},
		{"it was upstream, and may not go there again as things are", world{
			stages:  []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev")), build.Runs("f0"), build.Runs("f1", failed)), direct("dev")},
			freight: f1(),
		}, []string{"Promote dev: promotes it to dev; once it is verified there, it is available to qa", approve}},
		{"the same, and its Promotion failed", world{
			stages:     []kargo.Stage{prod(from(build.From("qa"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight:    f1(),
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionErrored)},
		}, []string{"Promote dev: promotes it to dev; once it is verified there, it is available to qa", approve}},
		{"the same, and it left too early", world{
			stages:  []kargo.Stage{prod(from(build.From("qa"), build.Soak("1h"))), build.Stage("qa", from(build.From("dev"))), direct("dev")},
			freight: f1(build.Soaked("qa", "59m")),
		}, []string{"Promote dev: promotes it to dev; once it is verified there, it is available to qa", approve}},
		{
			"a gate upstream that has not looked",
			world{stages: []kargo.Stage{prod(from(build.From("gate"))), direct("gate", build.ControlFlow())}, freight: f1()},
			[]string{"Refresh gate: makes the controller of gate look again, and pass the Freight on", approve},
		},
		{
			"a gate upstream, over which a soak is required",
			world{stages: []kargo.Stage{prod(from(build.From("gate"), build.Soak("1h"))), direct("gate", build.ControlFlow())}, freight: f1()},
			[]string{mend("prod drops its requiredSoakTime, as nothing ever soaks in the control-flow Stage gate (kargo#6360)"), approve},
		},

		{"approved, and of an origin that is not requested", world{stages: []kargo.Stage{prod(build.Requests("x", build.Direct()))}, freight: f1(build.Approved("prod"))}, []string{mend("prod requests Warehouse/w")}},
		{
			"of an origin that is not requested, before v1.11.0",
			world{release: "v1.10.10", stages: []kargo.Stage{prod(build.Requests("x", build.Direct()))}, freight: f1()},
			[]string{mend("prod requests Warehouse/w"), approve + "; auto-promotion still leaves it alone, as it is not listed"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := remedy.Advise(test.target(t), test.subject(), remedy.Commands{Kubectl: []string{"kubectl"}}).Steps
			if diff := cmp.Diff(test.want, words(got)); diff != "" {
				t.Errorf("Steps() (-want +got):\n%s", diff)
			}
		})
	}
}

// words writes steps without their commands: "ACTION STAGE: EFFECT".
func words(steps []remedy.Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, string(s.Action)+" "+s.Stage+": "+s.Effect)
	}
	return list
}
