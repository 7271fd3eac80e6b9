package autopromote_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// candidates are the names of the Freight by Warehouse; nil where they are unknown.
type candidates map[string]string

func TestCandidates(t *testing.T) {
	at := build.At
	verified := func(name string, at string, options ...build.FreightOption) kargo.Freight {
		return build.Freight(name, "w", append(options, build.Created(build.At(at)), build.Verified("qa"))...)
	}
	prod := func(sources ...build.SourceOption) kargo.Stage {
		return build.Stage("prod", build.Requests("w", sources...))
	}
	tests := []struct {
		name    string
		release string
		stage   kargo.Stage
		freight []kargo.Freight
		unread  pipeline.Kinds
		partial bool
		// configured, any and all are the candidates under the three semantics; any and
		// all are those as configured where they are not given.
		configured, any, all candidates
	}{
		{
			name:       "the newest that is listed, not the newest there is",
			stage:      prod(build.From("qa")),
			freight:    []kargo.Freight{verified("f1", "01:00"), verified("f2", "02:00"), build.Freight("f3", "w", build.Created(at("03:00")))},
			configured: candidates{"w": "f2"},
		},
		{
			name:       "none where nothing is listed",
			stage:      prod(build.From("uat")),
			freight:    []kargo.Freight{verified("f1", "01:00")},
			configured: candidates{},
		},
		{
			name:       "none where nothing is requested",
			stage:      build.Stage("prod"),
			freight:    []kargo.Freight{verified("f1", "01:00", build.Approved("prod"))},
			configured: candidates{},
		},
		{
			name:  "one by one for each semantics",
			stage: prod(build.From("qa", "uat")),
			freight: []kargo.Freight{
				verified("f1", "01:00", build.Verified("uat")), verified("f2", "02:00"),
			},
			configured: candidates{"w": "f2"}, any: candidates{"w": "f2"}, all: candidates{"w": "f1"},
		},
		{
			name:  "one by one for each origin",
			stage: build.Stage("prod", build.Requests("x", build.Direct()), build.Requests("w", build.From("qa"))),
			freight: []kargo.Freight{
				verified("f1", "01:00"), build.Freight("g1", "x", build.Created(at("02:00"))), build.Freight("h1", "y", build.Created(at("03:00"))),
			},
			configured: candidates{"w": "f1", "x": "g1"},
		},
		{
			name:       "ties go to the greatest name",
			stage:      prod(build.From("qa")),
			freight:    []kargo.Freight{verified("f1", "01:00"), verified("f3", "01:00"), verified("f2", "01:00")},
			configured: candidates{"w": "f3"},
		},
		{
			name:  "from v1.11.0 on the newest is what was discovered last",
			stage: prod(build.From("qa")), release: "v1.11.0",
			freight: []kargo.Freight{
				verified("f1", "01:00", build.Discovered(at("04:00"))), verified("f2", "03:00"), verified("f3", "05:00", build.Discovered(at("02:00"))),
			},
			configured: candidates{"w": "f1"},
		},
		{
			name:  "before, it is what was created last",
			stage: prod(build.From("qa")), release: "v1.10.10",
			freight: []kargo.Freight{
				verified("f1", "01:00", build.Discovered(at("04:00"))), verified("f2", "03:00"), verified("f3", "05:00", build.Discovered(at("02:00"))),
			},
			configured: candidates{"w": "f3"},
		},
		{
			name:  "what is listed and would be refused is picked all the same",
			stage: prod(build.From("qa"), build.Soak("1h")),
			freight: []kargo.Freight{
				build.Freight("f1", "w", build.Created(at("01:00")), build.Soaked("qa", "2h")),
				verified("f2", "02:00", build.Soaked("dev", "2h")),
			},
			configured: candidates{"w": "f2"}, any: candidates{"w": "f2"}, all: candidates{"w": "f1"},
		},
		{
			name:       "Freight that is approved for the Stage, of an origin that it does not request, is not picked",
			release:    "v1.10.10",
			stage:      prod(build.From("qa")),
			freight:    []kargo.Freight{build.Freight("g1", "x", build.Approved("prod"))},
			configured: candidates{},
		},

		{
			name:       "MatchUpstream: none, where the upstream runs none",
			stage:      prod(build.From("qa"), build.MatchUpstream()),
			freight:    []kargo.Freight{verified("f1", "01:00"), verified("f2", "02:00")},
			configured: candidates{},
		},
		{
			name:       "MatchUpstream: what the upstream runs, though it is older",
			stage:      prod(build.From("qa"), build.MatchUpstream()),
			freight:    []kargo.Freight{verified("f1", "01:00", build.In("qa", at("05:00"))), verified("f2", "02:00")},
			configured: candidates{"w": "f1"},
		},
		{
			name:       "MatchUpstream: not what the upstream runs and has not verified",
			stage:      prod(build.From("qa"), build.MatchUpstream()),
			freight:    []kargo.Freight{build.Freight("f1", "w", build.In("qa", at("05:00")))},
			configured: candidates{},
		},
		{
			name:  "MatchUpstream: none, where there are two",
			stage: prod(build.From("qa"), build.MatchUpstream()),
			freight: []kargo.Freight{
				verified("f1", "01:00", build.In("qa", at("05:00"))), verified("f2", "02:00", build.In("qa", at("06:00"))),
			},
			configured: candidates{},
		},
		{
			name: "MatchUpstream: the other origin is not touched by that",
			stage: build.Stage("prod",
				build.Requests("w", build.From("qa"), build.MatchUpstream()), build.Requests("x", build.Direct())),
			freight: []kargo.Freight{
				verified("f1", "01:00", build.In("qa", at("05:00"))), verified("f2", "02:00", build.In("qa", at("06:00"))),
				build.Freight("g1", "x"), build.Freight("g2", "x"),
			},
			configured: candidates{"x": "g2"},
		},
		{
			name:  "MatchUpstream: two under any, one under all",
			stage: prod(build.From("qa", "uat"), build.MatchUpstream()),
			freight: []kargo.Freight{
				verified("f1", "01:00", build.In("qa", at("05:00")), build.Verified("uat")), verified("f2", "02:00", build.In("qa", at("06:00"))),
			},
			configured: candidates{}, any: candidates{}, all: candidates{"w": "f1"},
		},
		{
			name:    "MatchUpstream: before v1.8.0 the newest",
			release: "v1.7.10",
			stage:   prod(build.From("qa"), build.MatchUpstream()),
			freight: []kargo.Freight{
				verified("f1", "01:00", build.In("qa", at("05:00"))), verified("f2", "02:00"),
			},
			configured: candidates{"w": "f2"},
		},

		{
			name:       "none, where the listing fails",
			stage:      build.Stage("prod", build.Requests("w", build.From("qa")), build.Requests("v", build.Direct())),
			freight:    []kargo.Freight{verified("f1", "01:00")},
			configured: candidates{},
		},
		{
			name:       "none, where the listing fails as configured, and one where it does not",
			stage:      prod(build.From("qa"), build.Strategy("Most")),
			freight:    []kargo.Freight{verified("f1", "01:00")},
			configured: candidates{}, any: candidates{"w": "f1"}, all: candidates{"w": "f1"},
		},
		{
			name:    "unknown, where Warehouses could not be read",
			stage:   prod(build.From("qa")),
			freight: []kargo.Freight{verified("f1", "01:00")},
			unread:  pipeline.Kinds(0).With(pipeline.Warehouses),
		},
		{
			name:   "unknown, where Freight could not be read",
			stage:  prod(build.From("qa")),
			unread: pipeline.Kinds(0).With(pipeline.Freight),
		},
		{
			name:    "unknown, where only one piece of Freight was read",
			stage:   prod(build.From("qa")),
			freight: []kargo.Freight{verified("f1", "01:00")},
			partial: true,
		},
		{
			name:       "none, where the listing fails whatever the Freight",
			stage:      build.Stage("prod", build.Requests("w", build.From("qa")), build.Requests("v", build.Direct())),
			freight:    []kargo.Freight{verified("f1", "01:00")},
			partial:    true,
			configured: candidates{},
		},
		{
			name:       "none, where the listing fails whatever the Warehouses",
			stage:      prod(build.From("qa"), build.Strategy("Most")),
			freight:    []kargo.Freight{verified("f1", "01:00")},
			unread:     pipeline.Kinds(0).With(pipeline.Warehouses),
			configured: candidates{}, any: nil, all: nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.any == nil && test.all == nil && test.unread == 0 {
				test.any, test.all = test.configured, test.configured
			}
			r := rules(t, test.release)
			p := pipeline.New(pipeline.Objects{
				Project: "p", Stages: []kargo.Stage{test.stage}, Freight: test.freight, Warehouses: []string{"w", "x"}, Unread: test.unread, Partial: test.partial,
			}, r.ByDiscovery())
			stage := avail.New(p, r, build.Noon()).Stage("prod")
			for i, want := range []candidates{test.configured, test.any, test.all} {
				semantics := avail.EverySemantics()[i]
				if diff := cmp.Diff(want, names(autopromote.Candidates(stage, semantics))); diff != "" {
					t.Errorf("Candidates(%s) (-want +got):\n%s", semantics, diff)
				}
			}
		})
	}
}

// names keeps nil, which is unknown, apart from empty, which is none.
func names(byOrigin map[kargo.Origin]*kargo.Freight) candidates {
	if byOrigin == nil {
		return nil
	}
	names := candidates{}
	for origin, f := range byOrigin {
		names[origin.Name] = f.Metadata.Name
	}
	return names
}

func TestHeld(t *testing.T) {
	hold := map[string]kargo.Hold{"Warehouse/x": {FreightName: "g1"}, "Warehouse/w": {FreightName: "f1"}}
	other := map[string]kargo.Hold{"Warehouse/y": {}}
	status := func(holds, effective map[string]kargo.Hold) build.StageOption {
		return func(s *kargo.Stage) {
			s.Status.AutoPromotionHolds, s.Status.EffectiveAutoPromotionHolds = holds, effective
		}
	}
	tests := []struct {
		name    string
		release string
		stage   kargo.Stage
		want    []string
	}{
		{"no hold", "v1.11.2", build.Stage("prod"), nil},
		{"from v1.11.1 on the effective holds, in order", "v1.11.1", build.Stage("prod", status(other, hold)), []string{"Warehouse/w", "Warehouse/x"}},
		{"from v1.11.1 on only these: their absence means none", "v1.11.2", build.Stage("prod", status(hold, nil)), nil},
		{"the newest rules, where the release is unknown", "", build.Stage("prod", status(other, hold)), []string{"Warehouse/w", "Warehouse/x"}},
		{"on v1.11.0 the others", "v1.11.0", build.Stage("prod", status(hold, other)), []string{"Warehouse/w", "Warehouse/x"}},
		{"before, there were none to read", "v1.10.10", build.Stage("prod", status(hold, other)), nil},
		{"a control-flow Stage is never held", "v1.11.2", build.Stage("gate", build.ControlFlow(), status(hold, hold)), nil},
		{"a control-flow Stage is never held on v1.11.0 either", "v1.11.0", build.Stage("gate", build.ControlFlow(), status(hold, hold)), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := autopromote.HeldOrigins(&test.stage, rules(t, test.release))
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Held() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAskingModifiesNothing(t *testing.T) {
	objects := func() pipeline.Objects {
		return pipeline.Objects{
			Stages: []kargo.Stage{build.Stage("prod", build.Labels(map[string]string{"tier": "high"}),
				build.Requests("w", build.From("qa"), build.MatchUpstream()), build.Requests("x", build.Direct()))},
			Freight: []kargo.Freight{
				build.Freight("f1", "w", build.Verified("qa"), build.In("qa", build.At("05:00"))), build.Freight("g1", "x"), build.Freight("g2", "x"),
			},
			Warehouses: []string{"w", "x"},
			Config: config(kargo.PromotionPolicy{StageSelector: &kargo.StageSelector{
				Name: "glob:*", MatchLabels: map[string]string{"tier": "low"},
			}}, selector("prod")),
		}
	}
	given := objects()
	p := pipeline.New(given, true)
	r := rules(t, "")
	stage := avail.New(p, r, build.Noon()).Stage("prod")
	if _, err := autopromote.SwitchOf(p, stage.Stage, r); err != nil {
		t.Fatal(err)
	}
	for _, semantics := range avail.EverySemantics() {
		autopromote.Candidates(stage, semantics)
	}
	autopromote.HeldOrigins(stage.Stage, r)
	if diff := cmp.Diff(objects(), given); diff != "" {
		t.Errorf("the objects (-before +after):\n%s", diff)
	}
}
