package kargo

import (
	"encoding"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// DecodeWords says for a person what is wrong with the value of a field, in words that are
// the same every time, which the decoder's own are not.
func DecodeWords(err *json.SemanticError) string {
	if err.Err != nil {
		return err.Err.Error()
	}
	return fmt.Sprintf("%s is expected, not %s", jsonTypeName(err.GoType), jsonKindName(err.JSONKind))
}

// jsonTypeName says what a Go type is in JSON.
func jsonTypeName(t reflect.Type) string {
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

func jsonKindName(kind jsontext.Kind) string {
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
