// Package avail answers which Freight is available to which Stage, as Kargo does,
// and what blocks the rest.
//
// Kargo decides in two places that do not always agree, and this package has
// both: the promotion check, whose answer is called available (Kargo's
// Stage.IsFreightAvailable), and the controllers' listing, whose answer is called
// listed (Kargo's ListFreightAvailableToStage). Either is answered for a Stage as
// it is configured, and as if all its requests said OneOf (any) or All (all).
//
// The package is pure: it gets a pipeline.Project, the Rules of a Kargo release
// and an instant, changes none of them, and gives the same answer every time.
package avail
