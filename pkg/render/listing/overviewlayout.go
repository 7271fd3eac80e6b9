package listing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// mostNames is how many pieces of Freight a cell of the overview names at the most.
const mostNames = 3

// overviewLayout is what a width has room for.
type overviewLayout struct {
	// names is how many pieces of Freight a cell names.
	names int
	// versions stand beside the Freight, and upstreams in a column.
	versions, upstreams bool
	// nextBelow and reasonsBelow move what auto-promotion does next, and what blocks
	// Freight, below the line.
	nextBelow, reasonsBelow bool
	// othersBelow moves what is available under any and under all below the line, where it
	// is not what is available now.
	othersBelow bool
}

// overviewLayouts are the layouts, the first that fits is the best.
func overviewLayouts() []overviewLayout {
	return []overviewLayout{
		{names: 3, versions: true, upstreams: true},
		{names: 2, versions: true, upstreams: true},
		{names: 3, upstreams: true},
		{names: 2, upstreams: true},
		{names: 3},
		{names: 2},
		{names: 3, upstreams: true, reasonsBelow: true},
		{names: 2, upstreams: true, reasonsBelow: true},
		{names: 3, reasonsBelow: true},
		{names: 2, reasonsBelow: true},
		{names: 1, reasonsBelow: true},
		{names: 2, nextBelow: true, reasonsBelow: true},
		{names: 1, nextBelow: true, reasonsBelow: true},
		{names: 2, nextBelow: true, reasonsBelow: true, othersBelow: true},
		{names: 1, nextBelow: true, reasonsBelow: true, othersBelow: true},
	}
}

// layout chooses the first layout that fits. In a pipe every line is whole.
func (o *overview) layout() overviewLayout {
	if !o.options.Wraps() {
		return overviewLayout{names: mostNames, upstreams: true}
	}
	layouts := overviewLayouts()
	for _, l := range layouts {
		header, cells := o.cells(l)
		room := table.Room(o.options.Width, header, cells)
		if !l.reasonsBelow && room >= easyReason || l.reasonsBelow && room+len(table.Gap) >= 0 {
			return l
		}
	}
	return layouts[len(layouts)-1]
}

// cells returns the headers of the columns before the reasons, and the cells of each line.
func (o *overview) cells(l overviewLayout) (header []string, cells [][]string) {
	cells = make([][]string, len(o.lines))
	add := func(name string, cell func(line *overviewLine) string) {
		header = append(header, name)
		for i := range o.lines {
			text := cell(&o.lines[i])
			if o.lines[i].changed(name) {
				text += " " + o.options.ChangeMark()
			}
			cells[i] = append(cells[i], o.options.field(text))
		}
	}
	if o.options.Projects {
		add("PROJECT", func(line *overviewLine) string { return line.project })
	}
	add(headerStage, func(line *overviewLine) string { return line.stage })
	add(headerStrategy, func(line *overviewLine) string { return line.strategy })
	if l.upstreams {
		add("UPSTREAMS", func(line *overviewLine) string { return o.upstreamsCell(line.upstreams) })
	}
	add("RUNS", func(line *overviewLine) string { return line.runs.text(l.versions) })
	if !l.othersBelow {
		add(headerAny, func(line *overviewLine) string { return o.newestCell(line.any, l) })
		add(headerAll, func(line *overviewLine) string { return o.newestCell(line.all, l) })
	}
	add(headerNow, func(line *overviewLine) string { return o.newestCell(line.now, l) })
	if !l.nextBelow {
		add("NEXT", func(line *overviewLine) string { return line.next })
	}
	return header, cells
}

// upstreamsCell names the upstream Stages; on a terminal, of many the first ones.
func (o *overview) upstreamsCell(upstreams []string) string {
	switch {
	case len(upstreams) == 0:
		return "-"
	case o.options.Terminal:
		return describe.Names(upstreams)
	default:
		return term.Sanitize(strings.Join(upstreams, ","))
	}
}

// newestCell names the newest pieces of Freight, and counts the others.
func (o *overview) newestCell(newest newestFreight, l overviewLayout) string {
	switch {
	case newest.unknown:
		return "?"
	case newest.total == 0:
		return "none"
	}
	names := newest.first[:min(l.names, len(newest.first))]
	between, more := ",", "+%d"
	if o.options.Terminal {
		between, more = ", ", " +%d"
	}
	texts := make([]string, 0, len(names))
	for _, freight := range names {
		texts = append(texts, freight.text(l.versions))
	}
	cell := strings.Join(texts, between)
	if others := newest.total - len(names); others > 0 {
		cell += fmt.Sprintf(more, others)
	}
	return cell
}

// text names a piece of Freight, with the versions of what it holds where they are asked for.
func (f shownFreight) text(versions bool) string {
	if versions && f.version != "" {
		return f.name + " " + f.version
	}
	return f.name
}

// write lays the lines out: what is said of a line stands beside it where there is room,
// and else below it.
func (o *overview) write(w io.Writer) error {
	l := o.layout()
	header, cells := o.cells(l)
	if !l.reasonsBelow {
		room := table.Room(o.options.Width, header, cells)
		header = append(header, headerReasons)
		for i := range o.lines {
			cells[i] = append(cells[i], strings.Join(o.said(&o.lines[i], l, room), "\n"))
		}
	}
	if o.options.NoHeaders {
		header = nil
	}
	if !l.reasonsBelow {
		return table.Write(w, header, cells)
	}
	var text, out strings.Builder
	if err := table.Write(&text, header, cells); err != nil {
		return err
	}
	lines := slices.Collect(strings.Lines(text.String()))
	if header != nil {
		out.WriteString(lines[0])
		lines = lines[1:]
	}
	for i := range o.lines {
		out.WriteString(lines[i])
		for _, said := range o.said(&o.lines[i], l, max(o.options.Width-len(margin), 1)) {
			out.WriteString(margin + said + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// said is what stands beside or below a line, folded to the columns that a terminal has for
// it.
func (o *overview) said(line *overviewLine, l overviewLayout, columns int) []string {
	said := slices.Clone(line.said)
	if l.nextBelow && line.moves {
		said = slices.Insert(said, 0, "next: "+line.next)
	}
	if l.othersBelow {
		said = append(o.others(line, l), said...)
	}
	if !o.options.Terminal {
		return []string{strings.Join(said, " | ")}
	}
	if len(said) > 0 && line.changed(headerReasons) {
		said[len(said)-1] += " " + o.options.ChangeMark()
	}
	if !o.options.Wraps() {
		return said
	}
	var lines []string
	for _, text := range said {
		lines = append(lines, term.Wrap(text, columns)...)
	}
	return lines
}

// others says what is available under any and under all, where it is not what is now.
func (o *overview) others(line *overviewLine, l overviewLayout) []string {
	var said []string
	now := o.newestCell(line.now, l)
	for _, other := range []struct {
		header   string
		newest   newestFreight
		strategy string
	}{{headerAny, line.any, "any"}, {headerAll, line.all, "all"}} {
		text := o.newestCell(other.newest, l)
		changed := line.changed(other.header)
		if text == now && !changed {
			continue
		}
		text = "under " + other.strategy + ": " + text
		if changed {
			text += " " + o.options.ChangeMark()
		}
		said = append(said, text)
	}
	return said
}
