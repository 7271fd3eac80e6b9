package manifest

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// bom may stand at the start of a file. No parser counts it.
const bom = "\ufeff"

// text is the bytes of a file, and where its lines start as a YAML parser counts
// them.
type text struct {
	data   []byte
	starts []int
	// isJSON says that the nodes are those of JSON: their columns count bytes, those of
	// YAML's nodes characters.
	isJSON bool
	// isASCII says that this is the same.
	isASCII bool
}

func newText(data []byte) text {
	t := text{data: data, starts: []int{0}, isASCII: true}
	if bytes.HasPrefix(data, []byte(bom)) {
		t.starts[0] = len(bom)
	}
	for at := 0; at < len(data); at++ {
		t.isASCII = t.isASCII && data[at] < utf8.RuneSelf
		if size := lineBreak(data[at:]); size > 0 {
			t.starts = append(t.starts, at+size)
			at += size - 1
		}
	}
	return t
}

// lineBreak returns the length of the line break that the data start with, 0 when
// they start with none.
func lineBreak(data []byte) int {
	if len(data) == 0 || data[0] != '\n' && data[0] != '\r' && data[0] < utf8.RuneSelf {
		return 0
	}
	for _, one := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if bytes.HasPrefix(data, []byte(one)) {
			return len(one)
		}
	}
	return 0
}

// start returns the offset of a node, its anchor and tag included.
func (t *text) start(n *yaml.Node) int {
	line := min(max(n.Line, 1), len(t.starts)) - 1
	at := t.starts[line]
	if t.isJSON || t.isASCII {
		return min(at+n.Column-1, len(t.data))
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(t.data[at:])
		at += size
	}
	return at
}

// line returns the index of the line that an offset is on.
func (t *text) line(at int) int {
	line, exact := slices.BinarySearch(t.starts, at)
	if exact {
		return line
	}
	return max(line-1, 0)
}

func (t *text) lineStart(at int) int { return t.starts[t.line(at)] }

// nextLine returns the offset after the line break of the line.
func (t *text) nextLine(at int) int {
	if next := t.line(at) + 1; next < len(t.starts) {
		return t.starts[next]
	}
	return len(t.data)
}

// lineEnd returns the offset of the line's break.
func (t *text) lineEnd(at int) int {
	for at < len(t.data) && lineBreak(t.data[at:]) == 0 {
		at++
	}
	return at
}

// newline returns the line break of the line or, when it has none, of the first.
func (t *text) newline(at int) string {
	for _, end := range []int{t.lineEnd(at), t.lineEnd(0)} {
		if size := lineBreak(t.data[end:]); size > 0 {
			return string(t.data[end : end+size])
		}
	}
	return "\n"
}

// byteAt returns the byte at an offset, 0 at the end.
func (t *text) byteAt(at int) byte {
	if at < len(t.data) {
		return t.data[at]
	}
	return 0
}

// opensLine reports whether nothing but blanks stands before the offset on its line.
func (t *text) opensLine(at int) bool { return t.skipBlanks(t.lineStart(at)) >= at }

// endsLine reports whether nothing but a comment stands after the offset on its line.
func (t *text) endsLine(at int) bool {
	next := t.skipBlanks(at)
	return next == len(t.data) || lineBreak(t.data[next:]) > 0 || t.data[next] == '#' && next > at
}

// skipBlanks returns the offset of the next byte that is no blank.
func (t *text) skipBlanks(at int) int {
	for isBlank(t.byteAt(at)) {
		at++
	}
	return at
}

// skipSpace returns the offset of what stands next after blanks, line breaks and
// comments.
func (t *text) skipSpace(at int) int {
	for at < len(t.data) {
		size := lineBreak(t.data[at:])
		switch {
		case size > 0:
			at += size
		case isBlank(t.data[at]):
			at++
		case t.data[at] == '#':
			at = t.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }
