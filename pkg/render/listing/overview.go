package listing

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// An overview looks at this many of the newest pieces of Freight of a Stage, and says why
// of so many of them.
const (
	OverviewFreight   = 1000
	OverviewExplained = 10
)

// WriteOverview writes a line per Stage and origin: what it runs, the newest Freight that is
// available under any, under all and now, what auto-promotion does next, and what blocks
// the rest. Nothing is written when there is no Stage.
func WriteOverview(w io.Writer, projects iter.Seq[report.ProjectStages], options Options) error {
	o := &overview{options: options}
	for project := range projects {
		for stage := range project.Stages {
			o.stage(project.Name, &stage)
		}
	}
	if len(o.lines) == 0 {
		return nil
	}
	return o.write(w)
}

// overview gathers the lines of the table.
type overview struct {
	options Options
	lines   []overviewLine
}

// overviewLine is a Stage and one of its origins: the cells, and what is said of it.
type overviewLine struct {
	cells []string
	said  []string
}

func (o *overview) stage(project string, stage *report.Stage) {
	origins := originsOf(stage)
	for i, origin := range origins {
		line := overviewLine{cells: o.cells(project, stage, origin, len(origins) > 1), said: o.blocked(stage, origin)}
		if i == 0 {
			line.said = append(stageItself(stage), line.said...)
		}
		o.lines = append(o.lines, line)
	}
}

// originsOf returns the distinct origins that a Stage requests, in their order.
func originsOf(stage *report.Stage) []string {
	var origins []string
	for i := range stage.Requests {
		if origin := stage.Requests[i].Origin; !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}

// stageItself says what is wrong at the Stage, whatever the Freight.
func stageItself(stage *report.Stage) []string {
	var said []string
	for _, p := range stage.Problems {
		text := term.Sanitize(p.Text)
		if p.Remedy != "" {
			text += " (" + term.Sanitize(p.Remedy) + ")"
		}
		said = append(said, text)
	}
	return said
}

func (o *overview) header() []string {
	header := []string{headerStage, headerStrategy, "RUNS", headerAny, headerAll, headerNow, "NEXT"}
	if o.options.Projects {
		header = slices.Insert(header, 0, "PROJECT")
	}
	return header
}

func (o *overview) cells(project string, stage *report.Stage, origin string, several bool) []string {
	name := term.Sanitize(stage.Name)
	if o.options.Terminal {
		name = o.options.Palette.Strong(name) + describe.AutoLabel(describe.Auto(stage))
	}
	if several {
		name += o.options.between() + strings.TrimPrefix(term.Sanitize(origin), "Warehouse/")
	}
	available := func(is func(*report.Freight) bool) string { return o.newest(stage, origin, is) }
	cells := []string{
		name, describe.Strategies(stage, origin), o.runs(stage, origin),
		available(func(f *report.Freight) bool { return f.Available.Any }),
		available(func(f *report.Freight) bool { return f.Available.All }),
		available(func(f *report.Freight) bool { return f.Available.Configured }),
		o.next(stage, origin),
	}
	if o.options.Projects {
		cells = slices.Insert(cells, 0, term.Sanitize(project))
	}
	if !o.options.Terminal {
		for i := range cells {
			cells[i] = describe.Field(cells[i])
		}
	}
	return cells
}

// between stands between the name of a Stage and that of a Warehouse: no space in a pipe.
func (o Options) between() string {
	if o.Terminal {
		return " "
	}
	return "/"
}

// runs names what the Stage runs of an origin.
func (o *overview) runs(stage *report.Stage, origin string) string {
	for _, current := range stage.Current {
		if current.Origin == origin {
			return describe.Freight(current.Alias, current.Freight)
		}
	}
	return "-"
}

// newest names the newest piece of Freight of which something holds, and counts the others.
func (o *overview) newest(stage *report.Stage, origin string, is func(*report.Freight) bool) string {
	if stage.Freight == nil {
		return "?"
	}
	first, others := "", 0
	for i := range stage.Freight {
		f := &stage.Freight[i]
		switch {
		case f.Origin != origin || !is(f):
		case first == "":
			first = describe.Freight(f.Alias, f.Name)
		default:
			others++
		}
	}
	switch {
	case first == "":
		return "none"
	case others == 0:
		return first
	default:
		return fmt.Sprintf("%s+%d", first, others)
	}
}

// next says what auto-promotion does next.
func (o *overview) next(stage *report.Stage, origin string) string {
	next, known := stage.AutoPromotion.Next[origin]
	outcome := autopromote.Outcome(next.Outcome)
	switch {
	case !known, outcome == autopromote.Off:
		return "-"
	case outcome == autopromote.WillPromote:
		return describe.Freight(next.Alias, next.Freight)
	case !o.options.Terminal:
		return next.Outcome
	default:
		return outcome.Words()
	}
}

// mostGroups is how many reasons a line of the overview has, and mostFreight how many
// pieces of Freight each names.
const mostGroups, mostFreight = 3, 2

// blocked says what keeps Freight out, newest first: pieces with the same reason together.
func (o *overview) blocked(stage *report.Stage, origin string) []string {
	var order []string
	names := map[string][]string{}
	older := 0
	for i := range stage.Freight {
		f := &stage.Freight[i]
		if f.Origin != origin || f.Available.Configured && f.Available.All {
			continue
		}
		why := strings.Join(describe.Blocking(stage, f), "; ")
		if why == "" {
			older++
			continue
		}
		if names[why] == nil {
			order = append(order, why)
		}
		names[why] = append(names[why], describe.Freight(f.Alias, f.Name))
	}
	var said []string
	for _, why := range order[:min(len(order), mostGroups)] {
		said = append(said, someOf(names[why])+": "+why)
	}
	if more := len(order) - mostGroups; more > 0 {
		said = append(said, fmt.Sprintf("more reasons: %d (list %s has them)", more, term.Sanitize(stage.Name)))
	}
	if older > 0 {
		said = append(said, fmt.Sprintf("and %d older (list %s --limit 0 says why)", older, term.Sanitize(stage.Name)))
	}
	return said
}

// someOf names the first ones, and says how many more there are.
func someOf(names []string) string {
	if more := len(names) - mostFreight; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostFreight], ", "), more)
	}
	return strings.Join(names, ", ")
}

// write lays the lines out: what is said of a line stands beside it where there is room,
// and else below it.
func (o *overview) write(w io.Writer) error {
	header := o.header()
	var cells [][]string
	for _, line := range o.lines {
		cells = append(cells, line.cells)
	}
	room := table.Room(o.options.Width, header, cells)
	if o.options.Wraps() && room+len(table.Gap) < 0 {
		header, cells = o.nextBelow(header, cells)
		room = table.Room(o.options.Width, header, cells)
	}
	below := o.options.Wraps() && room < minReason
	if !below {
		header = append(header, headerReasons)
		for i, line := range o.lines {
			cells[i] = append(cells[i], strings.Join(o.wrapped(line.said, room), "\n"))
		}
	}
	if o.options.NoHeaders {
		header = nil
	}
	if !below {
		return table.Write(w, header, cells)
	}
	var text, out strings.Builder
	if err := table.Write(&text, header, cells); err != nil {
		return err
	}
	lines := slices.Collect(strings.Lines(text.String()))
	if header != nil {
		out.WriteString(lines[0])
		lines = lines[1:]
	}
	for i, line := range o.lines {
		out.WriteString(lines[i])
		for _, said := range o.wrapped(line.said, max(o.options.Width-len(margin), 1)) {
			out.WriteString(margin + said + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// nextBelow moves what auto-promotion does next below the lines, on a narrow terminal.
func (o *overview) nextBelow(header []string, cells [][]string) (narrowHeader []string, narrow [][]string) {
	last := len(header) - 1
	for i := range o.lines {
		if next := cells[i][last]; next != "-" {
			o.lines[i].said = slices.Insert(o.lines[i].said, 0, "next: "+next)
		}
		narrow = append(narrow, cells[i][:last])
	}
	return header[:last], narrow
}

// wrapped folds what is said to the columns that a terminal has for it.
func (o *overview) wrapped(said []string, columns int) []string {
	if !o.options.Terminal {
		return []string{strings.Join(said, "; ")}
	}
	var lines []string
	for _, text := range said {
		if o.options.Wraps() {
			lines = append(lines, term.Wrap(text, columns)...)
		} else {
			lines = append(lines, text)
		}
	}
	return lines
}
