// Package comment writes what a change does as one comment on a pull request, in the
// Markdown of GitHub and GitLab: worst first, and never longer than GitHub takes.
package comment

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/picture"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// MaxLength is how many bytes a comment has at most: GitHub takes 65,536 characters.
const MaxLength = 65_536

// MarkerPrefix is how the first line of a comment begins, which nobody sees: by it a bot
// finds the comment that it is to replace.
const MarkerPrefix = "<!-- kargo-avail:"

// Write writes the comment. limit is how many pieces of Freight a Stage shows, 0 for all.
func Write(w io.Writer, d *report.Diff, limit int) error {
	b := &builder{diff: d, limit: limit}
	b.write()
	_, err := io.WriteString(w, b.out.String())
	return err
}

// builder gathers a comment. What does not fit is left out and counted.
type builder struct {
	diff  *report.Diff
	limit int
	out   strings.Builder
	// room is what is left of MaxLength, less what the last line needs.
	room    int
	leftOut int
}

// lastLine is how long the line at the end may be that counts what is left out.
const lastLine = 200

func (b *builder) write() {
	b.room = MaxLength - lastLine
	var names []string
	for i := range b.diff.Projects {
		names = append(names, b.diff.Projects[i].Name)
	}
	b.must(MarkerPrefix + markerText(names) + " -->\n")
	// What counts most of all Projects stands before the details of any.
	for i := range b.diff.Projects {
		b.summary(&b.diff.Projects[i])
	}
	for _, warning := range b.diff.Warnings {
		b.add("\n> Unknown or approximate: " + escape(warning) + "\n")
	}
	for i := range b.diff.Projects {
		b.details(&b.diff.Projects[i])
	}
	if b.leftOut > 0 {
		fmt.Fprintf(&b.out, "\n%d more lines or sections do not fit into a comment: run the same command without `-o markdown`.\n", b.leftOut)
	}
}

// markerText has the names of Projects, and nothing that could end an HTML comment.
func markerText(names []string) string {
	const most = 200
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == ' ' {
			return r
		}
		return '_'
	}
	text := strings.Map(keep, strings.Join(names, " "))
	return text[:min(len(text), most)]
}

// must writes what every comment has.
func (b *builder) must(text string) {
	b.out.WriteString(text)
	b.room -= len(text)
}

// add writes a text if there is room for it.
func (b *builder) add(text string) {
	if len(text) > b.room {
		b.leftOut++
		return
	}
	b.must(text)
}

func escape(text string) string { return table.EscapeMarkdown(term.Sanitize(text)) }

// code writes text as code.
func code(text string) string { return "`" + strings.ReplaceAll(term.Sanitize(text), "`", "'") + "`" }

// summary says what changes in a Project and what follows.
func (b *builder) summary(p *report.DiffProject) {
	b.add(fmt.Sprintf("### kargo-avail: what merging this does in Project %s\n\n", code(p.Name)))
	b.objects(p)
	b.add(fmt.Sprintf("\nBefore: %s, after: %s · Freight and Promotions as of %s · the rules of Kargo %s\n",
		code(describe.DiffSide(b.diff.Base)), code(describe.DiffSide(b.diff.Head)), b.diff.At.UTC().Format(time.RFC3339), escape(b.diff.KargoVersion)))
	switch {
	case p.Effect == nil:
		b.add("\n⚠️ **What follows is unknown, as Freight could not be read.**\n")
	case len(p.Consequences) == 0:
		b.add("\n✅ Nothing follows: no answer changes, and nothing is promoted, passed on or refused because of it.\n")
	default:
		b.consequences(p.Consequences)
	}
	b.lint(&p.Lint)
}

// mostObjects is how many objects are named: what follows from them counts more.
const mostObjects = 50

// objects says what is written in another way.
func (b *builder) objects(p *report.DiffProject) {
	if len(p.Objects) == 0 {
		b.add("Nothing differs that availability or auto-promotion depends on.\n")
	}
	for i := range p.Objects[:min(len(p.Objects), mostObjects)] {
		o := &p.Objects[i]
		text := "- "
		if o.File != nil {
			text += code(fmt.Sprintf("%s:%d", *o.File, *o.Line)) + " "
		}
		text += fmt.Sprintf("%s **%s** %s", o.Kind, escape(o.Name), o.Change)
		if words := describe.Differences(o, "→"); len(words) > 0 {
			text += ": " + escape(strings.Join(words, "; "))
		}
		b.add(text + "\n")
	}
	if more := len(p.Objects) - mostObjects; more > 0 {
		b.add(fmt.Sprintf("- and %d more objects\n", more))
	}
}

// consequences lists what follows, by when, worst first.
func (b *builder) consequences(list []report.Consequence) {
	errors := false
	for _, when := range report.Whens() {
		for i, c := range report.ConsequencesAt(when, list) {
			if i == 0 {
				b.add("\n**" + describe.When(when) + "** (worst first):\n\n")
			}
			text := escape(c.Text)
			if c.Effect.IsGrave() {
				text = "⚠️ **" + text + "**"
			}
			b.add("- " + text + "\n")
			errors = errors || c.Effect == report.ErrorsPromotion || c.Effect == report.Unsure
		}
	}
	if !errors {
		b.add("\nNo Promotion that is queued or running errors because of it.\n")
	}
}

// lint counts and lists the findings of lint.
func (b *builder) lint(l *report.DiffLint) {
	if len(l.New)+len(l.Gone) == 0 {
		return
	}
	b.add(fmt.Sprintf("\nLint: %d new, %d gone.\n\n", len(l.New), len(l.Gone)))
	for i := range l.New {
		b.add("- new: " + escape(describe.LintFinding(&l.New[i])) + "\n")
	}
	for i := range l.Gone {
		b.add("- gone: " + escape(describe.LintFinding(&l.Gone[i])) + "\n")
	}
}

// details has the answers, the picture and the drift of a Project.
func (b *builder) details(p *report.DiffProject) {
	rows, more := p.Shown(b.limit)
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && rows[end].Stage == rows[start].Stage {
			end++
		}
		b.add(b.answers(p, rows[start:end]))
		start = end
	}
	if slices.ContainsFunc(rows, func(r report.DiffRow) bool { return r.Current }) {
		b.add("\n● is what the Stage runs now; the newest Freight comes first.\n")
	}
	if more > 0 {
		b.add(fmt.Sprintf("\n%d more pieces of Freight are not shown.\n", more))
	}
	b.picture(p)
	if text := describe.Drift(b.diff, p, "→"); text != "" {
		b.add("\n> " + escape("Drift: "+text) + "\n")
	}
}

// answers is the table of one Stage.
func (b *builder) answers(p *report.DiffProject, rows []report.DiffRow) string {
	title := rows[0].Stage
	if len(b.diff.Projects) > 1 {
		title = p.Name + "/" + title
	}
	header := []string{"Freight for " + escape(title), "available now", "after", "because"}
	var cells [][]string
	for i := range rows {
		row := &rows[i]
		freight := escape(describe.Named(row.Freight))
		if row.Current {
			freight += " ●"
		}
		now, after := answer(&row.Available.Before, row.Listed.Before), answer(&row.Available.After, row.Listed.After)
		if now != after {
			after = "**" + after + "**"
		}
		cells = append(cells, []string{freight, now, after, escape(strings.Join(describe.RowReasons(&row.WhatIfRow), "; "))})
	}
	var out strings.Builder
	out.WriteString("\n")
	if err := table.WriteMarkdown(&out, header, cells); err != nil {
		return "" // a Builder takes everything
	}
	return out.String()
}

// answer says whether Freight is available, and whether it is listed where that differs.
func answer(available, listed *bool) string {
	words := "✖ no"
	if *available {
		words = "✔ yes"
	}
	switch {
	case listed == nil:
		return words + ", listed: ?"
	case *listed == *available:
		return words
	case *listed:
		return words + ", but listed"
	default:
		return words + ", not listed"
	}
}

// picture folds the part of the pipeline that changes.
func (b *builder) picture(p *report.DiffProject) {
	if len(p.Picture.Nodes) == 0 {
		return
	}
	var chart strings.Builder
	tooLarge, err := picture.Changes(&chart, p.Name, &p.Picture)
	if err != nil || tooLarge {
		b.leftOut++
		return
	}
	b.add("\n<details><summary>What changes in the pipeline</summary>\n\n```mermaid\n" + chart.String() + "```\n</details>\n")
}
