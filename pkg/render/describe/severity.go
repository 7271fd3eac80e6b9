package describe

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Severity is how bad it is what keeps Freight out of a Stage; the worst is the smallest.
type Severity int

// The severities, worst first.
const (
	// Permanent: it stays so, as the Stages are written.
	Permanent Severity = iota
	// Failed: something has to be done about it.
	Failed
	// InProgress: it may clear by itself.
	InProgress
	// OtherStrategy: the Freight is available, and would not be under the other strategy.
	OtherStrategy
)

// SeverityOf says how bad it is what keeps the Freight out of the Stage. Where one upstream
// would do, that is the best one, and else the worst.
func SeverityOf(stage *report.Stage, f *report.Freight) Severity {
	if f.Available.Configured {
		return OtherStrategy
	}
	severity, judged := Permanent, false
	for i := range f.Blockers {
		b := &f.Blockers[i]
		s := severityOf(b)
		switch {
		case !judged:
			severity = s
		case inForce(stage, b) == "any":
			severity = max(severity, s)
		default:
			severity = min(severity, s)
		}
		judged = true
	}
	return severity
}

// severityOf follows a blocker to its root causes, the worst of which counts.
func severityOf(b *report.Blocker) Severity {
	severity := ofReason(avail.Reason(b.Reason))
	for i, root := range b.Roots {
		s := ofReason(avail.Reason(root.Reason))
		if i == 0 {
			severity = s
		}
		severity = min(severity, s)
	}
	return severity
}

func ofReason(reason avail.Reason) Severity {
	switch {
	case reason.Lasts():
		return Permanent
	case reason.InProgress():
		return InProgress
	default:
		return Failed
	}
}
