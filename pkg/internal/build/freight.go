package build

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// FreightOption changes a piece of Freight under construction.
type FreightOption func(*kargo.Freight)

// Freight returns a piece of Freight from the Warehouse, without any time, that is
// nowhere, verified nowhere and approved for nothing.
func Freight(name, warehouse string, options ...FreightOption) kargo.Freight {
	f := kargo.Freight{Metadata: kargo.Metadata{Name: name}, Origin: Origin(warehouse)}
	for _, option := range options {
		option(&f)
	}
	return f
}

// Created is the Freight's creationTimestamp.
func Created(at time.Time) FreightOption {
	return func(f *kargo.Freight) { f.Metadata.CreationTimestamp = at }
}

// Discovered is the Freight's discoveredAt.
func Discovered(at time.Time) FreightOption {
	return func(f *kargo.Freight) { f.DiscoveredAt = &at }
}

// Verified marks the Freight as verified in the Stages; nothing says when.
func Verified(stages ...string) FreightOption {
	return func(f *kargo.Freight) {
		for _, stage := range stages {
			f.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, f.Status.VerifiedIn.At(stage))
		}
	}
}

// VerifiedAt marks the Freight as verified in the Stage at the instant.
func VerifiedAt(stage string, at time.Time) FreightOption {
	return func(f *kargo.Freight) {
		v := f.Status.VerifiedIn.At(stage)
		v.VerifiedAt = kargo.InstantOf(at)
		f.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, v)
	}
}

// Soaked marks the Freight as verified in the Stage, in which its longest completed
// stay took the duration ("3h").
func Soaked(stage, duration string) FreightOption {
	longest := kargo.Duration(parse(duration))
	return func(f *kargo.Freight) {
		v := f.Status.VerifiedIn.At(stage)
		v.LongestSoak = longest
		f.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, v)
	}
}

// Approved marks the Freight as approved for the Stages.
func Approved(stages ...string) FreightOption {
	return func(f *kargo.Freight) {
		for _, stage := range stages {
			f.Status.ApprovedFor = f.Status.ApprovedFor.With(stage, kargo.Approved{})
		}
	}
}

// In puts the Freight into the Stage since the instant.
func In(stage string, since time.Time) FreightOption {
	return func(f *kargo.Freight) {
		f.Status.CurrentlyIn = f.Status.CurrentlyIn.With(stage, kargo.Residence{Since: &since})
	}
}

// Sinceless puts the Freight into the Stage, and nothing says since when.
func Sinceless(stage string) FreightOption {
	return func(f *kargo.Freight) { f.Status.CurrentlyIn = f.Status.CurrentlyIn.With(stage, kargo.Residence{}) }
}
