// Package page is what a person reads about one question, section by section: an
// explanation, a change of strategies, a what-if.
package page

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// leastText is the width that text gets however narrow the terminal is.
const leastText = 26

// writer gathers the lines of a page.
type writer struct {
	out     strings.Builder
	style   term.Style
	now     time.Time
	project string
	stage   *report.ExplainedStage
}

// heading begins a section.
func (p *writer) heading(text string) {
	p.out.WriteString("\n" + p.style.Palette.Strong(text) + "\n")
}

// item writes text behind a mark, folded to the terminal's width.
func (p *writer) item(indent int, mark, text string) {
	lead := strings.Repeat(" ", indent)
	if mark != "" {
		lead += mark + " "
	}
	for i, line := range p.fold(text, term.Width(lead)) {
		if i > 0 {
			lead = strings.Repeat(" ", term.Width(lead))
		}
		p.out.WriteString(lead + line + "\n")
	}
}

// fold breaks text into the lines that fit beside a margin.
func (p *writer) fold(text string, margin int) []string {
	if !p.style.Wraps() {
		return []string{text}
	}
	return term.Wrap(text, max(p.style.Width-margin, leastText))
}

// mark says whether a point of the rule holds.
func (p *writer) mark(yes bool) string {
	switch {
	case p.style.Glyphs:
		return p.answer(yes)
	case yes:
		return p.style.Palette.Good("[x]")
	default:
		return p.style.Palette.Bad("[ ]")
	}
}

// answer is yes or no.
func (p *writer) answer(yes bool) string { return p.style.Answer(avail.TruthOf(yes)) }

// optionalMark marks a point that would do and does not have to hold.
func (p *writer) optionalMark(yes bool) string {
	if yes {
		return p.mark(true)
	}
	return "-"
}

// when writes an instant and how far from now it is.
func (p *writer) when(at *time.Time) string {
	return fmt.Sprintf("%s (%s)", at.UTC().Format(time.RFC3339), p.distance(*at))
}

// distance says how far from now an instant is.
func (p *writer) distance(at time.Time) string {
	if at.After(p.now) {
		return "in " + duration.HumanDuration(at.Sub(p.now))
	}
	return duration.HumanDuration(p.now.Sub(at)) + " ago"
}

// at says when something was, if that is known.
func (p *writer) at(at *time.Time) string {
	if at == nil {
		return ""
	}
	return " " + p.when(at)
}

// truth is an answer that may be unknown.
func truth(b *bool) avail.Truth {
	if b == nil {
		return avail.Unknown
	}
	return avail.TruthOf(*b)
}
