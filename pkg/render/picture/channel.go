package picture

import (
	"cmp"
	"maps"
	"slices"
)

// channel is the room between two layers of boxes. Each vertex of the left layer that leads
// to another row has a track there, which it shares only with those that lead to the same row
// and nowhere else; so no two lines seem connected.
type channel struct {
	// sources are by row; those that share a track are one.
	sources map[int]*source
	// tracks are in the order of their columns.
	tracks []*source
}

// source is a vertex of the left layer, or several that share a track. Rows and targets are in
// order.
type source struct {
	rows, targets []int
	// track is where its vertical line is, -1 when it has none.
	track int
	// placing and placed are for arrange.
	placing, placed bool
}

func newChannel() *channel { return &channel{sources: map[int]*source{}} }

// add connects a row on the left to a row on the right.
func (c *channel) add(from, to int) {
	s := c.sources[from]
	if s == nil {
		s = &source{rows: []int{from}, track: -1}
		c.sources[from] = s
	}
	s.targets = append(s.targets, to)
}

// isStraight reports whether the source needs no vertical line.
func (s *source) isStraight() bool { return len(s.targets) == 1 && s.targets[0] == s.rows[0] }

// ends are the first and the last row of the source's vertical line.
func (s *source) ends() (first, last int) {
	return min(s.rows[0], s.targets[0]), max(s.rows[len(s.rows)-1], s.targets[len(s.targets)-1])
}

// arrange gives each source its track. It reports false if two of them would run into each
// other in any order.
func (c *channel) arrange() bool {
	sources := c.join()
	slices.SortFunc(sources, compareSources)
	for _, s := range sources {
		if !c.place(s) {
			return false
		}
	}
	return true
}

// join makes those sources one that lead to the same row alone, and returns all that need a
// track.
func (c *channel) join() []*source {
	var sources []*source
	alone := map[int]*source{} // by the row to which they lead
	for _, row := range slices.Sorted(maps.Keys(c.sources)) {
		s := c.sources[row]
		slices.Sort(s.targets)
		s.targets = slices.Compact(s.targets)
		if s.isStraight() {
			continue
		}
		if len(s.targets) == 1 {
			if first := alone[s.targets[0]]; first != nil {
				first.rows = append(first.rows, row)
				c.sources[row] = first
				continue
			}
			alone[s.targets[0]] = s
		}
		sources = append(sources, s)
	}
	return sources
}

// compareSources orders tracks so that few lines cross: the source that leads furthest down
// keeps to the left, lower ones first, and the other way round for those that lead up.
func compareSources(a, b *source) int {
	down := func(s *source) bool { return s.targets[len(s.targets)-1] > s.rows[0] }
	switch {
	case down(a) && down(b):
		return cmp.Compare(b.rows[0], a.rows[0])
	case down(a) != down(b):
		if down(a) {
			return 1
		}
		return -1
	default:
		return cmp.Compare(a.rows[0], b.rows[0])
	}
}

// place gives a source the next track, behind those that have to be to its left: sources that
// begin in a row to which this one leads, and would run into its line.
func (c *channel) place(s *source) bool {
	switch {
	case s.placed:
		return true
	case s.placing:
		return false
	}
	s.placing = true
	for _, row := range s.targets {
		before := c.sources[row]
		if before == nil || before == s || before.isStraight() {
			continue
		}
		if !c.place(before) {
			return false
		}
	}
	s.placed, s.track = true, len(c.tracks)
	c.tracks = append(c.tracks, s)
	return true
}

// width is how many columns the channel takes.
func (c *channel) width() int { return 2*len(c.tracks) + 3 }

// draw draws the lines from a column on.
func (c *channel) draw(on *canvas, left int) {
	right := left + c.width() - 1
	turns := map[place]*source{}
	for _, s := range c.tracks {
		column := left + 1 + 2*s.track
		first, last := s.ends()
		on.down(column, first, last)
		for _, row := range slices.Concat(s.rows, s.targets) {
			turns[place{row, column}] = s
		}
	}
	for row, s := range c.sources {
		if s.isStraight() {
			s.segment(on, row, left, right, turns)
		}
	}
	for _, s := range c.tracks {
		s.drawAcross(on, left, right, turns)
	}
}

// place is a place on a canvas.
type place struct{ row, column int }

// drawAcross draws the horizontal lines of what has a track.
func (s *source) drawAcross(on *canvas, left, right int, turns map[place]*source) {
	column := left + 1 + 2*s.track
	for _, row := range s.rows {
		s.segment(on, row, left, column-1, turns)
		on.cells[row][column].Left = true
	}
	for _, row := range s.targets {
		on.cells[row][column].Right = true
		s.segment(on, row, column+1, right, turns)
	}
}

// segment draws a horizontal line. It passes behind the vertical lines of others, but for
// those that lead to the same row and nowhere else: these it joins.
func (s *source) segment(on *canvas, row, from, to int, turns map[place]*source) {
	for column := from; column <= to; column++ {
		cell := &on.cells[row][column]
		if other := turns[place{row, column}]; (cell.Up || cell.Down) && (other == nil || len(other.targets) > 1) {
			continue
		}
		cell.Left, cell.Right = true, true
	}
}
