package formats

import (
	"io"
	"strings"
)

const (
	// jsonIndent is what a level is indented by.
	jsonIndent = "  "
	// maxInline is up to how many bytes an object or array stands on one line.
	maxInline = 100
)

// jsonLayout lays out a JSON document for people, as it streams by: a member to a line,
// and an object or array that holds no other and is short on one line. That takes a third
// of what a line per value would. What it is given has no white space outside of strings.
type jsonLayout struct {
	w   io.Writer
	out []byte
	// depth is how many objects and arrays are open.
	depth int
	// leaf is an object or array that may come to stand on one line, and commas where its
	// members end; nil when none is open.
	leaf   []byte
	commas []int
	// inString and escaped are the state of the string that is read.
	inString, escaped bool
}

func newJSONLayout(w io.Writer) *jsonLayout { return &jsonLayout{w: w} }

// Write is part of io.Writer. All of a document is written when its last bracket is.
func (l *jsonLayout) Write(text []byte) (int, error) {
	l.out = l.out[:0]
	for _, b := range text {
		l.next(b)
	}
	if _, err := l.w.Write(l.out); err != nil {
		return 0, err
	}
	return len(text), nil
}

func (l *jsonLayout) next(b byte) {
	switch {
	case l.inString:
		l.put(b)
		l.inString = b != '"' || l.escaped
		l.escaped = b == '\\' && !l.escaped
	case b == '{' || b == '[':
		l.expand()
		l.leaf = append(make([]byte, 0, maxInline), b)
	case b == '}' || b == ']':
		l.end(b)
	case b == ',':
		if l.leaf != nil {
			l.commas = append(l.commas, len(l.leaf)+1)
			l.put(b, ' ')
			return
		}
		l.put(b)
		l.newLine()
	case b == ':':
		l.put(b, ' ')
	default:
		l.put(b)
		l.inString = b == '"'
	}
}

// put adds bytes to the line, and gives up on the leaf when it becomes too long.
func (l *jsonLayout) put(bytes ...byte) {
	if l.leaf == nil {
		l.out = append(l.out, bytes...)
		return
	}
	if l.leaf = append(l.leaf, bytes...); len(l.leaf) > maxInline {
		l.expand()
	}
}

// end closes an object or array.
func (l *jsonLayout) end(bracket byte) {
	if l.leaf != nil {
		l.out = append(append(l.out, l.leaf...), bracket)
		l.leaf, l.commas = nil, l.commas[:0]
		return
	}
	l.depth--
	l.newLine()
	l.out = append(l.out, bracket)
}

// expand writes what is known of the leaf as one that takes a line for each member.
func (l *jsonLayout) expand() {
	if l.leaf == nil {
		return
	}
	l.out = append(l.out, l.leaf[0])
	l.depth++
	l.newLine()
	start := 1
	for _, comma := range l.commas {
		l.out = append(l.out, l.leaf[start:comma]...)
		l.newLine()
		start = comma + 1
	}
	l.out = append(l.out, l.leaf[min(start, len(l.leaf)):]...)
	l.leaf, l.commas = nil, l.commas[:0]
}

func (l *jsonLayout) newLine() {
	l.out = append(l.out, '\n')
	l.out = append(l.out, strings.Repeat(jsonIndent, l.depth)...)
}
