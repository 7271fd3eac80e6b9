package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Differences says in a few words each what differs about an object, as written in
// manifests: it is not sanitized. arrow stands between before and after.
func Differences(o *report.DiffObject, arrow string) []string {
	var words []string
	switch {
	case o.RenamedFrom != "":
		words = append(words, "written like "+o.RenamedFrom+", which is deleted: to Kargo it is a new Stage")
	case o.Change == change.Modified || len(o.Fields) > 0:
	default:
		return nil
	}
	for i := range o.Fields {
		words = append(words, fieldWords(&o.Fields[i], arrow))
	}
	return words
}

// fieldWords says what differs about a field.
func fieldWords(f *report.DiffField, arrow string) string {
	parts := strings.Split(f.Path, "/")
	last := parts[len(parts)-1]
	from, to := textOr(f.From, "not set"), textOr(f.To, "not set")
	flips := func(added, removed string) string {
		if f.From == nil {
			return fmt.Sprintf(added, to)
		}
		return fmt.Sprintf(removed, from)
	}
	switch {
	case strings.HasPrefix(f.Path, "/metadata/labels/"):
		return fmt.Sprintf("label %s: %s %s %s", strings.NewReplacer("~1", "/", "~0", "~").Replace(last), from, arrow, to)
	case slices.Contains(parts, "promotionPolicies"):
		return flips("policy added: %s", "policy removed: %s")
	case slices.Contains(parts, "stages"):
		return flips("upstream %s added", "upstream %s removed")
	case last == "origin":
		return flips("requests %s", "no longer requests %s")
	case last == "direct":
		return flips("takes Freight straight from its Warehouse%.0s", "no longer takes Freight straight from its Warehouse%.0s")
	case last == "steps":
		return flips("has promotion steps now: no longer a control-flow Stage%.0s", "has no promotion steps any more: becomes a control-flow Stage%.0s")
	case last == "availabilityStrategy":
		from, to = textOr(f.From, "not set (OneOf)"), textOr(f.To, "not set (OneOf)")
	case last == "selectionPolicy":
		from, to = textOr(f.From, "not set (NewestFreight)"), textOr(f.To, "not set (NewestFreight)")
	}
	return fmt.Sprintf("%s: %s %s %s", last, from, arrow, to)
}

func textOr(text *string, none string) string {
	if text == nil {
		return none
	}
	return *text
}

// DiffSide says for a person what one side of a Diff is.
func DiffSide(side string) string {
	switch side {
	case report.SideCluster:
		return "the cluster"
	case report.SideDump:
		return "the dump"
	case report.SideFiles:
		return "the files"
	default:
		return side
	}
}

// When says when a consequence comes, as the head of a list.
func When(when report.When) string {
	switch when {
	case report.AtOnce:
		return "At once"
	case report.InQueue:
		return "When the queue reaches it"
	case report.WhenThawed:
		return "When promotions are no longer frozen"
	case report.Later:
		return "Later, as control-flow Stages pass Freight on"
	}
	return string(when)
}

// mostDrift is how many objects the note about drift names.
const mostDrift = 5

// Drift says in one sentence where what is live differs from the base, "" where it does
// not. It is not sanitized.
func Drift(d *report.Diff, project *report.DiffProject, arrow string) string {
	if len(project.Drift) == 0 {
		return ""
	}
	var parts []string
	for i := range project.Drift[:min(len(project.Drift), mostDrift)] {
		o := &project.Drift[i]
		text := o.Kind + " " + o.Name
		if o.Change == change.Removed {
			text += " (not there)"
		} else {
			text += " (" + strings.Join(Differences(o, arrow), "; ") + ")"
		}
		parts = append(parts, text)
	}
	if more := len(project.Drift) - mostDrift; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("what is live differs from %s already, which this change does not cause: %s", DiffSide(d.Base), strings.Join(parts, ", "))
}

// LintFinding says a finding in one line. It is not sanitized.
func LintFinding(f *report.LintFinding) string {
	where := ""
	if f.File != nil {
		where = fmt.Sprintf("%s:%d: ", *f.File, *f.Line)
	}
	return fmt.Sprintf("%s%s %s (%s): %s", where, f.Severity, f.Code, f.Name, f.Message)
}
