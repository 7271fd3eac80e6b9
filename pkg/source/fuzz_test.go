package source

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	kubernetesyaml "sigs.k8s.io/yaml"
)

// seeds are inputs of every form, whole and broken.
func seeds() []string {
	return []string{
		"", "\n", "---\n", "{", "{}", "[", "[]", "5", "null", "\ufeff", "\x00", "\xff\xfe", "a: *b", "? a", "%YAML 1.1\n---\n",
		wholeYAML, stageJSON + freightJSON, stageJSON + "\n---\n" + freightYAML,
		`{"apiVersion":"v1","items":[` + stageJSON + `,` + freightJSON + `],"kind":"List"}`,
		`{"kind":"StageList","apiVersion":"kargo.akuity.io/v1alpha1","items":[{"metadata":{"name":"prod"}}]}`,
		"apiVersion: v1\nkind: List\nitems:\n- " + stageYAML,
		"a: &a {b: c, <<: {d: e}}\nf: {<<: [*a, {g: h}], b: i}\n",
		"a: [yes, No, ~, 0x1F, 0777, 1_000, 1e3, .5, 2026-11-23, !!str 5, !!int \"5\", !x y, .inf]\n",
		"a: |\n  text\n  more\nb: >-\n  folded\n  more\n# comment\nc: 'quoted ''text'''\n",
		strings.Replace(stageYAML, "metadata", "spec: {requestedFreight: [{sources: {requiredSoakTime: 1h}}]}, metadata", 1),
	}
}

func FuzzFiles(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed), "")
	}
	f.Fuzz(func(t *testing.T, text []byte, namespace string) {
		read := func() (*Snapshot, error) {
			return Files{Paths: []string{"-"}, Stdin: bytes.NewReader(text), Namespace: namespace}.read(t.Context())
		}
		s, err := read()
		if (s == nil) == (err == nil) {
			t.Fatalf("snapshot %v and error %v", s, err)
		}
		again, againErr := read()
		if diff := cmp.Diff(s, again); diff != "" {
			t.Errorf("read again it is another:\n%s", diff)
		}
		if err != nil && err.Error() != againErr.Error() {
			t.Errorf("read again the error is %q, not %q", againErr, err)
		}
		if s != nil && len(s.Projects) == 0 {
			t.Error("no Project and no error")
		}
	})
}

// FuzzToJSON holds the JSON that YAML becomes against what kubectl makes of it.
func FuzzToJSON(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.ContainsRune(text, '!') {
			return // tags are beyond kubectl's manifests, and the two parsers differ in them
		}
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		root, err := nextYAML(decoder)
		if err != nil || hasFractionForName(root) {
			return // kubectl rounds such names
		}
		if _, err := nextYAML(decoder); err == nil {
			return // kubectl would see the first document only
		}
		ours, err := newTreeWriter(new(int)).write(root)
		if err != nil {
			return
		}
		theirs, err := kubernetesyaml.YAMLToJSONStrict(text)
		if err != nil {
			return
		}
		if got, want := canonical(t, ours), canonical(t, theirs); got != want {
			t.Errorf("%q is %s, and %s to kubectl", text, got, want)
		}
	})
}

// hasFractionForName reports whether some field is named by a fraction.
func hasFractionForName(n *yaml.Node) bool {
	for i, child := range n.Content {
		isName := n.Kind == yaml.MappingNode && i%2 == 0
		if isName && child.ShortTag() == "!!float" || hasFractionForName(child) {
			return true
		}
	}
	return false
}

func canonical(t *testing.T, text []byte) string {
	t.Helper()
	value := jsontext.Value(bytes.Clone(text))
	if err := value.Canonicalize(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(value)
}

// FuzzLongList holds a list that is read item by item against the same one read whole.
func FuzzLongList(f *testing.F) {
	f.Add(longList(5))
	f.Add(indented(longList(5)))
	for _, seed := range seeds() {
		f.Add("apiVersion: v1\nitems:\n- " + strings.ReplaceAll(seed, "\n", "\n  ") + "\nkind: List\n")
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "&!\r\u0085\u2028\u2029") {
			return // what an anchor names does not reach from item to item; other line ends are cut nowhere
		}
		read := func(split int64) (*Snapshot, error) {
			l := limits{input: 1 << 20, object: 1 << 20, split: split}
			return Files{Paths: []string{"-"}, Stdin: strings.NewReader(text), limits: &l}.read(t.Context())
		}
		got, err := read(16)
		if err != nil {
			return
		}
		want, err := read(1 << 20)
		if err != nil {
			return // the whole is refused, for what is not in an item
		}
		for i := range got.Projects {
			if diff := cmp.Diff(want.Projects[i], got.Projects[i]); diff != "" {
				t.Errorf("whole (-) and item by item (+):\n%s", diff)
			}
		}
	})
}

// FuzzLastOfEach holds what is left of a JSON value against encoding/json, which takes
// the last of each name as kubectl does.
func FuzzLastOfEach(f *testing.F) {
	for _, seed := range []string{`{"a":1,"a":{"b":2,"b":3}}`, `[{"a":[],"a":[1]}]`, `"x"`, `{}`, `{"a":{"b":1},"a":{"c":1}}`, `{`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, _, err := lastOfEach(text)
		if err != nil {
			return
		}
		value := got
		if !value.IsValid() {
			t.Fatalf("%q becomes %q", text, got)
		}
		var want, have any
		if json.Unmarshal(text[:jsonLength(text)], &want) != nil {
			return
		}
		if err := json.Unmarshal(got, &have); err != nil {
			t.Fatalf("%q becomes %q: %v", text, got, err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%q becomes %q:\n%s", text, got, diff)
		}
	})
}

// jsonLength returns how long the first JSON value of a text is.
func jsonLength(text []byte) int64 {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	if err := d.SkipValue(); err != nil {
		return 0
	}
	return d.InputOffset()
}

// FuzzFolder holds that a file beside another one, whatever it is, takes nothing from it
// without an error.
func FuzzFolder(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed), "a.yaml")
		f.Add([]byte(seed), "z.json")
	}
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		if name != "a.yaml" && name != "z.json" && name != "sub/m.yml" {
			return
		}
		dir := t.TempDir()
		for file, data := range map[string][]byte{name: text, "kept.yaml": []byte(strings.ReplaceAll(stageYAML, "prod", "kept-stage"))} {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Files{Paths: []string{dir}, Recursive: true}.read(t.Context())
		if (s == nil) == (err == nil) {
			t.Fatalf("snapshot %v and error %v", s, err)
		}
		if s == nil {
			return
		}
		for _, project := range s.Projects {
			for i := range project.Stages {
				if project.Stages[i].Metadata.Name == "kept-stage" {
					return
				}
			}
		}
		t.Error("the Stage of the other file is gone")
	})
}
