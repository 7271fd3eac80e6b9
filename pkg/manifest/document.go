package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Tree is a file of YAML or JSON documents that tells where its nodes stand.
type Tree struct {
	// Roots are the documents' roots, in the order of the file. They are to be read, not
	// to be changed.
	Roots []*yaml.Node

	text text
}

// ParseTree reads a file. It returns the documents before the first error, too: the
// Tree is never nil.
func ParseTree(data []byte) (*Tree, error) {
	t := &Tree{text: newText(data)}
	if !utf8.Valid(data) {
		return t, errors.New("it is not UTF-8 text")
	}
	start := t.text.starts[0]
	if bytes.HasPrefix(bytes.TrimLeft(data[start:], " \t\r\n"), []byte("{")) {
		if roots, err := t.text.parseJSON(start); err == nil {
			t.text.isJSON, t.Roots = true, roots
			return t, nil
		}
	}
	var err error
	if t.Roots, err = parseYAML(data); err != nil {
		return t, t.text.explain(err)
	}
	return t, nil
}

// parseYAML parses YAML documents up to the first error.
func parseYAML(data []byte) (roots []*yaml.Node, err error) {
	defer func() {
		// The parser panics where it finds itself in a state that it holds to be
		// impossible.
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML parser gave up: %v", p)
		}
	}()
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var document yaml.Node
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return roots, nil
		case err != nil:
			return roots, err
		}
		roots = append(roots, document.Content[0])
	}
}

// FaultLine returns the line of an error of ParseTree, 0 when it is not known.
func FaultLine(err error) int { return lineOf(err) }

// Span is a part of a file. Lines and columns are counted from 1, columns in
// characters; the end is the first position after the part.
type Span struct {
	From, To                         int // offsets in bytes
	Line, Column, EndLine, EndColumn int
}

// Span returns the part of the file that a node takes, with its anchor and tag. Where
// its end cannot be told, it ends with its first line.
func (t *Tree) Span(n *yaml.Node) Span { return t.Between(n, n) }

// Between returns the part of the file from the start of one node to the end of
// another one.
func (t *Tree) Between(first, last *yaml.Node) Span {
	x := extents{text: t.text}
	from, to := x.start(first), x.end(last)
	if x.lost != nil || to < from {
		to = t.text.lineEnd(from)
	}
	return t.SpanOf(from, to)
}

// SpanOf returns the part of the file between two offsets.
func (t *Tree) SpanOf(from, to int) Span {
	s := Span{From: from, To: to}
	s.Line, s.Column = t.position(from)
	s.EndLine, s.EndColumn = t.position(to)
	return s
}

func (t *Tree) position(at int) (line, column int) {
	index := t.text.line(at)
	start := min(t.text.starts[index], at)
	return index + 1, utf8.RuneCount(t.text.data[start:at]) + 1
}

// Line returns the text of a line, counted from 1, without its line break; "" when
// there is none.
func (t *Tree) Line(line int) string {
	if line < 1 || line > len(t.text.starts) {
		return ""
	}
	start := t.text.starts[line-1]
	return string(t.text.data[start:t.text.lineEnd(start)])
}

// Lines returns how many lines the file has.
func (t *Tree) Lines() int { return len(t.text.starts) }

// Offset returns where a line starts.
func (t *Tree) Offset(line int) int { return t.text.starts[min(max(line, 1), len(t.text.starts))-1] }

// Member is a field of a mapping. The zero Member is an absent field.
type Member struct{ Key, Value *yaml.Node }

// Find returns the field of what a node is or stands for: its own, else the first that
// "<<" merges into it.
func Find(n *yaml.Node, name string) Member {
	m := find(n, name)
	return Member{m.key, m.value}
}

// Resolve returns what an alias stands for, and any other node itself.
func Resolve(n *yaml.Node) *yaml.Node { return resolve(n) }

// Text returns the value of a scalar, "" for null and whatever else.
func Text(n *yaml.Node) string { return textOf(n) }
