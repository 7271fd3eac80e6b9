package pipeline

import (
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// MatchFreight returns, in their order, what a reference means among pieces of
// Freight: an exact name before an alias before a prefix of a name before what the
// Freight contains (see contains). It is ambiguous when it means several.
func MatchFreight(freight []*kargo.Freight, reference string) []*kargo.Freight {
	ways := []func(*kargo.Freight) bool{
		func(f *kargo.Freight) bool { return f.Metadata.Name == reference },
		func(f *kargo.Freight) bool { return f.Alias == reference },
		func(f *kargo.Freight) bool { return strings.HasPrefix(f.Metadata.Name, reference) },
		func(f *kargo.Freight) bool {
			return slices.ContainsFunc(f.Artifacts, func(a string) bool { return contains(a, reference) })
		},
	}
	for _, way := range ways {
		var matches []*kargo.Freight
		for _, f := range freight {
			if way(f) {
				matches = append(matches, f)
			}
		}
		if len(matches) > 0 {
			return matches
		}
	}
	return nil
}

const (
	// shortestCommit is how many digits of a commit name it.
	shortestCommit = 7
	// commitLength is how many digits a commit has at the least.
	commitLength = 40
)

// contains reports whether a reference names an artifact: by its version ("v1.3.0"), by
// version and repository ("guestbook:v1.3.0", with as much of the repository's path as
// one likes), or by a commit of which at least seven digits are given.
func contains(artifact, reference string) bool {
	if artifact == reference || strings.HasSuffix(artifact, "/"+reference) {
		return true
	}
	repository, version := splitArtifact(artifact)
	name, wanted := splitArtifact(reference)
	if wanted == "" {
		name, wanted = "", reference
	}
	if name != "" && name != repository {
		return false
	}
	return version == wanted || isCommit(version) && len(wanted) >= shortestCommit && strings.HasPrefix(version, wanted)
}

// splitArtifact returns the last part of an artifact's repository, without ".git", and
// its version, "" when it has none.
func splitArtifact(artifact string) (repository, version string) {
	base := artifact[strings.LastIndex(artifact, "/")+1:]
	i := strings.IndexAny(base, ":@")
	if i < 0 {
		return strings.TrimSuffix(base, ".git"), ""
	}
	return strings.TrimSuffix(base[:i], ".git"), base[i+1:]
}

// isCommit reports whether a version is a commit.
func isCommit(version string) bool {
	return len(version) >= commitLength && strings.Trim(version, "0123456789abcdef") == ""
}
