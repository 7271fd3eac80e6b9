package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// extents tells where the nodes of a text begin and end, of which the parser tells
// only where they begin.
type extents struct {
	text
	// lost is the first node of which the end was not found; offsets are of no use
	// then.
	lost *yaml.Node
	// why says in which way it is written.
	why string
}

func (x *extents) lose(n *yaml.Node, why string) int {
	if x.lost == nil {
		x.lost, x.why = n, why
	}
	return x.start(n)
}

// unfound says of a node no more than that its end was not found.
const unfound = "where this ends cannot be told"

// isEmpty reports whether nothing is written for a node: it is null.
func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0
}

// properties returns where the anchor and the tag of a node end: at its start when
// it has none.
func (x *extents) properties(n *yaml.Node) int {
	end := x.start(n)
	for at := end; x.byteAt(at) == '&' || x.byteAt(at) == '!'; at = x.skipBlanks(end) {
		for end = at; end < len(x.data) && !strings.ContainsRune(" \t\r\n,[]{}", rune(x.data[end])); {
			end++
		}
	}
	return end
}

// body returns where a node starts, after its anchor and tag.
func (x *extents) body(n *yaml.Node) int {
	end := x.properties(n)
	if isEmpty(n) || end == x.start(n) {
		return end
	}
	return x.skipSpace(end)
}

// end returns where a node ends.
func (x *extents) end(n *yaml.Node) int {
	switch at := x.body(n); {
	case n.Kind == yaml.AliasNode:
		return min(at+len("*")+len(n.Value), len(x.data))
	case n.Kind == yaml.ScalarNode:
		return x.endOfScalar(n, at)
	case x.byteAt(at) == '{' || x.byteAt(at) == '[':
		return x.endOfFlow(n, at)
	case len(n.Content) > 0:
		return x.end(n.Content[len(n.Content)-1])
	}
	return x.lose(n, unfound)
}

// endOfFlow returns where a collection ends that opens with a bracket at an offset.
func (x *extents) endOfFlow(n *yaml.Node, at int) int {
	if n.Style&yaml.FlowStyle == 0 {
		return x.end(n.Content[len(n.Content)-1]) // the bracket is that of its first key
	}
	at++
	if len(n.Content) > 0 {
		at = x.end(n.Content[len(n.Content)-1])
	}
	for {
		at = x.skipSpace(at)
		switch x.byteAt(at) {
		case ',', ':', '?':
			at++
		case '}', ']':
			return at + 1
		default:
			return x.lose(n, unfound)
		}
	}
}

func (x *extents) endOfScalar(n *yaml.Node, at int) int {
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return x.lose(n, "a text in a block of its own (| or >) is not edited")
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return x.endOfQuoted(n, at)
	default:
		return x.endOfPlain(n, at)
	}
}

func (x *extents) endOfQuoted(n *yaml.Node, at int) int {
	quote := x.byteAt(at)
	for at++; at < len(x.data); at++ {
		switch {
		case quote == '"' && x.data[at] == '\\', quote == '\'' && x.data[at] == quote && x.byteAt(at+1) == quote:
			at++
		case x.data[at] == quote:
			return at + 1
		}
	}
	return x.lose(n, unfound)
}

// endOfPlain follows the value through the text: they differ only in the spaces
// where lines were folded.
func (x *extents) endOfPlain(n *yaml.Node, at int) int {
	const spaces = " \t\r\n"
	for rest := n.Value; rest != ""; {
		if strings.IndexByte(spaces, rest[0]) >= 0 {
			rest = strings.TrimLeft(rest, spaces)
			at = len(x.data) - len(bytes.TrimLeft(x.data[at:], spaces))
			continue
		}
		if x.byteAt(at) != rest[0] {
			return x.lose(n, unfound)
		}
		rest = rest[1:]
		at++
	}
	return at
}
