// Package git reads files as a revision of a repository has them. It asks git for objects
// and for nothing else: nothing is checked out, no hook, filter or textconv runs, and
// nothing is fetched. What is missing in a shallow or partial clone, or in a submodule, is
// an error.
package git
