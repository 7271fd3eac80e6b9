package kargo

import (
	"cmp"
	"iter"
	"slices"
	"unique"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ByStage has a value for each of some Stages; nil is for none of them. It does not
// change: With and Without return others. It takes a fraction of the memory of a map, which
// is what counts with a hundred thousand pieces of Freight.
type ByStage[V any] []atStage[V] // in the order of the Stages' names, each once

type atStage[V any] struct {
	Stage name
	Value V
}

// name is the name of a Stage. All Freight shares one copy of it.
type name struct{ unique.Handle[string] }

func nameOf(text string) name { return name{unique.Make(text)} }

// Equal reports whether both are the same.
func (n name) Equal(other name) bool { return n == other }

// MarshalText returns the name.
func (n name) MarshalText() ([]byte, error) { return []byte(n.Value()), nil }

// Get returns the value for a Stage, and whether there is one.
func (b ByStage[V]) Get(stage string) (V, bool) {
	if i, found := b.find(stage); found {
		return b[i].Value, true
	}
	var none V
	return none, false
}

// At returns the value for a Stage, or else the zero value.
func (b ByStage[V]) At(stage string) V {
	value, _ := b.Get(stage)
	return value
}

// Has reports whether there is a value for a Stage.
func (b ByStage[V]) Has(stage string) bool {
	_, found := b.find(stage)
	return found
}

// All yields the Stages and their values, in the order of the Stages' names.
func (b ByStage[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, at := range b {
			if !yield(at.Stage.Value(), at.Value) {
				return
			}
		}
	}
}

// With returns what is also for the Stage, with this value whatever it was before.
func (b ByStage[V]) With(stage string, value V) ByStage[V] {
	i, found := b.find(stage)
	if found {
		b = slices.Clone(b)
		b[i].Value = value
		return b
	}
	return slices.Insert(slices.Clip(b), i, atStage[V]{nameOf(stage), value})
}

// WithAll returns what is also for these Stages, with their values whatever they were
// before.
func (b ByStage[V]) WithAll(values map[string]V) ByStage[V] {
	list := slices.Clone(b)
	for stage, value := range values {
		list = append(list, atStage[V]{nameOf(stage), value})
	}
	return inOrder(list)
}

// Without returns what is for all but the Stages that are in the set.
func (b ByStage[V]) Without(stages map[string]bool) ByStage[V] {
	is := func(at atStage[V]) bool { return stages[at.Stage.Value()] }
	if !slices.ContainsFunc(b, is) {
		return b
	}
	return slices.DeleteFunc(slices.Clone(b), is)
}

func (b ByStage[V]) find(stage string) (int, bool) {
	return slices.BinarySearchFunc(b, stage, func(at atStage[V], stage string) int {
		return cmp.Compare(at.Stage.Value(), stage)
	})
}

// UnmarshalJSONFrom reads an object whose keys are the names of Stages. Of a key that
// comes twice the last value counts.
func (b *ByStage[V]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*b = nil
	if d.PeekKind() != '{' {
		var object map[string]V // null, or what is to be refused in the decoder's own words
		return json.UnmarshalDecode(d, &object)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	var buffer [32]atStage[V] // a longer list is rare
	list := buffer[:0]
	for d.PeekKind() != '}' {
		key, err := d.ReadToken()
		if err != nil {
			return err
		}
		at := atStage[V]{Stage: nameOf(key.String())}
		if err := json.UnmarshalDecode(d, &at.Value); err != nil {
			return err
		}
		list = append(list, at)
	}
	*b = inOrder(list)
	_, err := d.ReadToken()
	return err
}

// inOrder returns a list of its own of what is there, which the API server has sorted and
// files may not have.
func inOrder[V any](list []atStage[V]) ByStage[V] {
	order := func(x, y atStage[V]) int { return cmp.Compare(x.Stage.Value(), y.Stage.Value()) }
	if !slices.IsSortedFunc(list, order) {
		slices.SortStableFunc(list, order)
	}
	if len(list) == 0 {
		return nil
	}
	own := make(ByStage[V], 0, len(list))
	for i, at := range list {
		if i+1 == len(list) || list[i+1].Stage != at.Stage {
			own = append(own, at)
		}
	}
	return own
}

// interned returns the one copy of a text that is kept however often it comes.
func interned(text string) string { return unique.Make(text).Value() }
