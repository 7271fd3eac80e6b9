package transport

import (
	"context"
	"errors"
	"io"
)

// body is the body of a response.
type body struct {
	io.ReadCloser
	exchange *exchange
	// left is how many bytes may follow; less than 0 is any number.
	left int64
	// tooLarge is the error when more follow; nil drops them.
	tooLarge error
}

// Read is part of io.Reader.
func (b *body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if n > 0 {
		b.exchange.heard()
	}
	if b.left >= 0 && int64(n) > b.left {
		n, err = int(b.left), io.EOF
		if b.tooLarge != nil {
			err = b.tooLarge
		}
	}
	if b.left >= 0 {
		b.left -= int64(n)
	}
	switch {
	case errors.Is(err, io.EOF):
		b.exchange.rest()
	case err != nil:
		err = b.exchange.explain(err)
		b.exchange.rest()
	}
	return n, err
}

// Close is part of io.Closer.
func (b *body) Close() error {
	defer b.exchange.end()
	return b.ReadCloser.Close()
}

type streamKey struct{}

// WithStream returns the context for a request whose response is decoded as it arrives,
// and may be of any size.
func WithStream(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamKey{}, true)
}
