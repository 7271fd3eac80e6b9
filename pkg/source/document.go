package source

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxPending bounds the items of a list that are held until it is known what they are.
const maxPending = 64 << 20

// document is what is known of one document: an object or a list of objects.
type document struct {
	typeMeta
	place place
	into  *collection

	list, badList bool // "items" is a list; is something else
	// pending are items that do not say what they are; the list must.
	pending     []object
	pendingSize int
	// hadKargo is how many objects of Kargo's came before the document.
	hadKargo int
}

func newDocument(at place, into *collection) document {
	return document{place: at, into: into, hadKargo: into.kargo}
}

// jsonDocument reads one JSON document, an object or a list, whose items are handed on
// as they arrive.
type jsonDocument struct {
	document
	*jsontext.Decoder
	text *textReader
	base int64 // the offset at which the document's decoder started
}

// readJSON reads the JSON document that starts at the next byte. What the decoder read
// ahead is given back.
func (d *documents) readJSON(here place) error {
	decoder := jsontext.NewDecoder(d.textReader, jsontext.AllowDuplicateNames(true))
	j := jsonDocument{document: newDocument(here, d.into), Decoder: decoder, text: d.textReader, base: d.next}
	err := j.read()
	if err != nil {
		err = j.fault(err)
	}
	d.next = min(j.offset(), d.end())
	return err
}

// offset returns where in the stream the decoder is.
func (d *jsonDocument) offset() int64 { return d.base + d.InputOffset() }

// read reads the document.
func (d *jsonDocument) read() error {
	start := d.offset()
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	lines := map[string]int{}
	for d.PeekKind() != '}' {
		if err := d.member(lines); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if d.isObject() {
		d.into.add(object{typeMeta: d.typeMeta, text: trimSpace(d.text.slice(start, d.offset())), place: d.place})
		return nil
	}
	return d.finish()
}

// member reads one member of the document's object. Lines has those of the members that
// were read.
func (d *jsonDocument) member(lines map[string]int) error {
	name, err := d.ReadToken()
	if err != nil {
		return err
	}
	key := name.String()
	switch key {
	case "apiVersion", "kind", "items":
		line := d.text.lineAt(d.offset() - int64(len(key)))
		if err := d.again(key, lines[key], line); err != nil {
			return err
		}
		lines[key] = line
	}
	switch key {
	case "apiVersion":
		d.APIVersion, err = d.word()
		return err
	case "kind":
		d.Kind, err = d.word()
		return err
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

// word reads a text; "" for anything else.
func (d *jsonDocument) word() (string, error) {
	if d.PeekKind() != '"' {
		return "", d.SkipValue()
	}
	token, err := d.ReadToken()
	if err != nil {
		return "", err
	}
	return token.String(), nil
}

// again judges a member of a list that may have come before.
func (d *document) again(key string, before, line int) error {
	switch {
	case before == 0:
		return nil
	case key == "items" && d.list:
		return &documentError{error: d.place.at(line).errorf("%s: the items of both cannot be told apart", givenTwice(key, before)), open: true}
	case d.list || d.namedList():
		d.into.warnTwice(d.place.at(line), key, before)
	}
	return nil
}

func (d *jsonDocument) items() error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		d.text.forget(d.offset())
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

// item hands on an item of a list.
func (d *jsonDocument) item(value jsontext.Value) error {
	o := object{text: value, place: d.place.at(d.text.lineAt(d.offset() - int64(len(value))))}
	o.typeMeta, o.isNone = typeOf(value)
	return d.take(o)
}

// typeOf returns the type that an object says it has; isNone reports that it is no
// object.
func typeOf(value jsontext.Value) (t typeMeta, isNone bool) {
	if value.Kind() != '{' {
		return typeMeta{}, true
	}
	var said struct {
		APIVersion jsontext.Value `json:"apiVersion"`
		Kind       jsontext.Value `json:"kind"`
	}
	if err := json.Unmarshal(value, &said, jsontext.AllowDuplicateNames(true)); err != nil {
		return typeMeta{}, true // it was parsed before
	}
	return typeMeta{stringOf(said.APIVersion), stringOf(said.Kind)}, false
}

// stringOf returns what a JSON string says, "" for any other value.
func stringOf(value jsontext.Value) string {
	if value.Kind() != '"' {
		return ""
	}
	unquoted, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(unquoted)
}

// take hands on an item of a list, or holds it back until it is known what it is.
func (d *document) take(o object) error {
	if o.complete() || d.complete() {
		d.hand(o)
		return nil
	}
	const overhead = 200
	if d.pendingSize += len(o.text) + overhead; d.pendingSize > maxPending {
		return &documentError{error: d.place.errorf("the list's kind stands behind its items, which do not say what they are: put its kind and apiVersion first"), open: true}
	}
	o.text = o.text.Clone()
	d.pending = append(d.pending, o)
	return nil
}

// hand completes an item's type by that of its list, and hands it on.
func (d *document) hand(item object) {
	of := d.itemOf()
	if item.APIVersion == "" {
		item.APIVersion = of.APIVersion
	}
	if item.Kind == "" {
		item.Kind = of.Kind
	}
	switch {
	case item.isList():
		d.into.lose(item.place.errorf("a list inside a list is not read: give its items alone"))
	case item.isNone && d.isList():
		d.into.lose(item.place.errorf("an object is expected among the items of a list"))
	default:
		d.into.add(item)
	}
}

// isObject reports whether the document is one object.
func (d *document) isObject() bool { return !d.list && !d.isList() }

// finish hands on what is left of a list, and judges whether it was one.
func (d *document) finish() error {
	isKargo := d.into.kargo > d.hadKargo
	switch {
	case d.list && d.Kind == "" && (isKargo || d.APIVersion != ""):
		return d.lost("it has items and no kind, which kubectl writes after them: is the file cut off?")
	case d.list && d.Kind == "":
		d.into.others++
		return nil
	case d.list && !d.namedList() && (isKargo || d.isKargo()):
		return d.lost("it has items, and its kind %q is not that of a list", d.Kind)
	case d.list && !d.namedList():
		d.into.foreign++
		return nil
	case d.isList() && d.badList:
		return d.lost("the items of this %s are no list", d.Kind)
	}
	for _, item := range d.pending {
		d.hand(item)
	}
	return nil
}

func (d *document) lost(format string, args ...any) error {
	d.into.lose(d.place.errorf(format, args...))
	return nil
}

// fault names the place of an error that ended the reading of a document. Errors of
// another making are returned as they are.
func (d *jsonDocument) fault(err error) error {
	if failure, ok := errors.AsType[*documentError](err); ok {
		return failure
	}
	if errors.Is(err, errTooLarge) {
		return &documentError{error: errTooLarge, open: true}
	}
	offset, _, words := explain(err)
	if words == "" {
		return err
	}
	at := d.place.at(d.text.lineAt(max(d.base+offset, d.text.start)))
	return &documentError{error: at.errorf("%s", words), open: true, cut: errors.Is(err, io.ErrUnexpectedEOF)}
}
