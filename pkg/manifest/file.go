package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding"
)

// File is a file of YAML or JSON documents with Stages among them.
type File struct {
	// Stages are in the order of the file, those that are items of lists included.
	Stages []*Stage
	// Notes are for a person: what looks like a Stage and is not edited.
	Notes []string

	name string
	// original is the file as it is stored; text is the same in UTF-8.
	original []byte
	text     text
	// utf16 is how the text is stored, nil for UTF-8.
	utf16 encoding.Encoding
	roots []*yaml.Node
	// users has an alias of each node that has one.
	users map[*yaml.Node]*yaml.Node
	// edits are those that Set has planned, by the request's node.
	edits map[*yaml.Node]*edit
}

// Parse reads a file in UTF-8 or UTF-16; the name is for errors. It reads whatever is YAML, and skips
// what is no Stage. A Stage that gives a field twice is an error.
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name, original: data, users: map[*yaml.Node]*yaml.Node{}, edits: map[*yaml.Node]*edit{}}
	decoded, utf16, err := decode(data)
	if err != nil {
		return nil, f.place(err)
	}
	f.text, f.utf16 = newText(decoded), utf16
	if f.roots, err = f.text.parse(); err != nil {
		return nil, f.place(err)
	}
	for _, root := range f.roots {
		walk(root, func(n *yaml.Node) {
			if n.Kind == yaml.AliasNode && f.users[n.Alias] == nil {
				f.users[n.Alias] = n
			}
		})
		if err := f.collect(root); err != nil {
			return nil, f.place(err)
		}
	}
	return f, nil
}

// at opens a sentence about a line.
func (f *File) at(line int) string {
	if line == 0 {
		return f.name + ": "
	}
	return fmt.Sprintf("%s, line %d: ", f.name, line)
}

// place says where an error is.
func (f *File) place(err error) error {
	return fmt.Errorf("%s%w", f.at(lineOf(err)), err)
}

// splice puts text in the place of the bytes between two offsets.
type splice struct {
	from, to int
	text     string
}

// Bytes returns the file with all that was Set: the bytes that were parsed if there
// was nothing to change. The result is parsed again, and an error returned if it
// says anything else than was meant.
func (f *File) Bytes() ([]byte, error) {
	var splices []splice
	meant := contents{}
	for _, e := range f.edits {
		splices = append(splices, e.splices...)
		maps.Copy(meant, e.content)
	}
	if len(splices) == 0 {
		return f.original, nil
	}
	data, ok := f.text.with(splices)
	if !ok || !f.says(data, meant) {
		return nil, f.place(errors.New("setting the strategy would change something else, too: edit the file by hand"))
	}
	if f.utf16 != nil {
		return f.utf16.NewEncoder().Bytes(data)
	}
	return data, nil
}

// with returns the text with the splices in it, if they do not overlap.
func (t *text) with(splices []splice) ([]byte, bool) {
	// What is put in at one offset is of one request, and in order.
	slices.SortStableFunc(splices, func(a, b splice) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	var data []byte
	done := 0
	for _, s := range splices {
		if s.from < done || s.to < s.from || s.to > len(t.data) {
			return nil, false
		}
		data = append(append(data, t.data[done:s.from]...), s.text...)
		done = s.to
	}
	return append(data, t.data[done:]...), true
}

// says reports whether data parse as the file does, with other contents of the
// mappings that are meant to differ.
func (f *File) says(data []byte, meant contents) bool {
	t := newText(data)
	roots, err := t.parse()
	if err != nil || t.isJSON != f.text.isJSON {
		return false
	}
	return slices.EqualFunc(f.roots, roots, meant.same)
}

// contents are what mappings are meant to hold that do not stay as they are.
type contents map[*yaml.Node][]*yaml.Node

// same reports whether a tree is what an old one is meant to be, wherever its nodes
// stand and however its scalars are quoted.
func (c contents) same(old, now *yaml.Node) bool {
	content, differs := c[old]
	if !differs {
		content = old.Content
	}
	return old.Kind == now.Kind && old.Value == now.Value && old.Anchor == now.Anchor &&
		(old.Kind == yaml.AliasNode || old.ShortTag() == now.ShortTag()) &&
		slices.EqualFunc(content, now.Content, c.same)
}
