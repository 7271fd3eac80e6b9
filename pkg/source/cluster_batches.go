package source

import (
	"bytes"
	"io"
)

// How much of a response is waited for before it is decoded: little at first, so that a
// slow one shows progress. API servers send pieces of a few kilobytes, and waking up for
// each takes time, also from an API server on the same machine.
const (
	firstBatch = 16 << 10
	maxBatch   = 1 << 20
)

// batches reads from another reader in whole batches, each twice as large as the one
// before. What comes before an error is read before the error.
type batches struct {
	from       io.Reader
	room, left []byte
	err        error
}

// Read is part of io.Reader.
func (b *batches) Read(into []byte) (int, error) {
	if len(b.left) == 0 && b.err == nil {
		b.fill()
	}
	n := copy(into, b.left)
	b.left = b.left[n:]
	if n == 0 && len(into) > 0 {
		return 0, b.err
	}
	return n, nil
}

// fill reads a batch, or less up to an error, or up to what may be the end of a document:
// that must not wait for what follows it.
func (b *batches) fill() {
	if len(b.room) < maxBatch {
		b.room = make([]byte, max(firstBatch, 2*len(b.room)))
	}
	filled := 0
	for filled < len(b.room) && b.err == nil {
		var n int
		n, b.err = b.from.Read(b.room[filled:])
		filled += n
		if n > 0 && mayEnd(b.room[:filled]) {
			break
		}
	}
	b.left = b.room[:filled]
}

// mayEnd reports whether a document may end here.
func mayEnd(text []byte) bool {
	return bytes.HasSuffix(text, []byte("}")) || bytes.HasSuffix(text, []byte("}\n"))
}
