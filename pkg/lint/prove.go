package lint

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// sameVerdicts reports whether an object that has changed leaves every verdict as it was:
// of its own Stage for a Stage, else of what the policies say about every Stage.
func sameVerdicts(before, after *Project, changed *Object) bool {
	if changed.Kind != "Stage" {
		return samePolicies(before, after)
	}
	was, is := before.Stage(changed.Name), after.Stage(changed.Name)
	if was == nil || is == nil || was.IsControlFlow() != is.IsControlFlow() {
		return false
	}
	for _, f := range before.FreightFor(was) {
		same := after.FreightNamed(f.Metadata.Name)
		if same == nil || !sameAnswers(before.live.Stage(changed.Name), after.live.Stage(changed.Name), f) {
			return false
		}
	}
	for _, origin := range pipeline.Origins(was) {
		for _, f := range states(before, was, origin) {
			if !sameAnswers(before.trial.Stage(changed.Name), after.trial.Stage(changed.Name), f) {
				return false
			}
		}
	}
	return true
}

// sameAnswers reports whether a piece of Freight is available and listed as before.
func sameAnswers(before, after *avail.Stage, f *kargo.Freight) bool {
	was, is := before.Judge(f), after.Judge(f)
	return was.Available[avail.Configured] == is.Available[avail.Configured] && was.Listed[avail.Configured] == is.Listed[avail.Configured] &&
		before.ListError(avail.Configured) == after.ListError(avail.Configured)
}

func samePolicies(before, after *Project) bool {
	for _, stage := range before.Stages {
		now := after.Stage(stage.Metadata.Name)
		if now == nil || before.auto(stage).Enabled != after.auto(now).Enabled {
			return false
		}
	}
	return true
}

// maxUpstreams is of how many upstreams every combination is tried; of more, each alone,
// each missing, none and all.
const maxUpstreams = 5

// states returns Freight of an origin in the states that a Stage's requests can tell
// apart: verified in some upstreams, soaked there or just arrived, soaked elsewhere or not,
// approved or not.
func states(p *Project, stage *kargo.Stage, origin kargo.Origin) []*kargo.Freight {
	var upstreams []string
	for _, r := range stage.Spec.RequestedFreight {
		if r.Origin == origin {
			upstreams = append(upstreams, r.Sources.Upstreams()...)
		}
	}
	elsewhere := &kargo.Stage{Metadata: kargo.Metadata{Name: "elsewhere"}}
	elsewhere.Spec.PromotionTemplate = &kargo.PromotionTemplate{}
	elsewhere.Spec.PromotionTemplate.Spec.Steps = make([]struct{}, 1)
	var list []*kargo.Freight
	for _, verified := range choices(upstreams) {
		for _, soaked := range []bool{true, false} {
			f := fresh(origin)
			for _, name := range verified {
				f = verifiedAt(p, f, name, soaked)
			}
			list = append(list, f, passed(f, elsewhere), approved(f, stage.Metadata.Name))
		}
	}
	return list
}

func verifiedAt(p *Project, f *kargo.Freight, name string, soaked bool) *kargo.Freight {
	stage := p.Stage(name)
	switch {
	case stage == nil:
		after := *f
		after.Status.VerifiedIn = f.Status.VerifiedIn.With(name, kargo.Verified{VerifiedAt: kargo.InstantOf(longAgo())})
		return &after
	case soaked || stage.IsControlFlow():
		return passed(f, stage)
	default:
		return arrived(f, name, p.input.Now.Add(-time.Nanosecond))
	}
}

func approved(f *kargo.Freight, stage string) *kargo.Freight {
	after := *f
	after.Status.ApprovedFor = f.Status.ApprovedFor.With(stage, kargo.Approved{})
	return &after
}

// choices returns combinations of names.
func choices(names []string) [][]string {
	list := [][]string{nil, names}
	if len(names) > maxUpstreams {
		for i, name := range names {
			rest := append(append([]string{}, names[:i]...), names[i+1:]...)
			list = append(list, []string{name}, rest)
		}
		return list
	}
	for mask := 1; mask < 1<<len(names)-1; mask++ {
		var some []string
		for i, name := range names {
			if mask&(1<<i) != 0 {
				some = append(some, name)
			}
		}
		list = append(list, some)
	}
	return list
}
