package cli

import (
	"fmt"
	"strings"
	"time"
)

// parseAt reads the instant of --at: RFC 3339, or a duration from now after a plus
// sign. Empty is now, to the second.
func parseAt(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now.UTC().Truncate(time.Second), nil
	}
	if ahead, ok := strings.CutPrefix(text, "+"); ok {
		d, err := time.ParseDuration(ahead)
		if err != nil {
			return time.Time{}, fmt.Errorf("invalid --at %q: expected a duration after the plus sign, such as +2h30m", text)
		}
		return now.UTC().Truncate(time.Second).Add(d), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("invalid --at %q: expected RFC 3339 such as 2026-01-02T15:04:05Z, or +2h for two hours from now", text)
	}
	return at.UTC(), nil
}
