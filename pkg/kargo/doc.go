// Package kargo is the slice of Kargo's API (group kargo.akuity.io, version
// v1alpha1) that availability depends on: the fields that Kargo's rules read,
// and those that say why an upstream Stage has not verified a piece of Freight.
//
// The types mirror Kargo's wire format of every release at once. Every field is
// optional: a missing field, a null and the zero value mean the same unless a
// field's comment says otherwise, unknown fields are ignored, and what a release
// does not know stays empty. The package holds no rules and does no I/O beyond
// the reader that it is handed.
package kargo

// Group and APIVersion name the API that the types belong to.
const (
	Group      = "kargo.akuity.io"
	APIVersion = Group + "/v1alpha1"
)

// AliasLabel mirrors a Freight's alias.
const AliasLabel = Group + "/alias"

// ProjectLabel is "true" on a namespace that is a Project's.
const ProjectLabel = Group + "/project"
