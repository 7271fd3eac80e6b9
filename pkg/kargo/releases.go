package kargo

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// Releases is the range of Kargo releases that an installation may be. The zero
// value is the unknown range: any release, judged by the newest rules.
type Releases struct {
	// Min and Max are inclusive, in the form "v1.2.3"; "" leaves that end open. Max may be
	// "v1.2.x", which stands for all patch releases of v1.2, those to come included.
	Min, Max string
	// Given says that a person named the release; otherwise it was inferred.
	Given bool
}

// ParseRelease reads a release that a person named, with or without the leading
// "v". It has to be a whole one: rules changed between patches, too.
func ParseRelease(text string) (Releases, error) {
	v := "v" + strings.TrimPrefix(text, "v")
	canonical := semver.Canonical(v) // without build metadata, and with all three numbers
	if canonical == "" || !strings.HasPrefix(v, canonical) {
		return Releases{}, fmt.Errorf("invalid Kargo version %q: expected a whole version such as v1.11.2", text)
	}
	return Releases{Min: canonical, Max: canonical, Given: true}, nil
}

// IsUnknown reports whether nothing is known of the release.
func (r Releases) IsUnknown() bool { return r == Releases{} }

// Since reports whether the newest release of the range is v or later. It decides
// which rules apply.
func (r Releases) Since(v string) bool {
	if branch, isOpen := strings.CutSuffix(r.Max, ".x"); isOpen {
		return semver.Compare(semver.MajorMinor(branch+".0"), semver.MajorMinor(v)) >= 0
	}
	return r.Max == "" || semver.Compare(r.Max, v) >= 0
}

// MayPrecede reports whether the range has releases before v. The unknown range
// is held to be recent.
func (r Releases) MayPrecede(v string) bool {
	return !r.IsUnknown() && (r.Min == "" || semver.Compare(r.Min, v) < 0)
}

// Follows reports whether all releases of the range come after v.
func (r Releases) Follows(v string) bool { return r.Min != "" && semver.Compare(r.Min, v) > 0 }

// String returns "v1.11.2", "v1.8.0 - v1.10.10", "v1.11.1 - v1.11.x", "v1.12.0 or later",
// "v1.1.3 or earlier" or "unknown".
func (r Releases) String() string {
	switch {
	case r.IsUnknown():
		return "unknown"
	case r.Min == r.Max:
		return r.Min
	case r.Max == "":
		return r.Min + " or later"
	case r.Min == "":
		return r.Max + " or earlier"
	default:
		return r.Min + " - " + r.Max
	}
}
