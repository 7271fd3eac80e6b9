package kargo_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func TestInstantIsReadAsATimeIs(t *testing.T) {
	tests := []struct {
		name, text string
		want       time.Time
	}{
		{"null, which is none", `null`, time.Time{}},
		{"the zero time, which is none", `"0001-01-01T00:00:00Z"`, time.Time{}},
		{"the first of all seconds, which is not", `"1970-01-01T00:00:00Z"`, time.Unix(0, 0)},
		{"another zone", `"2024-01-02T05:04:05+02:00"`, *instant()},
		{"microseconds", `"2024-01-02T03:04:05.000001Z"`, instant().Add(time.Microsecond)},
		{"a year that nanoseconds do not reach", `"9999-12-31T23:59:59Z"`, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"a year before all others", `"0002-01-01T00:00:00Z"`, time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := kargo.InstantOf(time.Now())
			if err := json.Unmarshal([]byte(test.text), &got); err != nil {
				t.Fatal(err)
			}
			if !got.Time().Equal(test.want) || got.Time().IsZero() != test.want.IsZero() || !got.Equal(kargo.InstantOf(test.want)) {
				t.Errorf("read %s, want %s", got.Time(), test.want)
			}
		})
	}
	for _, text := range []string{`""`, `"yesterday"`, `7`, `{}`} {
		var got kargo.Instant
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: no error, read as %s", text, got.Time())
		}
	}
}
