package docs

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// form is an issue form as GitHub documents it, as far as ours go; it refuses other fields.
type form struct {
	Name        string
	Description string
	Labels      []string
	Body        []struct {
		Type        string
		ID          string
		Attributes  struct{ Label, Description, Render, Value string }
		Validations struct{ Required bool }
	}
}

func TestIssueForms(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github", "ISSUE_TEMPLATE", "*.yml"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "config.yml" {
			continue
		}
		var read form
		decoder := yaml.NewDecoder(strings.NewReader(readFile(t, file)))
		decoder.KnownFields(true)
		if err := decoder.Decode(&read); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if read.Name == "" || read.Description == "" {
			t.Errorf("%s has no name or no description", file)
		}
		var ids []string
		for _, part := range read.Body {
			asks := part.Type == "textarea"
			if !asks && part.Type != "markdown" || asks && (part.ID == "" || part.Attributes.Label == "") || !asks && part.Attributes.Value == "" {
				t.Errorf("%s: %+v", file, part)
			}
			if asks && slices.Contains(ids, part.ID) {
				t.Errorf("%s has two parts %q", file, part.ID)
			}
			ids = append(ids, part.ID)
		}
		if len(ids) == 0 {
			t.Errorf("%s asks for nothing", file)
		}
	}
}
