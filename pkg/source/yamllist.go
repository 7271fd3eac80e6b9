package source

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// yamlList reads a long YAML list item by item, so that no more than one of them is in
// memory as a tree. It is for lists in block style whose "items:" stands at the start of
// a line, as kubectl writes them.
//
// The text is cut at the dashes in the items' column. Were such a dash within a quoted
// text or a flow collection, what comes before it would not parse; so each item that
// parses is one.
type yamlList struct {
	*documents
	here place
	// head is the text up to the items, and tail what follows them.
	head, tail []byte
	tailLine   int
	indent     int // the column of the items' dashes
	// document reads the items.
	document yamlDocument
}

// newYAMLList returns a reader of the list that starts at an offset and is read beyond
// its head, nil when it is not such a list.
func newYAMLList(d *documents, here place, from int64) *yamlList {
	text := d.slice(from, d.next)
	head := headOf(text)
	if head == nil {
		return nil
	}
	indent, ok := indentOfItems(text[len(head):])
	if !ok {
		return nil
	}
	root, err := nextYAML(yaml.NewDecoder(bytes.NewReader(head)))
	if err != nil || root.Kind != yaml.MappingNode || len(root.Content) == 0 {
		return nil
	}
	last := root.Content[len(root.Content)-2:]
	if last[0].Value != "items" || last[0].Column != 1 || last[1].ShortTag() != "!!null" {
		return nil
	}
	l := &yamlList{documents: d, here: here, head: slices.Clone(head), indent: indent}
	d.next = from + int64(len(head))
	l.document = yamlDocument{document: newDocument(here.at(here.line-1+root.Line), d.into), documents: d}
	l.document.typeMeta, l.document.list = typeOfNode(root), true
	return l
}

// headOf returns the text up to and with the line "items:", nil when there is none.
func headOf(text []byte) []byte {
	const key = "items:"
	for at := 0; ; {
		line := text[at:]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			return nil
		}
		line = line[:end+1]
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok && isBlank(rest) {
			return text[:at+len(line)]
		}
		at += len(line)
	}
}

// indentOfItems returns the column of the first dash.
func indentOfItems(text []byte) (int, bool) {
	for line := range bytes.Lines(text) {
		if isBlank(line) {
			continue
		}
		indent := indentOf(line)
		return indent, isItem(line, indent)
	}
	return 0, false
}

func indentOf(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }

// isItem reports whether an item of a list starts on a line, in a column.
func isItem(line []byte, column int) bool {
	return indentOf(line) == column && startsWithWord(line[column:], "-")
}

// read reads the items, and then what says what they are.
func (l *yamlList) read() error {
	for {
		l.forget(l.next)
		more, err := l.item()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := l.readTail(); err != nil {
		return err
	}
	return l.finish()
}

// item reads the next item, if there is one.
func (l *yamlList) item() (more bool, err error) {
	from, line, begun := l.next, l.line, false
	for {
		at := l.next
		text, err := l.readLine()
		switch {
		case errors.Is(err, io.EOF):
			return false, l.parseItem(from, line)
		case errors.Is(err, errTooLarge):
			return false, &documentError{error: err, open: true}
		case err != nil:
			return false, err
		case isBlank(text):
			continue
		}
		switch isNext := isItem(text, l.indent); {
		case isNext && begun:
			l.next = at
			return true, l.parseItem(from, line)
		case !isNext && indentOf(text) <= l.indent:
			l.next = at
			return false, l.parseItem(from, line)
		}
		begun = true
	}
}

// parseItem hands on the item whose text ends at the next byte, and starts on a line.
func (l *yamlList) parseItem(from int64, line int) error {
	l.document.above = line - 1
	err := l.parse(l.slice(from, l.next), l.here.at(line), func(root *yaml.Node) error {
		switch {
		case root.ShortTag() == "!!null":
			return nil
		case root.Kind != yaml.SequenceNode || len(root.Content) != 1:
			return &documentError{error: l.here.at(line).errorf("not an item of a list")}
		}
		return l.document.item(root.Content[0])
	})
	if failure, ok := errors.AsType[*documentError](err); ok {
		failure.open = true
	}
	return err
}

// readTail reads what follows the items.
func (l *yamlList) readTail() error {
	l.forget(l.next)
	from := l.next
	l.tailLine = l.line
	for {
		at := l.next
		line, err := l.readLine()
		switch {
		case errors.Is(err, io.EOF), err == nil && isEnd(line):
		case errors.Is(err, errTooLarge):
			return &documentError{error: err, open: true}
		case err != nil:
			return err
		case isSeparator(line):
			l.next = at
		default:
			continue
		}
		l.tail = slices.Clone(l.slice(from, l.next))
		return nil
	}
}

// finish reads the list without its items, which says what they are.
func (l *yamlList) finish() error {
	headLines := bytes.Count(l.head, []byte("\n"))
	// lineOf returns the line of the file, counted from the list's start, of a line of
	// the text without the items.
	lineOf := func(line int) int {
		if line > headLines {
			line += l.tailLine - l.here.line - headLines
		}
		return line
	}
	root, err := nextYAML(yaml.NewDecoder(bytes.NewReader(slices.Concat(l.head, l.tail))))
	if err != nil {
		line, words := splitYAMLError(err)
		return &documentError{error: l.here.at(l.here.line-1+lineOf(line)).errorf("%s", words)}
	}
	for _, name := range root.Content {
		name.Line = lineOf(name.Line)
	}
	l.document.above = l.here.line - 1
	l.document.typeMeta = typeOfNode(root)
	l.document.warnTwice(root)
	return l.document.finish()
}
