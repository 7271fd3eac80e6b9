package formats

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// newJSONEscaper returns a writer of JSON that writes what a terminal might act on
// (C1 controls, DEL, bidirectional and other invisible characters) as \u escapes,
// which mean the same. Close writes what is left.
func newJSONEscaper(w io.Writer) io.WriteCloser { return transform.NewWriter(w, jsonEscaper{}) }

// jsonEscaper is the transformation. Outside of its strings JSON is printable
// ASCII, so that every other character stands where an escape may.
type jsonEscaper struct{ transform.NopResetter }

// Transform is part of transform.Transformer.
func (jsonEscaper) Transform(dst, src []byte, atEOF bool) (written, read int, err error) {
	for read < len(src) {
		room := len(dst) - written
		if room == 0 {
			return written, read, transform.ErrShortDst
		}
		// What does not fit now is looked at when it does, not each time.
		if plain := asciiPrefix(src[read:min(len(src), read+room)]); plain > 0 {
			copy(dst[written:], src[read:read+plain])
			written += plain
			read += plain
			continue
		}
		if !atEOF && !utf8.FullRune(src[read:]) {
			return written, read, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[read:])
		out := src[read : read+size]
		if !unicode.IsPrint(r) {
			out = escapeJSON(r)
		}
		if written+len(out) > len(dst) {
			return written, read, transform.ErrShortDst
		}
		written += copy(dst[written:], out)
		read += size
	}
	return written, read, nil
}

// asciiPrefix returns how many bytes at the start stay as they are. Of what is below
// a space JSON holds only the ends of its lines.
func asciiPrefix(text []byte) int {
	for i, b := range text {
		if b > '~' {
			return i
		}
	}
	return len(text)
}

// escapeJSON writes a character as JSON escapes it: beyond the first plane as two.
func escapeJSON(r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Appendf(nil, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(nil, `\u%04x`, r)
}
