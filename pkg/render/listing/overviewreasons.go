package listing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// mostGroups is how many reasons a line of the overview has before it counts the other
// Freight, and mostFreight how many pieces of Freight each names.
const mostGroups, mostFreight = 2, 2

// stageItself says what is wrong at the Stage, whatever the Freight, and what helps where
// remedies are asked for.
func stageItself(stage *report.Stage, remedies bool) []string {
	var said []string
	for _, p := range stage.Problems {
		text := term.Sanitize(p.Text)
		if p.Remedy != "" && remedies {
			text += "; " + term.Sanitize(p.Remedy)
		}
		said = append(said, text)
	}
	return said
}

// reasonGroup is Freight that the same keeps out.
type reasonGroup struct {
	why      string
	severity describe.Severity
	freight  []string
}

// blockedFreight says what keeps Freight out, pieces with the same reason together: worst
// first, and else newest first.
func blockedFreight(stage *report.Stage, origin string) []string {
	groups, older := reasonGroups(stage, origin)
	slices.SortStableFunc(groups, func(a, b *reasonGroup) int { return cmp.Compare(a.severity, b.severity) })
	shown := len(groups)
	if shown > mostGroups+1 || shown > mostGroups && older > 0 { // else the last one takes no more room
		shown = mostGroups
	}
	var said []string
	for _, group := range groups[:shown] {
		said = append(said, someOf(group.freight)+": "+group.why)
	}
	others := older
	for _, group := range groups[shown:] {
		others += len(group.freight)
	}
	if others > 0 {
		said = append(said, fmt.Sprintf("%d more blocked Freight: list %s", others, term.Sanitize(stage.Name)))
	}
	return said
}

// reasonGroups groups the Freight of an origin that is kept out by why; older counts the
// pieces of which the report does not say why.
func reasonGroups(stage *report.Stage, origin string) (groups []*reasonGroup, older int) {
	byReason := map[string]*reasonGroup{}
	for i := range stage.Freight {
		f := &stage.Freight[i]
		if f.Origin != origin {
			continue
		}
		why := keepsOut(stage, f)
		switch {
		case why == "" && f.Available.Configured && f.Available.All:
			continue
		case why == "":
			older++
			continue
		}
		group := byReason[why]
		if group == nil {
			group = &reasonGroup{why: why, severity: describe.SeverityOf(stage, f)}
			byReason[why] = group
			groups = append(groups, group)
		}
		group.freight = append(group.freight, describe.Freight(f.Alias, f.Name))
	}
	return groups, older
}

// keepsOut says what keeps the Freight out of the Stage, or auto-promotion from picking it;
// "" when nothing does, or the report does not say.
func keepsOut(stage *report.Stage, f *report.Freight) string {
	why := describe.Blocking(stage, f)
	if stage.ListError != "" { // which is said of the Stage
		return strings.Join(why, "; ")
	}
	for _, c := range describe.ConsequencesNow(stage, f) {
		why = append(why, c.String())
	}
	return strings.Join(why, "; ")
}

// someOf names the first ones, and says how many more there are.
func someOf(names []string) string {
	if more := len(names) - mostFreight; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostFreight], ", "), more)
	}
	return strings.Join(names, ", ")
}
