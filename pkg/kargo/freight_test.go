package kargo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestArtifactVersions(t *testing.T) {
	tests := []struct {
		name    string
		freight kargo.Freight
		want    []string
	}{
		{"no artifact", kargo.Freight{}, []string{}},
		{
			"an image goes by its tag, else by its digest, else by its repository",
			kargo.Freight{Images: []kargo.Image{
				{RepoURL: "registry.example:5000/app", Tag: "v1.4.2", Digest: "sha256:1"},
				{RepoURL: "registry.example/db", Digest: "sha256:2"},
				{RepoURL: "registry.example/cache"},
			}},
			[]string{"registry.example:5000/app:v1.4.2", "registry.example/db@sha256:2", "registry.example/cache"},
		},
		{
			"a commit goes by its tag, else by its id",
			kargo.Freight{Commits: []kargo.Commit{
				{RepoURL: "https://git.example/app.git", ID: "abc", Tag: "v1"},
				{RepoURL: "https://git.example/lib.git", ID: "def"},
			}},
			[]string{"https://git.example/app.git@v1", "https://git.example/lib.git@def"},
		},
		{
			"a chart goes by repository and name, or by the repository alone where that is the chart",
			kargo.Freight{Charts: []kargo.Chart{
				{RepoURL: "https://charts.example", Name: "app", Version: "1.0.0"},
				{RepoURL: "https://charts.example/", Name: "db", Version: "2.0.0"},
				{RepoURL: "oci://charts.example/cache", Version: "3.0.0"},
			}},
			[]string{"https://charts.example/app:1.0.0", "https://charts.example/db:2.0.0", "oci://charts.example/cache:3.0.0"},
		},
		{
			"images come first, then charts, commits and the rest",
			kargo.Freight{
				Artifacts: []kargo.Artifact{{SubscriptionName: "model", Version: "7"}},
				Commits:   []kargo.Commit{{RepoURL: "git", ID: "c"}},
				Charts:    []kargo.Chart{{RepoURL: "chart", Version: "h"}},
				Images:    []kargo.Image{{RepoURL: "image", Tag: "i"}},
			},
			[]string{"image:i", "chart:h", "git@c", "model:7"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.freight.ArtifactVersions()); diff != "" {
				t.Errorf("ArtifactVersions() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAliasOrLabel(t *testing.T) {
	label := kargo.Metadata{Labels: map[string]string{"kargo.akuity.io/alias": "labelled"}}
	tests := []struct {
		name    string
		freight kargo.Freight
		want    string
	}{
		{"the field, where both are there", kargo.Freight{Alias: "named", Metadata: label}, "named"},
		{"the label, where the field is not there", kargo.Freight{Metadata: label}, "labelled"},
		{"none", kargo.Freight{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.freight.AliasOrLabel(); got != test.want {
				t.Errorf("AliasOrLabel() = %q, want %q", got, test.want)
			}
		})
	}
}

func TestOriginIsWrittenAsKargoWritesMapKeys(t *testing.T) {
	if got := (kargo.Origin{Kind: "Warehouse", Name: "w"}).String(); got != "Warehouse/w" {
		t.Errorf("String() = %q, want %q", got, "Warehouse/w")
	}
}
