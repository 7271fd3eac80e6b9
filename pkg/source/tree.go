package source

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// maxExpansion bounds what the aliases of one document may expand to: the bytes of
// its values, and a few more for each.
const maxExpansion = 10 << 20

// nodeError is what is wrong with a node of a YAML document.
type nodeError struct {
	node *yaml.Node
	err  error
}

func (e *nodeError) Error() string { return e.err.Error() }

func faultOf(n *yaml.Node, format string, args ...any) error {
	return &nodeError{n, fmt.Errorf(format, args...)}
}

// treeWriter writes the nodes of a YAML document as the JSON that kubectl would make of
// it. Every error is a *nodeError.
type treeWriter struct {
	*jsontext.Encoder
	text  bytes.Buffer
	open  map[*yaml.Node]bool // aliased nodes that are being written
	alias *yaml.Node          // the outermost alias that is being written
	// expanded counts what the aliases of one document expand to.
	expanded *int
	// twice are the fields that were given twice, of which the last counts.
	twice []twice
}

// twice is a field that is given twice: the nodes of both names.
type twice struct{ first, again *yaml.Node }

func newTreeWriter(expanded *int) *treeWriter {
	w := &treeWriter{open: map[*yaml.Node]bool{}, expanded: expanded}
	w.Encoder = jsontext.NewEncoder(&w.text)
	return w
}

// write writes one object.
func (w *treeWriter) write(root *yaml.Node) ([]byte, error) {
	if err := w.node(root); err != nil {
		return nil, err
	}
	return w.text.Bytes(), nil
}

func (w *treeWriter) node(n *yaml.Node) error {
	if err := w.expand(len(n.Value)); err != nil {
		return err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return w.resolve(n, w.node)
	case yaml.MappingNode:
		return w.mapping(n)
	case yaml.SequenceNode:
		return w.sequence(n)
	default:
		value, err := scalar(n)
		if err != nil {
			return err
		}
		return w.token(n, value)
	}
}

// expand counts what is written for an alias.
func (w *treeWriter) expand(size int) error {
	if len(w.open) == 0 {
		return nil
	}
	if *w.expanded += 8 + size; *w.expanded > maxExpansion {
		return faultOf(w.alias, "the aliases expand to more than %d MiB", maxExpansion>>20)
	}
	return nil
}

// resolve writes what an alias stands for.
func (w *treeWriter) resolve(n *yaml.Node, write func(*yaml.Node) error) error {
	if w.open[n.Alias] {
		return faultOf(n, "anchor %q contains itself", n.Value)
	}
	if len(w.open) == 0 {
		w.alias = n
	}
	w.open[n.Alias] = true
	defer delete(w.open, n.Alias)
	return write(n.Alias)
}

func (w *treeWriter) token(n *yaml.Node, t jsontext.Token) error {
	err := w.WriteToken(t)
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		err = fault.Err
	}
	return faultOf(n, "%w", err)
}

func (w *treeWriter) sequence(n *yaml.Node) error {
	if err := w.token(n, jsontext.BeginArray); err != nil {
		return err
	}
	for _, item := range n.Content {
		if err := w.node(item); err != nil {
			return err
		}
	}
	return w.token(n, jsontext.EndArray)
}

func (w *treeWriter) mapping(n *yaml.Node) error {
	if err := w.token(n, jsontext.BeginObject); err != nil {
		return err
	}
	if err := w.members(n, map[string]bool{}); err != nil {
		return err
	}
	return w.token(n, jsontext.EndObject)
}

// members writes those members of a mapping that are not written yet, and then
// those of the mappings that are merged into it by "<<".
func (w *treeWriter) members(n *yaml.Node, written map[string]bool) error {
	own := make(map[string]int, len(n.Content)/2) // the last of each name counts
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if name.Tag == "!!merge" {
			merged = append(merged, n.Content[i+1])
			continue
		}
		text, err := nameOf(name)
		if err != nil {
			return err
		}
		if before, ok := own[text]; ok {
			w.twice = append(w.twice, twice{n.Content[before], name})
		}
		own[text] = i
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if name.Tag == "!!merge" {
			continue
		}
		if text, _ := nameOf(name); own[text] == i && !written[text] { // it was read above
			if err := w.pair(name, text, n.Content[i+1]); err != nil {
				return err
			}
		}
	}
	for text := range own {
		written[text] = true
	}
	return w.merge(merged, written)
}

// pair writes one member.
func (w *treeWriter) pair(name *yaml.Node, text string, value *yaml.Node) error {
	if err := w.token(name, jsontext.String(text)); err != nil {
		return err
	}
	return w.node(value)
}

// nameOf returns the name of a member. What is no text becomes text as in JSON.
func nameOf(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", faultOf(n, "the name of a field must be plain text")
	}
	name, err := scalar(n)
	return name.String(), err
}

// merge writes the members of mappings that are merged into another, of which
// earlier ones hide later ones.
func (w *treeWriter) merge(from []*yaml.Node, written map[string]bool) error {
	for _, n := range from {
		if err := w.mergeOne(n, written); err != nil {
			return err
		}
	}
	return nil
}

func (w *treeWriter) mergeOne(n *yaml.Node, written map[string]bool) error {
	// Merging takes time even where everything is hidden and nothing written.
	if err := w.expand(len(n.Content)); err != nil {
		return err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return w.resolve(n, func(target *yaml.Node) error { return w.mergeOne(target, written) })
	case yaml.SequenceNode:
		return w.merge(n.Content, written)
	case yaml.MappingNode:
		return w.members(n, written)
	default:
		return faultOf(n, "what << merges must be an object or a list of them")
	}
}

// scalar returns text, a number, true, false or null.
func scalar(n *yaml.Node) (jsontext.Token, error) {
	value, err := manifest.Scalar(n)
	if err != nil {
		return jsontext.Null, &nodeError{n, err}
	}
	switch v := value.(type) {
	case bool:
		return jsontext.Bool(v), nil
	case int64:
		return jsontext.Int(v), nil
	case uint64:
		return jsontext.Uint(v), nil
	case float64:
		return jsontext.Float(v), nil
	case string:
		return jsontext.String(v), nil
	default:
		return jsontext.Null, nil
	}
}

// child returns the member of a mapping or the item of a list by its name in a
// JSON pointer, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	switch n.Kind {
	case yaml.AliasNode:
		return child(n.Alias, name)
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	case yaml.MappingNode:
		for i := len(n.Content) - 2; i >= 0; i -= 2 { // the last of a name counts
			if n.Content[i].Value == name {
				return n.Content[i+1]
			}
		}
	default: // a scalar has nothing below
	}
	return nil
}
