package avail_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// A quorum of one is any and one of all distinct upstreams is all, for the check and,
// without a soak time, for the listing; what is configured otherwise does not count.
func TestPropertyQuorumsLieBetweenAnyAndAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(exact, false).Draw(t, "world")
		e := w.evaluator(t)
		w.subjects(func(stage *kargo.Stage, f *kargo.Freight) {
			n, request := requestsOf(stage, f)
			if n != 1 || len(request.Sources.Stages) == 0 {
				return
			}
			plain := e.Stage(stage.Metadata.Name).Judge(f)
			upstreams := len(request.Sources.Upstreams())
			admitted := 0
			for quorum := 1; quorum <= upstreams; quorum++ {
				rules := e.Rules().WithQuorums(map[*kargo.Request]int{request: quorum})
				got := avail.New(e.Project(), rules, w.clock()).Stage(stage.Metadata.Name).Judge(f)
				for _, semantics := range []avail.Semantics{avail.Any, avail.All} {
					if got.Available[semantics] != plain.Available[semantics] || got.Listed[semantics] != plain.Listed[semantics] {
						t.Errorf("%s, %s: a quorum changes what %s says", stage.Metadata.Name, f.Metadata.Name, semantics)
					}
				}
				if quorum == 1 {
					expect(t, e.Stage(stage.Metadata.Name), f, got, plain, avail.Any, request)
				}
				if quorum == upstreams {
					expect(t, e.Stage(stage.Metadata.Name), f, got, plain, avail.All, request)
				}
				if got.Available[avail.Configured] {
					admitted++
				}
				if got.Available[avail.Configured] != (admitted == quorum) {
					t.Errorf("%s, %s: what %d of the upstreams satisfy, fewer do not", stage.Metadata.Name, f.Metadata.Name, quorum)
				}
			}
		})
	})
}

func expect(t *rapid.T, stage *avail.Stage, f *kargo.Freight, got, plain avail.Judgment, as avail.Semantics, request *kargo.Request) {
	t.Helper()
	if got.Available[avail.Configured] != plain.Available[as] {
		t.Errorf("%s, %s: available = %t, want what %s says", stage.Metadata.Name, f.Metadata.Name, got.Available[avail.Configured], as)
	}
	works := stage.ListError(avail.Configured) == "" && stage.ListError(as) == ""
	if works && request.Sources.RequiredSoakTime == nil && got.Listed[avail.Configured] != plain.Listed[as] {
		t.Errorf("%s, %s: listed = %d, want what %s says", stage.Metadata.Name, f.Metadata.Name, got.Listed[avail.Configured], as)
	}
}

// A quorum is of upstreams in which Freight has soaked, for the listing as well, which
// Kargo's rules do not all ask for.
func TestQuorums(t *testing.T) {
	for _, test := range []struct {
		name    string
		quorum  int
		freight kargo.Freight
		want    string // as configured: the check, then the listing
	}{
		{"enough soaked", 2, build.Freight("f", "w", build.Soaked("a", "1h"), build.Soaked("b", "2h"), build.Verified("c")), "TT"},
		{"one too few", 2, build.Freight("f", "w", build.Soaked("a", "1h"), build.Soaked("b", "59m"), build.Verified("c")), "FF"},
		{"soaked elsewhere does not count", 2, build.Freight("f", "w", build.Soaked("a", "1h"), build.Soaked("x", "9h")), "FF"},
		{"nor is it held against it", 2, build.Freight("f", "w", build.Soaked("a", "1h"), build.Soaked("b", "1h"), build.Soaked("x", "9h")), "TT"},
		{"there now, and soaked", 1, build.Freight("f", "w", build.Verified("a"), build.In("a", build.At("11:00"))), "TT"},
		{"there now, and not soaked", 1, build.Freight("f", "w", build.Verified("a"), build.In("a", build.At("11:01"))), "FF"},
		{"approved", 3, build.Freight("f", "w", build.Approved("prod")), "TT"},
	} {
		for _, release := range []string{v11, v12, v132, v133, v110, v111} {
			if release == v11 && test.name != "approved" {
				continue // it knows no soak times
			}
			w := world{
				release: release, freight: []kargo.Freight{test.freight},
				stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("a", "b", "c", "a"), build.All(), build.Soak("1h")))},
			}
			e := w.evaluator(t)
			rules := e.Rules().WithQuorums(map[*kargo.Request]int{&w.stages[0].Spec.RequestedFreight[0]: test.quorum})
			j := avail.New(e.Project(), rules, w.clock()).Stage("prod").Judge(&w.freight[0])
			if got := answers(j.Available)[:1] + listing(j.Listed)[:1]; got != test.want {
				t.Errorf("%s, %s: %s, want %s", release, test.name, got, test.want)
			}
		}
	}
}

// Rules are values: those from which others were made know no quorum.
func TestWithQuorumsLeavesTheRulesAlone(t *testing.T) {
	w := world{
		freight: []kargo.Freight{build.Freight("f", "w", build.Verified("a"))},
		stages:  []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("a", "b")))},
	}
	e := w.evaluator(t)
	e.Rules().WithQuorums(map[*kargo.Request]int{&w.stages[0].Spec.RequestedFreight[0]: 2})
	if !e.Stage("prod").Judge(&w.freight[0]).Available[avail.Configured] {
		t.Error("the quorum counts where it was not asked for")
	}
}
