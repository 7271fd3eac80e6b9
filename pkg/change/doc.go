// Package change works out what a change of a Project does before it is made: strategies
// that are edited (a Plan), or manifests that are applied (Overlay, Prune). An Effect says
// what follows, and Differences what is written in another way. The package is pure, and
// asks the rules about the Project as it is and as it would be.
package change
