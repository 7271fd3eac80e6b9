package page

import (
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// WhatIf writes for a person how a Project would be.
func WhatIf(w io.Writer, c *report.WhatIf, style term.Style) error {
	p := &writer{style: style, now: c.At}
	p.changedRequests(c.Requests)
	applied := "If applied now:"
	if len(c.NotInKargo) > 0 {
		p.item(0, "", strings.Join(c.NotInKargo, ", ")+": Kargo has no such rule, so no Stage can be set to it.")
		applied = "If applied now, and if Kargo had the rule:"
	}
	if err := p.whatIfRows(c); err != nil {
		return err
	}
	p.heading(applied)
	p.follows(c.Effect, c.Consequences, true)
	p.unaffected(c.Requests, c.Consequences, 2)
	_, err := io.WriteString(w, p.out.String())
	return err
}

// whatIfRows writes the table.
func (p *writer) whatIfRows(c *report.WhatIf) error {
	switch {
	case c.Rows == nil:
		p.heading("If this had been the rule from the start: unknown, as Freight could not be read.")
		return nil
	case c.Freight == 0:
		p.heading("If this had been the rule from the start: nothing to show, as there is no Freight.")
		return nil
	case len(c.Rows) == 0:
		p.heading("If this had been the rule from the start, no answer would be different.")
		return nil
	}
	p.heading("If this had been the rule from the start:")
	header := []string{"STAGE", "RULE", "FREIGHT", p.style.AgeHeader(), "AVAILABLE", "LISTED", "BECAUSE"}
	var cells [][]string
	for i := range c.Rows {
		cells = append(cells, p.whatIfCells(&c.Rows[i], i > 0 && sameSubject(&c.Rows[i], &c.Rows[i-1])))
	}
	if p.style.NoHeaders {
		header = nil
	}
	p.foldLast(header, cells)
	return table.Write(&p.out, header, cells)
}

func sameSubject(a, b *report.WhatIfRow) bool { return a.Stage == b.Stage && a.Rule == b.Rule }

// whatIfCells is a row of the table. On a terminal, what repeats is left out; in a pipe
// cells have no spaces but for the last.
func (p *writer) whatIfCells(row *report.WhatIfRow, repeats bool) []string {
	stage, rule, freight := term.Sanitize(row.Stage), term.Sanitize(row.Rule), describe.Named(row.Freight)
	if p.style.Terminal && repeats {
		stage, rule = "", ""
	}
	if !p.style.Terminal && row.Freight.Alias == "" {
		freight = term.Sanitize(row.Freight.Name)
	}
	cells := []string{
		stage, rule, freight, describe.Discovered(row.DiscoveredAt, p.now, p.style),
		p.flip(&row.Available.Before, &row.Available.After), p.flip(row.Listed.Before, row.Listed.After),
	}
	if !p.style.Terminal {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], " ", "")
		}
	}
	return append(cells, strings.Join(describe.RowReasons(row), "; "))
}

// flip writes an answer before and after, once where it stays.
func (p *writer) flip(before, after *bool) string {
	was, is := p.style.Answer(truth(before)), p.style.Answer(truth(after))
	if was == is {
		return is
	}
	arrow := "->"
	if p.style.Glyphs {
		arrow = "→"
	}
	return was + " " + arrow + " " + is
}

// foldLast wraps the last column into what the others leave of the terminal.
func (p *writer) foldLast(header []string, cells [][]string) {
	if !p.style.Wraps() {
		return
	}
	last := len(cells[0]) - 1
	others := make([][]string, 0, len(cells)+1)
	for _, line := range cells {
		others = append(others, line[:last])
	}
	if header != nil {
		others = append(others, header[:last])
	}
	room := table.Room(p.style.Width, nil, others)
	for _, line := range cells {
		line[last] = strings.Join(term.Wrap(line[last], max(room, leastText)), "\n")
	}
}
