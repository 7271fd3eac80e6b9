package render

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// page gathers the lines of an Explanation.
type page struct {
	out     strings.Builder
	style   Style
	now     time.Time
	project string
	stage   *report.ExplainedStage
}

// heading begins a section.
func (p *page) heading(text string) {
	p.out.WriteString("\n" + paint(p.style.Palette.strong, text) + "\n")
}

// item writes text behind a mark, folded to the terminal's width.
func (p *page) item(indent int, mark, text string) {
	lead := strings.Repeat(" ", indent)
	if mark != "" {
		lead += mark + " "
	}
	for i, line := range p.fold(text, width(lead)) {
		if i > 0 {
			lead = strings.Repeat(" ", width(lead))
		}
		p.out.WriteString(lead + line + "\n")
	}
}

// fold breaks text into the lines that fit beside a margin.
func (p *page) fold(text string, margin int) []string {
	if !p.style.Terminal || p.style.Width == 0 {
		return []string{text}
	}
	return wrap(text, max(p.style.Width-margin, leastReason))
}

// mark says whether a point of the rule holds.
func (p *page) mark(yes bool) string {
	switch {
	case p.style.Glyphs:
		return p.answer(yes)
	case yes:
		return paint(p.style.Palette.good, "[x]")
	default:
		return paint(p.style.Palette.bad, "[ ]")
	}
}

// answer is yes or no.
func (p *page) answer(yes bool) string { return p.style.answer(avail.TruthOf(yes)) }

// beside marks a point that would do and does not have to hold.
func (p *page) beside(yes bool) string {
	if yes {
		return p.mark(true)
	}
	return "-"
}

// when writes an instant and how far from now it is.
func (p *page) when(at *time.Time) string {
	return fmt.Sprintf("%s (%s)", at.UTC().Format(time.RFC3339), p.distance(*at))
}

// distance says how far from now an instant is.
func (p *page) distance(at time.Time) string {
	if at.After(p.now) {
		return "in " + duration.HumanDuration(at.Sub(p.now))
	}
	return duration.HumanDuration(p.now.Sub(at)) + " ago"
}

// at says when something was, if that is known.
func (p *page) at(at *time.Time) string {
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
