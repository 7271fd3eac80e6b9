package picture

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// reason says in a line why the Freight is not available to the Stage.
func reason(stage *report.GraphStage, f *report.Freight) string {
	blocked := *f
	blocked.Divergence, blocked.Here.Promotion = nil, nil
	return strings.Join(describe.Reasons(&report.Stage{ControlFlow: stage.ControlFlow, Requests: stage.Requests}, &blocked, false), "; ")
}

// finding names one upstream that is not satisfied and says why.
func finding(b *report.Blocker) string {
	return strings.Join(describe.Blockers([]report.Blocker{*b}, false), "; ")
}
