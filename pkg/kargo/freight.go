package kargo

import (
	"cmp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Freight is a set of artifact versions that moves through the Stages together.
type Freight struct {
	// Metadata has no labels: nothing asks for them but for the alias.
	Metadata Metadata
	// Alias is the name that people use: the alias from its field, else from its
	// label, else "".
	Alias  string
	Origin Origin
	// Artifacts names what the Freight is made of, images first, then charts, commits
	// and the rest: "REPO:TAG" or "REPO@DIGEST" for an image, "REPO/NAME:VERSION" for a
	// chart, "REPO@TAG" or "REPO@COMMIT" for a commit.
	Artifacts []string
	// DiscoveredAt is nil before v1.11.0.
	DiscoveredAt *time.Time
	Status       FreightStatus
}

// FreightStatus says in which Stages the Freight is, was verified and is approved.
// That there is a value for a Stage is what counts, it may be empty.
type FreightStatus struct {
	VerifiedIn  ByStage[Verified]
	ApprovedFor ByStage[Approved]
	CurrentlyIn ByStage[Residence]
}

// Verified says when Freight was first verified in a Stage and how long it has
// soaked there over completed stays.
type Verified struct {
	// VerifiedAt is none in entries that v1.1 and older wrote.
	VerifiedAt Instant `json:"verifiedAt"`
	// LongestSoak is the longest completed stay; 0 when none was recorded.
	LongestSoak Duration `json:"longestSoak"`
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

// freight is Freight as it is written.
type freight struct {
	Metadata struct {
		Name              string     `json:"name"`
		Namespace         string     `json:"namespace"`
		UID               UID        `json:"uid"`
		CreationTimestamp time.Time  `json:"creationTimestamp"`
		DeletionTimestamp *time.Time `json:"deletionTimestamp"`
		Labels            struct {
			Alias string `json:"kargo.akuity.io/alias"` // AliasLabel
		} `json:"labels"`
	} `json:"metadata"`
	Alias        string     `json:"alias"`
	Origin       Origin     `json:"origin"`
	DiscoveredAt *time.Time `json:"discoveredAt"`
	Status       struct {
		VerifiedIn  verifiedIn         `json:"verifiedIn"`
		ApprovedFor ByStage[Approved]  `json:"approvedFor"`
		CurrentlyIn ByStage[Residence] `json:"currentlyIn"`
	} `json:"status"`
	artifacts
}

// artifacts are what Freight is made of.
type artifacts struct {
	Commits []struct {
		RepoURL string `json:"repoURL"`
		ID      string `json:"id"`
		Tag     string `json:"tag"`
	} `json:"commits"`
	Images []struct {
		RepoURL string `json:"repoURL"`
		Tag     string `json:"tag"`
		Digest  string `json:"digest"`
	} `json:"images"`
	Charts []struct {
		RepoURL string `json:"repoURL"`
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"charts"`
	// Others are anything else that a Warehouse can subscribe to, from v1.9.0.
	Others []struct {
		SubscriptionName string `json:"subscriptionName"`
		Version          string `json:"version"`
	} `json:"artifacts"`
}

// Title is what people call the Freight: its alias or else its name, of which a hash is
// shortened as Git does.
func (f *Freight) Title() string {
	const shown, hash = 7, 40
	name := f.Metadata.Name
	if len(name) == hash && strings.Trim(name, "0123456789abcdef") == "" {
		name = name[:shown]
	}
	return cmp.Or(f.Alias, name)
}

// UnmarshalJSONFrom reads Freight as Kargo writes it.
func (f *Freight) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var w freight
	if err := json.UnmarshalDecode(d, &w); err != nil {
		return err
	}
	*f = Freight{
		Metadata: Metadata{
			Name:              w.Metadata.Name,
			Namespace:         interned(w.Metadata.Namespace),
			UID:               w.Metadata.UID,
			CreationTimestamp: w.Metadata.CreationTimestamp,
			DeletionTimestamp: w.Metadata.DeletionTimestamp,
		},
		Alias:        cmp.Or(w.Alias, w.Metadata.Labels.Alias),
		Origin:       Origin{Kind: interned(w.Origin.Kind), Name: interned(w.Origin.Name)},
		Artifacts:    w.names(),
		DiscoveredAt: w.DiscoveredAt,
		Status: FreightStatus{
			VerifiedIn:  ByStage[Verified](w.Status.VerifiedIn),
			ApprovedFor: w.Status.ApprovedFor,
			CurrentlyIn: w.Status.CurrentlyIn,
		},
	}
	return nil
}

// SplitArtifact splits an entry of Freight.Artifacts into the repository and, with the
// separator before it, the tag, version, digest or commit; "" where there is none.
func SplitArtifact(artifact string) (repository, version string) {
	if i := strings.LastIndexAny(artifact, ":@"); i > strings.LastIndex(artifact, "/") {
		return strings.TrimSuffix(artifact[:i], "@sha256"), artifact[i:]
	}
	return artifact, ""
}

// names returns what Freight.Artifacts says of them, nil when there are none.
func (a *artifacts) names() []string {
	count := len(a.Images) + len(a.Charts) + len(a.Commits) + len(a.Others)
	if count == 0 {
		return nil
	}
	names := make([]string, 0, count)
	for _, i := range a.Images {
		names = append(names, join(i.RepoURL, ":", i.Tag, "@", i.Digest))
	}
	for _, c := range a.Charts {
		repo := c.RepoURL
		if c.Name != "" {
			repo = strings.TrimSuffix(repo, "/") + "/" + c.Name
		}
		names = append(names, join(repo, ":", c.Version, "", ""))
	}
	for _, c := range a.Commits {
		names = append(names, join(c.RepoURL, "@", c.Tag, "@", c.ID))
	}
	for _, o := range a.Others {
		names = append(names, join(o.SubscriptionName, ":", o.Version, "", ""))
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
