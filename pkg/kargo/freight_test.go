package kargo_test

import (
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestArtifactsAreNamed(t *testing.T) {
	tests := []struct {
		name, freight string
		want          []string
	}{
		{"no artifact", `{"images": [], "commits": null}`, nil},
		{
			"an image goes by its tag, else by its digest, else by its repository",
			`{"images": [
			   {"repoURL": "registry.example:5000/app", "tag": "v1.4.2", "digest": "sha256:1"},
			   {"repoURL": "registry.example/db", "digest": "sha256:2"},
			   {"repoURL": "registry.example/cache"}]}`,
			[]string{"registry.example:5000/app:v1.4.2", "registry.example/db@sha256:2", "registry.example/cache"},
		},
		{
			"a commit goes by its tag, else by its id",
			`{"commits": [
			   {"repoURL": "https://git.example/app.git", "id": "abc", "tag": "v1"},
			   {"repoURL": "https://git.example/lib.git", "id": "def"}]}`,
			[]string{"https://git.example/app.git@v1", "https://git.example/lib.git@def"},
		},
		{
			"a chart goes by repository and name, or by the repository alone where that is the chart",
			`{"charts": [
			   {"repoURL": "https://charts.example", "name": "app", "version": "1.0.0"},
			   {"repoURL": "https://charts.example/", "name": "db", "version": "2.0.0"},
			   {"repoURL": "oci://charts.example/cache", "version": "3.0.0"}]}`,
			[]string{"https://charts.example/app:1.0.0", "https://charts.example/db:2.0.0", "oci://charts.example/cache:3.0.0"},
		},
		{
			"images come first, then charts, commits and the rest",
			`{"artifacts": [{"subscriptionName": "model", "version": "7"}], "commits": [{"repoURL": "git", "id": "c"}],
			  "charts": [{"repoURL": "chart", "version": "h"}], "images": [{"repoURL": "image", "tag": "i"}]}`,
			[]string{"image:i", "chart:h", "git@c", "model:7"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { decodes(t, test.freight, kargo.Freight{Artifacts: test.want}) })
	}
}

func TestAliasIsThatOfTheFieldOrTheLabel(t *testing.T) {
	const labels = `"metadata": {"labels": {"other": "x", "kargo.akuity.io/alias": "labelled"}}`
	tests := []struct{ name, freight, want string }{
		{"the field, where both are there", `{"alias": "named", ` + labels + `}`, "named"},
		{"the label, where the field is not there", `{` + labels + `}`, "labelled"},
		{"none", `{"metadata": {"labels": null}}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { decodes(t, test.freight, kargo.Freight{Alias: test.want}) })
	}
}

func TestOriginIsWrittenAsKargoWritesMapKeys(t *testing.T) {
	if got := (kargo.Origin{Kind: "Warehouse", Name: "w"}).String(); got != "Warehouse/w" {
		t.Errorf("String() = %q, want %q", got, "Warehouse/w")
	}
}
