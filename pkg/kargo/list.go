package kargo

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ListMeta says what a list is, and how it continues when the API server returns it in
// pages.
type ListMeta struct {
	APIVersion, Kind string
	// Continue asks for the next page; empty on the last one.
	Continue string
	// RemainingItemCount is how many items follow this page; nil when the server does not
	// say.
	RemainingItemCount *int64
	// ResourceVersion is the version of the collection that the list shows.
	ResourceVersion string
}

// listMetadata is the "metadata" of a list.
type listMetadata struct {
	Continue           string `json:"continue"`
	RemainingItemCount *int64 `json:"remainingItemCount"`
	ResourceVersion    string `json:"resourceVersion"`
}

// maxValue bounds what of a list is held undecoded, and so every string in it. etcd
// stores no object of this size.
const maxValue = 16 << 20

// ListDecoder decodes one JSON list object from a reader.
type ListDecoder struct {
	json     *jsontext.Decoder
	meta     ListMeta
	hasItems bool
}

// NewListDecoder returns a decoder of a list. It holds no more than one item at a time,
// and fails on a value that is larger than any object of Kubernetes.
func NewListDecoder(r io.Reader) *ListDecoder {
	limited := &valueLimiter{from: r}
	limited.decoder = jsontext.NewDecoder(limited, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &ListDecoder{json: limited.decoder}
}

// DecodeList passes each item of the list to each, in order, as it arrives; an error of
// each ends it. It returns at the end of the list: call End to read what follows. Items
// that were passed on before an error are part of an incomplete list.
func DecodeList[T any](d *ListDecoder, each func(T) error) (ListMeta, error) {
	if err := decodeList(d, each); err != nil {
		return d.meta, unexpectedEnd(err)
	}
	return d.meta, nil
}

// End reads to the end of the input. It fails if anything but white space follows the
// list, or if the reader does: a checksum or a length that comes last is checked there.
func (d *ListDecoder) End() error {
	switch _, err := d.json.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return unexpectedEnd(err)
	default:
		return errors.New("something follows the list")
	}
}

// unexpectedEnd makes io.EOF, which readers take for a good end, io.ErrUnexpectedEOF.
func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func decodeList[T any](d *ListDecoder, each func(T) error) error {
	if err := d.open('{', "a list"); err != nil {
		return err
	}
	for d.json.PeekKind() != '}' {
		name, err := d.json.ReadToken()
		if err != nil {
			return err
		}
		if name.String() == "items" {
			err = decodeItems(d, each)
		} else {
			err = d.member(name.String())
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	if !d.hasItems {
		return errors.New("not a list: it has no items")
	}
	return nil
}

// member decodes a member of the list other than its items.
func (d *ListDecoder) member(name string) error {
	switch name {
	case "apiVersion":
		return json.UnmarshalDecode(d.json, &d.meta.APIVersion)
	case "kind":
		return json.UnmarshalDecode(d.json, &d.meta.Kind)
	case "metadata":
		var metadata listMetadata
		if err := json.UnmarshalDecode(d.json, &metadata); err != nil {
			return err
		}
		d.meta.Continue, d.meta.RemainingItemCount, d.meta.ResourceVersion = metadata.Continue, metadata.RemainingItemCount, metadata.ResourceVersion
		return nil
	default:
		return d.json.SkipValue()
	}
}

func decodeItems[T any](d *ListDecoder, each func(T) error) error {
	d.hasItems = true
	if d.json.PeekKind() == 'n' { // how Go writes an empty list
		return d.json.SkipValue()
	}
	if err := d.open('[', "items"); err != nil {
		return err
	}
	var item, none T // one for all, as its address makes it live on the heap
	for {
		switch d.json.PeekKind() { //nolint:exhaustive // whatever else there is, the decoder reads or refuses
		case ']':
			_, err := d.json.ReadToken()
			return err
		case 'n':
			return errors.New("one of its items is null")
		}
		item = none
		if err := json.UnmarshalDecode(d.json, &item); err != nil {
			return err
		}
		if err := each(item); err != nil {
			return err
		}
	}
}

func (d *ListDecoder) open(kind jsontext.Kind, what string) error {
	token, err := d.json.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("%s expected, found %s", what, token.Kind())
	}
	return nil
}

// valueLimiter fails when a decoder reads on and on without getting to the end of a value.
type valueLimiter struct {
	from    io.Reader
	decoder *jsontext.Decoder
	read    int64
}

// Read is part of io.Reader.
func (l *valueLimiter) Read(into []byte) (int, error) {
	if l.read-l.decoder.InputOffset() > maxValue {
		return 0, fmt.Errorf("it has a value of more than %d MiB", maxValue>>20)
	}
	n, err := l.from.Read(into)
	l.read += int64(n)
	return n, err
}
