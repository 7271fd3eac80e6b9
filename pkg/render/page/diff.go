package page

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Diff writes for a person what applying manifests does. limit is how many pieces of
// Freight a Stage shows, 0 for all.
func Diff(w io.Writer, d *report.Diff, limit int, style term.Style) error {
	p := &writer{style: style, now: d.At}
	for i := range d.Projects {
		if i > 0 {
			p.out.WriteString("\n")
		}
		if err := p.diffProject(d, &d.Projects[i], limit); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

func (p *writer) diffProject(d *report.Diff, project *report.DiffProject, limit int) error {
	title := fmt.Sprintf("Project %s: from %s to %s", project.Name, describe.DiffSide(d.Base), describe.DiffSide(d.Head))
	p.out.WriteString(p.style.Palette.Strong(term.Sanitize(title)) + "\n")
	p.diffObjects(project)
	p.drift(d, project)
	p.follows(project.Effect, project.Consequences, false)
	if err := p.diffRows(project, limit); err != nil {
		return err
	}
	p.diffLint(&project.Lint)
	return nil
}

// diffObjects says what is written in another way.
func (p *writer) diffObjects(project *report.DiffProject) {
	if len(project.Objects) == 0 {
		p.item(0, "", "Nothing differs that availability or auto-promotion depends on.")
	}
	for i := range project.Objects {
		o := &project.Objects[i]
		text := fmt.Sprintf("%s %s %s", o.Kind, o.Name, o.Change)
		if o.File != nil {
			text = fmt.Sprintf("%s:%d: %s", *o.File, *o.Line, text)
		}
		if words := describe.Differences(o, p.arrow()); len(words) > 0 {
			text += ": " + strings.Join(words, "; ")
		}
		p.item(0, "", term.Sanitize(text))
	}
}

func (p *writer) arrow() string {
	if p.style.Glyphs {
		return "→"
	}
	return "->"
}

// drift says in one paragraph where the cluster differs from the base.
func (p *writer) drift(d *report.Diff, project *report.DiffProject) {
	if text := describe.Drift(d, project, p.arrow()); text != "" {
		p.item(0, "", term.Sanitize("Note: "+text))
	}
}

// diffRows writes the table of the Stages at which an answer flips.
func (p *writer) diffRows(project *report.DiffProject, limit int) error {
	rows, more := project.Shown(limit)
	if len(rows) == 0 {
		return nil
	}
	p.heading("Answers at once:")
	header := []string{"STAGE", "RULE", "FREIGHT", p.style.AgeHeader(), "AVAILABLE", "LISTED", "BECAUSE"}
	var cells [][]string
	for i := range rows {
		row := &rows[i]
		line := p.whatIfCells(&row.WhatIfRow, i > 0 && sameSubject(&row.WhatIfRow, &rows[i-1].WhatIfRow))
		if row.Current {
			line[2] += p.currentMark()
		}
		cells = append(cells, line)
	}
	if p.style.NoHeaders {
		header = nil
	}
	p.foldLast(header, cells)
	if err := table.Write(&p.out, header, cells); err != nil {
		return err
	}
	if more > 0 {
		p.item(0, "", fmt.Sprintf("%d more rows: --limit 0 shows all", more))
	}
	return nil
}

// currentMark marks what the Stage runs, without a space in a pipe.
func (p *writer) currentMark() string {
	if p.style.Terminal {
		return " " + p.style.Current()
	}
	return p.style.Current()
}

// diffLint counts and lists the findings of lint.
func (p *writer) diffLint(l *report.DiffLint) {
	if len(l.New)+len(l.Gone) == 0 {
		return
	}
	p.heading("Lint:")
	for i := range l.New {
		p.item(2, "!", "new: "+term.Sanitize(describe.LintFinding(&l.New[i])))
	}
	for i := range l.Gone {
		p.item(2, "-", "gone: "+term.Sanitize(describe.LintFinding(&l.Gone[i])))
	}
}
