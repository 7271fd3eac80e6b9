package listing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Changes remembers which cells of a table changed lately. What counts is what a cell
// means: an age or a countdown that moves on is no change. A row that was not there
// before has its Freight marked. The zero value has seen nothing.
type Changes struct {
	rows map[report.Subject]meanings
	at   map[cell]time.Time
}

// cell is one cell of the table: the column of the header in the row of the subject.
type cell struct {
	subject report.Subject
	header  string
}

// meanings are what the cells of a row say, by header, ages and countdowns aside.
type meanings map[string]string

// Observe compares the table of these Projects with the one before, and reports whether
// it says something else.
func (m *Changes) Observe(projects []report.Project, now time.Time) (changed bool) {
	for c, at := range m.at {
		if now.Sub(at) >= term.MarkFor {
			delete(m.at, c)
		}
	}
	rows := map[report.Subject]meanings{}
	for p := range projects {
		for s := range projects[p].Stages {
			addMeanings(rows, projects[p].Name, &projects[p].Stages[s])
		}
	}
	changed = m.rows != nil && m.compare(rows, now)
	m.rows = rows
	return changed
}

// compare marks what is other than before. What is gone leaves nothing to mark.
func (m *Changes) compare(rows map[report.Subject]meanings, now time.Time) (changed bool) {
	if m.at == nil {
		m.at = map[cell]time.Time{}
	}
	mark := func(subject report.Subject, header string) {
		m.at[cell{subject, header}] = now
		changed = true
	}
	for subject, row := range rows {
		before, known := m.rows[subject]
		if !known {
			mark(subject, headerFreight)
			continue
		}
		for header, meaning := range row {
			if before[header] != meaning {
				mark(subject, header)
			}
		}
	}
	for subject := range m.rows {
		_, there := rows[subject]
		changed = changed || !there
	}
	return changed
}

// Changed reports whether a cell is marked.
func (m *Changes) Changed(subject report.Subject, header string) bool {
	_, marked := m.at[cell{subject, header}]
	return marked
}

func addMeanings(rows map[report.Subject]meanings, project string, stage *report.Stage) {
	if len(stage.Freight) == 0 {
		rows[subjectOf(project, stage, nil)] = stageMeanings(stage, "")
		return
	}
	for i := range stage.Freight {
		f := &stage.Freight[i]
		row := stageMeanings(stage, f.Origin)
		row[headerFreight] = fmt.Sprint(f.Alias, f.Here.Current, describe.IsNext(stage, f), describe.FailedHere(f))
		row[headerAny] = fmt.Sprint(f.Available.Any)
		row[headerAll] = fmt.Sprint(f.Available.All)
		row[headerNow] = fmt.Sprint(f.Available.Configured)
		row[headerReasons] = reasonsMeaning(stage, f)
		rows[subjectOf(project, stage, f)] = row
	}
}

func stageMeanings(stage *report.Stage, origin string) meanings {
	return meanings{
		headerStage:    describe.Auto(stage) + stage.ListError,
		headerStrategy: describe.Strategies(stage, origin),
	}
}

// subjectOf names a row: that of a piece of Freight, or of a Stage without any.
func subjectOf(project string, stage *report.Stage, f *report.Freight) report.Subject {
	subject := report.Subject{Project: project, Stage: stage.Name}
	if f != nil {
		subject.Freight = f.Name
	}
	return subject
}

// reasonsMeaning is what is said of the Freight, with the instants at which soaks end
// instead of the time that is left of them.
func reasonsMeaning(stage *report.Stage, f *report.Freight) string {
	still := *f
	var until []string
	still.Blockers = withoutCountdown(f.Blockers, &until)
	return strings.Join(append(describe.Reasons(stage, &still, false), until...), "; ")
}

// withoutCountdown returns a copy of the blockers, and notes when their soaks end.
func withoutCountdown(blockers []report.Blocker, until *[]string) []report.Blocker {
	list := slices.Clone(blockers)
	for i := range list {
		b := &list[i]
		if b.Until != nil {
			*until = append(*until, b.Until.Format(time.RFC3339))
		}
		b.Remaining = 0
	}
	return list
}
