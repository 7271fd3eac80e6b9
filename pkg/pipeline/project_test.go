package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestFreightIsOrderedNewestFirst(t *testing.T) {
	at := build.At
	tests := []struct {
		name        string
		freight     []kargo.Freight
		byDiscovery []string
		byCreation  []string
	}{
		{
			"discovery differs from creation",
			[]kargo.Freight{
				build.Freight("a", "w", build.Discovered(at("09:00")), build.Created(at("11:00"))),
				build.Freight("b", "w", build.Discovered(at("10:00")), build.Created(at("10:30"))),
			},
			[]string{"b", "a"},
			[]string{"a", "b"},
		},
		{
			"creation stands in for a discovery that nobody wrote down",
			[]kargo.Freight{
				build.Freight("a", "w", build.Discovered(at("09:00")), build.Created(at("09:00"))),
				build.Freight("b", "w", build.Created(at("10:00"))),
				build.Freight("c", "w", build.Discovered(at("11:00"))),
			},
			[]string{"c", "b", "a"},
			[]string{"b", "a", "c"},
		},
		{
			"Freight without any time comes last",
			[]kargo.Freight{
				build.Freight("z", "w"),
				build.Freight("a", "w", build.Created(at("00:01"))),
				build.Freight("y", "w"),
			},
			[]string{"a", "z", "y"},
			[]string{"a", "z", "y"},
		},
		{
			"ties go by name, descending",
			[]kargo.Freight{
				build.Freight("b", "w", build.Discovered(at("09:00")), build.Created(at("09:00"))),
				build.Freight("c", "w", build.Created(at("09:00"))),
				build.Freight("a", "w", build.Discovered(at("09:00").In(time.FixedZone("", 3600))), build.Created(at("09:00"))),
			},
			[]string{"c", "b", "a"},
			[]string{"c", "b", "a"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range test.freight {
				test.freight = append(test.freight[1:], test.freight[0])
				objects := pipeline.Objects{Freight: test.freight}
				if diff := cmp.Diff(test.byDiscovery, freightNames(pipeline.New(objects, true).Freight())); diff != "" {
					t.Errorf("by discovery (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.byCreation, freightNames(pipeline.New(objects, false).Freight())); diff != "" {
					t.Errorf("by creation (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestDiscoveredAt(t *testing.T) {
	both := build.Freight("a", "w", build.Discovered(build.At("09:00")), build.Created(build.At("11:00")))
	created := build.Freight("b", "w", build.Created(build.At("11:00")))
	none := build.Freight("c", "w")
	modern, older := pipeline.New(pipeline.Objects{}, true), pipeline.New(pipeline.Objects{}, false)
	tests := []struct {
		name    string
		project *pipeline.Project
		freight kargo.Freight
		want    time.Time
	}{
		{"the discovery, from v1.11.0", modern, both, build.At("09:00")},
		{"the creation, before", older, both, build.At("11:00")},
		{"the creation, where there is no discovery", modern, created, build.At("11:00")},
		{"none", modern, none, time.Time{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.project.DiscoveredAt(&test.freight)); diff != "" {
				t.Errorf("DiscoveredAt() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFreightFor(t *testing.T) {
	at := build.At
	objects := pipeline.Objects{Freight: []kargo.Freight{
		build.Freight("w1", "w", build.Created(at("01:00"))),
		build.Freight("w2", "w", build.Created(at("04:00")), build.Approved("prod", "qa")),
		build.Freight("x1", "x", build.Created(at("02:00"))),
		build.Freight("x2", "x", build.Created(at("05:00")), build.Approved("qa")),
		build.Freight("y1", "y", build.Created(at("03:00")), build.Approved("prod")),
		build.Freight("y2", "y", build.Created(at("06:00"))),
	}}
	tests := []struct {
		name  string
		stage kargo.Stage
		want  []string
	}{
		{"one origin", build.Stage("dev", build.Requests("w", build.Direct())), []string{"w2", "w1"}},
		{"several origins are merged by time", build.Stage("dev", build.Requests("x"), build.Requests("w")), []string{"x2", "w2", "x1", "w1"}},
		{"Freight approved for the Stage joins, though its origin is not requested", build.Stage("prod", build.Requests("w")), []string{"w2", "y1", "w1"}},
		{"approved Freight of a requested origin is there once", build.Stage("qa", build.Requests("w"), build.Requests("x")), []string{"x2", "w2", "x1", "w1"}},
		{"an origin that is requested twice counts once", build.Stage("dev", build.Requests("w", build.Direct()), build.Requests("w", build.From("qa"))), []string{"w2", "w1"}},
		{"an origin without Freight", build.Stage("dev", build.Requests("z")), nil},
		{"no request, and Freight that is approved", build.Stage("prod"), []string{"w2", "y1"}},
		{"no request, and none", build.Stage("dev"), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := pipeline.New(objects, true)
			if diff := cmp.Diff(test.want, freightNames(p.FreightFor(&test.stage))); diff != "" {
				t.Errorf("FreightFor() (-want +got):\n%s", diff)
			}
			// What it returned is the Project's, and asking does not change it.
			if diff := cmp.Diff([]string{"y2", "x2", "w2", "y1", "x1", "w1"}, freightNames(p.Freight())); diff != "" {
				t.Errorf("Freight() afterwards (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"w2", "w1"}, freightNames(p.FreightFrom(build.Origin("w")))); diff != "" {
				t.Errorf("FreightFrom(w) afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	stage := build.Stage("prod",
		build.Requests("x"), build.Requests("w", build.Direct()), build.Requests("x", build.From("qa")), build.Requests("a"))
	want := []kargo.Origin{build.Origin("x"), build.Origin("w"), build.Origin("a")}
	if diff := cmp.Diff(want, pipeline.Origins(&stage)); diff != "" {
		t.Errorf("Origins() (-want +got):\n%s", diff)
	}
}

func TestLookups(t *testing.T) {
	p := pipeline.New(pipeline.Objects{
		Project:    "p",
		Stages:     []kargo.Stage{build.Stage("dev")},
		Warehouses: []string{"w"},
		Unread:     pipeline.Kinds(0).With(pipeline.Promotions),
	}, true)
	if p.Name != "p" {
		t.Errorf("Name = %q, want p", p.Name)
	}
	if s := p.Stage("dev"); s == nil || s.Metadata.Name != "dev" {
		t.Errorf("Stage(dev) = %v", s)
	}
	if s := p.Stage("prod"); s != nil {
		t.Errorf("Stage of an unknown name = %v, want nil", s)
	}
	for name, want := range map[string]bool{"w": true, "x": false, "": false} {
		if got := p.HasWarehouse(name); got != want {
			t.Errorf("HasWarehouse(%q) = %t, want %t", name, got, want)
		}
	}
	for kind, want := range map[pipeline.Kind]bool{
		pipeline.Promotions: true, pipeline.Freight: false, pipeline.Warehouses: false, pipeline.Policies: false,
	} {
		if got := p.Unread(kind); got != want {
			t.Errorf("Unread(%d) = %t, want %t", kind, got, want)
		}
	}
}

func TestKinds(t *testing.T) {
	all := []pipeline.Kind{pipeline.Freight, pipeline.Warehouses, pipeline.Promotions, pipeline.Policies}
	for _, added := range all {
		kinds := pipeline.Kinds(0).With(added)
		for _, asked := range all {
			if got, want := kinds.Has(asked), asked == added; got != want {
				t.Errorf("a set of kind %d has kind %d: %t, want %t", added, asked, got, want)
			}
		}
		if again := kinds.With(added); again != kinds {
			t.Errorf("adding kind %d again changed the set", added)
		}
	}
}

func TestPromotionsAreNewestFirst(t *testing.T) {
	at := build.At
	resolved := build.Promotion("prod.6", "prod", "", kargo.PromotionRunning)
	resolved.Status.Freight = &kargo.FreightRef{Name: "f1"}
	promotions := []kargo.Promotion{
		build.Promotion("prod.1", "prod", "f1", kargo.PromotionFailed, build.PromotedAt(at("03:00"))),
		build.Promotion("prod.2", "prod", "f1", kargo.PromotionFailed, build.PromotedAt(at("01:00"))),
		build.Promotion("prod.3", "prod", "f1", kargo.PromotionFailed, build.PromotedAt(at("03:00"))),
		build.Promotion("prod.4", "prod", "f1", kargo.PromotionFailed),
		build.Promotion("prod.5", "prod", "f2", kargo.PromotionFailed, build.PromotedAt(at("09:00"))),
		resolved,
		build.Promotion("qa.1", "qa", "f1", kargo.PromotionFailed, build.PromotedAt(at("09:00"))),
		build.Promotion("qa.2", "qa", "", kargo.PromotionPending),
	}
	for range promotions {
		promotions = append(promotions[1:], promotions[0])
		p := pipeline.New(pipeline.Objects{Promotions: promotions}, true)
		var got []string
		for _, promotion := range p.Promotions("prod", "f1") {
			got = append(got, promotion.Metadata.Name)
		}
		// By creation, and by name (which Kargo makes in the order of creation) where
		// that does not tell.
		if diff := cmp.Diff([]string{"prod.3", "prod.1", "prod.2", "prod.6", "prod.4"}, got); diff != "" {
			t.Errorf("Promotions(prod, f1) (-want +got):\n%s", diff)
		}
		if got := p.Promotions("qa", "f2"); len(got) != 0 {
			t.Errorf("Promotions(qa, f2) = %v, want none", got)
		}
	}
}

func TestNewKeepsItsHandsOffItsInput(t *testing.T) {
	input := func() pipeline.Objects {
		return pipeline.Objects{
			Project: "p",
			Stages: []kargo.Stage{
				build.Stage("prod", build.Requests("x", build.From("qa")), build.Requests("w", build.Direct(), build.From("qa", "qa"))),
				build.Stage("qa", build.Requests("w", build.From("prod")), build.Runs("f2"), build.Runs("f1")),
			},
			Freight: []kargo.Freight{
				build.Freight("f1", "w", build.Created(build.At("01:00")), build.Verified("qa"), build.In("qa", build.At("02:00"))),
				build.Freight("f2", "w", build.Created(build.At("02:00")), build.Approved("prod")),
				build.Freight("g1", "y", build.Created(build.At("01:30")), build.Approved("prod")),
			},
			Warehouses: []string{"x", "w"},
			Promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f1", kargo.PromotionSucceeded),
				build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending),
			},
			Config: &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{Stage: "qa", AutoPromotionEnabled: true}}},
		}
	}
	given := input()
	p := pipeline.New(given, true)
	p.FreightFor(p.Stage("prod"))
	given.Newest()
	if diff := cmp.Diff(input(), given); diff != "" {
		t.Errorf("the objects afterwards (-before +after):\n%s", diff)
	}
	// It refers to them, and copies none of them.
	if !slices.Contains(p.Stages, &given.Stages[0]) || !slices.Contains(p.Freight(), &given.Freight[0]) {
		t.Error("New copied the objects")
	}
}

func freightNames(freight []*kargo.Freight) []string {
	var names []string
	for _, f := range freight {
		names = append(names, f.Metadata.Name)
	}
	return names
}
