package kargo

import (
	"strings"
	"time"
)

// Freight is a set of artifact versions that moves through the Stages together.
type Freight struct {
	Metadata  Metadata   `json:"metadata"`
	Alias     string     `json:"alias"`
	Origin    Origin     `json:"origin"`
	Commits   []Commit   `json:"commits"`
	Images    []Image    `json:"images"`
	Charts    []Chart    `json:"charts"`
	Artifacts []Artifact `json:"artifacts"`
	// DiscoveredAt is nil before v1.11.0.
	DiscoveredAt *time.Time    `json:"discoveredAt"`
	Status       FreightStatus `json:"status"`
}

// FreightStatus says in which Stages the Freight is, was verified and is approved.
// The maps are keyed by the Stage's name; the presence of a key is what counts,
// its value may be empty.
type FreightStatus struct {
	VerifiedIn  map[string]Verified  `json:"verifiedIn"`
	ApprovedFor map[string]Approved  `json:"approvedFor"`
	CurrentlyIn map[string]Residence `json:"currentlyIn"`
}

// Verified says when Freight was first verified in a Stage and how long it has
// soaked there over completed stays.
type Verified struct {
	// VerifiedAt is nil in entries that v1.1 and older wrote.
	VerifiedAt *time.Time `json:"verifiedAt"`
	// LongestSoak is the longest completed stay; nil when none was recorded.
	LongestSoak *Duration `json:"longestSoak"`
}

// Approved says when Freight was approved for a Stage.
type Approved struct {
	ApprovedAt *time.Time `json:"approvedAt"`
}

// Residence says since when Freight has been in a Stage.
type Residence struct {
	// Since is when the Freight entered; the schema does not require it.
	Since *time.Time `json:"since"`
}

// Commit, Image, Chart and Artifact are what Freight is made of.
type (
	// Commit is a commit of a Git repository.
	Commit struct {
		RepoURL string `json:"repoURL"`
		ID      string `json:"id"`
		Tag     string `json:"tag"`
	}
	// Image is a container image.
	Image struct {
		RepoURL string `json:"repoURL"`
		Tag     string `json:"tag"`
		Digest  string `json:"digest"`
	}
	// Chart is a Helm chart.
	Chart struct {
		RepoURL string `json:"repoURL"`
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	// Artifact is anything else that a Warehouse can subscribe to, from v1.9.0.
	Artifact struct {
		SubscriptionName string `json:"subscriptionName"`
		Version          string `json:"version"`
	}
)

// AliasOrLabel returns the name that people use: the alias from its field, else
// from its label, else "".
func (f *Freight) AliasOrLabel() string {
	if f.Alias != "" {
		return f.Alias
	}
	return f.Metadata.Labels[AliasLabel]
}

// ArtifactVersions names what the Freight is made of, images first, then charts,
// commits and the rest: "REPO:TAG" or "REPO@DIGEST" for an image, "REPO/NAME:VERSION"
// for a chart, "REPO@TAG" or "REPO@COMMIT" for a commit.
func (f *Freight) ArtifactVersions() []string {
	names := make([]string, 0, len(f.Images)+len(f.Charts)+len(f.Commits)+len(f.Artifacts))
	for _, i := range f.Images {
		names = append(names, join(i.RepoURL, ":", i.Tag, "@", i.Digest))
	}
	for _, c := range f.Charts {
		repo := c.RepoURL
		if c.Name != "" {
			repo = strings.TrimSuffix(repo, "/") + "/" + c.Name
		}
		names = append(names, join(repo, ":", c.Version, "", ""))
	}
	for _, c := range f.Commits {
		names = append(names, join(c.RepoURL, "@", c.Tag, "@", c.ID))
	}
	for _, a := range f.Artifacts {
		names = append(names, join(a.SubscriptionName, ":", a.Version, "", ""))
	}
	return names
}

// join appends the first of two versions that is given, each with its separator.
func join(repo, sep, version, otherSep, other string) string {
	switch {
	case version != "":
		return repo + sep + version
	case other != "":
		return repo + otherSep + other
	default:
		return repo
	}
}
