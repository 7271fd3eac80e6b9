package source

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// explain puts an error of the JSON decoder into words that are the same every time,
// which its own are not, and says where it is: at an offset and, if it is a field
// of the wrong type, at a pointer. The words are empty for other errors.
func explain(err error) (offset int64, at jsontext.Pointer, words string) {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntactic) && errors.Is(syntactic.Err, io.ErrUnexpectedEOF):
		return syntactic.ByteOffset, "", "it ends in the middle of an object"
	case errors.As(err, &syntactic) && errors.Is(syntactic.Err, jsontext.ErrDuplicateName):
		return syntactic.ByteOffset, "", fmt.Sprintf("field %q is given twice", syntactic.JSONPointer.LastToken())
	case errors.As(err, &syntactic):
		return syntactic.ByteOffset, "", syntactic.Err.Error()
	case errors.As(err, &semantic):
		return semantic.ByteOffset, semantic.JSONPointer, kargo.DecodeWords(semantic)
	default:
		return 0, "", ""
	}
}

// givenTwice says that a field was given before, on a line.
func givenTwice(field string, before int) string {
	return fmt.Sprintf("field %q is given twice, first in line %d", field, before)
}

// field writes a pointer as people write fields, with what parts it from the words
// that follow.
func field(at jsontext.Pointer) string {
	if at == "" {
		return ""
	}
	return strings.Join(slices.Collect(at.Tokens()), ".") + ": "
}
