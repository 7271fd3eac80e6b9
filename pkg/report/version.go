package report

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/version"

// VersionKind is the kind of a Version.
const VersionKind = "Version"

// Version is what version -o json prints.
type Version struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Client     version.Info `json:"client"`
	// Kargo is optional: absent when only the client was asked for.
	Kargo *KargoRules `json:"kargo,omitzero"`
}

// KargoRules says by which rules the plugin judges.
type KargoRules struct {
	// Version is a release, a range of releases, or "unknown".
	Version string `json:"version"`
	// Source is where the version comes from, Message says so to a person.
	Source  VersionSource `json:"source"`
	Message string        `json:"message"`
	// Notes says what is approximate about the rules.
	Notes []string `json:"notes"`
}

// VersionSource is where the knowledge of Kargo's version comes from.
type VersionSource string

// The sources of a version.
const (
	FromFlag   VersionSource = "Flag"
	FromSchema VersionSource = "Schema"
	Assumed    VersionSource = "Assumed"
)
