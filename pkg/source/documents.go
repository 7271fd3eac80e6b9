package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// sniffed is how far into a file its format is looked for.
const sniffed = 4096

// readDocuments reads the documents of a file, JSON or YAML, into the collection.
func readDocuments(r io.Reader, name string, into *collection) error {
	buffered := bufio.NewReaderSize(r, sniffed)
	head, _ := buffered.Peek(sniffed)
	text, marked := bytes.CutPrefix(head, []byte("\ufeff"))
	if !startsJSON(text) {
		return readYAML(buffered, place{file: name}, into)
	}
	if marked {
		_, _ = buffered.Discard(len(head) - len(text))
	}
	return readJSON(buffered, name, into)
}

// startsJSON tells a JSON object from YAML, whose flow mappings start alike: only
// in JSON must the first name be quoted.
func startsJSON(text []byte) bool {
	inside, isObject := bytes.CutPrefix(trimSpace(text), []byte("{"))
	inside = trimSpace(inside)
	return isObject && (len(inside) == 0 || inside[0] == '"' || inside[0] == '}')
}

func trimSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// readJSON reads JSON documents that follow one another. From a "---" between them
// on the rest is read as YAML, of which JSON is a part.
func readJSON(r io.Reader, name string, into *collection) error {
	text := newWindow(r, 1)
	decoder := jsontext.NewDecoder(text)
	for n := 1; ; n++ {
		kind := decoder.PeekKind()
		text.forget(decoder.InputOffset())
		if kind == '0' { // a number, or a dash
			// As many empty lines in front keep the parser's line numbers right.
			above := strings.NewReader(strings.Repeat("\n", text.line-1))
			rest := io.MultiReader(above, bytes.NewReader(text.text), r)
			return readYAML(rest, place{file: name, document: n - 1}, into)
		}
		d := document{Decoder: decoder, text: text, place: place{file: name, document: n}, into: into}
		if err := d.read(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

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

// typeMeta says what an object is.
type typeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// complete reports whether nothing is missing.
func (t typeMeta) complete() bool { return t.APIVersion != "" && t.Kind != "" }

// isList reports whether the type is one of lists: Kubernetes' general one, or a
// typed one such as Kargo's StageList.
func (t typeMeta) isList() bool { return strings.HasSuffix(t.Kind, "List") }

// itemOf returns the type of the items of a typed list; empty when t is none.
func (t typeMeta) itemOf() typeMeta {
	if kind := strings.TrimSuffix(t.Kind, "List"); kind != "" && kind != t.Kind {
		return typeMeta{t.APIVersion, kind}
	}
	return typeMeta{}
}

// read reads the document. The error is io.EOF when there is none any more.
func (d *document) read() error {
	start := d.InputOffset()
	token, err := d.ReadToken()
	if err == io.EOF {
		return io.EOF
	}
	if err == nil && token.Kind() != '{' {
		return d.place.at(d.lineAt(start, "")).errorf("not a Kubernetes object")
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
	for _, item := range d.pending {
		if err := d.hand(item); err != nil {
			return err
		}
	}
	whole := object{typeMeta: d.typeMeta, place: d.place, root: d.root}
	whole.place.line = d.lineAt(start, "")
	switch {
	case d.isList() && d.badList:
		return whole.place.errorf("the items of this %s are no list", d.Kind)
	case d.list || d.isList():
		return nil
	}
	whole.text = trimSpace(d.text.slice(start, d.InputOffset()))
	return d.into.add(whole)
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
	offset, at, text := explain(err)
	if text == "" {
		return err
	}
	return d.place.at(d.lineAt(offset, at)).errorf("%s", text)
}

// object is one object as it was found.
type object struct {
	typeMeta
	text  jsontext.Value
	place place
	// at is where in the document the object is, and root the document's YAML, nil
	// when it is JSON.
	at   jsontext.Pointer
	root *yaml.Node
}

// fault names the place of an error that decoding the object met.
func (o *object) fault(err error) error {
	offset, at, text := explain(err)
	line := o.place.line + bytes.Count(o.text[:min(offset, int64(len(o.text)))], []byte("\n"))
	if o.root != nil {
		line = lineOf(o.root, o.at+at)
	}
	return o.place.at(line).errorf("%s%s", o.title(), text)
}

// title names the object for the start of a sentence, as far as it says what it is.
func (o *object) title() string {
	var named struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(o.text, &named); err != nil || named.Metadata.Name == "" {
		return ""
	}
	return fmt.Sprintf("%s %q: ", o.Kind, named.Metadata.Name)
}
