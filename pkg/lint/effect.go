package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// called is what people call a piece of Freight.
func called(f *kargo.Freight) string { return cmp.Or(f.Alias, f.Metadata.Name) }

// names lists pieces of Freight for a sentence.
func names(freight []*kargo.Freight) string {
	var list []string
	for _, f := range freight {
		list = append(list, called(f))
	}
	return and(list)
}

// judged returns the view of a request's Stage and the Freight at hand of its origin;
// ok is false when there is none.
func (p *Project) judged(r request) (view *avail.Stage, freight []*kargo.Freight, ok bool) {
	freight = p.FreightFrom(r.Origin)
	return p.live.Stage(r.name()), freight, p.hasFreight && len(freight) > 0
}

// blocked says how much of the Freight at hand cannot be promoted to the request's Stage.
func (p *Project) blocked(r request) *Effect {
	view, freight, ok := p.judged(r)
	if !ok {
		return nil
	}
	var blocked []*kargo.Freight
	for _, f := range freight {
		if !view.Judge(f).Available[avail.Configured] {
			blocked = append(blocked, f)
		}
	}
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
	view, freight, ok := p.judged(r)
	if !ok {
		return nil
	}
	var open []*kargo.Freight
	for _, f := range freight {
		if view.Judge(f).Available[avail.Configured] {
			open = append(open, f)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return &Effect{fmt.Sprintf("available at %s now: %s", r.name(), names(open)), open}
}

// overlooked says which Freight at hand is available and not listed.
func (p *Project) overlooked(r request) *Effect {
	view, freight, ok := p.judged(r)
	if !ok {
		return nil
	}
	var list []*kargo.Freight
	for _, f := range freight {
		if j := view.Judge(f); j.Available[avail.Configured] && j.Listed[avail.Configured] == avail.No {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Effect{fmt.Sprintf("auto-promotion and the web UI do not see %s now, available as it is", names(list)), list}
}

// refused says which Freight at hand is listed and not available.
func (p *Project) refused(r request) *Effect {
	view, freight, ok := p.judged(r)
	if !ok {
		return nil
	}
	var list []*kargo.Freight
	for _, f := range freight {
		if j := view.Judge(f); !j.Available[avail.Configured] && j.Listed[avail.Configured] == avail.Yes {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Effect{fmt.Sprintf("listed now, and refused when promoted: %s", names(list)), list}
}

// underAll says what it would mean for the Freight at hand to ask for every upstream.
func (p *Project) underAll(r request) *Effect {
	if _, _, ok := p.judged(r); !ok {
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
