package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
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
		err := d.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
