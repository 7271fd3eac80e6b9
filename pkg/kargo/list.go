package kargo

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ListMeta is the metadata of a list that the API server returns in pages.
type ListMeta struct {
	// Continue asks for the next page; empty on the last one.
	Continue string `json:"continue"`
	// RemainingItemCount is how many items follow this page; nil when the server
	// does not say.
	RemainingItemCount *int64 `json:"remainingItemCount"`
	// ResourceVersion is the state of the server that the list shows.
	ResourceVersion string `json:"resourceVersion"`
}

// DecodeList reads one JSON list object from r and hands each of its items to
// each, in order, as it arrives; no more than one item is held at a time. Items
// that were handed over before an error occurred are part of an incomplete list.
func DecodeList[T any](r io.Reader, each func(T)) (ListMeta, error) {
	d := &listDecoder{Decoder: jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	meta, err := decodeList(d, each)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return meta, err
}

type listDecoder struct {
	*jsontext.Decoder
	items bool // a member "items" was there
}

func decodeList[T any](d *listDecoder, each func(T)) (ListMeta, error) {
	var meta ListMeta
	if err := d.open('{', "a list"); err != nil {
		return meta, err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return meta, err
		}
		switch name.String() {
		case "metadata":
			err = json.UnmarshalDecode(d.Decoder, &meta)
		case "items":
			err = decodeItems(d, each)
		default:
			err = d.SkipValue()
		}
		if err != nil {
			return meta, err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return meta, err
	}
	if !d.items {
		return meta, errors.New("not a list: it has no items")
	}
	return meta, nil
}

func decodeItems[T any](d *listDecoder, each func(T)) error {
	d.items = true
	if d.PeekKind() == 'n' { // null is how an empty Go slice may arrive
		return d.SkipValue()
	}
	if err := d.open('[', "items"); err != nil {
		return err
	}
	var item, none T // one for all, as its address makes it live on the heap
	for d.PeekKind() != ']' {
		item = none
		if err := json.UnmarshalDecode(d.Decoder, &item); err != nil {
			return err
		}
		each(item)
	}
	_, err := d.ReadToken()
	return err
}

func (d *listDecoder) open(kind jsontext.Kind, what string) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("%s expected, found %s", what, token.Kind())
	}
	return nil
}
