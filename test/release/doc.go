// Package release tests what users install: it releases a copy of the work tree as
// v1.2.3, as far as a release goes without publishing, and looks at the archives,
// builds some again elsewhere, and has krew install them for kubectl.
//
// A first run builds goreleaser and krew, which takes minutes; do that apart with
//
//	go run -C ../e2e ./cmd/build-tools goreleaser krew validate-krew-manifest
//	go test -count=1 -timeout=45m ./...
//
// where the first run also compiles for ten platforms, and all of them link for ten.
package release
