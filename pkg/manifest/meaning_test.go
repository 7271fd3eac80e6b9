package manifest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// onlyStrategies holds that an edited file means what it meant before but for the
// strategies of the requests that are done. It decodes both in full, aliases and
// merges expanded, which the package never does; it reports false when the one before
// cannot be decoded.
func onlyStrategies(t rapid.TB, f *manifest.File, strategy kargo.Strategy, done map[request]bool, before, after []byte) bool {
	t.Helper()
	want, err := decode(before)
	if err != nil {
		return false // the YAML is not sound elsewhere, and was left alone
	}
	got, err := decode(after)
	if err != nil {
		t.Fatalf("the edited file cannot be decoded: %v\n%s", err, after)
	}
	stages := stagesOf(want)
	if len(stages) != len(f.Stages) {
		return false // fuzzed types that decode to something else than they say
	}
	for i, s := range f.Stages {
		for j := range s.Requests {
			if done[request{i, j}] {
				set(at(stages[i], "spec", "requestedFreight").([]any)[j].(map[string]any), strategy)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the edited file means something else (-want +got):\n%s", diff)
	}
	return true
}

// set does to a decoded request what Set is to do.
func set(r map[string]any, strategy kargo.Strategy) {
	const field = "availabilityStrategy"
	delete(r, field)
	sources, _ := r["sources"].(map[string]any)
	written, isText := sources[field].(string)
	switch {
	case strategy == "":
		delete(sources, field)
	case (isText || sources[field] == nil) && kargo.Strategy(written).Normal() == strategy:
	case sources == nil:
		r["sources"] = map[string]any{field: string(strategy)}
	default:
		sources[field] = string(strategy)
	}
}

func decode(data []byte) ([]any, error) {
	documents, err := decodeAll(yaml.NewDecoder(bytes.NewReader(data)))
	if err != nil {
		documents, err = decodeAll(json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))))
	}
	return documents, err
}

func decodeAll(decoder interface{ Decode(any) error }) (documents []any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the parser gave up")
		}
	}()
	for {
		var document any
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, err
		}
		documents = append(documents, named(document))
	}
}

// named returns a decoded value with text for the names of all fields.
func named(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = named(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = named(v[name])
		}
	case map[any]any:
		fields := map[string]any{}
		for name := range v {
			text, ok := name.(string)
			if !ok {
				text = fmt.Sprintf("%T %v", name, name)
			}
			fields[text] = named(v[name])
		}
		return fields
	}
	return value
}

// stagesOf returns the Stages of decoded documents, in their order.
func stagesOf(documents []any) []any {
	var stages []any
	for _, document := range documents {
		kind, _ := at(document, "kind").(string)
		items, ok := at(document, "items").([]any)
		if !ok || !strings.HasSuffix(kind, "List") {
			items = []any{document}
		}
		for _, item := range items {
			itemKind, _ := at(item, "kind").(string)
			version, _ := at(item, "apiVersion").(string)
			if kind == "StageList" && itemKind == "" || itemKind == "Stage" && strings.HasPrefix(version, kargo.Group+"/") {
				stages = append(stages, item)
			}
		}
	}
	return stages
}

// at returns what is at a path, nil when there is nothing.
func at(value any, path ...string) any {
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// Whatever the file, an edit changes nothing but strategies, or is refused.
func FuzzSet(f *testing.F) {
	for _, file := range corpus(f) {
		data := read(f, file)
		for choice := range uint8(3) {
			f.Add(data, choice)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, choice uint8) {
		file, err := manifest.Parse("fuzzed", data)
		if err != nil {
			return
		}
		strategy := []kargo.Strategy{kargo.All, kargo.OneOf, ""}[choice%3]
		done := map[request]bool{}
		for i, s := range file.Stages {
			for j := range s.Requests {
				_, err := s.Set(j, strategy)
				done[request{i, j}] = err == nil
			}
		}
		edited, err := file.Bytes()
		if err != nil {
			t.Log(err)
			return
		}
		onlyStrategies(t, file, strategy, done, data, edited)
		again(t, "fuzzed", strategy, done, edited)
	})
}
