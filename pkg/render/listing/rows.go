// Package listing is the table of Stages and Freight: its rows and columns, how it fits
// a terminal, and which of its cells changed while it is watched.
package listing

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// failedMark stands beside Freight whose last Promotion to the Stage failed.
const failedMark = "!"

// Options are how the table looks.
type Options struct {
	term.Style
	// Wide adds the columns of -o wide.
	Wide bool
	// Projects adds the column PROJECT.
	Projects bool
	// Remedies says in an overview what helps a Stage at which something is wrong.
	Remedies bool
	// Changed reports whether the cell below a header is to be marked as changed; nil
	// marks none. Marks are for a terminal.
	Changed func(subject report.Subject, header string) bool
}

// Write writes one row per Stage and Freight. Ages count up to now. Nothing is written
// when there is no Stage.
func Write(w io.Writer, projects iter.Seq[report.ProjectStages], now time.Time, options Options) error {
	t := &rows{style: options, now: now}
	for project := range projects {
		for stage := range project.Stages {
			t.stage(project.Name, &stage)
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	notes := t.takeNotes()
	if err := t.write(w); err != nil {
		return err
	}
	return t.writeNotes(w, notes)
}

// rows are the rows of the table. A row's reasons are kept apart from its cells, as they
// may have to be wrapped.
type rows struct {
	style   Options
	now     time.Time
	origins bool // some Stage requests several origins
	rows    []row
}

// row is one line of the table, or what one line grows from.
type row struct {
	subject        report.Subject
	project, stage string
	auto           string // as describe.Auto says it
	label          string // stands behind the name of the Stage
	strategy       string
	freight        string
	marks          []string
	origin         string
	age            string
	any, all, now  avail.Truth
	artifacts      string
	version        string
	reasons        []string
	// consequences are among the reasons.
	consequences []describe.Consequence
	failed, note bool
}

func (t *rows) stage(project string, stage *report.Stage) {
	t.origins = t.origins || severalOrigins(stage)
	first := len(t.rows)
	for i := range stage.Freight {
		t.rows = append(t.rows, t.row(stage, &stage.Freight[i]))
		t.rows[len(t.rows)-1].subject = subjectOf(project, stage, &stage.Freight[i])
	}
	for _, current := range stage.Gone {
		t.rows = append(t.rows, t.gone(stage, current))
		t.rows[len(t.rows)-1].subject = report.Subject{Project: project, Stage: stage.Name, Freight: current.Freight}
	}
	if len(t.rows) == first {
		t.rows = append(t.rows, empty(stage))
		t.rows[first].subject = subjectOf(project, stage, nil)
	}
	if stage.ListError != "" {
		t.rows[first].reasons = slices.Insert(t.rows[first].reasons, 0, "the Stage's listing fails: "+term.Sanitize(stage.ListError))
	}
	if stage.Freeze != nil {
		t.rows[first].reasons = append(t.rows[first].reasons, describe.Freeze(stage.Freeze))
	}
	if stage.More > 0 && t.style.Terminal {
		t.rows = append(t.rows, row{strategy: t.rows[len(t.rows)-1].strategy, freight: fmt.Sprintf("and %d more", stage.More), reasons: []string{"--limit 0 shows all"}, note: true})
	}
	for i := first; i < len(t.rows); i++ {
		t.rows[i].project, t.rows[i].stage = term.Sanitize(project), term.Sanitize(stage.Name)
		t.rows[i].auto, t.rows[i].label = describe.Auto(stage), describe.StageLabel(stage)
	}
}

func severalOrigins(stage *report.Stage) bool {
	for i := range stage.Requests {
		if stage.Requests[i].Origin != stage.Requests[0].Origin {
			return true
		}
	}
	return false
}

// empty is the row of a Stage without Freight to show.
func empty(stage *report.Stage) row {
	r := row{strategy: describe.Strategies(stage, ""), freight: "<none>", age: "-", note: true}
	if stage.Freight == nil {
		r.freight, r.note = "?", false
		return r
	}
	for i := range stage.Requests {
		if from := fromWhere(&stage.Requests[i]); from != "" && !slices.Contains(r.reasons, from) {
			r.reasons = append(r.reasons, from)
		}
	}
	return r
}

// fromWhere says where a downstream Stage would get Freight from; "" for a request without
// upstreams.
func fromWhere(request *report.Request) string {
	if len(request.Upstreams) == 0 {
		return ""
	}
	var upstreams []string
	for _, name := range request.Upstreams {
		upstreams = append(upstreams, term.Sanitize(name))
	}
	return fmt.Sprintf("takes Freight of %s from %s", term.Sanitize(request.Origin), strings.Join(upstreams, ", "))
}

func (t *rows) row(stage *report.Stage, f *report.Freight) row {
	r := row{
		strategy:  describe.Strategies(stage, f.Origin),
		freight:   t.style.name(f),
		origin:    term.Sanitize(f.Origin),
		age:       describe.Discovered(f.DiscoveredAt, t.now, t.style.Style),
		any:       avail.TruthOf(f.Available.Any),
		all:       avail.TruthOf(f.Available.All),
		now:       avail.TruthOf(f.Available.Configured),
		artifacts: strings.Join(describe.Artifacts(f.Artifacts), ","),
		version:   describe.Version(f.Artifacts),
		reasons:   describe.Reasons(stage, f, t.style.Wide),

		consequences: describe.Consequences(stage, f),

		failed: describe.FailedHere(f),
	}
	if avail.Verdict(f.Verdict) == avail.VerdictApproved {
		r.reasons = slices.Insert(r.reasons, 0, "approved")
	}
	if f.Here.Current {
		r.marks = append(r.marks, t.style.Current())
	}
	if describe.IsNext(stage, f) {
		r.marks = append(r.marks, t.style.Next())
	}
	if r.failed {
		r.marks = append(r.marks, failedMark)
	}
	return r
}

// gone is the row of Freight that the Stage runs and that does not exist any more.
func (t *rows) gone(stage *report.Stage, current report.Current) row {
	return row{
		strategy: describe.Strategies(stage, current.Origin), freight: t.style.name(&report.Freight{Name: current.Freight}),
		origin: term.Sanitize(current.Origin), age: "-", any: avail.Unknown, all: avail.Unknown, now: avail.Unknown,
		marks: []string{t.style.Current()}, reasons: []string{"the Stage runs it, and the Freight itself is gone"},
	}
}

// name is what people call a piece of Freight; in a pipe, a name without an alias is
// whole.
func (o Options) name(f *report.Freight) string {
	if f.Alias == "" && !o.Terminal {
		return term.Sanitize(f.Name)
	}
	return describe.Freight(f.Alias, f.Name)
}
