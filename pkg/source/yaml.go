package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// readYAML reads the YAML document that starts at the next byte. A long list in block
// style is read item by item, anything else as a whole.
func (d *documents) readYAML(here place) error {
	from := d.next
	isSplittable := true
	for started := false; ; {
		at := d.next
		line, err := d.readLine()
		switch {
		case errors.Is(err, io.EOF):
			return d.readWhole(here, from)
		case errors.Is(err, errTooLarge):
			return &documentError{error: err, open: true}
		case err != nil:
			return err
		case started && isSeparator(line):
			d.next = at
			return d.readWhole(here, from)
		case isEnd(line):
			return d.readWhole(here, from)
		}
		// Directives stand in front of a separator that belongs to their document.
		started = started || !isBlank(line) && line[0] != '%'
		if isSplittable && d.next-from > d.limits.split {
			isSplittable = false
			if l := newYAMLList(d, here, from); l != nil {
				return l.read()
			}
		}
	}
}

// readWhole reads the YAML document between an offset and the next byte.
func (d *documents) readWhole(here place, from int64) error {
	return d.parse(d.slice(from, d.next), here, func(root *yaml.Node) error { return d.readTree(root, here) })
}

// parse parses YAML that starts at a place, and hands over the document in it. Where
// line ends are not "\n" it may be several.
func (d *documents) parse(text []byte, at place, each func(*yaml.Node) error) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		root, err := nextYAML(decoder)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &documentError{error: yamlError(err, at)}
		}
		if err := each(root); err != nil {
			return err
		}
	}
}

// yamlError puts a parser's error into its place: the parser counts lines from where
// its text starts.
func yamlError(fault error, start place) error {
	line, words := splitYAMLError(fault)
	if start.line += line - 1; line == 0 {
		start.line = 0
	}
	return start.errorf("%s", words)
}

// splitYAMLError returns the line that a parser's error names, 0 when it names none, and
// what it says.
func splitYAMLError(err error) (line int, words string) {
	parts := regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?((?s:.*))$`).FindStringSubmatch(err.Error())
	line, _ = strconv.Atoi(parts[1]) // "" is no line
	return line, parts[2]
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
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	return document.Content[0], nil
}

// readTree reads one parsed document; an empty one is nothing.
func (d *documents) readTree(root *yaml.Node, here place) error {
	above := here.line - 1
	t := yamlDocument{document: newDocument(here.at(above+root.Line), d.into), documents: d, above: above}
	return t.read(root)
}

// yamlDocument hands on the objects of one parsed YAML document.
type yamlDocument struct {
	document
	documents *documents
	above     int // how many lines are above the document's text
	expanded  int // what its aliases expanded to so far
}

func (d *yamlDocument) read(root *yaml.Node) error {
	switch {
	case root.ShortTag() == "!!null":
		return nil
	case root.Kind == yaml.SequenceNode && hasKargo(root):
		return d.lost("a list of objects without a kind: make it the items of a kind: List")
	case root.Kind != yaml.MappingNode:
		d.into.others++
		return nil
	}
	d.typeMeta = typeOfNode(root)
	items := member(root, "items")
	d.list = items != nil && items.Kind == yaml.SequenceNode && (d.Kind == "" || d.namedList())
	d.badList = items != nil && !d.list && items.ShortTag() != "!!null"
	if d.isObject() {
		d.add(root)
		return nil
	}
	d.warnTwice(root)
	if d.list {
		for _, item := range items.Content {
			if err := d.item(item); err != nil {
				return err
			}
		}
	}
	return d.finish()
}

// warnTwice warns of members of the list itself that are given twice.
func (d *yamlDocument) warnTwice(root *yaml.Node) {
	lines := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name := root.Content[i]
		if before := lines[name.Value]; before > 0 {
			d.into.warnTwice(d.place.at(d.above+name.Line), name.Value, before)
		}
		lines[name.Value] = d.above + name.Line
	}
}

// item hands on an item of a list.
func (d *yamlDocument) item(n *yaml.Node) error {
	o := object{typeMeta: typeOfNode(n), place: d.place.at(d.above + n.Line), isNone: target(n).Kind != yaml.MappingNode}
	switch {
	case o.complete(), d.complete():
		d.handNode(o, n)
		return nil
	case o.isNone:
		return d.take(o)
	}
	if text, ok := d.toJSON(n); ok {
		o.text = text // its lines are not kept
		return d.take(o)
	}
	return nil
}

// handNode hands on an item whose type is known, or as much as ever will be.
func (d *yamlDocument) handNode(o object, n *yaml.Node) {
	if of := d.itemOf(); !o.isNone && (o.isKargo() || o.APIVersion == "" && of.isKargo() || o.seemsKargo()) {
		text, ok := d.toJSON(n)
		if !ok {
			return
		}
		o.text, o.root, o.above = text, n, d.above
	}
	d.hand(o)
}

// add hands on the document itself.
func (d *yamlDocument) add(root *yaml.Node) {
	o := object{typeMeta: d.typeMeta, place: d.place, root: root, above: d.above}
	if o.isKargo() {
		var ok bool
		if o.text, ok = d.toJSON(root); !ok {
			return
		}
	}
	d.into.add(o)
}

// toJSON returns an object as JSON. What keeps it from being that is noted.
func (d *yamlDocument) toJSON(n *yaml.Node) (jsontext.Value, bool) {
	w := newTreeWriter(&d.expanded)
	text, err := w.write(n)
	fault, isFaulty := errors.AsType[*nodeError](err)
	switch {
	case (isFaulty || d.documents.chart != "") && d.into.signs.template.Match(d.documents.slice(d.documents.start, d.documents.next)):
		d.into.lose(d.place.errorf("%s", d.documents.renderFirst()))
		return nil, false
	case isFaulty:
		d.into.lose(d.place.at(d.above+fault.node.Line).errorf("%w", fault.err))
		return nil, false
	}
	for _, t := range w.twice {
		d.into.warnTwice(d.place.at(d.above+t.again.Line), t.again.Value, d.above+t.first.Line)
	}
	return text, true
}

// hasKargo reports whether some item of a list is Kargo's.
func hasKargo(list *yaml.Node) bool {
	for _, item := range list.Content {
		if typeOfNode(item).isKargo() {
			return true
		}
	}
	return false
}

// typeOfNode returns the type that an object says it has.
func typeOfNode(n *yaml.Node) typeMeta {
	word := func(name string) string {
		if value := target(member(n, name)); value != nil && value.Kind == yaml.ScalarNode && value.ShortTag() == "!!str" {
			return value.Value
		}
		return ""
	}
	return typeMeta{word("apiVersion"), word("kind")}
}

// target returns the node that an alias stands for, or the node itself.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// member returns the member of a mapping by its name: the last of that name, else that
// of what is merged into it; nil when there is none.
func member(n *yaml.Node, name string) *yaml.Node { return findMember(n, name, map[*yaml.Node]bool{}) }

// findMember is member of a node that was not seen before.
func findMember(n *yaml.Node, name string, seen map[*yaml.Node]bool) *yaml.Node {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode || seen[n] {
		return nil
	}
	var merged *yaml.Node
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		switch key := n.Content[i]; {
		case key.Value == name && key.Kind == yaml.ScalarNode:
			return target(n.Content[i+1])
		case key.Tag == "!!merge":
			merged = target(n.Content[i+1])
		}
	}
	seen[n] = true
	if merged == nil || merged.Kind != yaml.SequenceNode {
		return findMember(merged, name, seen)
	}
	for _, one := range merged.Content {
		if found := findMember(one, name, seen); found != nil {
			return found
		}
	}
	return nil
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
