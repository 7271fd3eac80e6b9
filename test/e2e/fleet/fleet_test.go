package fleet_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/fleet"
)

func small() fleet.Fleet {
	return fleet.Fleet{Project: "web", Pipelines: 2, Freight: 1000, Now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
}

// kind is what there is of one kind.
type kind struct {
	count, bytes int
	objects      map[string]map[string]any
}

func read(t *testing.T, f fleet.Fleet) map[string]*kind {
	t.Helper()
	kinds := map[string]*kind{}
	for object, err := range f.Objects() {
		if err != nil {
			t.Fatal(err)
		}
		k := kinds[object.Resource]
		if k == nil {
			k = &kind{objects: map[string]map[string]any{}}
			kinds[object.Resource] = k
		}
		var content map[string]any
		if err := json.Unmarshal(object.JSON, &content); err != nil {
			t.Fatal(err)
		}
		k.count, k.bytes = k.count+1, k.bytes+len(object.JSON)
		k.objects[object.Name] = content
	}
	return kinds
}

// What is measured has to be of the size that it is said to be.
func TestFleetHasTheSizeOfARealOne(t *testing.T) {
	kinds := read(t, small())
	for _, want := range []struct {
		resource           string
		count, least, most int // the last two are bytes of one object
	}{
		{"freights", 1000, 2200, 2600},
		{"promotions", 2 * 19 * 20, 7500, 9500}, // gates have none
		{"stages", 40, 8000, 20000},
		{"warehouses", 2, 100, 1000},
		{"projectconfigs", 1, 100, 1000},
	} {
		got := kinds[want.resource]
		if mean := got.bytes / got.count; got.count != want.count || len(got.objects) != want.count || mean < want.least || mean > want.most {
			t.Errorf("%s: got %d (%d names) of %d bytes, want %d of %d to %d", want.resource, got.count, len(got.objects), mean, want.count, want.least, want.most)
		}
	}
}

func TestFleetIsOfOnePiece(t *testing.T) {
	f := small()
	kinds := read(t, f)
	verified := 0
	for name, freight := range kinds["freights"].objects {
		status := freight["status"].(map[string]any)
		for _, field := range []string{"verifiedIn", "currentlyIn"} {
			for stage := range status[field].(map[string]any) {
				if kinds["stages"].objects[stage] == nil {
					t.Errorf("Freight %s is %s Stage %s, which is not there", name, field, stage)
				}
				verified++
			}
		}
	}
	if verified < 8*1000 {
		t.Errorf("got %d marks in all, want some way to have been gone", verified)
	}
	if kinds["freights"].objects[f.Newest()] == nil || kinds["stages"].objects[f.FirstStage()] == nil {
		t.Errorf("Newest is %q and FirstStage %q, which are not there", f.Newest(), f.FirstStage())
	}
	if stage, freight := f.Last(); kinds["freights"].objects[freight] == nil || kinds["stages"].objects[stage] == nil {
		t.Errorf("Last is %q and %q, which are not there", stage, freight)
	}
	for name, stage := range kinds["stages"].objects {
		history, _ := stage["status"].(map[string]any)["freightHistory"].([]any)
		if gate := stage["spec"].(map[string]any)["promotionTemplate"] == nil; !gate && len(history) != 10 {
			t.Errorf("Stage %s has %d entries of history", name, len(history))
		}
	}
}

func TestFleetIsTheSameEachTime(t *testing.T) {
	text := func() []byte {
		var all bytes.Buffer
		for object, err := range small().Objects() {
			if err != nil {
				t.Fatal(err)
			}
			all.Write(object.JSON)
		}
		return all.Bytes()
	}
	if !bytes.Equal(text(), text()) {
		t.Error("two of the same Fleet differ")
	}
}
