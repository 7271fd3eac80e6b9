// Package build makes Kargo's objects for tests: each is plain by default, and
// options say, in the words of a manifest, what is special about it.
//
// It is for tests alone. Nothing in it judges, and what it returns belongs to the
// caller. Its times are those of one day, on which it is noon now, so that a test
// reads as Kargo's own examples do: "in qa since 07:00".
package build

import (
	"fmt"
	"time"
)

// Noon is the instant at which tests judge.
func Noon() time.Time { return time.Date(2024, 1, 2, 12, 0, 0, 0, time.UTC) }

// At returns the instant of Noon's day at which a clock shows hhmm ("07:05").
func At(hhmm string) time.Time {
	clock, err := time.Parse("15:04", hhmm)
	if err != nil {
		panic(fmt.Sprintf("build: %v", err))
	}
	day := Noon().Truncate(24 * time.Hour)
	return day.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
}

// Ago returns the instant that lies the duration ("48h") before Noon.
func Ago(duration string) time.Time { return Noon().Add(-parse(duration)) }

func parse(duration string) time.Duration {
	d, err := time.ParseDuration(duration)
	if err != nil {
		panic(fmt.Sprintf("build: %v", err))
	}
	return d
}
