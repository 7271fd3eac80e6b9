package source

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// sniffed is how far into a document its format is looked for.
const sniffed = 4096

// documents reads the documents of one file.
type documents struct {
	*textReader
	name   string
	number int    // of the document that is being read, counted from 1
	chart  string // the Helm chart that the file is a template of, "" when it is none
	limits limits
	into   *collection
}

// readDocuments reads the documents of a file into the collection: JSON or YAML in
// UTF-8, or in UTF-16 with a byte order mark. It returns only the errors of the reader;
// what is wrong with a document goes into the collection.
func readDocuments(r io.Reader, in input, limits limits, into *collection) error {
	d := documents{textReader: newTextReader(decodeText(r), int(limits.object)), name: in.name, chart: in.chart, limits: limits, into: into}
	return d.read()
}

// decodeText returns a reader of UTF-8 without a byte order mark.
func decodeText(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	text := io.MultiReader(bytes.NewReader(head), r)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.MultiReader(bytes.NewReader(head), failed{err})
	}
	if encoding := utf16Of(head); encoding != nil {
		return encoding.NewDecoder().Reader(text)
	}
	if string(head) == "\ufeff" {
		return r
	}
	return text
}

// utf16Of returns the encoding of a text that starts with the byte order mark of UTF-16,
// else nil.
func utf16Of(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		return nil
	}
}

// failed is a reader that failed.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// read reads all documents. Between them stand separators, comments and empty lines.
func (d *documents) read() error {
	separated := false // a separator came, and nothing after it yet
	for {
		d.forget(d.next)
		at := d.next
		line, err := d.readLine()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, errTooLarge):
			return err
		case err == nil && isBlank(line):
			continue
		case err == nil && isSeparator(line) && isBlank(line[len("---"):]):
			if separated { // by which an empty document ends
				d.number++
			}
			separated = true
			continue
		}
		d.next = at
		d.number++
		separated = false
		if err := d.readOne(); err != nil {
			return err
		}
	}
}

// readOne reads the document that starts at the next byte.
func (d *documents) readOne() error {
	here := place{file: d.name, document: d.number, line: d.lineAt(d.next)}
	had := d.into.kargo
	var err error
	if startsJSON(d.peek(sniffed)) {
		err = d.readJSON(here)
	} else {
		err = d.readYAML(here)
	}
	if failure, ok := errors.AsType[*documentError](err); ok {
		return d.giveUp(failure, here, d.into.kargo > had)
	}
	return err
}

// documentError says that a document cannot be read.
type documentError struct {
	error
	// open says that the document was not read to its end.
	open bool
	// cut says that the text ends in the middle of the document.
	cut bool
}

// Unwrap is part of error handling.
func (e *documentError) Unwrap() error { return e.error }

// giveUp skips what is left of a document that cannot be read, and notes what may be
// lost.
func (d *documents) giveUp(failure *documentError, here place, hadKargo bool) error {
	read := d.slice(d.start, d.next)
	isLost, isTemplate := hadKargo || failure.cut || d.into.signs.kargo.Match(read), d.into.signs.template.Match(read)
	var err error
	if failure.open {
		err = d.skip(func(text []byte) { isLost = isLost || d.into.signs.kargo.Match(text) })
	}
	reason := failure.error
	switch {
	case isTemplate:
		reason = here.errorf("%s", d.renderFirst())
	case errors.Is(reason, errTooLarge):
		reason = here.errorf("larger than %d MiB, the limit for one object: split it, or give a list as JSON", d.limits.object>>20)
	}
	if isLost {
		d.into.lose(reason)
	} else {
		d.into.unparsed = append(d.into.unparsed, reason.Error())
	}
	return err
}

// skip passes over all lines up to the next separator and shows their text to look,
// piece by piece with some overlap.
func (d *documents) skip(look func([]byte)) error {
	const overlap = 64
	for {
		at := d.next
		line, err := d.readLine()
		switch {
		case errors.Is(err, io.EOF), err == nil && isSeparator(line):
			d.next = at
			look(d.slice(d.start, at))
			return nil
		case errors.Is(err, errTooLarge): // a long line
			d.next = d.end()
		case err != nil:
			return err
		}
		if d.next-d.start > readSize {
			look(d.slice(d.start, d.next))
			d.forget(d.next - overlap)
		}
	}
}

// startsJSON tells a JSON object from YAML, whose flow mappings start alike: only in
// JSON must the first name be quoted.
func startsJSON(text []byte) bool {
	inside, isObject := bytes.CutPrefix(trimSpace(text), []byte("{"))
	inside = trimSpace(inside)
	return isObject && (len(inside) == 0 || inside[0] == '"' || inside[0] == '}')
}

func trimSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// isSeparator reports whether a line starts with "---" as a word of its own.
func isSeparator(line []byte) bool { return startsWithWord(line, "---") }

// isEnd reports whether a line ends a document.
func isEnd(line []byte) bool { return startsWithWord(line, "...") }

func startsWithWord(line []byte, word string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(word))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// isBlank reports whether there is nothing on a line but a comment.
func isBlank(line []byte) bool {
	line = bytes.Trim(line, " \t\r\n")
	return len(line) == 0 || line[0] == '#' && !bytes.ContainsAny(line, "\r\u0085\u2028\u2029") // they end lines of YAML, too
}
