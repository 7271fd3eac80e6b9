package source

import (
	"bytes"
	"io"
)

// window is a reader that remembers what was read through it from some offset on,
// and on which line that is.
type window struct {
	r     io.Reader
	text  []byte // what was read from offset start on
	start int64
	line  int // of offset start, counted from 1
}

func newWindow(r io.Reader, line int) *window { return &window{r: r, line: line} }

func (w *window) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.text = append(w.text, p[:n]...)
	return n, err
}

// forget drops the text before an offset.
func (w *window) forget(before int64) {
	w.line += bytes.Count(w.text[:before-w.start], []byte("\n"))
	w.text = w.text[before-w.start:]
	w.start = before
}

// lineAt returns the line of the value that is at, or next after, an offset that was
// read and not forgotten.
func (w *window) lineAt(offset int64) int { return w.line + linesBefore(w.text, offset-w.start) }

// linesBefore counts the lines' ends before the value that is at, or next after, an
// offset.
func linesBefore(text []byte, offset int64) int {
	value := bytes.TrimLeft(text[min(offset, int64(len(text))):], " \t\r\n:,")
	return bytes.Count(text[:len(text)-len(value)], []byte("\n"))
}

// slice returns the text between two offsets. It is valid until the next forget.
func (w *window) slice(from, to int64) []byte { return w.text[from-w.start : to-w.start] }
