package controlplane

import (
	"slices"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stream string
		want   []string
	}{
		"nothing": {stream: "", want: nil},
		"empty documents": {
			stream: "---\n# only a comment\n---\nkind: Stage\napiVersion: v1\nmetadata: {name: a}\n---\n",
			want:   []string{"Stage/a"},
		},
		"documents and lists mixed, in order": {
			stream: strings.Join([]string{
				"{apiVersion: v1, kind: Stage, metadata: {name: a}}",
				"{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Freight, metadata: {name: b}}, {apiVersion: v1, kind: Stage, metadata: {name: c}}]}",
				"{apiVersion: v1, kind: Freight, metadata: {name: d}}",
			}, "\n---\n"),
			want: []string{"Stage/a", "Freight/b", "Stage/c", "Freight/d"},
		},
		"JSON":          {stream: `{"apiVersion": "v1", "kind": "Stage", "metadata": {"name": "a"}}`, want: []string{"Stage/a"}},
		"an empty list": {stream: "{apiVersion: v1, kind: List, items: []}", want: nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := decode([]byte(test.stream))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, object := range objects {
				got = append(got, object.GetKind()+"/"+object.GetName())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string]string{
		"what is not YAML":    "a: b: c",
		"what has no kind":    "apiVersion: v1",
		"what is not objects": "[1, 2]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if objects, err := decode([]byte(stream)); err == nil {
				t.Errorf("no error, but %v", objects)
			}
		})
	}
}

func TestReadDirRefusesAFolderWithoutManifests(t *testing.T) {
	t.Parallel()
	_, err := readDir(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no *.yaml file there") {
		t.Errorf("got error %v, want one that says that there is no file", err)
	}
}
