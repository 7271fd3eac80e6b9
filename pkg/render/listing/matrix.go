package listing

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// WriteMatrix writes a table per Project with a row per piece of Freight and a column per
// Stage, and below them what the marks mean. On a terminal, Stages that do not fit beside
// the others follow in a table of their own. Nothing is written when there is no Stage.
func WriteMatrix(w io.Writer, projects iter.Seq[report.ProjectStages], now time.Time, options Options) error {
	var out strings.Builder
	used := map[state]bool{}
	more := false
	for project := range projects {
		m := newMatrix(project.Name, slices.Collect(project.Stages), now, options)
		if len(m.stages) == 0 {
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		if options.Projects {
			out.WriteString("Project " + term.Sanitize(project.Name) + "\n")
		}
		if err := m.write(&out, used); err != nil {
			return err
		}
		more = more || m.more()
	}
	if text := legend(used, options); text != "" && !options.NoHeaders {
		out.WriteString("\n" + text + "\n")
		if more && options.Terminal {
			out.WriteString(OlderFreight + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// OlderFreight says that a limit left something out of the matrix.
const OlderFreight = "Older Freight is not shown (--limit 0 shows all)"

// state is what a cell of the matrix says.
type state uint8

// The states, in the order of the legend. In a cell, the first that holds counts.
const (
	runsHere state = iota
	approved
	available
	isSoaking
	blocked
	unknown
	notRequested
	// hidden: the Freight concerns the Stage, and was filtered out.
	hidden
	// differing is said in addition to a state.
	differing
)

// appearance is how a state looks, and what the legend says of it.
type appearance struct {
	glyph, ascii, meaning string
	color                 func(term.Palette, string) string
}

func appearances() map[state]appearance {
	return map[state]appearance{
		runsHere:     {"●", "*", "runs here", term.Palette.Good},
		approved:     {"✋", "a", "approved", term.Palette.Good},
		available:    {"✔", "y", "available", term.Palette.Good},
		isSoaking:    {"◷", "s", "soaking", term.Palette.Warning},
		blocked:      {"✖", "n", "blocked", term.Palette.Bad},
		unknown:      {"?", "?", "unknown", term.Palette.Warning},
		notRequested: {"·", "-", "not requested", term.Palette.Faint},
		differing:    {"≠", "/", "any and all differ", term.Palette.Warning},
	}
}

// stateMark draws a state; "" for one that is hidden.
func (o Options) stateMark(s state) string {
	look, drawn := appearances()[s]
	switch {
	case !drawn:
		return ""
	case o.Glyphs:
		return look.color(o.Palette, look.glyph)
	default:
		return look.color(o.Palette, look.ascii)
	}
}

// legend says what the states mean that are used.
func legend(used map[state]bool, options Options) string {
	var text strings.Builder
	width := 0
	for s := range differing + 1 {
		if !used[s] || s == hidden {
			continue
		}
		part := options.stateMark(s) + " " + appearances()[s].meaning
		switch columns := width + len(table.Gap) + term.Width(part); {
		case width == 0:
			width = term.Width(part)
		case options.Wraps() && columns > options.Width:
			text.WriteString("\n")
			width = term.Width(part)
		default:
			text.WriteString(table.Gap)
			width = columns
		}
		text.WriteString(part)
	}
	return text.String()
}

// matrix is one Project.
type matrix struct {
	style   Options
	now     time.Time
	project string
	stages  []report.Stage
	rows    []*report.Freight            // each piece once, as one of the Stages sees it
	cells   []map[string]*report.Freight // by Stage, the Freight that it shows, by name
	origins bool                         // there are several
}

func newMatrix(project string, stages []report.Stage, now time.Time, options Options) *matrix {
	m := &matrix{style: options, now: now, project: project, stages: stages}
	rows := map[string]*report.Freight{}
	for i := range stages {
		cells := make(map[string]*report.Freight, len(stages[i].Freight))
		for f := range stages[i].Freight {
			freight := &stages[i].Freight[f]
			rows[freight.Name], cells[freight.Name] = freight, freight
		}
		m.cells = append(m.cells, cells)
	}
	for _, f := range rows {
		m.rows = append(m.rows, f)
		m.origins = m.origins || f.Origin != m.rows[0].Origin
	}
	slices.SortFunc(m.rows, newestFirst)
	return m
}

// newestFirst orders Freight as Kargo does: without a time last, and by name where the
// time is the same.
func newestFirst(a, b *report.Freight) int {
	switch {
	case (a.DiscoveredAt == nil) != (b.DiscoveredAt == nil):
		if a.DiscoveredAt == nil {
			return 1
		}
		return -1
	case a.DiscoveredAt != nil && !a.DiscoveredAt.Equal(*b.DiscoveredAt):
		return b.DiscoveredAt.Compare(*a.DiscoveredAt)
	default:
		return cmp.Compare(b.Name, a.Name)
	}
}

func (m *matrix) more() bool {
	return slices.ContainsFunc(m.stages, func(s report.Stage) bool { return s.More > 0 })
}

// write writes as many Stages side by side as fit, and notes which states there are.
func (m *matrix) write(w *strings.Builder, used map[state]bool) error {
	labels := m.labels()
	room := m.style.Width
	for _, label := range labels {
		room -= label.width() + len(table.Gap)
	}
	var columns []stageColumn
	for i := range m.stages {
		columns = append(columns, m.column(i, used))
	}
	for first := 0; first < len(columns); {
		end, width := first+1, columns[first].width()
		for end < len(columns) && (!m.style.Wraps() || width+len(table.Gap)+columns[end].width() <= room) {
			width += len(table.Gap) + columns[end].width()
			end++
		}
		if first > 0 {
			w.WriteString("\n")
		}
		if err := m.writeBlock(w, slices.Concat(labels, columns[first:end])); err != nil {
			return err
		}
		first = end
	}
	return nil
}

func (m *matrix) writeBlock(w io.Writer, columns []stageColumn) error {
	var header []string
	rows := make([][]string, max(len(m.rows), 1))
	for _, column := range columns {
		header = append(header, column.header)
		for i, cell := range column.cells {
			rows[i] = append(rows[i], cell)
		}
	}
	if m.style.NoHeaders {
		header = nil
	}
	return table.Write(w, header, rows)
}

// stageColumn is a header and what is below it.
type stageColumn struct {
	header string
	cells  []string
}

func (c stageColumn) width() int {
	width := term.Width(c.header)
	for _, cell := range c.cells {
		width = max(width, term.Width(cell))
	}
	return width
}

// labels are the columns that say which Freight a row is about. Without Freight there is still one
// row, so that the Stages are seen.
func (m *matrix) labels() []stageColumn {
	freight, age, origin := stageColumn{header: headerFreight}, stageColumn{header: m.style.AgeHeader()}, stageColumn{header: "ORIGIN"}
	add := func(name, since, from string) {
		freight.cells, age.cells, origin.cells = append(freight.cells, m.style.field(name)), append(age.cells, since), append(origin.cells, m.style.field(from))
	}
	for _, f := range m.rows {
		add(m.style.name(f), describe.Discovered(f.DiscoveredAt, m.now, m.style.Style), term.Sanitize(f.Origin))
	}
	switch {
	case len(m.rows) > 0:
	case slices.ContainsFunc(m.stages, func(s report.Stage) bool { return s.Freight == nil }):
		add("?", "?", "?")
	default:
		add("<none>", "-", "-")
	}
	if m.origins || !m.style.Terminal {
		return []stageColumn{freight, age, origin}
	}
	return []stageColumn{freight, age}
}

// column is the column of a Stage.
func (m *matrix) column(i int, used map[state]bool) stageColumn {
	stage := &m.stages[i]
	column := stageColumn{header: m.style.field(term.Sanitize(stage.Name))}
	for _, f := range m.rows {
		shown := m.cells[i][f.Name]
		s := stateAt(stage, f.Origin, shown)
		used[s] = true
		cell := m.style.stateMark(s)
		if shown != nil && shown.Available.Any != shown.Available.All {
			used[differing] = true
			cell += m.style.stateMark(differing)
		}
		column.cells = append(column.cells, m.style.mark(cell, subjectOf(m.project, stage, f), headerNow))
	}
	if len(m.rows) == 0 {
		cell := ""
		if stage.Freight == nil {
			used[unknown], cell = true, m.style.stateMark(unknown)
		}
		column.cells = []string{cell}
	}
	return column
}

// stateAt is what holds of Freight of an origin at a Stage; f is nil where the Stage does
// not show it.
func stateAt(stage *report.Stage, origin string, f *report.Freight) state {
	switch {
	case stage.Freight == nil:
		return unknown
	case f == nil && !slices.ContainsFunc(stage.Requests, func(r report.Request) bool { return r.Origin == origin }):
		return notRequested
	case f == nil:
		return hidden
	case f.Here.Current:
		return runsHere
	case avail.Verdict(f.Verdict) == avail.VerdictApproved:
		return approved
	case f.Available.Configured:
		return available
	case soaks(stage, f):
		return isSoaking
	default:
		return blocked
	}
}

// soaks reports whether nothing but time keeps the Freight out of the Stage: one upstream
// in which it soaks is enough under any, under all it has to be every one that is missing.
func soaks(stage *report.Stage, f *report.Freight) bool {
	for i := range stage.Requests {
		open, waiting := 0, 0
		for b := range f.Blockers {
			if f.Blockers[b].Request != i {
				continue
			}
			open++
			if avail.Reason(f.Blockers[b].Reason) == avail.Soaking {
				waiting++
			}
		}
		if waiting > 0 && (waiting == open || stage.Requests[i].Strategy != string(kargo.All)) {
			return true
		}
	}
	return false
}
