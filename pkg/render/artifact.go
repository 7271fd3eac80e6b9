package render

import (
	"regexp"
	"strings"
)

// shortArtifact drops from an artifact what people do not need to know it by: the
// way to its repository, and most of a hash.
func shortArtifact(artifact string, hash *regexp.Regexp) string {
	repo, version := artifact, ""
	if i := strings.LastIndexAny(artifact, ":@"); i > strings.LastIndex(artifact, "/") {
		repo, version = artifact[:i], artifact[i:]
	}
	repo = strings.TrimSuffix(repo[strings.LastIndex(repo, "/")+1:], "@sha256")
	return strings.TrimSuffix(repo, ".git") + hash.ReplaceAllString(version, "$1")
}

// hashes returns the pattern that finds the first seven digits of a long hash.
func hashes() *regexp.Regexp { return regexp.MustCompile(`\b([0-9a-f]{7})[0-9a-f]{25,}\b`) }

// artifacts names what Freight is made of, without spaces.
func artifacts(names []string, hash *regexp.Regexp) string {
	short := make([]string, 0, len(names))
	for _, name := range names {
		short = append(short, Visible(shortArtifact(name, hash)))
	}
	return strings.Join(short, ",")
}
