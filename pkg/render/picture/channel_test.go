package picture

import (
	"testing"

	"pgregory.net/rapid"
)

// A line that leaves a vertex turns before it meets the line of another vertex that leads to
// the same row: they never share a part of the row.
func TestPropertyLinesOfAChannelDoNotRunIntoEachOther(t *testing.T) {
	arranged := 0
	rapid.Check(t, func(t *rapid.T) {
		c := newChannel()
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			c.add(rapid.IntRange(0, 9).Draw(t, "from"), rapid.IntRange(0, 9).Draw(t, "to"))
		}
		if !c.arrange() {
			return
		}
		arranged++
		for i, s := range c.tracks {
			if s.track != i || s.isStraight() {
				t.Errorf("rows %v have track %d at %d", s.rows, s.track, i)
			}
			for _, row := range s.targets {
				if other := c.sources[row]; other != nil && other != s && other.track >= s.track {
					t.Errorf("the line of row %d runs into that of rows %v: tracks %d and %d", row, s.rows, other.track, s.track)
				}
			}
		}
	})
	if arranged == 0 {
		t.Error("no channel can be arranged")
	}
}

// Two vertexes that lead to each other's row cannot be told apart.
func TestAChannelThatCannotBeArranged(t *testing.T) {
	c := newChannel()
	c.add(1, 5)
	c.add(5, 1)
	if c.arrange() {
		t.Errorf("it has tracks: %v", c.tracks)
	}
}
