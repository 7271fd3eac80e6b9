package source

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBatchesReadAllAndThenTheError(t *testing.T) {
	broken := errors.New("the connection is lost")
	for name, from := range map[string]func(io.Reader) io.Reader{
		"as it is":               func(r io.Reader) io.Reader { return r },
		"byte by byte":           iotest.OneByteReader,
		"in halves":              iotest.HalfReader,
		"with the end come data": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{0, 1, firstBatch, firstBatch + 1, 4 * firstBatch} {
				text := strings.Repeat("a", size)
				if err := iotest.TestReader(&batches{from: from(strings.NewReader(text))}, []byte(text)); err != nil {
					t.Errorf("%d bytes: %v", size, err)
				}
				breaks := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
				got, err := io.ReadAll(&batches{from: from(breaks)})
				if string(got) != text || !errors.Is(err, broken) {
					t.Errorf("of %d bytes read %d, then %v", size, len(got), err)
				}
			}
		})
	}
}

// Batches are whole, and grow to the largest.
func TestBatchesGrow(t *testing.T) {
	text := strings.NewReader(strings.Repeat("a", 4*maxBatch))
	b := &batches{from: iotest.HalfReader(text)}
	var sizes []int
	for before := text.Len(); ; before = text.Len() {
		if _, err := io.CopyN(io.Discard, b, int64(max(1, len(b.left)))); err != nil {
			break
		}
		if read := before - text.Len(); read > 0 {
			sizes = append(sizes, read)
		}
	}
	for i, size := range sizes[:len(sizes)-1] {
		if want := min(firstBatch<<i, maxBatch); size != want {
			t.Errorf("batch %d has %d bytes, want %d", i, size, want)
		}
	}
}
