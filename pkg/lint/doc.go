// Package lint finds settings of a Kargo pipeline that cannot work, or that work in
// another way than they read.
//
// A Rule is one such hazard. It is a pure function of a Project: of its objects as the
// engine sees them, and of their text where they come from files, so that a Finding can
// point at it. Rules do not know how Kargo decides: they ask avail and autopromote, mostly
// about Freight that they make up, such as one that has passed every Stage it can pass.
//
// Each rule is in a file of its own; its page, with an example that is executed, is in
// docs/lint.md and in the binary.
package lint
