package kargo

import (
	"bytes"
	"errors"
	"iter"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// verifiedIn is most of a piece of Freight, and takes most of the time to decode. So it is
// taken apart here as Kargo writes it, and left to the decoder where it is other than that.
type verifiedIn ByStage[Verified]

// UnmarshalJSONFrom reads what ByStage reads.
func (v *verifiedIn) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	object, err := d.ReadValue()
	if err != nil {
		return err
	}
	if v.read(object) {
		return nil
	}
	err = json.Unmarshal(object, (*ByStage[Verified])(v), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok { // which knows of this object alone
		semantic.ByteOffset += d.InputOffset() - int64(len(object))
		semantic.JSONPointer = d.StackPointer() + semantic.JSONPointer
	}
	return err
}

// read reports whether the object is as Kargo writes it.
func (v *verifiedIn) read(object jsontext.Value) bool {
	if object.Kind() != '{' {
		return false
	}
	var buffer [32]atStage[Verified] // a longer list is rare
	list := buffer[:0]
	for stage, entry := range members(object) {
		verified, ok := readVerified(entry)
		if !ok || !isPlain(stage) {
			return false
		}
		list = append(list, atStage[Verified]{nameOf(string(inQuotes(stage))), verified})
	}
	*v = verifiedIn(inOrder(list))
	return true
}

func readVerified(object jsontext.Value) (v Verified, ok bool) {
	if object.Kind() != '{' {
		return v, false
	}
	for member, value := range members(object) {
		var err error
		switch {
		case value.Kind() != '"':
			return v, false
		case string(member) == `"verifiedAt"`:
			var at time.Time
			err = at.UnmarshalText(inQuotes(value))
			v.VerifiedAt = InstantOf(at)
		case string(member) == `"longestSoak"`:
			err = v.LongestSoak.UnmarshalText(inQuotes(value))
		default:
			return v, false
		}
		if err != nil {
			return v, false
		}
	}
	return v, true
}

// isPlain reports whether a JSON string is what its quotes enclose.
func isPlain(text jsontext.Value) bool {
	return bytes.IndexByte(text, '\\') < 0 && utf8.Valid(text)
}

func inQuotes(text jsontext.Value) []byte { return text[1 : len(text)-1] }

// members yields the names, in their quotes, and the values of a JSON object as they are
// written. The object is known to be whole.
func members(object jsontext.Value) iter.Seq2[jsontext.Value, jsontext.Value] {
	return func(yield func(name, value jsontext.Value) bool) {
		for at := next(object, 1); object[at] != '}'; at = next(object, at) {
			end := endOf(object, at)
			name := object[at:end]
			at = next(object, end)
			end = endOf(object, at)
			if !yield(name, object[at:end]) {
				return
			}
			at = end
		}
	}
}

// next returns the index of the next thing, from at on, that is more than space or what
// separates things.
func next(text []byte, at int) int {
	for text[at] <= ' ' || text[at] == ',' || text[at] == ':' {
		at++
	}
	return at
}

// endOf returns the index behind the JSON value that begins at at.
func endOf(text []byte, at int) int {
	switch text[at] {
	case '"':
		return endOfString(text, at)
	case '{', '[':
		return endOfNested(text, at)
	default: // a number, true, false or null, and something follows
		return at + bytes.IndexAny(text[at:], ",}] \t\r\n")
	}
}

func endOfString(text []byte, at int) int {
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func endOfNested(text []byte, at int) int {
	for depth := 0; ; at++ {
		switch text[at] {
		case '"':
			at = endOfString(text, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
}
