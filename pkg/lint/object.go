package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// File is a file that was read.
type File struct {
	Name string
	Data []byte
	*manifest.Tree
}

// Object is an object of a Project as it is written.
type Object struct {
	APIVersion, Kind, Project, Name string
	// File is nil when the object comes from a cluster.
	File *File

	node   *yaml.Node
	value  map[string]any
	faults []fault
	// patch: it changes another object of its name, and is not whole.
	patch bool
}

// String names the object as kubectl does: "stage/prod".
func (o *Object) String() string { return strings.ToLower(o.Kind) + "/" + o.Name }

// Place is a part of an object.
type Place struct {
	// Object is nil for a place in a file that is no object.
	Object *Object
	Path   jsontext.Pointer
	// File is nil when the object comes from a cluster.
	File *File
	Span manifest.Span
}

// Where says for a person where that is: "pipelines/prod.yaml:14" or "stage/prod
// .spec.requestedFreight[0].sources".
func (p Place) Where() string {
	if p.File != nil {
		return fmt.Sprintf("%s:%d", p.File.Name, p.Span.Line)
	}
	return strings.TrimSuffix(p.Object.String()+" "+FieldPath(p.Path), " ")
}

// FieldPath writes a path as people do: ".spec.requestedFreight[0].sources".
func FieldPath(path jsontext.Pointer) string {
	var b strings.Builder
	for token := range path.Tokens() {
		if _, err := strconv.Atoi(token); err == nil {
			fmt.Fprintf(&b, "[%s]", token)
		} else {
			b.WriteString("." + token)
		}
	}
	return b.String()
}

// pathTo returns a path of names of fields and indexes of items.
func pathTo(parts ...any) jsontext.Pointer { return extend("", parts...) }

func extend(path jsontext.Pointer, parts ...any) jsontext.Pointer {
	for _, part := range parts {
		path = path.AppendToken(fmt.Sprint(part))
	}
	return path
}

// get returns what the object has at a path, nil when there is nothing.
func (o *Object) get(parts ...any) any {
	var value any = o.value
	for _, part := range parts {
		switch v := value.(type) {
		case map[string]any:
			value = v[fmt.Sprint(part)]
		case []any:
			i, ok := part.(int)
			if !ok || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// has reports whether the object has a field at a path, even if it is null.
func (o *Object) has(parts ...any) bool {
	parent, ok := o.get(parts[:len(parts)-1]...).(map[string]any)
	if !ok {
		return false
	}
	_, ok = parent[fmt.Sprint(parts[len(parts)-1])]
	return ok
}

// text returns the text at a path, "" when there is none.
func (o *Object) text(parts ...any) string {
	text, _ := o.get(parts...).(string)
	return text
}

// list returns the list at a path, nil when there is none.
func (o *Object) list(parts ...any) []any {
	list, _ := o.get(parts...).([]any)
	return list
}

// fields returns the object at a path, nil when there is none.
func (o *Object) fields(parts ...any) map[string]any {
	fields, _ := o.get(parts...).(map[string]any)
	return fields
}

// found is the field or item at a path, or the nearest one above that is written.
type found struct {
	key, value *yaml.Node
	whole      bool // all of the path was there
}

func (o *Object) find(path jsontext.Pointer) found {
	at := found{value: o.node, whole: true}
	for token := range path.Tokens() {
		node := manifest.Resolve(at.value)
		switch node.Kind {
		case yaml.MappingNode:
			m := manifest.Find(node, token)
			if m.Key == nil {
				at.whole = false
				return at
			}
			at.key, at.value = m.Key, m.Value
		case yaml.SequenceNode:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(node.Content) {
				at.whole = false
				return at
			}
			at.key, at.value = nil, node.Content[i]
		default:
			at.whole = false
			return at
		}
	}
	return at
}

// at returns the place of a field: its name and its value where they are on one line,
// else its name. For a missing field it is the name of the nearest one above.
func (o *Object) at(path jsontext.Pointer) Place {
	place := Place{Object: o, Path: path, File: o.File}
	if o.File == nil {
		return place
	}
	at := o.find(path)
	switch {
	case at.key == nil && at.value == o.node:
		if name := manifest.Find(manifest.Find(o.node, "metadata").Value, "name"); name.Value != nil {
			place.Span = o.File.Span(name.Value)
			return place
		}
		place.Span = o.File.Between(firstOf(o.node), firstOf(o.node))
	case at.key == nil:
		place.Span = o.File.Span(firstOf(at.value))
	case !at.whole:
		place.Span = o.File.Span(at.key)
	default:
		place.Span = o.File.Between(at.key, at.value)
		if place.Span.Line != place.Span.EndLine {
			place.Span = o.File.Span(at.key)
		}
	}
	return place
}

// valueAt returns the place of a field's value where it is a scalar, else that of the
// field.
func (o *Object) valueAt(path jsontext.Pointer) Place {
	place := o.at(path)
	if o.File == nil {
		return place
	}
	if at := o.find(path); at.whole && at.value.Kind != yaml.MappingNode && at.value.Kind != yaml.SequenceNode {
		if span := o.File.Span(at.value); span.To > span.From {
			place.Span = span
		}
	}
	return place
}

// firstOf returns the first scalar of a node, at which it starts for a person.
func firstOf(n *yaml.Node) *yaml.Node {
	for (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && len(n.Content) > 0 && n.Style&yaml.FlowStyle == 0 {
		n = n.Content[0]
	}
	return n
}
