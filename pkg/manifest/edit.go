package manifest

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// edit is a change of some mappings: of the text, and of what the text says.
type edit struct {
	extents
	splices []splice
	content contents
}

func newEdit(t text) *edit {
	return &edit{extents: extents{text: t}, content: contents{}}
}

// splice plans to put text in the place of the bytes between two offsets.
func (e *edit) splice(from, to int, text string) {
	e.splices = append(e.splices, splice{from, to, text})
}

// mean says that a mapping is meant to hold, in the place of some nodes at an
// index of its content, others.
func (e *edit) mean(mapping *yaml.Node, index, old int, others ...*yaml.Node) {
	content, ok := e.content[mapping]
	if !ok {
		content = slices.Clone(mapping.Content)
	}
	e.content[mapping] = slices.Replace(content, index, index+old, others...)
}

// indexOf returns the index of a key in what a mapping holds now.
func (e *edit) indexOf(mapping, key *yaml.Node) int {
	content, ok := e.content[mapping]
	if !ok {
		content = mapping.Content
	}
	return slices.Index(content, key)
}

// value is something to write: a strategy, or sources with nothing but a strategy.
type value struct {
	strategy string
	within   bool // within a mapping of its own
}

// node returns what is meant.
func (v value) node() *yaml.Node {
	text := scalarNode(v.strategy)
	if !v.within {
		return text
	}
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalarNode(strategyField), text}}
}

func scalarNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// manner is how fields near the one to write are written.
type manner struct {
	quote     string // around names and values
	separator string // between them
}

// mannerOf returns the manner in which a field is written. Only JSON's is another
// than the plain one.
func (e *edit) mannerOf(key, value *yaml.Node) manner {
	m := manner{separator: ": "}
	if key.Style&yaml.DoubleQuotedStyle == 0 {
		return m
	}
	m.quote = `"`
	if between := string(e.data[e.end(key):max(e.start(value), e.end(key))]); between == ":" && !isEmpty(value) {
		m.separator = between
	}
	return m
}

func (m manner) field(name string, v value) string {
	return m.quote + name + m.quote + m.separator + m.value(v)
}

func (m manner) value(v value) string {
	if v.within {
		return "{" + m.field(strategyField, value{strategy: v.strategy}) + "}"
	}
	return m.quote + v.strategy + m.quote
}

// comma returns what stands between fields on a line.
func (m manner) comma() string { return "," + strings.TrimPrefix(m.separator, ":") }

// replace writes a value in the place of a field's, and keeps its anchor and quotes.
func (e *edit) replace(mapping *yaml.Node, old member, v value) {
	m := e.mannerOf(old.key, old.value)
	if n := old.value; n.Kind == yaml.ScalarNode && !isNull(n) && !e.isJSON && e.body(n) < len(e.data) {
		m.quote = ""
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			m.quote = string(e.data[e.body(n)])
		}
	}
	text := m.value(v)
	from, to := e.body(old.value), e.end(old.value)
	if from == to && from > 0 && !isBlank(e.data[from-1]) {
		text = " " + text
	}
	e.splice(from, to, text)
	meant := v.node()
	meant.Anchor = old.value.Anchor
	if old.value.Style&yaml.TaggedStyle != 0 {
		meant.Tag = old.value.Tag
	}
	e.mean(mapping, e.indexOf(mapping, old.key)+1, 1, meant)
}

// rewrite writes another field in the place of one.
func (e *edit) rewrite(mapping *yaml.Node, old member, name string, v value) {
	e.splice(e.start(old.key), e.end(old.value), e.mannerOf(old.key, old.value).field(name, v))
	e.mean(mapping, e.indexOf(mapping, old.key), 2, scalarNode(name), v.node())
}

// insert writes a new field after another one of the mapping.
func (e *edit) insert(mapping *yaml.Node, after member, name string, v value) {
	m := e.mannerOf(after.key, after.value)
	if mapping.Style&yaml.FlowStyle != 0 {
		e.insertFlow(after, m.field(name, v), m.comma())
	} else {
		e.insertLine(after, m.field(name, v))
	}
	e.mean(mapping, e.indexOf(mapping, after.key)+2, 0, scalarNode(name), v.node())
}

// insertFirst writes a field into an empty mapping, which is the value of a field
// that is written in its manner.
func (e *edit) insertFirst(of member, name string, v value) {
	mapping := of.value
	at := e.body(mapping) + len("{")
	e.splice(at, at, e.mannerOf(of.key, mapping).field(name, v))
	e.mean(mapping, 0, 0, scalarNode(name), v.node())
}

// insertLine writes a field of a block in a line of its own. Comments that are
// indented below the field before belong to that.
func (e *edit) insertLine(after member, field string) {
	e.refuseExplicit(after.key)
	column := after.key.Column - 1
	end := e.lineEnd(e.end(after.value))
	for {
		next := e.skipBlanks(e.nextLine(end))
		if e.byteAt(next) != '#' || next-e.lineStart(next) <= column {
			break
		}
		end = e.lineEnd(next)
	}
	e.splice(end, end, e.newline(end)+strings.Repeat(" ", column)+field)
}

// refuseExplicit gives up on a key that is written as "? KEY": its line is not all of
// its field.
func (e *edit) refuseExplicit(key *yaml.Node) {
	before := bytes.TrimRight(e.data[:e.start(key)], " \t")
	if bytes.HasSuffix(before, []byte("?")) {
		e.lose(key, `a field that is written as "? KEY" is not edited`)
	}
}

// insertFlow writes a field between braces: in a line of its own where the one
// before has one, else after the comma given.
func (e *edit) insertFlow(after member, field, separator string) {
	start, end := e.start(after.key), e.end(after.value)
	next, comma := e.comma(end)
	switch {
	case !e.opensLine(start) || !e.endsLine(next):
		e.splice(end, end, separator+field)
		return
	case comma:
		field += ","
	default:
		e.splice(end, end, ",")
	}
	eol := e.lineEnd(next)
	e.splice(eol, eol, e.newline(eol)+string(e.data[e.lineStart(start):start])+field)
}

// comma returns where the comma after a field ends; where the field ends when there
// is none.
func (e *edit) comma(end int) (next int, ok bool) {
	if at := e.skipSpace(end); e.byteAt(at) == ',' {
		return at + 1, true
	}
	return end, false
}

// remove takes a field out of a mapping that has others.
func (e *edit) remove(mapping *yaml.Node, old member) {
	index := e.indexOf(mapping, old.key)
	if mapping.Style&yaml.FlowStyle != 0 {
		e.removeFlow(mapping, old)
	} else {
		e.removeLine(mapping, old)
	}
	e.mean(mapping, index, 2)
}

// removeLine removes a field of a block with its line. From the line of a list's
// dash only the field goes, and the next one takes its place if it follows at once.
func (e *edit) removeLine(mapping *yaml.Node, old member) {
	e.refuseExplicit(old.key)
	start, end := e.start(old.key), e.end(old.value)
	if e.opensLine(start) {
		e.splice(e.lineStart(start), e.nextLine(end), "")
		return
	}
	next := slices.Index(mapping.Content, old.key) + 2
	if next < len(mapping.Content) && e.skipBlanks(e.nextLine(end)) == e.start(mapping.Content[next]) {
		e.splice(start, e.start(mapping.Content[next]), "")
		return
	}
	for start > 0 && isBlank(e.data[start-1]) {
		start--
	}
	e.splice(start, e.lineEnd(end), "")
}

// removeFlow removes a field between braces, with one comma. A line that has nothing
// else goes as a whole.
func (e *edit) removeFlow(mapping *yaml.Node, old member) {
	from, to := e.start(old.key), e.end(old.value)
	next, comma := e.comma(to)
	index := slices.Index(mapping.Content, old.key)
	switch {
	case comma:
		to = e.skipBlanks(next)
	case index > 0: // the comma before it goes
		before, _ := e.comma(e.end(mapping.Content[index-1]))
		if e.line(before) == e.line(from) {
			from = before - len(",")
		} else {
			e.splice(before-len(","), before, "")
		}
	}
	if e.opensLine(from) && e.endsLine(next) {
		from, to = e.lineStart(from), e.nextLine(next)
	}
	e.splice(from, to, "")
}

// clear leaves a field's mapping empty, which holds one field in a line of its own.
func (e *edit) clear(of, only member) {
	at := e.properties(of.value)
	if at == e.start(of.value) {
		at = e.skipBlanks(e.end(of.key)) + len(":")
	}
	start := e.start(only.key)
	e.splice(at, at, " {}")
	e.splice(e.lineStart(start), e.nextLine(e.end(only.value)), "")
	e.mean(of.value, 0, 2)
}
