package avail

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// way is what would open the way for a piece of Freight: all of its repairs together.
type way []repair

// repair is one change of a pipeline: the end of a sentence that begins with "unless", and
// what it does.
type repair struct {
	text string
	do   func(*draft)
}

// String joins the repairs, as they only help together.
func (w way) String() string {
	texts := make([]string, 0, len(w))
	for _, repair := range w {
		if !slices.Contains(texts, repair.text) {
			texts = append(texts, repair.text)
		}
	}
	return strings.Join(texts, ", and ")
}

func (w way) and(other way) way { return slices.Concat(w, other) }

// withAll returns each of the ways together with each of the others, or those there are
// where one of the two lists is empty.
func withAll(ways, others []way) []way {
	switch {
	case len(ways) == 0:
		return others
	case len(others) == 0:
		return ways
	}
	var both []way
	for _, one := range ways {
		for _, other := range others {
			both = append(both, one.and(other))
		}
	}
	return both
}

// draft is a pipeline that is being changed.
type draft struct {
	stages     map[string]*kargo.Stage
	warehouses []string
	stage      func(name string) *kargo.Stage
}

// edit changes a copy of a Stage.
func (d *draft) edit(name string, change func(*kargo.Stage)) {
	stage := d.stages[name]
	if stage == nil {
		stage = d.stage(name)
	}
	own := *stage
	own.Spec.RequestedFreight = slices.Clone(stage.Spec.RequestedFreight)
	change(&own)
	d.stages[name] = &own
}

// isCreated creates a Stage that takes the origin from its Warehouse.
func isCreated(name string, origin kargo.Origin) repair {
	return repair{fmt.Sprintf("a Stage %s is created", name), func(d *draft) {
		stage := &kargo.Stage{Metadata: kargo.Metadata{Name: name}}
		stage.Spec.PromotionTemplate = &kargo.PromotionTemplate{}
		stage.Spec.PromotionTemplate.Spec.Steps = make([]struct{}, 1)
		stage.Spec.RequestedFreight = []kargo.Request{{Origin: origin, Sources: kargo.Sources{Direct: true}}}
		d.stages[name] = stage
	}}
}

// isCreatedAnew lets a Stage be that is being deleted.
func isCreatedAnew(name string) repair {
	return repair{name + ", which is being deleted, is created anew", func(d *draft) {
		d.edit(name, func(s *kargo.Stage) { s.Metadata.DeletionTimestamp = nil })
	}}
}

// requests has a Stage take an origin that it does not request.
func requests(name string, origin kargo.Origin) repair {
	return repair{fmt.Sprintf("%s requests %s", name, origin), func(d *draft) {
		d.edit(name, func(s *kargo.Stage) {
			s.Spec.RequestedFreight = append(s.Spec.RequestedFreight, kargo.Request{Origin: origin, Sources: kargo.Sources{Direct: true}})
		})
	}}
}

// getsSource has a Stage take from the Warehouse what it has no source for.
func getsSource(name string, origin kargo.Origin) repair {
	return repair{fmt.Sprintf("%s gets a source for %s", name, origin), takesDirectly(name, origin)}
}

// leavesCircle has a Stage of a circle take from the Warehouse.
func leavesCircle(name string, origin kargo.Origin, circle string) repair {
	return repair{fmt.Sprintf("the circle %s is broken: a Stage of it gets another source for %s", circle, origin), takesDirectly(name, origin)}
}

func takesDirectly(name string, origin kargo.Origin) func(*draft) {
	return func(d *draft) {
		d.edit(name, func(s *kargo.Stage) {
			for i := range s.Spec.RequestedFreight {
				if request := &s.Spec.RequestedFreight[i]; request.Origin == origin {
					request.Sources.Direct = true
				}
			}
		})
	}
}

// dropsSelf has a Stage name itself as its upstream no longer.
func dropsSelf(name string) repair {
	return repair{name + " no longer names itself as its upstream", func(d *draft) {
		d.edit(name, func(s *kargo.Stage) {
			for i := range s.Spec.RequestedFreight {
				sources := &s.Spec.RequestedFreight[i].Sources
				sources.Stages = slices.DeleteFunc(slices.Clone(sources.Stages), func(upstream string) bool { return upstream == name })
			}
		})
	}}
}

// dropsSoak has a request ask for no soak time.
func dropsSoak(name string, request int, why string) repair {
	return repair{fmt.Sprintf("%s drops its requiredSoakTime, %s", name, why), func(d *draft) {
		d.edit(name, func(s *kargo.Stage) { s.Spec.RequestedFreight[request].Sources.RequiredSoakTime = nil })
	}}
}

// followsNoMore has a request not match what its upstream runs.
func followsNoMore(name string, request int, why string) repair {
	return repair{fmt.Sprintf("%s drops its selectionPolicy MatchUpstream, %s", name, why), func(d *draft) {
		d.edit(name, func(s *kargo.Stage) { s.Spec.RequestedFreight[request].Sources.AutoPromotionOptions = nil })
	}}
}

// saysStrategy has a request say a strategy that Kargo knows.
func saysStrategy(name string, request int) repair {
	return repair{name + " has an availabilityStrategy that Kargo knows", func(d *draft) {
		d.edit(name, func(s *kargo.Stage) { s.Spec.RequestedFreight[request].Sources.AvailabilityStrategy = kargo.OneOf })
	}}
}

// warehouseExists creates a Warehouse.
func warehouseExists(name string) repair {
	return repair{fmt.Sprintf("Warehouse %s is created", name), func(d *draft) { d.warehouses = append(d.warehouses, name) }}
}

// maxRepairs is how often it is tried to mend what a listing still needs: first what makes
// it fail, and then what keeps the Freight out.
const maxRepairs = 3

// tried returns the ways that open the way indeed, each without what it does not need.
func (w *waysOut) tried(q question, ways []way) []way {
	var open []way
	for _, candidate := range ways {
		for tries := 0; tries < maxRepairs && !w.opens(q, candidate); tries++ {
			candidate = candidate.and(w.listings(q, candidate))
		}
		if !w.opens(q, candidate) {
			continue
		}
		for i := len(candidate) - 1; i >= 0 && len(candidate) > 1; i-- {
			if fewer := slices.Delete(slices.Clone(candidate), i, i+1); w.opens(q, fewer) {
				candidate = fewer
			}
		}
		open = append(open, candidate)
	}
	return open
}

// listings returns what the Stage itself still needs once the repairs are made.
func (w *waysOut) listings(q question, done way) way {
	e, f := w.after(done)
	other := &waysOut{reachability: e.reachabilityOf(f)}
	var all way
	for _, ways := range other.forWhole(q.of(e.Stage(q.stage.Metadata.Name))) {
		all = all.and(ways)
	}
	return all
}

// opens reports whether the question can be answered yes once all repairs are made.
func (w *waysOut) opens(q question, repairs way) bool {
	if len(repairs) == 0 {
		return false
	}
	e, f := w.after(repairs)
	return q.of(e.Stage(q.stage.Metadata.Name)).can(e.reachabilityOf(f))
}

// after returns the Project once the repairs are made, and the Freight in it.
func (w *waysOut) after(repairs way) (*Evaluator, *kargo.Freight) {
	d := &draft{stages: map[string]*kargo.Stage{}, stage: w.evaluator.project.Stage}
	for _, repair := range repairs {
		repair.do(d)
	}
	return New(w.evaluator.project.Redrawn(d.stages, d.warehouses), w.evaluator.rules, w.evaluator.now), w.freight
}
