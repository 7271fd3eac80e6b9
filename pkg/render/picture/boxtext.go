package picture

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// boxLine is a line of a box.
type boxLine struct {
	kind  lineKind
	words string
}

// lineKind is what a line of a box is about.
type lineKind uint8

const (
	lineOther lineKind = iota
	lineName
	lineGood
	lineBad
)

// textOf returns what a box says of a node.
func (b *boxes) textOf(i int) []boxLine {
	node := b.node(i)
	name := stageName(node)
	if node.Stage == nil || node.Stage.ControlFlow {
		name = b.signs.glyph(node) + " " + name
	}
	lines := []boxLine{{lineName, name}, {lineOther, b.takes(node)}}
	stage := node.Stage
	switch {
	case stage == nil:
		return lines
	case b.Project.Freight != nil:
		return append(lines, b.stateLines(stage)...)
	case stage.Available == nil: // Freight could not be read
		return append(lines, boxLine{lineOther, "?"})
	}
	add := func(kind lineKind, glyph, label, words string) {
		if words == "" {
			return
		}
		if !b.style.Glyphs {
			glyph = label
		}
		lines = append(lines, boxLine{kind, glyph + " " + words})
	}
	add(lineOther, "●", "runs", b.runs(stage))
	add(lineGood, "✔", "next", titles(next(stage)))
	add(lineBad, "✖", "blocked", titles(stage.Blocked))
	return lines
}

// stateLines say what holds of the Freight that was asked about.
func (b *boxes) stateLines(stage *report.GraphStage) []boxLine {
	switch stateOf(stage) {
	case NotConcerned:
		return nil
	case Blocked:
		return []boxLine{{lineBad, b.signs.state(stage)}, {lineOther, reason(stage, stage.Freight)}}
	default:
		return []boxLine{{lineGood, b.signs.state(stage)}}
	}
}

// paintLine colors a line of a box.
func (b *boxes) paintLine(kind lineKind, text string) string {
	switch kind {
	case lineName:
		return b.style.Palette.Strong(text)
	case lineGood:
		return b.style.Palette.Good(text)
	case lineBad:
		return b.style.Palette.Bad(text)
	default:
		return text
	}
}

// writeBack says which lines close cycles: they are not drawn.
func (b *boxes) writeBack(out *bufio.Writer) {
	for i := range b.Graph.Edges {
		edge := &b.Graph.Edges[i]
		if edge.Back {
			writeLine(out, fmt.Sprintf("%s leads back to %s", term.Sanitize(b.node(edge.From).Name), term.Sanitize(b.node(edge.To).Name)))
		}
	}
}

// writeLegend says on a terminal what the signs stand for that were drawn.
func (b *boxes) writeLegend(out *bufio.Writer) {
	if !b.style.Terminal || b.style.NoHeaders {
		return
	}
	var signs []string
	seen := map[string]bool{}
	for i := range b.Graph.Nodes {
		node := b.node(i)
		glyph := b.signs.glyph(node)
		if !seen[glyph] && (node.Stage == nil || node.Stage.ControlFlow) {
			seen[glyph] = true
			signs = append(signs, glyph+" "+kindName(node))
		}
	}
	separator := ", "
	if b.style.Glyphs {
		separator = " · "
	}
	signs = append(signs, b.lineSigns()...)
	writeLine(out, "")
	for _, line := range b.wrapped(strings.Join(signs, separator)) {
		writeLine(out, b.style.Palette.Faint(line))
	}
}

// lineSigns say what the signs before lines stand for.
func (b *boxes) lineSigns() []string {
	if b.Project.Freight != nil {
		return nil // they stand beside words
	}
	drawn := map[string]bool{}
	for _, lines := range b.text {
		for _, line := range lines {
			sign, _, _ := strings.Cut(line.words, " ")
			drawn[sign] = true
		}
	}
	var signs []string
	for _, s := range []struct{ glyph, label, words string }{
		{"●", "runs", "what the Stage runs"}, {"✔", "next", "the newest available Freight"}, {"✖", "blocked", "newer, and not available"},
	} {
		switch {
		case b.style.Glyphs && drawn[s.glyph]:
			signs = append(signs, s.glyph+" "+s.words)
		case !b.style.Glyphs && drawn[s.label]:
			signs = append(signs, s.label+": "+s.words)
		}
	}
	return signs
}

func (b *boxes) wrapped(text string) []string {
	if b.style.Wraps() {
		return term.Wrap(text, b.style.Width)
	}
	return []string{text}
}

// cut shortens text to so many columns.
func cut(text string, columns int, ellipsis string) string {
	if term.Width(text) <= columns {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && term.Width(string(letters)) > columns-term.Width(ellipsis) {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + ellipsis
}
