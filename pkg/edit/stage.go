package edit

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Stage is one Stage to be edited.
type Stage struct {
	Project, Name string
	// File is the manifest that holds the Stage, "" in a cluster.
	File string
	// Plan is nil when the Stage could not be read or planned.
	Plan *Plan
	// Tidies says that a misplaced field is removed from the manifest.
	Tidies bool
	// Object is the Stage after the edit, nil before the edit and after an error.
	Object *unstructured.Unstructured
	// Err is why the Stage was not written.
	Err error
	// Refused says that Err comes from the owner check: the Stage is not written, but
	// the effect is previewed.
	Refused bool
}

// Previewed reports whether the plan changes the Stage, even if the write is refused.
func (s *Stage) Previewed() bool {
	return (s.Err == nil || s.Refused) && s.Plan != nil && s.Plan.Changes()
}

// Pending reports whether the Stage is still to be written.
func (s *Stage) Pending() bool { return s.Err == nil && s.Plan != nil && s.Plan.Changes() }

// Changes reports whether the edit changes the object or its manifest.
func (s *Stage) Changes() bool { return s.Plan.Changes() || s.Tidies }

// Summary says what became, or will become, of the Stage, in kubectl's words.
func (s *Stage) Summary() string {
	if s.Tidies && !s.Plan.Changes() {
		return fmt.Sprintf("misplaced field removed (%s)", joinByOrigin(s.Plan.pointers(), (*Field).kept))
	}
	return s.Plan.Summary()
}
