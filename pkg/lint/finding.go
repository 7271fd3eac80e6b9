package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	// Error: it cannot work: no Freight passes, or the API server or Kargo refuses or
	// drops it.
	Error Severity = "error"
	// Warning: it works, but not as it reads.
	Warning Severity = "warning"
	// Note: worth knowing.
	Note Severity = "note"
)

// Rank orders severities: the worse, the greater.
func (s Severity) Rank() int {
	switch s {
	case Error:
		return 3
	case Warning:
		return 2
	case Note:
		return 1
	}
	return 0
}

// Finding is one hazard at one place.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Message is one sentence that a newcomer understands without the rule's page.
	Message string
	Place   Place
	// Label says what the place has to do with it; may be "".
	Label string
	// Related are other places that it takes to understand the finding.
	Related []Related
	// Effect is nil when nothing can be said of live Freight.
	Effect *Effect
	// Fix is nil when a person has to decide what to do.
	Fix *Fix
	// Advice says what to do when there is no Fix, or beside it.
	Advice string
	// Subject tells findings of one rule at one object apart: what is named, never where.
	Subject string
	// Suppressed is nil for a finding that counts.
	Suppressed *Suppression
	// Fingerprint stays the same when lines move.
	Fingerprint string
}

// Related is a place that belongs to a finding.
type Related struct {
	Message string
	Place   Place
}

// Effect is what a hazard, or its fix, means for the Freight at hand.
type Effect struct {
	Text    string
	Freight []*kargo.Freight
}

// FixKind says whether a fix may be written without asking.
type FixKind string

// The kinds of fixes.
const (
	// Safe fixes change no verdict.
	Safe FixKind = "safe"
	// Unsafe fixes change what happens.
	Unsafe FixKind = "unsafe"
)

// Fix is a change of the file that makes the finding go away.
type Fix struct {
	Kind  FixKind
	Text  string
	Edits []Edit
}

// Suppression says why a finding does not count.
type Suppression struct {
	// By is what suppresses it: one of the constants below.
	By     string
	Reason string
}

// What can suppress a finding.
const (
	ByComment    = "comment"
	ByAnnotation = "annotation"
	ByConfig     = "config"
	ByBaseline   = "baseline"
)

// fingerprint identifies a finding by what it is about.
func (f *Finding) fingerprint() string {
	parts := []string{f.Rule.Code}
	if o := f.Place.Object; o != nil {
		parts = append(parts, o.Project, o.Kind, o.Name)
	} else if f.Place.File != nil {
		parts = append(parts, f.Place.File.Name)
	}
	sum := sha256.Sum256([]byte(strings.Join(append(parts, f.Subject), "\x00")))
	return hex.EncodeToString(sum[:16])
}
