package source

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// readSize is how much is read from a file at a time.
const readSize = 32 << 10

// errTooLarge says that a stream would have to keep more text than it may.
var errTooLarge = errors.New("too large")

// textReader is a reader that keeps what was read since the last call of forget, can be
// set back within it, and counts lines.
type textReader struct {
	r     io.Reader
	text  []byte // what was read from offset start on
	start int64
	next  int64 // the offset at which Read continues
	line  int   // of offset start, counted from 1
	limit int   // how much text may be kept
	err   error // what ended r; io.EOF at its end
}

func newTextReader(r io.Reader, limit int) *textReader {
	return &textReader{r: r, line: 1, limit: limit}
}

// Read is part of io.Reader. The error is errTooLarge when more text would have to be
// kept than the limit allows.
func (s *textReader) Read(p []byte) (int, error) {
	if s.next == s.end() {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.text[s.next-s.start:])
	s.next += int64(n)
	return n, nil
}

func (s *textReader) end() int64 { return s.start + int64(len(s.text)) }

// fill reads at least one more byte.
func (s *textReader) fill() error {
	for had := len(s.text); len(s.text) == had; {
		if s.err != nil {
			return s.err
		}
		if len(s.text) > s.limit {
			return errTooLarge
		}
		s.text = slices.Grow(s.text, readSize)
		var n int
		n, s.err = s.r.Read(s.text[len(s.text) : len(s.text)+readSize])
		s.text = s.text[:len(s.text)+n]
	}
	return nil
}

// peek returns the next bytes without moving on: n of them, or what there is.
func (s *textReader) peek(n int) []byte {
	for s.end()-s.next < int64(n) {
		if s.fill() != nil {
			break
		}
	}
	ahead := s.text[s.next-s.start:]
	return ahead[:min(n, len(ahead))]
}

// readLine returns the rest of the line with its end. The error is io.EOF when nothing
// is left.
func (s *textReader) readLine() ([]byte, error) {
	from := int(s.next - s.start)
	for scanned := from; ; {
		if i := bytes.IndexByte(s.text[scanned:], '\n'); i >= 0 {
			s.next = s.start + int64(scanned+i+1)
			return s.text[from : scanned+i+1], nil
		}
		scanned = len(s.text)
		switch err := s.fill(); {
		case errors.Is(err, io.EOF) && scanned > from:
			s.next = s.end()
			return s.text[from:], nil
		case err != nil:
			return nil, err
		}
	}
}

// forget drops the text before an offset.
func (s *textReader) forget(before int64) {
	s.line += bytes.Count(s.text[:before-s.start], []byte("\n"))
	s.text = s.text[before-s.start:]
	s.start = before
}

// slice returns the text between two offsets. It is valid until the next read.
func (s *textReader) slice(from, to int64) []byte { return s.text[from-s.start : to-s.start] }

// lineAt returns the line of the value that is at, or next after, an offset whose text
// is kept.
func (s *textReader) lineAt(offset int64) int { return s.line + linesBefore(s.text, offset-s.start) }

// linesBefore counts the line ends before the value that is at, or next after, an
// offset.
func linesBefore(text []byte, offset int64) int {
	value := bytes.TrimLeft(text[min(offset, int64(len(text))):], " \t\r\n:,")
	return bytes.Count(text[:len(text)-len(value)], []byte("\n"))
}
