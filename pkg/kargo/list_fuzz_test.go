package kargo_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func FuzzDecodeList(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", `{"items":null}`, `{"items":[]}`, `{"items":{}}`, `{"items":[null]}`, `{"items":[{}]`, `{"metadata":{"continue":"x","remainingItemCount":5},"items":[]}`,
		`{"items":[{"metadata":{"name":"a","creationTimestamp":null,"labels":{"a":"b"}},"alias":"x","discoveredAt":"2026-11-23T04:39:30Z",` +
			`"status":{"verifiedIn":{"qa":{"verifiedAt":"2026-11-23T04:39:30Z","longestSoak":"1h2m3.5s"}},"approvedFor":{"prod":{}},"currentlyIn":{"qa":{"since":null}}}}]}`,
		`{"items":[{"status":{"currentlyIn":{"qa":{"since":"yesterday"}}}}]}`,
		"{\"items\":[{\"alias\":\"\xff\",\"alias\":\"twice\"}]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		items := 0
		meta, err := decodeFreight(text, func(kargo.Freight) { items++ })
		if errors.Is(err, io.EOF) {
			t.Error("the error is io.EOF, which readers take for a good end")
		}
		if err != nil {
			return
		}
		// Without its last byte a list is not whole.
		list := jsontext.Value(bytes.TrimSpace(text))
		if !list.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			t.Errorf("a list that is no JSON value is accepted")
		}
		if _, err := decodeFreight(list[:len(list)-1], func(kargo.Freight) {}); err == nil {
			t.Errorf("without its end, the list of %d items (%+v) is still whole", items, meta)
		}
	})
}

// decodeFreight decodes a list to the end of the text.
func decodeFreight(text []byte, each func(kargo.Freight)) (kargo.ListMeta, error) {
	d := kargo.NewListDecoder(bytes.NewReader(text))
	meta, err := kargo.DecodeList(d, func(f kargo.Freight) error {
		each(f)
		return nil
	})
	if err == nil {
		err = d.End()
	}
	return meta, err
}
