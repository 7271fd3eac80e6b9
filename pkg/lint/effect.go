package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// names lists pieces of Freight for a sentence.
func names(freight []*kargo.Freight) string {
	var list []string
	for _, f := range freight {
		list = append(list, f.Title())
	}
	return and(list)
}

// sorted returns the Freight at hand of a request's origin, and what of it has an answer at
// the request's Stage; ok is false when there is none at hand.
func (p *Project) sorted(r request, has func(avail.Judgment) bool) (freight, having []*kargo.Freight, ok bool) {
	freight = p.FreightFrom(r.Origin)
	if !p.hasFreight || len(freight) == 0 {
		return nil, nil, false
	}
	stage := p.live.Stage(r.name())
	for _, f := range freight {
		if has(stage.Judge(f)) {
			having = append(having, f)
		}
	}
	return freight, having, true
}

func isAvailable(j avail.Judgment) bool { return j.Available[avail.Configured] }

// effectOn says something of Freight, with its names between two texts; nil when there is
// none.
func effectOn(freight []*kargo.Freight, before, after string) *Effect {
	if len(freight) == 0 {
		return nil
	}
	return &Effect{before + names(freight) + after, freight}
}

// blocked says how much of the Freight at hand cannot be promoted to the request's Stage.
func (p *Project) blocked(r request) *Effect {
	freight, blocked, _ := p.sorted(r, func(j avail.Judgment) bool { return !isAvailable(j) })
	switch len(blocked) {
	case 0:
		return nil
	case len(freight):
		return &Effect{fmt.Sprintf("none of %d Freight can be promoted to %s without an approval", len(freight), r.name()), blocked}
	default:
		return &Effect{fmt.Sprintf("%d of %d Freight cannot be promoted to %s without an approval: %s", len(blocked), len(freight), r.name(), names(blocked)), blocked}
	}
}

// admitted says which Freight at hand is available at the request's Stage.
func (p *Project) admitted(r request) *Effect {
	_, list, _ := p.sorted(r, isAvailable)
	return effectOn(list, "available at "+r.name()+" now: ", "")
}

// overlooked says which Freight at hand is available and not listed.
func (p *Project) overlooked(r request) *Effect {
	_, list, _ := p.sorted(r, func(j avail.Judgment) bool { return isAvailable(j) && j.Listed[avail.Configured] == avail.No })
	return effectOn(list, "auto-promotion and the web UI do not see ", " now, available as it is")
}

// refused says which Freight at hand is listed and not available.
func (p *Project) refused(r request) *Effect {
	_, list, _ := p.sorted(r, func(j avail.Judgment) bool { return !isAvailable(j) && j.Listed[avail.Configured] == avail.Yes })
	return effectOn(list, "listed now, and refused when promoted: ", "")
}

// underAll says what it would mean for the Freight at hand to ask for every upstream.
func (p *Project) underAll(r request) *Effect {
	if _, _, ok := p.sorted(r, isAvailable); !ok {
		return nil
	}
	rule := change.All()
	plan, err := change.NewPlan(p.Project, []change.Edit{{Stage: r.name(), Warehouse: r.Origin.Name, Rule: &rule}})
	if err != nil {
		return nil
	}
	now := change.EffectOf(p.live, plan).Now
	if len(now) == 0 {
		return nil
	}
	e := &now[0] // the plan is about one Stage
	text := ""
	switch len(e.Lost) {
	case 0:
		return &Effect{"after the fix the same Freight is available as now", nil}
	case 1:
		text = fmt.Sprintf("after the fix %s is no longer available", names(e.Lost))
	default:
		text = fmt.Sprintf("after the fix %s are no longer available", names(e.Lost))
	}
	when := "at once"
	if len(e.Awaits) > 0 {
		when = "when its promotion window opens"
	}
	if len(e.Reverts) > 0 {
		text += fmt.Sprintf("; auto-promotion would go back to %s %s", names(e.Reverts), when)
	} else if starts := slices.Concat(e.Starts, e.Awaits); len(starts) > 0 {
		text += fmt.Sprintf("; auto-promotion would start %s %s", names(starts), when)
	}
	return &Effect{text, e.Lost}
}
