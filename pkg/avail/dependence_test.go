package avail_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// onlyChain returns the world without the Stages that are neither of this name nor
// upstream of it.
func (w world) onlyChain(name string) world {
	chain := []string{name}
	for i := 0; i < len(chain); i++ {
		for _, stage := range w.stages {
			for _, request := range stage.Spec.RequestedFreight {
				if stage.Metadata.Name == chain[i] {
					chain = append(chain, slices.DeleteFunc(slices.Clone(request.Sources.Upstreams()), func(up string) bool { return slices.Contains(chain, up) })...)
				}
			}
		}
	}
	w.stages = slices.DeleteFunc(slices.Clone(w.stages), func(s kargo.Stage) bool { return !slices.Contains(chain, s.Metadata.Name) })
	return w
}

// said is what is said of a piece of Freight at a Stage.
func said(e *avail.Evaluator, name string, f *kargo.Freight) map[string]any {
	s := e.Stage(name)
	all := map[string]any{
		"judgment": s.Judge(f), "blockers": s.Blockers(f), "forecast": s.Forecast(f), "unverified": s.Unverified(f), "turns": s.Turns(f),
		"evidence": s.EvidenceAt(name, f), "last Promotion": s.LastPromotion(f),
	}
	for _, decision := range s.Decide(f) {
		all[fmt.Sprint("decision ", decision.Request)] = decision
		for _, u := range decision.Upstreams {
			upstream := u.Stage
			all["evidence at "+upstream] = s.EvidenceAt(upstream, f)
			if other := s.Other(upstream); other != nil {
				all["forecast at "+upstream] = other.Forecast(f)
			}
		}
		all[fmt.Sprint("satisfiable ", decision.Request)] = s.Satisfiable(f, s, decision.Request)
	}
	return all
}

// Who does not know the other Stages says the same.
func TestPropertyStagesThatAreNotUpstreamDoNotMatter(t *testing.T) {
	fewer := 0
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(append([]string{v11}, dated...), true).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			name := stage.Metadata.Name
			narrow := w.onlyChain(name)
			if len(narrow.stages) == len(w.stages) {
				return
			}
			known := narrow.evaluator(t)
			if known.Stage(name).DependsOnOthers(f) {
				return
			}
			fewer++
			if diff := cmp.Diff(said(e, name, f), said(known, name, f), cmp.AllowUnexported(avail.Promotion{}, avail.Evidence{})); diff != "" {
				t.Errorf("%s, %s: (-with the others +without them):\n%s", name, f.Metadata.Name, diff)
			}
		})
	})
	if fewer == 0 {
		t.Error("no answer does without other Stages")
	}
}

func TestDependsOnOthers(t *testing.T) {
	direct := build.Stage("qa", build.Requests("w", build.Direct()))
	gate := build.Stage("gate", build.ControlFlow(), build.Requests("w", build.From("qa")))
	soaks := func(name string, upstreams ...string) kargo.Stage {
		return build.Stage(name, build.Requests("w", build.From(upstreams...), build.Soak("1h")))
	}
	for name, test := range map[string]struct {
		stages  []kargo.Stage
		freight []build.FreightOption
		release string
		want    bool
	}{
		"no soak":                                 {stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("gate"))), gate, direct}},
		"a soak in a Stage":                       {stages: []kargo.Stage{soaks("prod", "qa"), direct}},
		"a soak that runs":                        {stages: []kargo.Stage{soaks("prod", "qa"), direct}, freight: []build.FreightOption{build.Verified("qa"), build.In("qa", build.At("11:45"))}},
		"a soak in a gate":                        {stages: []kargo.Stage{soaks("prod", "qa", "gate"), gate, direct}, want: true},
		"a soak in a gate, further up":            {stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("uat"))), soaks("uat", "gate"), gate, direct}, want: true},
		"a soak in a gate, before there were any": {stages: []kargo.Stage{soaks("prod", "gate"), gate, direct}, release: v11},
		"a soak in a gate, of other Freight": {stages: []kargo.Stage{
			build.Stage("prod", build.Requests("x", build.From("gate"), build.Soak("1h")), build.Requests("w", build.Direct())), gate, direct,
		}},
		"a soak where there is no Stage":               {stages: []kargo.Stage{soaks("prod", "qa")}},
		"a soak where there is no Stage any more":      {stages: []kargo.Stage{soaks("prod", "qa")}, freight: []build.FreightOption{build.Verified("qa")}, want: true},
		"a soak in a Stage that does not get it again": {stages: []kargo.Stage{soaks("prod", "qa"), build.Stage("qa")}, freight: []build.FreightOption{build.Verified("qa")}, want: true},
		"a soak in a Stage that runs it":               {stages: []kargo.Stage{soaks("prod", "qa"), build.Stage("qa", build.Runs("f"))}, freight: []build.FreightOption{build.Verified("qa")}},
		"a soak in a circle": {
			stages: []kargo.Stage{soaks("prod", "qa"), build.Stage("qa", build.Runs("f"), build.Requests("w", build.From("prod")))}, freight: []build.FreightOption{build.Verified("qa")}, want: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{release: test.release, stages: test.stages, freight: []kargo.Freight{build.Freight("f", "w", test.freight...)}}
			stage, f := w.subject(t)
			if got := stage.DependsOnOthers(f); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
