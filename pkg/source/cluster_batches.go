package source

import "io"

// How much of an answer is waited for before it is decoded: little at first, so that a
// slow answer shows that it comes. The API server sends it in pieces of a few kilobytes,
// and to wake up for each of them costs time, on its machine, too, where that is the same.
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

// fill reads a batch, or what there is until an error.
func (b *batches) fill() {
	if len(b.room) < maxBatch {
		b.room = make([]byte, max(firstBatch, 2*len(b.room)))
	}
	filled := 0
	for filled < len(b.room) && b.err == nil {
		var n int
		n, b.err = b.from.Read(b.room[filled:])
		filled += n
	}
	b.left = b.room[:filled]
}
