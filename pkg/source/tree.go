package source

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
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

// toJSON writes a YAML document as the JSON that kubectl would make of it. Every
// error is a *nodeError.
func toJSON(root *yaml.Node) ([]byte, error) {
	var text bytes.Buffer
	w := &treeWriter{Encoder: jsontext.NewEncoder(&text), open: map[*yaml.Node]bool{}}
	if err := w.node(root); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// treeWriter writes the nodes of one YAML document as JSON.
type treeWriter struct {
	*jsontext.Encoder
	open     map[*yaml.Node]bool // aliased nodes that are being written
	expanded int
}

func (w *treeWriter) node(n *yaml.Node) error {
	if len(w.open) > 0 {
		if w.expanded += 8 + len(n.Value); w.expanded > maxExpansion {
			return faultOf(n, "the aliases expand to more than %d MiB", maxExpansion>>20)
		}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return w.alias(n, w.node)
	case yaml.MappingNode:
		return w.mapping(n)
	case yaml.SequenceNode:
		return w.sequence(n)
	default:
		return w.scalar(n)
	}
}

// alias writes what an alias stands for.
func (w *treeWriter) alias(n *yaml.Node, write func(*yaml.Node) error) error {
	if w.open[n.Alias] {
		return faultOf(n, "anchor %q contains itself", n.Value)
	}
	w.open[n.Alias] = true
	defer delete(w.open, n.Alias)
	return write(n.Alias)
}

func (w *treeWriter) token(n *yaml.Node, t jsontext.Token) error {
	err := w.WriteToken(t)
	var fault *jsontext.SyntacticError
	switch {
	case errors.As(err, &fault):
		return faultOf(n, "%w", fault.Err)
	case err != nil:
		return faultOf(n, "%w", err)
	default:
		return nil
	}
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
	own := make(map[string]bool, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if err := claim(name, own); err != nil {
			return err
		}
		if !written[name.Value] {
			if err := w.member(name, value); err != nil {
				return err
			}
		}
	}
	maps.Copy(written, own)
	return w.merge(merged, written)
}

// claim adds the name of a member to those of its mapping.
func claim(name *yaml.Node, names map[string]bool) error {
	switch {
	case name.Kind != yaml.ScalarNode:
		return faultOf(name, "the name of a field must be plain text")
	case names[name.Value]:
		return faultOf(name, "field %q is given twice", name.Value)
	}
	names[name.Value] = true
	return nil
}

func (w *treeWriter) member(name, value *yaml.Node) error {
	if err := w.token(name, jsontext.String(name.Value)); err != nil {
		return err
	}
	return w.node(value)
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
	switch n.Kind {
	case yaml.AliasNode:
		return w.alias(n, func(target *yaml.Node) error { return w.mergeOne(target, written) })
	case yaml.SequenceNode:
		return w.merge(n.Content, written)
	case yaml.MappingNode:
		return w.members(n, written)
	default:
		return faultOf(n, "what << merges must be an object or a list of them")
	}
}

// scalar writes text, a number, true, false or null, by the rules of YAML 1.1 that
// Kubernetes goes by.
func (w *treeWriter) scalar(n *yaml.Node) error {
	switch n.ShortTag() {
	case "!!null":
		return w.token(n, jsontext.Null)
	case "!!bool", "!!int", "!!float":
		return w.plain(n)
	}
	if n.Style == 0 { // neither quoted nor tagged
		switch n.Value {
		case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
			return w.token(n, jsontext.True)
		case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
			return w.token(n, jsontext.False)
		}
	}
	return w.token(n, jsontext.String(n.Value))
}

// plain writes a number or a truth value.
func (w *treeWriter) plain(n *yaml.Node) error {
	var value any
	if err := n.Decode(&value); err != nil {
		return faultOf(n, "%q is no %s", n.Value, n.ShortTag())
	}
	switch v := value.(type) {
	case bool:
		return w.token(n, jsontext.Bool(v))
	case int:
		return w.token(n, jsontext.Int(int64(v)))
	case int64:
		return w.token(n, jsontext.Int(v))
	case uint64:
		return w.token(n, jsontext.Uint(v))
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return w.token(n, jsontext.Float(v))
		}
	}
	return faultOf(n, "%q is no number that JSON knows", n.Value)
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
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i+1]
			}
		}
	}
	return nil
}
