// Package conformance loads what Kargo's own code answers about many Projects: the
// vectors beside it, which README.md describes. Its tests hold this project's
// engine against them; whoever answers the same questions in another way can load
// them as well.
package conformance
