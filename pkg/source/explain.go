package source

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// explain puts an error of the JSON decoder into words, and says where it is. The
// words are empty for other errors.
func explain(err error) (offset int64, at jsontext.Pointer, words string) {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntactic) && errors.Is(syntactic.Err, io.ErrUnexpectedEOF):
		return syntactic.ByteOffset, syntactic.JSONPointer, "it ends in the middle of an object"
	case errors.As(err, &syntactic):
		return syntactic.ByteOffset, syntactic.JSONPointer, syntactic.Err.Error()
	case errors.As(err, &semantic):
		return semantic.ByteOffset, semantic.JSONPointer, wordsOf(semantic)
	default:
		return 0, "", ""
	}
}

// wordsOf says which field has what instead of what.
func wordsOf(err *json.SemanticError) string {
	field := ""
	if err.JSONPointer != "" {
		field = strings.Join(slices.Collect(err.JSONPointer.Tokens()), ".") + ": "
	}
	if err.Err != nil {
		return field + err.Err.Error()
	}
	return field + fmt.Sprintf("%s is expected, not %s", expected(err.GoType), found(err.JSONKind))
}

// expected says what a Go type is in JSON.
func expected(t reflect.Type) string {
	if t == nil {
		return "something else"
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "text"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a number"
	}
}

func found(kind jsontext.Kind) string {
	switch kind {
	case '"':
		return "text"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	default: // true, false, null
		return kind.String()
	}
}
