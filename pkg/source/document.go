package source

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// document reads one document: an object, or a list, whose items are handed on as
// they arrive.
type document struct {
	*jsontext.Decoder
	text  *window
	place place
	root  *yaml.Node // nil unless the JSON was made of YAML
	into  *collection

	typeMeta
	list, badList bool // "items" is a list; is something else
	// pending are items that do not say what they are; the list must.
	pending []object
}

// read reads the document. The error is io.EOF when there is none any more.
func (d *document) read() error {
	start := d.InputOffset()
	token, err := d.ReadToken()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	d.place.line = d.lineAt(start, "")
	switch {
	case err == nil && token.Kind() == '[':
		return d.place.errorf("a list of objects without a kind: make it the items of a kind: List")
	case err == nil && token.Kind() != '{':
		return d.place.errorf("not a Kubernetes object")
	}
	for err == nil && d.PeekKind() != '}' {
		err = d.member()
	}
	if err == nil {
		_, err = d.ReadToken()
	}
	if err != nil {
		return d.fault(err)
	}
	return d.finish(start)
}

// member reads one member of the document's object.
func (d *document) member() error {
	name, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch name.String() {
	case "apiVersion":
		return json.UnmarshalDecode(d.Decoder, &d.APIVersion)
	case "kind":
		return json.UnmarshalDecode(d.Decoder, &d.Kind)
	case "items":
		if d.complete() && !d.namedList() {
			break // a field like any other
		}
		d.list = d.PeekKind() == '['
		d.badList = !d.list && d.PeekKind() != 'n'
		if d.list {
			return d.items()
		}
	}
	return d.SkipValue()
}

func (d *document) items() error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		d.text.forget(d.InputOffset())
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := d.item(value); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// item hands on an item of a list, or holds it back until it is known what it is.
func (d *document) item(value jsontext.Value) error {
	o := object{text: value, at: d.StackPointer(), place: d.place, root: d.root}
	o.place.line = d.lineAt(d.InputOffset()-int64(len(value)), o.at)
	if err := json.Unmarshal(value, &o.typeMeta); err != nil {
		return o.fault(err)
	}
	if !o.complete() && !d.complete() {
		o.text = o.text.Clone()
		d.pending = append(d.pending, o)
		return nil
	}
	return d.hand(o)
}

// hand completes an item's type by that of its list.
func (d *document) hand(item object) error {
	of := d.itemOf()
	if item.APIVersion == "" {
		item.APIVersion = of.APIVersion
	}
	if item.Kind == "" {
		item.Kind = of.Kind
	}
	if item.isList() {
		return item.place.errorf("a list inside a list is not read: give its items alone")
	}
	return d.into.add(item)
}

// finish hands on what was read: the document itself, or what is left of a list.
func (d *document) finish(start int64) error {
	switch {
	case d.list && d.Kind == "":
		return d.place.errorf("it has items and no kind, which kubectl writes after them: is the file cut off?")
	case d.list && !d.namedList():
		return d.place.errorf("it has items, and its kind %q is not that of a list", d.Kind)
	case d.isList() && d.badList:
		return d.place.errorf("the items of this %s are no list", d.Kind)
	case !d.list && !d.isList():
		text := trimSpace(d.text.slice(start, d.InputOffset()))
		return d.into.add(object{typeMeta: d.typeMeta, text: text, place: d.place, root: d.root})
	}
	for _, item := range d.pending {
		if err := d.hand(item); err != nil {
			return err
		}
	}
	return nil
}

// lineAt returns the line of what is at, or next after, an offset, and at the
// pointer.
func (d *document) lineAt(offset int64, at jsontext.Pointer) int {
	if d.root != nil {
		return lineOf(d.root, at)
	}
	return d.text.lineAt(offset)
}

// fault names the place of a decoder's error. Errors of another making have it.
func (d *document) fault(err error) error {
	offset, at, words := explain(err)
	if words == "" {
		return err
	}
	return d.place.at(d.lineAt(offset, at)).errorf("%s%s", field(at), words)
}
