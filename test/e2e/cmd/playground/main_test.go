package main

import (
	"testing"
	"time"
)

func TestAsOf(t *testing.T) {
	now := time.Date(2030, 6, 1, 0, 0, 30, 500, time.UTC)
	example := "# --at 2026-01-02T12:00:00Z\nsince: \"2026-01-02T11:00:00Z\"\nlongestSoak: 2h0m0s\nat: 2026-01-02T12:00:01Z, 2026-99-02T12:00:01Z"
	want := "# --at 2030-06-01T00:00:30Z\nsince: \"2030-05-31T23:00:30Z\"\nlongestSoak: 2h0m0s\nat: 2030-06-01T00:00:31Z, 2026-99-02T12:00:01Z"
	if got, err := asOf(now, example); err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
	if _, err := asOf(now, "kind: Stage\n"); err == nil {
		t.Error("an example that does not say when to read it is taken")
	}
}
