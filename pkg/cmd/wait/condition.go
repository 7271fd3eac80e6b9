package wait

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// condition is what is waited for.
type condition string

const (
	available condition = "available"
	verified  condition = "verified"
	current   condition = "current"
	listed    condition = "listed"
)

func conditions() []condition { return []condition{available, verified, current, listed} }

// of says that the condition is one of a Stage, such as "available to Stage prod".
func (c condition) of(stage string) string {
	switch c {
	case available:
		return "available to " + stage
	case listed:
		return "listed for " + stage
	default:
		return string(c) + " in " + stage
	}
}

// isMet reports whether the condition holds for the Freight at the Stage.
func (c condition) isMet(s *avail.Stage, f *kargo.Freight) bool {
	switch c {
	case verified:
		is := f.Status.VerifiedIn.Has(s.Metadata.Name)
		return is
	case current:
		return s.RunsNow(f)
	case listed:
		return s.Judge(f).Listed[avail.Configured] == avail.Yes
	default:
		return s.Judge(f).Available[avail.Configured]
	}
}

// hopeless reports whether the condition cannot be met as the Stages are written, and
// what would change that, if anything would.
func (c condition) hopeless(s *avail.Stage, f *kargo.Freight) (unless []string, is bool) {
	forecast := s.Forecast(f)
	way := forecast.Available[avail.Configured]
	switch {
	case c == current && s.IsControlFlow():
		return []string{fmt.Sprintf("%s gets promotion steps: a control-flow Stage never holds Freight", s.Metadata.Name)}, true
	case c == listed, c == verified && s.IsControlFlow():
		way = forecast.Listed[avail.Configured]
	case c != available && (s.RunsNow(f) || underWay(s, f)):
		return nil, false
	}
	return way.Unless, way.State == avail.Never
}

// underWay reports whether a Promotion of the Freight to the Stage has not ended.
func underWay(s *avail.Stage, f *kargo.Freight) bool {
	last := s.LastPromotion(f)
	return last != nil && !last.Phase.Ended()
}

// reason says why the condition does not hold.
func (c condition) reason(e *avail.Evaluator, s *avail.Stage, f *kargo.Freight) string {
	unverified := report.Unverified(s, f)
	failure := s.ListError(avail.Configured)
	row, shown := judge(e, s, f)
	switch {
	case c == verified && unverified != nil:
		return describe.Blocker(unverified) + frozen(s, f, &row)
	case c == listed && failure != "":
		return "its listing fails: " + failure
	case !shown:
		return fmt.Sprintf("%s does not request %s", s.Metadata.Name, f.Origin)
	}
	reason := describe.Reason(&row, &row.Freight[0])
	if reason == "" && c == current {
		reason = "available, and not promoted"
	}
	if c == current {
		reason += frozen(s, f, &row)
	}
	return reason
}

// frozen adds that the Freight cannot be promoted to the Stage for now, as a promotion
// window is closed.
func frozen(s *avail.Stage, f *kargo.Freight, row *report.Stage) string {
	if row.Freeze == nil || s.RunsNow(f) || underWay(s, f) {
		return ""
	}
	return "; " + describe.Freeze(row.Freeze)
}

// judge returns the Stage with this one piece of Freight, if it is one that matters
// there.
func judge(e *avail.Evaluator, s *avail.Stage, f *kargo.Freight) (row report.Stage, ok bool) {
	builder := report.Builder{Projects: []*avail.Evaluator{e}, Selection: report.Selection{
		Stages:  []string{s.Metadata.Name},
		Freight: map[string][]string{e.Project().Name: {f.Metadata.Name}},
	}}
	for project := range builder.Each() {
		for row := range project.Stages {
			return row, len(row.Freight) > 0
		}
	}
	return report.Stage{}, false
}
