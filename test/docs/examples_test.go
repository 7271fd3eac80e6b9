package docs

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Each example has a place in examples/README.md, whose commands are run, and is a whole
// Project, so that it can be loaded into a cluster as it is.
func TestExamplesAreWhole(t *testing.T) {
	readme := readFile(t, filepath.Join(root, "examples", "README.md"))
	shown := readme + readFile(t, filepath.Join(root, "docs", "tour.md"))
	files, err := filepath.Glob(filepath.Join(root, "examples", "*.yaml"))
	if err != nil || len(files) < 6 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if !strings.Contains(readme, "]("+name+")") {
			t.Errorf("examples/README.md does not say what %s is", name)
		}
		// make playground reads it in the example.
		at := regexp.MustCompile(`(?m)^# .*(--at \S+)$`).FindStringSubmatch(readFile(t, file))
		if shown := regexp.MustCompile(` -f examples/` + name + ` (--at \S+)`).FindStringSubmatch(shown); at == nil || shown == nil || at[1] != shown[1] {
			t.Errorf("%s is to be read as of %q, and is first shown with %q", name, at, shown)
		}
		namespaces, kinds := map[string]bool{}, map[string]bool{}
		for _, object := range objectsOf(t, file) {
			kinds[object.Kind] = true
			if object.Kind != "Project" {
				namespaces[object.Metadata.Namespace] = true
			}
		}
		if len(namespaces) != 1 || namespaces[""] {
			t.Errorf("%s: the namespaces are %v", name, namespaces)
		}
		for _, kind := range []string{"Project", "ProjectConfig", "Warehouse", "Stage", "Freight", "Promotion"} {
			if !kinds[kind] {
				t.Errorf("%s has no %s", name, kind)
			}
		}
	}
}

type object struct {
	Kind     string
	Metadata struct{ Namespace string }
	Items    []object
}

// objectsOf returns the objects in a file, those in lists among them.
func objectsOf(t *testing.T, file string) []object {
	t.Helper()
	var objects []object
	documents := yaml.NewDecoder(strings.NewReader(readFile(t, file)))
	for {
		var read object
		err := documents.Decode(&read)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if strings.HasSuffix(read.Kind, "List") {
			objects = append(objects, read.Items...)
		} else {
			objects = append(objects, read)
		}
	}
}

// k9sPlugins is a plugins.yaml as k9s documents it; it refuses other fields.
type k9sPlugins struct {
	Plugins map[string]struct {
		ShortCut        string   `yaml:"shortCut"`
		Override        bool     `yaml:"override"`
		Description     string   `yaml:"description"`
		Confirm         bool     `yaml:"confirm"`
		Dangerous       bool     `yaml:"dangerous"`
		Scopes          []string `yaml:"scopes"`
		Command         string   `yaml:"command"`
		Background      bool     `yaml:"background"`
		OverwriteOutput bool     `yaml:"overwriteOutput"`
		Args            []string `yaml:"args"`
	} `yaml:"plugins"`
}

// k9sKeys are the capitals that k9s has a use for in every table, or in that of every kind
// that it knows nothing of. It leaves out a plugin with such a key, unless that overrides it.
func k9sKeys() map[string]string {
	return map[string]string{
		"Shift-A": "sort by age",
		"Shift-G": "go to the last row",
		"Shift-J": "jump to the owner",
		"Shift-N": "sort by name",
		"Shift-P": "sort by namespace",
		"Shift-T": "choose a skin",
	}
}

func TestK9sPlugins(t *testing.T) {
	var read k9sPlugins
	decoder := yaml.NewDecoder(bytes.NewBufferString(readFile(t, filepath.Join(root, "examples", "k9s", "plugins.yaml"))))
	decoder.KnownFields(true)
	if err := decoder.Decode(&read); err != nil {
		t.Fatal(err)
	}
	// What k9s fills in, of what it documents.
	variable := regexp.MustCompile(`\$\w+`)
	known := []string{"$NAMESPACE", "$NAME", "$CONTEXT"}
	commands := map[string]bool{}
	for _, command := range documented(t) {
		commands[command.Name()] = true
	}
	keys, verbs := map[string]bool{}, map[string]bool{}
	for name, plugin := range read.Plugins {
		for _, scope := range plugin.Scopes {
			if scope != "stages" && scope != "freights" {
				t.Errorf("%s is for %s", name, scope)
			}
			if keys[scope+plugin.ShortCut] {
				t.Errorf("%s has the key of another one", name)
			}
			keys[scope+plugin.ShortCut] = true
		}
		if !regexp.MustCompile(`^Shift-[A-Z]$`).MatchString(plugin.ShortCut) || plugin.Description == "" || len(plugin.Scopes) == 0 {
			t.Errorf("%s: %+v", name, plugin)
		}
		if use := k9sKeys()[plugin.ShortCut]; use != "" || plugin.Override {
			t.Errorf("%s has %s, with which one can %s; override is %v", name, plugin.ShortCut, use, plugin.Override)
		}
		for _, arg := range plugin.Args {
			for _, used := range variable.FindAllString(arg, -1) {
				if !slices.Contains(known, used) {
					t.Errorf("%s uses %s", name, used)
				}
			}
		}
		// A shell gets what k9s fills in as words, and never as a script.
		verb := plugin.Args[0]
		if plugin.Command == "sh" {
			_, verb, _ = strings.Cut(plugin.Args[1], "kubectl-kargo_avail ")
			verb, _, _ = strings.Cut(verb, " ")
			if plugin.Args[0] != "-c" || variable.MatchString(plugin.Args[1]) {
				t.Errorf("%s runs the script %q", name, plugin.Args[1])
			}
		} else if plugin.Command != "kubectl-kargo_avail" {
			t.Errorf("%s runs %s", name, plugin.Command)
		}
		if verbs[verb] = true; !commands[verb] {
			t.Errorf("%s runs %q, which is no command", name, verb)
		}
		if changes := verb == "set-strategy"; plugin.Dangerous != changes || plugin.Confirm != changes {
			t.Errorf("%s: dangerous is %v", name, plugin.Dangerous)
		}
	}
	for _, verb := range []string{"explain", "list", "set-strategy"} {
		if !verbs[verb] {
			t.Errorf("nothing runs %s", verb)
		}
	}
}
