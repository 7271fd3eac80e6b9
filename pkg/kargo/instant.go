package kargo

import (
	"math"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Instant is a point in time, to the microsecond, in a third of the memory of a
// time.Time; the zero Instant is none. What it is read from has a time zone, or is null.
type Instant struct{ shifted int64 }

// shift is what the microseconds since 1970 are shifted by, as 1970 is not none.
const shift = math.MinInt64

// InstantOf returns the Instant of a time, none for the zero time.
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{t.UnixMicro() ^ shift}
}

// Time returns the time in UTC, the zero time for none.
func (i Instant) Time() time.Time {
	if i == (Instant{}) {
		return time.Time{}
	}
	return time.UnixMicro(i.shifted ^ shift).UTC()
}

// Equal reports whether both are the same point in time.
func (i Instant) Equal(other Instant) bool { return i == other }

// MarshalText writes the time as RFC 3339 has it.
func (i Instant) MarshalText() ([]byte, error) { return i.Time().MarshalText() }

// UnmarshalJSONFrom reads a time as RFC 3339 writes it.
func (i *Instant) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var t time.Time
	if err := json.UnmarshalDecode(d, &t); err != nil {
		return err
	}
	*i = InstantOf(t)
	return nil
}
