package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// FieldEdit is a change of one field, or of one item of a list, in a Tree.
type FieldEdit struct {
	// Object is the node from which Path leads to the field: names of fields and indexes of
	// items.
	Object *yaml.Node
	Path   []string
	// Op says what to do; see the constants.
	Op FieldOp
	// Value is the text to set, or the name to give.
	Value string
	// To leads to the mapping that a field is moved into.
	To []string
}

// FieldOp is what a FieldEdit does.
type FieldOp uint8

// The changes of fields.
const (
	// SetField gives a scalar another value, or adds a field with it.
	SetField FieldOp = iota
	// RemoveField takes away a field or an item.
	RemoveField
	// RenameField gives a field another name.
	RenameField
	// MoveField takes a field with a scalar away and adds it to another mapping.
	MoveField
)

// Edit returns the file with all changes made, and everything else byte for byte as it
// was. It is an error when something else would change with it, as what stands behind an
// anchor, or when the result does not say what was meant.
func (t *Tree) Edit(edits []FieldEdit) ([]byte, error) {
	f := &fieldEditor{edit: newEdit(t.text), used: map[*yaml.Node]bool{}}
	for _, root := range t.Roots {
		walk(root, func(n *yaml.Node) {
			if n.Kind == yaml.AliasNode {
				f.used[n.Alias] = true
			}
		})
	}
	for _, one := range edits {
		if err := f.apply(one); err != nil {
			return nil, err
		}
	}
	if f.lost != nil {
		return nil, faultAt(f.lost, "%s: edit it by hand", f.why)
	}
	file := &File{text: t.text, roots: t.Roots}
	data, ok := t.text.with(f.splices)
	if !ok || !file.says(data, f.content) {
		return nil, errors.New("this would change something else, too: edit it by hand")
	}
	return data, nil
}

// fieldEditor plans changes of fields.
type fieldEditor struct {
	*edit
	// used are the nodes that aliases stand for.
	used map[*yaml.Node]bool
}

// spot is a field or an item, and what it is in.
type spot struct {
	parent *yaml.Node
	member member // the key is nil for an item
	index  int    // of an item
}

func (f *fieldEditor) apply(one FieldEdit) error {
	at, err := f.find(one.Object, one.Path)
	switch {
	case err != nil:
		return err
	case one.Op == SetField && at.member.value == nil:
		return f.add(at.parent, one.Path[len(one.Path)-1], scalarNode(one.Value), one.Value)
	case at.member.value == nil:
		return faultAt(at.parent, "there is no such field")
	}
	switch one.Op {
	case SetField:
		return f.set(at, one.Value)
	case RemoveField:
		return f.drop(at)
	case RenameField:
		return f.rename(at, one.Value)
	case MoveField:
		return f.move(at, one)
	default:
		return fmt.Errorf("there is no such edit: %d", one.Op)
	}
}

// find follows a path. Only the last field of the path may be absent.
func (f *fieldEditor) find(object *yaml.Node, path []string) (spot, error) {
	at := spot{member: member{value: object}}
	for i, step := range path {
		parent := at.member.value
		switch {
		case parent == nil:
			return at, faultAt(at.parent, "there is no such field")
		case parent.Kind == yaml.AliasNode, i > 0 && f.used[parent]:
			return at, faultAt(parent, "others share it by an anchor: write it out first")
		}
		at = spot{parent: parent}
		switch parent.Kind {
		case yaml.MappingNode:
			at.member = find(parent, step)
			if at.member.via != nil {
				return at, faultAt(parent, "it is merged by <<: write it out first")
			}
		case yaml.SequenceNode:
			index, err := strconv.Atoi(step)
			if err != nil || index < 0 || index >= len(parent.Content) {
				return at, faultAt(parent, "there is no such item")
			}
			at.index, at.member.value = index, parent.Content[index]
		default:
			return at, faultAt(parent, "there is nothing within it")
		}
	}
	if v := at.member.value; v != nil && f.used[v] {
		return at, faultAt(v, "others share it by an anchor: write it out first")
	}
	return at, nil
}

func (f *fieldEditor) set(at spot, text string) error {
	if at.member.value.Kind != yaml.ScalarNode {
		return faultAt(at.member.value, "it is not a plain value")
	}
	if at.member.key != nil {
		f.replace(at.parent, at.member, value{strategy: text})
		return nil
	}
	quote := ""
	if n := at.member.value; n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		quote = string(f.data[f.body(n)])
	}
	f.splice(f.body(at.member.value), f.end(at.member.value), quote+text+quote)
	f.mean(at.parent, at.index, 1, scalarNode(text))
	return nil
}

func (f *fieldEditor) drop(at spot) error {
	if len(at.parent.Content) == 1 || at.member.key != nil && len(at.parent.Content) == 2 {
		return faultAt(at.parent, "nothing would be left in it: edit it by hand")
	}
	if at.member.key != nil {
		f.remove(at.parent, at.member)
		return nil
	}
	f.dropItem(at)
	return nil
}

// dropItem removes an item with its comma, or with its lines.
func (f *fieldEditor) dropItem(at spot) {
	item := at.member.value
	from, to := f.start(item), f.end(item)
	switch {
	case at.parent.Style&yaml.FlowStyle == 0:
		from, to = f.lineStart(from), f.nextLine(to)
	case at.index > 0:
		from = f.end(at.parent.Content[at.index-1])
	default:
		if next, comma := f.comma(to); comma {
			to = f.skipBlanks(next)
		}
	}
	f.splice(from, to, "")
	content, changed := f.content[at.parent]
	if !changed {
		content = at.parent.Content
	}
	for i, n := range content {
		if n == item {
			f.mean(at.parent, i, 1)
			return
		}
	}
}

func (f *fieldEditor) rename(at spot, name string) error {
	key := at.member.key
	if key == nil {
		return faultAt(at.parent, "an item has no name")
	}
	quote := ""
	if key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		quote = string(f.data[f.body(key)])
	}
	f.splice(f.start(key), f.end(key), quote+name+quote)
	f.mean(at.parent, f.indexOf(at.parent, key), 1, scalarNode(name))
	return nil
}

func (f *fieldEditor) move(at spot, one FieldEdit) error {
	if at.member.value.Kind != yaml.ScalarNode {
		return faultAt(at.member.value, "it is more than a plain value: move it by hand")
	}
	target, err := f.find(one.Object, append(slices.Clip(one.To), ""))
	if err != nil {
		return err
	}
	if target.parent.Kind != yaml.MappingNode {
		return faultAt(target.parent, "it cannot be moved there")
	}
	text := string(f.data[f.start(at.member.value):f.end(at.member.value)])
	if err := f.add(target.parent, one.Path[len(one.Path)-1], at.member.value, text); err != nil {
		return err
	}
	return f.drop(at)
}

// add writes a field behind the last one of a mapping. The text is that of its value.
func (f *fieldEditor) add(mapping *yaml.Node, name string, meant *yaml.Node, text string) error {
	after := lastOf(mapping, "")
	if mapping.Kind != yaml.MappingNode || after.key == nil {
		return faultAt(mapping, "there is no field behind which it could stand: edit it by hand")
	}
	m := f.mannerOf(after.key, after.value)
	field := m.quote + name + m.quote + m.separator + text
	if m.quote != "" && meant.Style == 0 && meant.Tag == "!!str" {
		field = m.quote + name + m.quote + m.separator + m.quote + text + m.quote
	}
	if mapping.Style&yaml.FlowStyle != 0 {
		f.insertFlow(after, field, m.comma())
	} else {
		f.insertLine(after, field)
	}
	f.mean(mapping, f.indexOf(mapping, after.key)+2, 0, scalarNode(name), &yaml.Node{Kind: meant.Kind, Tag: meant.Tag, Value: meant.Value, Style: meant.Style, Anchor: meant.Anchor})
	return nil
}
