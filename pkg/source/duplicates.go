package source

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonTwice is a field that an object gives twice: where the values stand.
type jsonTwice struct {
	name         string
	first, again int64
}

// lastOfEach returns a JSON value in which of each name only the last member of an
// object is left, as kubectl reads it, and what was left out.
func lastOfEach(value jsontext.Value) (jsontext.Value, []jsonTwice, error) {
	d := deduplicator{Decoder: jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true))}
	last, err := d.value()
	return last, d.twice, err
}

type deduplicator struct {
	*jsontext.Decoder
	twice []jsonTwice
}

func (d *deduplicator) value() (jsontext.Value, error) {
	switch d.PeekKind() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	default:
		value, err := d.ReadValue()
		return value.Clone(), err
	}
}

func (d *deduplicator) array() (jsontext.Value, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	text := []byte("[")
	for d.PeekKind() != ']' {
		item, err := d.value()
		if err != nil {
			return nil, err
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	_, err := d.ReadToken()
	return append(text, ']'), err
}

// jsonMember is one member of an object.
type jsonMember struct {
	name, value jsontext.Value
	at          int64
}

func (d *deduplicator) object() (jsontext.Value, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var members []jsonMember
	index := map[string]int{}
	for d.PeekKind() != '}' {
		m, key, err := d.member()
		if err != nil {
			return nil, err
		}
		i, exists := index[key]
		if !exists {
			index[key] = len(members)
			members = append(members, m)
			continue
		}
		d.twice = append(d.twice, jsonTwice{key, members[i].at, m.at})
		members[i] = m
	}
	_, err := d.ReadToken()
	return write(members), err
}

func (d *deduplicator) member() (m jsonMember, key string, err error) {
	name, err := d.ReadValue()
	if err != nil {
		return m, "", err
	}
	m.at = d.InputOffset() - int64(len(name))
	m.name = name.Clone()
	m.value, err = d.value()
	return m, stringOf(m.name), err
}

func write(members []jsonMember) jsontext.Value {
	text := []byte("{")
	for i, m := range members {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, m.name...), ':'), m.value...)
	}
	return append(text, '}')
}
