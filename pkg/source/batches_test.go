package source

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBatchesReadAllAndThenTheError(t *testing.T) {
	const text = "some text, in several batches"
	broken := errors.New("the connection is lost")
	for name, from := range map[string]func(io.Reader) io.Reader{
		"as it is":               func(r io.Reader) io.Reader { return r },
		"byte by byte":           iotest.OneByteReader,
		"in halves":              iotest.HalfReader,
		"with the end come data": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{1, 4, len(text), 100} {
				if err := iotest.TestReader(&batches{from: from(strings.NewReader(text)), room: make([]byte, size)}, []byte(text)); err != nil {
					t.Errorf("batches of %d: %v", size, err)
				}
				breaks := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
				got, err := io.ReadAll(&batches{from: from(breaks), room: make([]byte, size)})
				if string(got) != text || !errors.Is(err, broken) {
					t.Errorf("batches of %d: read %q, then %v", size, got, err)
				}
			}
		})
	}
}

// A batch is whole before any of it is handed on.
func TestBatchesAreWhole(t *testing.T) {
	rest := strings.NewReader("abcdef")
	b := &batches{from: iotest.OneByteReader(rest), room: make([]byte, 4)}
	if n, err := b.Read(make([]byte, 1)); n != 1 || err != nil || rest.Len() != 2 {
		t.Errorf("read %d, %v, and %d bytes are left", n, err, rest.Len())
	}
}
