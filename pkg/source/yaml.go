package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// readYAML reads YAML documents, of which JSON ones are a part. The place names
// the file, and how many documents came before.
func readYAML(r io.Reader, before place, into *collection) error {
	decoder := yaml.NewDecoder(r)
	for n := before.document + 1; ; n++ {
		here := place{file: before.file, document: n}
		root, err := nextYAML(decoder)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return here.errorf("%w", err)
		}
		if err := readTree(root, here, into); err != nil {
			return err
		}
	}
}

// nextYAML parses the next document. The error is io.EOF when there is none.
func nextYAML(decoder *yaml.Decoder) (root *yaml.Node, err error) {
	defer func() {
		// The parser panics where it finds itself in a state that it holds to be
		// impossible.
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML parser gave up: %v", p)
		}
	}()
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	default:
		return document.Content[0], nil
	}
}

// readTree reads one parsed document; an empty one is nothing.
func readTree(root *yaml.Node, here place, into *collection) error {
	if root.ShortTag() == "!!null" {
		return nil
	}
	text, err := toJSON(root)
	if fault, ok := errors.AsType[*nodeError](err); ok {
		return here.at(fault.node.Line).errorf("%w", fault.err)
	}
	window := newWindow(bytes.NewReader(text), root.Line)
	d := document{Decoder: jsontext.NewDecoder(window), text: window, place: here, root: root, into: into}
	return d.read()
}

// lineOf returns the line of the node at the pointer or, when there is none, of
// the deepest one above.
func lineOf(root *yaml.Node, at jsontext.Pointer) int {
	node := root
	for name := range at.Tokens() {
		next := child(node, name)
		if next == nil {
			break
		}
		node = next
	}
	return node.Line
}
