package lint

import "github.com/go-json-experiment/json/jsontext"

// Edit is a change of one field.
type Edit struct {
	Object *Object
	Path   jsontext.Pointer
	Op     EditOp
	// Value is the text to set, or the name that a field is to have.
	Value string
}

// EditOp is what an Edit does.
type EditOp string

// The edits.
const (
	// Set gives a field that is written, or an item of a list, another value; it adds the
	// field if it is missing.
	Set EditOp = "set"
	// Remove takes a field, or an item of a list, away.
	Remove EditOp = "remove"
	// Rename gives a field another name.
	Rename EditOp = "rename"
	// Move takes a field away and adds it to the mapping that Value is the path of.
	Move EditOp = "move"
)

func set(o *Object, path jsontext.Pointer, value string) Edit { return Edit{o, path, Set, value} }

func remove(o *Object, path jsontext.Pointer) Edit { return Edit{o, path, Remove, ""} }
