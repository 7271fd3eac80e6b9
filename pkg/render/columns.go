package render

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
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
// Grouped, the Stage is not among the columns.
func (t *table) columns(grouped bool) []column {
	var columns []column
	add := func(header string, cell func(r, before *row) string) {
		columns = append(columns, column{header, cell})
	}
	indent := ""
	if grouped {
		indent = "  "
	} else {
		t.addStage(add)
	}
	add(indent+"FREIGHT", t.always(func(r *row) string { return indent + t.freightCell(r) }))
	if !t.style.Terminal {
		add("HERE", t.always(marksCell))
	}
	if t.origins || t.style.Wide || !t.style.Terminal {
		add("ORIGIN", t.always(func(r *row) string { return r.origin }))
	}
	add("AGE", t.always(func(r *row) string { return r.age }))
	add("ANY", t.always(func(r *row) string { return t.answer(r, r.any) }))
	add("ALL", t.always(func(r *row) string { return t.answer(r, r.all) }))
	add("NOW", t.always(func(r *row) string { return t.answer(r, r.now) }))
	if t.style.Wide {
		add("ARTIFACTS", t.always(func(r *row) string { return r.artifacts }))
	}
	return columns
}

// addStage adds the columns that are the same for all rows of a Stage.
func (t *table) addStage(add func(header string, cell func(r, before *row) string)) {
	if t.style.Projects {
		add("PROJECT", t.once(func(r *row) string { return r.project }, func(a, b *row) bool { return a.project == b.project }))
	}
	add("STAGE", t.once(t.stageCell, sameStage))
	if !t.style.Terminal {
		add("AUTO", t.always(func(r *row) string { return r.auto }))
	}
	add("STRATEGY", t.once(func(r *row) string { return r.strategy }, func(a, b *row) bool {
		return sameStage(a, b) && a.strategy == b.strategy
	}))
}

func sameStage(a, b *row) bool { return a.project == b.project && a.stage == b.stage }

// always makes a cell for every row.
func (t *table) always(text func(*row) string) func(r, before *row) string {
	return func(r, _ *row) string { return t.field(text(r)) }
}

// field makes a cell one field for awk, in a pipe: never empty, and without spaces.
func (t *table) field(cell string) string {
	switch {
	case t.style.Terminal:
		return cell
	case cell == "":
		return "-"
	default:
		return strings.ReplaceAll(cell, " ", `\x20`)
	}
}

// once makes a cell that a terminal shows only where it changes.
func (t *table) once(text func(*row) string, same func(a, b *row) bool) func(r, before *row) string {
	return func(r, before *row) string {
		if t.style.Terminal && before != nil && same(r, before) {
			return ""
		}
		return t.field(text(r))
	}
}

func (t *table) stageCell(r *row) string {
	name := paint(t.style.Palette.strong, r.stage)
	if !t.style.Terminal || r.auto == "no" {
		return name
	}
	return name + map[string]string{"yes": " (auto)", "held": " (auto, held)", "?": " (auto?)"}[r.auto]
}

func (t *table) freightCell(r *row) string {
	switch {
	case r.note:
		return paint(t.style.Palette.faint, r.freight)
	case !t.style.Terminal || len(r.marks) == 0:
		return r.freight
	}
	marks := strings.Join(r.marks, " ")
	if r.failed {
		marks = paint(t.style.Palette.bad, marks)
	}
	return r.freight + " " + marks
}

func marksCell(r *row) string { return strings.Join(r.marks, "") }

// answer writes an answer, and nothing in a row that is not about Freight.
func (t *table) answer(r *row, answer avail.Truth) string {
	if r.note {
		return ""
	}
	return t.style.answer(answer)
}
