package picture

import (
	"bufio"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

const (
	gap = "   "
	// leastDetail is the width that the last column needs: with less, what does not name a
	// Stage moves below it.
	leastDetail = 28
)

// write writes the rows: beside each other where that fits, else each with its details
// below it.
func (r *railsText) write(out *bufio.Writer) {
	lanes, widths := r.widths()
	if len(r.rows) == 0 {
		return
	}
	fits, total := true, lanes+len(gap)
	for _, w := range widths[:len(widths)-1] {
		total += w + len(gap)
	}
	if r.wraps() {
		fits = r.style.Width-total >= min(widths[len(widths)-1], leastDetail)
	}
	if fits {
		r.writeTable(out, lanes, widths, total)
	} else {
		r.writeStacked(out, lanes)
	}
	r.writeLegend(out)
}

// writeLegend says on a terminal what the signs stand for that were drawn.
func (r *railsText) writeLegend(out *bufio.Writer) {
	if !r.style.Terminal || r.style.NoHeaders {
		return
	}
	var signs []string
	seen := map[string]bool{}
	for _, members := range r.members {
		node := r.node(members[0])
		glyph := r.glyph(node)
		if !seen[glyph] {
			seen[glyph] = true
			signs = append(signs, glyph+" "+kindName(node))
		}
	}
	if r.Project.Freight == nil {
		signs = append(signs, "next: the newest available Freight", "blocked: newer, and not available")
	}
	writeLine(out, "")
	separator := ", "
	if r.style.Glyphs {
		separator = " · "
	}
	text := strings.Join(signs, separator)
	if r.wraps() {
		text = strings.Join(term.Wrap(text, r.style.Width), "\n")
	}
	for line := range strings.SplitSeq(text, "\n") {
		writeLine(out, r.style.Palette.Faint(line))
	}
}

// kindName says what a node is.
func kindName(node *report.GraphNode) string {
	switch {
	case node.Missing:
		return "not there"
	case node.Type == report.WarehouseNode:
		return "Warehouse"
	case node.Stage.ControlFlow:
		return "control-flow Stage"
	default:
		return "Stage"
	}
}

func (r *railsText) wraps() bool { return r.style.Terminal && r.style.Width > 0 }

// widths returns how wide the lanes and the columns are. A column that is empty in every
// row keeps its header.
func (r *railsText) widths() (lanes int, widths []int) {
	for _, header := range r.headers() {
		widths = append(widths, term.Width(header))
	}
	for i := range r.rows {
		lanes = max(lanes, term.Width(r.rows[i].lanes))
		for c, field := range r.rows[i].fields {
			widths[c] = max(widths[c], term.Width(field))
		}
	}
	return lanes, widths
}

func (r *railsText) writeTable(out *bufio.Writer, lanes int, widths []int, left int) {
	if !r.style.NoHeaders {
		cells := []string{pad("", lanes)}
		for c, header := range r.headers() {
			cells = append(cells, pad(header, widths[c]))
		}
		writeLine(out, strings.Join(cells, gap))
	}
	for i := range r.rows {
		row := &r.rows[i]
		line, last := pad(row.lanes, lanes), ""
		for c, field := range row.fields {
			if c == len(row.fields)-1 {
				last = field
				break
			}
			line += gap + r.paint(row, c, pad(field, widths[c]))
		}
		details := []string{last}
		if r.wraps() {
			details = term.Wrap(last, r.style.Width-left)
		}
		for n, detail := range details {
			if n > 0 {
				line = pad(row.below, lanes) + strings.Repeat(" ", left-lanes-len(gap))
			}
			writeLine(out, line+gap+r.paint(row, len(row.fields)-1, detail))
		}
	}
}

// writeStacked writes the fields of each row beside each other as far as they fit, and the
// last one below them.
func (r *railsText) writeStacked(out *bufio.Writer, lanes int) {
	columns := max(r.style.Width-lanes-len(gap), 1)
	for i := range r.rows {
		row := &r.rows[i]
		line := pad(row.lanes, lanes)
		if row.fields == nil {
			writeLine(out, line)
			continue
		}
		for n, text := range append(r.flow(row, columns), r.detail(row, columns)...) {
			if n > 0 {
				line = pad(row.below, lanes)
			}
			writeLine(out, line+gap+text)
		}
	}
}

// flow joins the fields of a row but for the last one; a field is broken only where it is
// longer than a line.
func (r *railsText) flow(row *railsRow, columns int) []string {
	var lines []string
	used := 0
	for c, field := range row.fields[:len(row.fields)-1] {
		if field == "" {
			continue
		}
		if label := r.labels()[c]; label != "" {
			field = label + " " + field
		}
		if used > 0 && used+len(gap)+term.Width(field) <= columns {
			lines[len(lines)-1] += gap + r.paint(row, c, field)
			used += len(gap) + term.Width(field)
			continue
		}
		indent := ""
		if len(lines) > 0 {
			indent = hanging
		}
		for _, part := range term.Wrap(field, max(columns-len(indent), 1)) {
			lines = append(lines, indent+r.paint(row, c, part))
			used = len(indent) + term.Width(part)
		}
	}
	return lines
}

// detail is the last field of a row.
func (r *railsText) detail(row *railsRow, columns int) []string {
	last := len(row.fields) - 1
	if row.fields[last] == "" {
		return nil
	}
	lines := term.Wrap(strings.TrimSpace(r.labels()[last]+" "+row.fields[last]), max(columns-len(hanging), 1))
	for i := range lines {
		lines[i] = hanging + r.paint(row, last, lines[i])
	}
	return lines
}

// labels stand before fields that have no header above them.
func (r *railsText) labels() []string {
	if r.Project.Freight != nil {
		return []string{"", "", "", ""}
	}
	return []string{"", "", "runs", "next", "blocked"}
}

// paint colors a cell by its column and, where one piece of Freight was asked about, by
// what holds of it.
func (r *railsText) paint(row *railsRow, column int, text string) string {
	p := r.style.Palette
	switch {
	case column == 0:
		return p.Strong(text)
	case r.Project.Freight != nil && column == 2 && row.kind == Blocked:
		return p.Bad(text)
	case r.Project.Freight != nil && column == 2 && row.kind != NotConcerned:
		return p.Good(text)
	case r.Project.Freight == nil && column == 3:
		return p.Good(text)
	case r.Project.Freight == nil && column == 4:
		return p.Bad(text)
	default:
		return text
	}
}

func writeLine(out *bufio.Writer, line string) {
	_, _ = out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// pad fills text up to so many columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-term.Width(text), 0))
}

// hanging indents what continues a line.
const hanging = "  "
