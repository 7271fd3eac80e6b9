package manifest_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

func TestSpans(t *testing.T) {
	for name, test := range map[string]struct {
		text       string
		key, want  string // the field, and what its key and value take of the text
		line, from int
		to         int
	}{
		"a plain value":          {"a: 1\nb: two words # said\n", "b", "b: two words", 2, 1, 13},
		"line ends of Windows":   {"a: 1\r\nb: [x, y]\r\n", "b", "b: [x, y]", 2, 1, 10},
		"letters of two bytes":   {"{ö: 1, b: 'ü'}", "b", "b: 'ü'", 1, 8, 14},
		"JSON":                   {`{"a": 1, "b": "x\"y"}`, "b", `"b": "x\"y"`, 1, 10, 21},
		"an anchor":              {"b: &here [1]\n", "b", "b: &here [1]", 1, 1, 13},
		"an alias":               {"a: &x 1\nb: *x\n", "b", "b: *x", 2, 1, 6},
		"a text in a block":      {"b: |\n  long\na: 1\n", "b", "b: |", 1, 1, 5},
		"a mark before the text": {"\ufeffb: 1", "b", "b: 1", 1, 1, 5},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := manifest.ParseTree([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			m := manifest.Find(tree.Roots[0], test.key)
			s := tree.Between(m.Key, m.Value)
			if got := test.text[s.From:s.To]; got != test.want || s.Line != test.line || s.Column != test.from || s.EndColumn != test.to {
				t.Errorf("%q at %d:%d-%d, want %q at %d:%d-%d", got, s.Line, s.Column, s.EndColumn, test.want, test.line, test.from, test.to)
			}
		})
	}
}

func TestParseTreeKeepsWhatIsBeforeAFault(t *testing.T) {
	tree, err := manifest.ParseTree([]byte("a: 1\n---\nb: 2\n---\nc: [\n"))
	if err == nil || len(tree.Roots) != 2 || manifest.Text(manifest.Find(tree.Roots[1], "b").Value) != "2" {
		t.Errorf("%d documents, %v", len(tree.Roots), err)
	}
	if line := manifest.FaultLine(err); line < 5 {
		t.Errorf("the fault is said to be in line %d", line)
	}
	if got := tree.Line(3); got != "b: 2" {
		t.Errorf("line 3 is %q", got)
	}
}

// Whatever the file, places lie within it.
func FuzzParseTree(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(read(f, file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, _ := manifest.ParseTree(data)
		var check func(n *yaml.Node)
		check = func(n *yaml.Node) {
			s := tree.Span(n)
			if s.From < 0 || s.To < s.From || s.To > len(data) || s.Line < 1 || s.Column < 1 || s.EndLine < s.Line {
				t.Fatalf("%+v in %q", s, data)
			}
			if strings.Contains(tree.Line(s.Line), "\n") {
				t.Fatalf("line %d has a line end", s.Line)
			}
			for _, child := range n.Content {
				check(child)
			}
		}
		for _, root := range tree.Roots {
			check(root)
		}
	})
}
