package formats_test

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
)

// kubectl reads YAML 1.1, in which more words than true and false are truth values.
func TestTextStaysTextForKubectl(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"yes", "No", "ON", "off", "y", "N", "true", "null", "0777", "1e3", "12", "2026-01-02", "~", "", "plain", "a: b", "\x1b[2J", "\u202e"} {
		written, err := formats.MarshalYAML(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := yaml.Unmarshal(written, &got); err != nil || got["text"] != text {
			t.Errorf("%q is written as %q and read as %v, %v", text, written, got["text"], err)
		}
	}
}
