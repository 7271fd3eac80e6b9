package page

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// steps says what to do: what is needed together, and what is an alternative.
func (p *writer) steps(f *report.ExplainedFreight) {
	p.heading("NEXT STEPS")
	if len(f.Steps) == 0 {
		p.item(2, "", p.nothing(f))
		return
	}
	switch groups, ways := disjoint(f), f.Ways; {
	case len(f.Steps) == 1 || !waysOfAll(f):
		p.stepList(2, f.Steps)
	case groups == nil && len(f.Steps) <= mostNumbered:
		p.item(2, "", numberedWays(ways))
		for i, step := range f.Steps {
			p.step(2, fmt.Sprintf("%d.", i+1), step)
		}
	case groups == nil:
		p.stepList(2, f.Steps)
	case len(groups) == len(f.Steps):
		p.item(2, "", "One of these:")
		p.stepList(4, f.Steps)
	default:
		for i, group := range groups {
			p.item(2, "", groupLead(i, len(groups), len(group)))
			p.stepList(4, group)
		}
	}
}

// mostNumbered is how many steps are numbered where ways have steps in common.
const mostNumbered = 12

// waysOfAll reports whether each step is on a way.
func waysOfAll(f *report.ExplainedFreight) bool {
	on := map[int]bool{}
	for _, way := range f.Ways {
		for _, i := range way {
			on[i] = true
		}
	}
	return len(on) == len(f.Steps)
}

// disjoint returns the steps by way; nil where two ways have a step in common.
func disjoint(f *report.ExplainedFreight) [][]report.Step {
	var groups [][]report.Step
	met := map[int]bool{}
	for _, way := range f.Ways {
		var group []report.Step
		for _, i := range way {
			if met[i] {
				return nil
			}
			met[i] = true
			group = append(group, f.Steps[i])
		}
		groups = append(groups, group)
	}
	return groups
}

// groupLead introduces the steps of one way of several.
func groupLead(i, ways, steps int) string {
	lead := "Or"
	if i == 0 {
		lead = "Either"
	}
	if i == 0 && ways == 1 {
		lead = "Take"
	}
	switch steps {
	case 1:
		return lead + ":"
	case 2:
		return lead + " both of these:"
	default:
		return fmt.Sprintf("%s all %d of these:", lead, steps)
	}
}

// numberedWays says which numbers go together.
func numberedWays(ways [][]int) string {
	var all []string
	for _, way := range ways {
		var together []string
		for _, i := range way {
			together = append(together, fmt.Sprint(i+1))
		}
		last := len(together) - 1
		if last > 0 {
			together = append(together[:last-1:last-1], together[last-1]+" and "+together[last])
		}
		all = append(all, strings.Join(together, ", "))
	}
	return "Needed: " + strings.Join(all, "; or ") + "."
}

// mostSteps is how many steps of one kind are written.
const mostSteps = 4

// fewOfEach returns the first steps of each kind, and what there is more.
func fewOfEach(steps []report.Step) (few []report.Step, more []string) {
	var order []string
	left := map[string][]string{}
	count := map[string]int{}
	for _, step := range steps {
		if count[step.Action]++; count[step.Action] <= mostSteps {
			few = append(few, step)
			continue
		}
		if left[step.Action] == nil {
			order = append(order, step.Action)
		}
		left[step.Action] = append(left[step.Action], step.Stage)
	}
	for _, action := range order {
		more = append(more, fmt.Sprintf("%s: the same for %s (-o json has all)", actionWords(action), describe.Names(left[action])))
	}
	return few, more
}

// stepList writes steps, of many of one kind the first ones and how many more.
func (p *writer) stepList(indent int, steps []report.Step) {
	shown, more := fewOfEach(steps)
	for _, step := range shown {
		p.step(indent, "", step)
	}
	for _, text := range more {
		p.item(indent, "-", text)
	}
}

func (p *writer) step(indent int, number string, step report.Step) {
	if step.Command == "" {
		p.item(indent, cmp.Or(number, "-"), stepWords(&step)+": "+term.Sanitize(step.Effect))
		return
	}
	// The command is never folded: it is to be copied.
	lead := strings.Repeat(" ", indent)
	if number != "" {
		lead += number + " "
	}
	p.out.WriteString(lead + p.style.Palette.Strong(term.Sanitize(step.Command)) + "\n")
	p.item(indent+4, "", term.Sanitize(step.Effect))
}

// stepWords names a step that has no command.
func stepWords(step *report.Step) string {
	if remedy.Action(step.Action) == remedy.Promote {
		return "promote it to " + term.Sanitize(step.Stage)
	}
	return actionWords(step.Action)
}

// actionWords names an action.
func actionWords(action string) string {
	switch remedy.Action(action) {
	case remedy.Wait:
		return "wait"
	case remedy.Refresh:
		return "refresh the Stage"
	case remedy.Verify:
		return "verify again"
	case remedy.Promote:
		return "promote it"
	case remedy.Approve:
		return "approve it"
	case remedy.Mend:
		return "change the configuration"
	case remedy.SetStrategy:
		return "set availabilityStrategy to OneOf"
	}
	return action
}

// nothing says why there is no step.
func (p *writer) nothing(f *report.ExplainedFreight) string {
	switch {
	case f.Available.Configured && (f.Here.Current || p.stage.ControlFlow):
		return "none needed"
	case f.Available.Configured:
		return "nothing is known to help"
	default:
		return "no command helps; see the forecast for what would"
	}
}
