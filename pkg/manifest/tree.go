package manifest

import (
	"go.yaml.in/yaml/v3"
)

// resolve returns what an alias stands for, and any other node itself.
func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// textOf returns the value of a scalar, "" for null and whatever else.
func textOf(n *yaml.Node) string {
	n = resolve(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return n.Value
}

// isNull reports whether a node is null; an absent node is not.
func isNull(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// isCollection reports whether a node is, or stands for, a mapping or a sequence.
func isCollection(n *yaml.Node) bool {
	n = resolve(n)
	return n != nil && n.Kind != yaml.ScalarNode
}

// member is a field of a mapping; the zero member is an absent field.
type member struct {
	key, value *yaml.Node
	// via is what merged the field into the mapping by "<<", nil when the field is the
	// mapping's own.
	via *yaml.Node
}

// own reports whether the field stands in the mapping itself.
func (m member) own() bool { return m.key != nil && m.via == nil }

// find returns the field of a mapping: its own, else the first that is merged into it.
func find(mapping *yaml.Node, name string) member {
	return search{name, map[*yaml.Node]bool{}}.in(mapping)
}

type search struct {
	name string
	seen map[*yaml.Node]bool
}

func (s search) in(n *yaml.Node) member {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode || s.seen[n] {
		return member{}
	}
	s.seen[n] = true
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := resolve(n.Content[i]); key.Kind == yaml.ScalarNode && key.Value == s.name && !isMerge(key) {
			return member{key: n.Content[i], value: n.Content[i+1]}
		}
	}
	for _, from := range merges(n) {
		if found := s.in(from); found.key != nil {
			found.via = from
			return found
		}
	}
	return member{}
}

func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" }

// merges returns what is merged into a mapping by "<<", as it is written. Nothing is
// merged into what is no mapping or not there.
func merges(mapping *yaml.Node) []*yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	var all []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		from := mapping.Content[i+1]
		switch {
		case !isMerge(mapping.Content[i]):
		case from.Kind == yaml.SequenceNode:
			all = append(all, from.Content...)
		default:
			all = append(all, from)
		}
	}
	return all
}

// walk calls each with the node and all below it; what an alias stands for is not
// below it.
func walk(n *yaml.Node, each func(*yaml.Node)) {
	each(n)
	for _, child := range n.Content {
		walk(child, each)
	}
}

// wellFormed returns a fault where a mapping below the node gives a field twice, or
// one that has no plain name.
func wellFormed(n *yaml.Node) (err error) {
	walk(n, func(n *yaml.Node) {
		if n.Kind != yaml.MappingNode || err != nil {
			return
		}
		given := map[string]int{} // the line of each field
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := resolve(n.Content[i])
			switch {
			case key.Kind != yaml.ScalarNode:
				err = faultAt(n.Content[i], "the name of a field must be plain text: is this a template? Render it first, or edit it by hand")
			case given[key.Value] != 0 && !isMerge(key):
				err = faultAt(n.Content[i], "the field %q is given twice, in lines %d and %d: remove one of them", key.Value, given[key.Value], n.Content[i].Line)
			}
			given[key.Value] = n.Content[i].Line
		}
	})
	return err
}
