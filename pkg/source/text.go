package source

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Text is a file as it is: to be edited, not judged.
type Text struct {
	// Name is for a person.
	Name string
	// Path is "" for standard input.
	Path string
	// Data is in UTF-8, even where the file is in UTF-16.
	Data  []byte
	UTF16 bool
	// Err says why the file could not be read.
	Err error
}

// Texts reads each input as it is, and each file once, whatever paths lead there. A
// file that cannot be read keeps none of the others from being read. Like Read it
// returns at once when the context ends.
func (f Files) Texts(ctx context.Context) ([]Text, error) {
	return untilDone(ctx, func() ([]Text, error) { return f.texts(ctx) })
}

func (f Files) texts(ctx context.Context) ([]Text, error) {
	inputs, err := f.inputs(ctx)
	if err != nil {
		return nil, err
	}
	left := f.bounds().input
	seen := map[string]bool{}
	var texts []Text
	for _, in := range inputs.list {
		stop := f.awaited(&in)
		if t := in.text(ctx, &left, seen); t != nil {
			texts = append(texts, *t)
		}
		stop()
	}
	return texts, ctx.Err()
}

// text reads one input, unless it is a file that was seen.
func (in input) text(ctx context.Context, left *int64, seen map[string]bool) *Text {
	t := &Text{Name: in.name}
	r, err := in.open()
	if err != nil {
		t.Err = err
		return t
	}
	defer func() { _ = r.Close() }() // it was only read
	if f, ok := r.(*os.File); ok {   // standard input comes in another coat
		t.Path = f.Name()
		target, err := filepath.EvalSymlinks(t.Path)
		if err == nil && seen[target] {
			return nil
		}
		seen[target] = true
	}
	if t.Data, err = io.ReadAll(&meter{ctx: ctx, r: r, left: left, begun: in.begun}); err == nil {
		err = t.decode()
	}
	if err != nil {
		t.Err = fmt.Errorf("%s: %w", in.name, err)
	}
	return t
}

// decode turns UTF-16 into UTF-8.
func (t *Text) decode() (err error) {
	if encoding := utf16Of(t.Data); encoding != nil {
		t.UTF16 = true
		t.Data, err = encoding.NewDecoder().Bytes(t.Data)
	}
	return err
}
