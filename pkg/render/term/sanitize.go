package term

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Sanitize makes text from outside safe to print on a terminal. Control characters
// (C0, C1, DEL, newlines and tabs among them), bidirectional and other invisible format
// characters and bytes that are not UTF-8 become escapes such as \n, \x1b and \u202e.
// So do the letters and digits of scripts that are written from right to left: a terminal
// would show the cells around them in another order. Everything else stays as it is,
// backslashes too.
func Sanitize(text string) string {
	if isPlain(text) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r), isInvisible(r), isRightToLeft(r):
			quoted := strconv.QuoteToASCII(text[:size])
			out.WriteString(quoted[1 : len(quoted)-1])
		default:
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
	return out.String()
}

// isInvisible reports whether a letter or mark shows as nothing, so that two texts that
// differ by it look alike: fillers, the braille blank, the grapheme joiner and variation
// selectors.
func isInvisible(r rune) bool {
	switch r {
	case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0:
		return true
	default:
		return unicode.Is(unicode.Variation_Selector, r)
	}
}

// isRightToLeft reports whether a character can change the order in which those beside it
// are shown.
func isRightToLeft(r rune) bool {
	properties, _ := bidi.LookupRune(r)
	switch properties.Class() {
	case bidi.R, bidi.AL, bidi.AN:
		return true
	default:
		return false
	}
}

// isPlain reports whether text is printable ASCII.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
