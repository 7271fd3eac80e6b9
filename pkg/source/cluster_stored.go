package source

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Documents returns the Stages as they are stored, in JSON, and the Warehouses and
// ProjectConfigs of which wanted reports true: the kinds that Read could read.
func (c Cluster) Documents(ctx context.Context, wanted func(pipeline.Kind) bool) ([][]byte, error) {
	stored := []*resource{stages()}
	if wanted(pipeline.Warehouses) {
		stored = append(stored, warehouses().whole())
	}
	if wanted(pipeline.Policies) {
		stored = append(stored, projectConfigs())
	}
	var all [][]byte
	for _, r := range stored {
		listed, err := list(ctx, c, r, storedMeta)
		if err != nil {
			return nil, err
		}
		for _, objects := range listed {
			for i := range objects {
				all = append(all, completed(objects[i].text, r.kind))
			}
		}
	}
	return all, nil
}

// storedObject is an object as it is stored.
type storedObject struct {
	meta kargo.Metadata
	text jsontext.Value
}

func storedMeta(s *storedObject) *kargo.Metadata { return &s.meta }

// UnmarshalJSONFrom keeps the text, and reads the metadata.
func (s *storedObject) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, err := d.ReadValue()
	if err != nil {
		return err
	}
	s.text = text.Clone()
	var read struct {
		Metadata kargo.Metadata `json:"metadata"`
	}
	err = json.Unmarshal(s.text, &read, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	s.meta = read.Metadata
	return err
}

// completed returns a copy of the text of an object that says what it is, which items of
// lists may leave out.
func completed(text jsontext.Value, kind string) []byte {
	var says typeMeta
	if err := json.Unmarshal(text, &says, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err == nil && says.complete() {
		return text.Clone()
	}
	return append([]byte(`{"apiVersion":"`+kargo.APIVersion+`","kind":"`+kind+`",`), text[1:]...)
}
