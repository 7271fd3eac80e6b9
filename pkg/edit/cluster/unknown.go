package cluster

import (
	"context"
	"fmt"

	"al.essio.dev/pkg/shellescape"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// UnknownError says that it is not known whether a Stage was written.
type UnknownError struct {
	Project, Stage string
	// Why says what is known.
	Why string
	// Err came instead of the answer to the write.
	Err error
}

// Error says so, and how to find out.
func (e *UnknownError) Error() string {
	look := shellescape.QuoteCommand([]string{"kubectl", "get", "stages." + kargo.Group, e.Stage, "-n", e.Project, "-o", "yaml", "--show-managed-fields"})
	return fmt.Sprintf("stage %q: whether it was changed is unknown: %v; %s; to find out: %s", e.Stage, e.Err, e.Why, look)
}

// Unwrap returns what came instead of the answer.
func (e *UnknownError) Unwrap() error { return e.Err }

func (w *write) unknown(why string) error {
	return &UnknownError{Project: w.project, Stage: w.stage.Name, Why: why, Err: w.lost}
}

// interrupted returns the context's error. If a patch was on its way, a warning says so
// first.
func (w *write) interrupted(ctx context.Context, failure error) error {
	if w.stage.Plan.Changes() {
		why := &UnknownError{Project: w.project, Stage: w.stage.Name, Why: "the command was interrupted before the answer", Err: failure}
		w.Reporter.Warn(why.Error())
	}
	return ctx.Err()
}
