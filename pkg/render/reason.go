package render

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Reason says in a line why the Freight is or is not available to the Stage, with the
// evidence; "" when there is nothing to say.
func Reason(stage *report.Stage, f *report.Freight) string {
	return strings.Join(explanation(stage, f, true), "; ")
}

// Clause says in a line, with the evidence, what is found at a blocker.
func Clause(b *report.Blocker) string { return saying(b, true) }
