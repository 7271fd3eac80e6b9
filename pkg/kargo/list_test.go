package kargo_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestDecodeList(t *testing.T) {
	remaining := func(n int64) *int64 { return &n }
	tests := []struct {
		name, json string
		meta       kargo.ListMeta
		items      []string
	}{
		{"no item", `{"apiVersion": "v1", "kind": "List", "metadata": {}, "items": []}`, kargo.ListMeta{APIVersion: "v1", Kind: "List"}, nil},
		{"null items, as an empty Go slice arrives", `{"metadata": {"resourceVersion": "7"}, "items": null}`, kargo.ListMeta{ResourceVersion: "7"}, nil},
		{"no metadata", `{"items": [{"metadata": {"name": "a"}}]}`, kargo.ListMeta{}, []string{"a"}},
		{"null metadata", `{"metadata": null, "items": [{"metadata": {"name": "a"}}]}`, kargo.ListMeta{}, []string{"a"}},
		{
			"a page before the last",
			`{"kind": "StageList", "metadata": {"resourceVersion": "7", "continue": "next", "remainingItemCount": 3},
			  "items": [{"metadata": {"name": "b"}}, {"metadata": {"name": "a"}}]}`,
			kargo.ListMeta{Kind: "StageList", ResourceVersion: "7", Continue: "next", RemainingItemCount: remaining(3)},
			[]string{"b", "a"},
		},
		{
			"the last page",
			`{"metadata": {"continue": "", "remainingItemCount": null}, "items": [{"metadata": {"name": "a"}}]}`,
			kargo.ListMeta{},
			[]string{"a"},
		},
		{
			"metadata after the items",
			`{"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "next"}}`,
			kargo.ListMeta{Continue: "next"},
			[]string{"a"},
		},
		{
			"members that are not read, on the list and on its items",
			`{"extra": {"items": [{"metadata": {"name": "not an item"}}]}, "items": [{"metadata": {"name": "a", "uid": "1"}, "extra": [1, {"b": []}]}]}`,
			kargo.ListMeta{},
			[]string{"a"},
		},
		{
			"a member that is there twice, of which the last one counts",
			`{"metadata": {"continue": "first", "continue": "next"}, "items": [{"metadata": {"name": "a", "name": "b"}}]}`,
			kargo.ListMeta{Continue: "next"},
			[]string{"b"},
		},
		{
			"text that is not UTF-8",
			"{\"items\": [{\"metadata\": {\"name\": \"a\xff\"}}]}",
			kargo.ListMeta{},
			[]string{"a\ufffd"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			meta, items, err := decode(strings.NewReader(test.json))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.meta, meta); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.items, items); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeListRefusesWhatIsNoList(t *testing.T) {
	for _, text := range []string{
		`null`,
		`[]`,
		`"items"`,
		`{}`,
		`{"metadata": {}}`,
		`{"kind": "Status", "status": "Failure", "message": "the provided continue parameter is too old", "code": 410}`,
		`{"items": {}}`,
		`{"items": "none"}`,
		`{"items": [[]]}`,
		`{"items": ["a"]}`,
		`{"items": [{"metadata": {"name": 7}}]}`,
		`{"metadata": [], "items": []}`,
		`{"items": [{"metadata": {"name": "a"}},]}`,
		`{"items": [null]}`,
		`{"items": [{"metadata": {"name": "a"}}, null]}`,
		`{"items": []} {"items": []}`,
		`{"items": []}garbage`,
		"{\"items\": []}\x00",
		`{"items": [] "metadata": {}}`,
		`apiVersion: v1`,
		`<html>`,
	} {
		if _, items, err := decode(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error, items %q", text, items)
		}
	}
}

// A list that was cut anywhere is never mistaken for a whole one.
func TestDecodeListNoticesWhereverItIsCut(t *testing.T) {
	text := `{"kind": "StageList", "metadata": {"continue": "n\u00e4xt", "remainingItemCount": 12}, ` +
		`"items": [{"metadata": {"name": "a"}, "extra": [true, null, -1.5e3]}, {"metadata": {"name": "b"}}, {}]}`
	if _, _, err := decode(strings.NewReader(text)); err != nil {
		t.Fatalf("the whole list: %v", err)
	}
	for end := range len(text) {
		_, _, err := decode(strings.NewReader(text[:end]))
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %q: error %v, want %v", text[:end], err, io.ErrUnexpectedEOF)
		}
	}
}

func TestDecodeListPassesOnTheErrorOfItsReader(t *testing.T) {
	broken := errors.New("connection reset")
	_, items, err := decode(io.MultiReader(
		strings.NewReader(`{"metadata": {}, "items": [{"metadata": {"name": "a"}}, {"metadata": `),
		iotest.ErrReader(broken),
	))
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if diff := cmp.Diff([]string{"a"}, items); diff != "" {
		t.Errorf("items before the error (-want +got):\n%s", diff)
	}
}

func TestDecodeListHandsItemsOverAsTheyArrive(t *testing.T) {
	var items []string
	arrived := 0 // items handed over when the second part is asked for
	r := io.MultiReader(
		strings.NewReader(`{"items": [{"metadata": {"name": "a"}},`),
		readerFunc(func([]byte) (int, error) { arrived = len(items); return 0, io.EOF }),
		strings.NewReader(`{"metadata": {"name": "b"}}]}`),
	)
	_, err := kargo.DecodeList(kargo.NewListDecoder(r), func(s kargo.Stage) error {
		items = append(items, s.Metadata.Name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if arrived != 1 {
		t.Errorf("%d items were handed over before the rest was read, want 1", arrived)
	}
	if diff := cmp.Diff([]string{"a", "b"}, items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

// One item must not shine through into the next, whatever the decoder reuses.
func TestDecodeListItemsAreIndependent(t *testing.T) {
	var stages []kargo.Stage
	_, err := kargo.DecodeList(kargo.NewListDecoder(strings.NewReader(
		`{"items": [{"metadata": {"name": "a", "labels": {"tier": "low"}}, "spec": {"promotionTemplate": {"spec": {"steps": [{}]}}}},
		            {"metadata": {"labels": {"zone": "eu"}}}]}`)),
		func(s kargo.Stage) error {
			stages = append(stages, s)
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	want := kargo.Stage{Metadata: kargo.Metadata{Labels: map[string]string{"zone": "eu"}}}
	if diff := cmp.Diff(want, stages[1]); diff != "" {
		t.Errorf("the second item (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"tier": "low"}, stages[0].Metadata.Labels); diff != "" {
		t.Errorf("labels of the first item (-want +got):\n%s", diff)
	}
}

// decode reads a list of Stages and returns their names.
func decode(r io.Reader) (kargo.ListMeta, []string, error) {
	var names []string
	d := kargo.NewListDecoder(r)
	meta, err := kargo.DecodeList(d, func(s kargo.Stage) error {
		names = append(names, s.Metadata.Name)
		return nil
	})
	if err == nil {
		err = d.End()
	}
	return meta, names, err
}

// What follows the list is read, as its checksum may be there.
func TestDecodeListReadsToTheEnd(t *testing.T) {
	broken := errors.New("gzip: invalid checksum")
	for text, want := range map[string]error{`{"items": []}`: broken, "{\"items\": []}\n": broken} {
		if _, _, err := decode(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", text, err, want)
		}
	}
}

// A value without end is not read on and on.
func TestDecodeListBoundsValues(t *testing.T) {
	for _, start := range []string{`{"items": [{"metadata": {"name": "`, `{"extra": "`, `{"metadata": {"continue": "`} {
		endless := &endlessReader{}
		_, _, err := decode(io.MultiReader(strings.NewReader(start), endless))
		if err == nil || !strings.Contains(err.Error(), "more than 16 MiB") || endless.read > 64<<20 {
			t.Errorf("%s…: error %v after %d bytes", start, err, endless.read)
		}
	}
}

// endlessReader reads the letter a without end.
type endlessReader struct{ read int }

func (r *endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	r.read += len(p)
	return len(p), nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
