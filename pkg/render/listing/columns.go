package listing

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// The headers of the columns whose changes are marked.
const (
	headerStage    = "STAGE"
	headerStrategy = "STRATEGY"
	headerFreight  = "FREIGHT"
	headerAny      = "ANY"
	headerAll      = "ALL"
	headerNow      = "NOW"
	headerReasons  = "BLOCKED BY"
)

// column is one column of the table: its header and, from a row and the one
// before it, its cell.
type column struct {
	header string
	cell   func(r, before *row) string
}

// columns returns the columns before the reasons. On a terminal what repeats is
// left out and marks stand beside what they mark; in a pipe each has a column of
// its own, without spaces in any cell, and no column comes and goes with the data,
// so that grep and awk can tell them apart.
func (t *rows) columns(l layout) []column {
	var columns []column
	add := func(header string, cell func(r, before *row) string) {
		columns = append(columns, column{header, cell})
	}
	indent := ""
	if l.grouped {
		indent = "  "
	} else {
		t.addStage(add)
	}
	add(indent+headerFreight, t.always(func(r *row) string { return indent + t.freightCell(r) }))
	if l.versions {
		add("VERSION", t.always(func(r *row) string { return r.version }))
	}
	if !t.style.Terminal {
		add("HERE", t.always(marksCell))
	}
	if t.origins || t.style.Wide || !t.style.Terminal {
		add("ORIGIN", t.always(func(r *row) string { return r.origin }))
	}
	add(t.style.AgeHeader(), t.always(func(r *row) string { return r.age }))
	add(headerAny, t.always(func(r *row) string { return t.answer(r, headerAny, r.any) }))
	add(headerAll, t.always(func(r *row) string { return t.answer(r, headerAll, r.all) }))
	add(headerNow, t.always(func(r *row) string { return t.answer(r, headerNow, r.now) }))
	if t.style.Wide && !l.artifactsBelow {
		add("ARTIFACTS", t.always(func(r *row) string { return r.artifacts }))
	}
	return columns
}

// addStage adds the columns that are the same for all rows of a Stage.
func (t *rows) addStage(add func(header string, cell func(r, before *row) string)) {
	if t.style.Projects {
		add("PROJECT", t.once(func(r *row) string { return r.project }, func(a, b *row) bool { return a.project == b.project }))
	}
	add(headerStage, t.once(t.stageCell, sameStage))
	if !t.style.Terminal {
		add("AUTO", t.always(func(r *row) string { return r.auto }))
	}
	add(headerStrategy, t.once(t.strategyCell, func(a, b *row) bool {
		return sameStage(a, b) && a.strategy == b.strategy
	}))
}

func sameStage(a, b *row) bool { return a.project == b.project && a.stage == b.stage }

// always makes a cell for every row.
func (t *rows) always(text func(*row) string) func(r, before *row) string {
	return func(r, _ *row) string { return t.style.field(text(r)) }
}

// field makes a cell one field for awk, in a pipe.
func (o Options) field(cell string) string {
	if o.Terminal {
		return cell
	}
	return describe.Field(cell)
}

// once makes a cell that a terminal shows only where it changes.
func (t *rows) once(text func(*row) string, same func(a, b *row) bool) func(r, before *row) string {
	return func(r, before *row) string {
		if t.style.Terminal && before != nil && same(r, before) {
			return ""
		}
		return t.style.field(text(r))
	}
}

func (t *rows) stageCell(r *row) string {
	name := t.style.Palette.Strong(r.stage)
	if t.style.Terminal {
		name += r.label
	}
	return t.style.mark(name, r.subject, headerStage)
}

func (t *rows) strategyCell(r *row) string {
	return t.style.mark(r.strategy, r.subject, headerStrategy)
}

func (t *rows) freightCell(r *row) string {
	switch {
	case r.note:
		return t.style.mark(t.style.Palette.Faint(r.freight), r.subject, headerFreight)
	case !t.style.Terminal || len(r.marks) == 0:
		return t.style.mark(r.freight, r.subject, headerFreight)
	}
	marks := strings.Join(r.marks, " ")
	if r.failed {
		marks = t.style.Palette.Bad(marks)
	}
	return t.style.mark(r.freight+" "+marks, r.subject, headerFreight)
}

func marksCell(r *row) string { return strings.Join(r.marks, "") }

// answer writes an answer, and nothing in a row that is not about Freight.
func (t *rows) answer(r *row, header string, answer avail.Truth) string {
	if r.note {
		return ""
	}
	return t.style.mark(t.style.Answer(answer), r.subject, header)
}

// mark adds to the text of a cell that it has changed. Where that happens often it
// leaves room for the mark, so that columns do not move when marks come and go.
func (o Options) mark(text string, subject report.Subject, header string) string {
	const often = headerFreight + headerAny + headerAll + headerNow
	switch {
	case o.Changed == nil:
		return text
	case o.Changed(subject, header):
		return strings.TrimLeft(text+" "+o.ChangeMark(), " ")
	case strings.Contains(often, header):
		return text + "  "
	default:
		return text
	}
}
