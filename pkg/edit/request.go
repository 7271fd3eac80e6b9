// Package edit plans a change of availabilityStrategy in Stages, previews its effect,
// and says what became of each Stage. A backend carries the plan out: edit/cluster
// patches Stages in a cluster, edit/file rewrites manifests.
package edit

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
)

// Request says which Stages are to be edited, and how.
type Request struct {
	// Names are the Stages; each has to exist. Without names, Labels selects them.
	Names  []string
	Labels labels.Selector
	// Warehouse limits the edit to requests for its Freight; "" means every request
	// with an upstream Stage.
	Warehouse string
	Rule      change.Rule
	// Force also writes strategies that have no effect, and Stages that a GitOps
	// controller will revert.
	Force bool
}

// Named reports whether the Stages are named rather than selected.
func (r *Request) Named() bool { return len(r.Names) > 0 }

// Selects reports whether a Stage with this name and these labels is to be edited.
func (r *Request) Selects(name string, set map[string]string) bool {
	if r.Named() {
		return slices.Contains(r.Names, name)
	}
	return r.Labels.Matches(labels.Set(set))
}

// Unsets reports whether the field is to be removed.
func (r *Request) Unsets() bool { return r.Rule == change.Unset() }

// change returns the edit of one Stage in the terms of package change.
func (r *Request) change(stage string) change.Edit {
	return change.Edit{Stage: stage, Warehouse: r.Warehouse, Rule: &r.Rule}
}

// DryRun says how much of the write is left out.
type DryRun string

// The kinds of dry run.
const (
	DryRunNone DryRun = "none"
	// DryRunClient writes nothing and sends nothing.
	DryRunClient DryRun = "client"
	// DryRunServer has the API server check the write without storing it.
	DryRunServer DryRun = "server"
)

// Reporter prints messages for a person while an edit runs.
type Reporter interface {
	Warn(text string)
	Note(text string)
}

// Backend is where Stages are edited. Its Stages are planned when it is opened.
type Backend interface {
	// Stages returns the Stages to be edited, in the order in which they are written.
	Stages() []*Stage
	// Prepare makes the checks that come before the preview. A Stage that must not be
	// written gets an Err. Prepare fails when nothing can be written at all.
	Prepare(ctx context.Context) error
	// Write writes the planned fields of one Stage, and returns the error that becomes
	// the Stage's Err. It is not called for a Stage with an Err.
	Write(ctx context.Context, s *Stage) error
	// Failures returns errors that are not about one Stage, such as unreadable files.
	Failures() []error
}
