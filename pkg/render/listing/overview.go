package listing

import (
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
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
			o.add(project.Name, &stage)
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

// overviewLine is what the table says of a Stage and one of its origins.
type overviewLine struct {
	project, stage, strategy string
	upstreams                []string
	runs                     shownFreight
	any, all, now            newestFreight
	next                     string
	// moves says that next is news: not off, and not what runs already.
	moves bool
	// said is what is wrong at the Stage, and what blocks Freight, worst first.
	said []string
	// changed reports whether the cell below a header is to be marked.
	changed func(header string) bool
}

// shownFreight is what people call a piece of Freight, and the versions of what it holds.
type shownFreight struct{ name, version string }

// newestFreight are the newest pieces of Freight of which something holds.
type newestFreight struct {
	unknown bool
	first   []shownFreight
	// total counts all of them.
	total int
}

func (o *overview) add(project string, stage *report.Stage) {
	origins := originsOf(stage)
	for i, origin := range origins {
		said := blockedFreight(stage, origin)
		if i == 0 {
			said = append(stageItself(stage, o.options.Remedies), said...)
		}
		available := func(is func(report.Available) bool) newestFreight {
			return newestOf(stage, origin, func(f *report.Freight) bool { return is(f.Available) })
		}
		o.lines = append(o.lines, overviewLine{
			project: term.Sanitize(project), stage: o.stageCell(stage, origin, len(origins) > 1),
			strategy: describe.Strategies(stage, origin), upstreams: upstreamsOf(stage, origin),
			runs: runs(stage, origin),
			any:  available(func(a report.Available) bool { return a.Any }),
			all:  available(func(a report.Available) bool { return a.All }),
			now:  available(func(a report.Available) bool { return a.Configured }),
			next: o.next(stage, origin), moves: moves(stage, origin), said: said,
			changed: o.options.changedOf(project, stage, origin),
		})
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

// upstreamsOf returns the upstream Stages from which a Stage takes Freight of an origin.
func upstreamsOf(stage *report.Stage, origin string) []string {
	var upstreams []string
	for i := range stage.Requests {
		for _, name := range stage.Requests[i].Upstreams {
			if stage.Requests[i].Origin == origin && !slices.Contains(upstreams, name) {
				upstreams = append(upstreams, name)
			}
		}
	}
	return upstreams
}

// stageCell names a Stage and, where it takes Freight of several origins, the Warehouse.
func (o *overview) stageCell(stage *report.Stage, origin string, several bool) string {
	name, between := term.Sanitize(stage.Name), "/"
	if o.options.Terminal {
		name, between = o.options.Palette.Strong(name)+describe.StageLabel(stage), " "
	}
	if several {
		name += between + strings.TrimPrefix(term.Sanitize(origin), "Warehouse/")
	}
	return name
}

// runs is what the Stage runs of an origin.
func runs(stage *report.Stage, origin string) shownFreight {
	for _, current := range stage.Current {
		if current.Origin != origin {
			continue
		}
		shown := shownFreight{name: describe.Freight(current.Alias, current.Freight)}
		for i := range stage.Freight {
			if stage.Freight[i].Name == current.Freight {
				shown.version = describe.Version(stage.Freight[i].Artifacts)
			}
		}
		return shown
	}
	return shownFreight{name: "-"}
}

// newestOf finds the newest pieces of Freight of which something holds, and counts all.
func newestOf(stage *report.Stage, origin string, is func(*report.Freight) bool) newestFreight {
	newest := newestFreight{unknown: stage.Freight == nil}
	for i := range stage.Freight {
		f := &stage.Freight[i]
		if f.Origin != origin || !is(f) {
			continue
		}
		if newest.total++; newest.total <= mostNames {
			newest.first = append(newest.first, shownFreight{describe.Freight(f.Alias, f.Name), describe.Version(f.Artifacts)})
		}
	}
	return newest
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

// moves reports whether auto-promotion is on and has something to do, or cannot.
func moves(stage *report.Stage, origin string) bool {
	next, known := stage.AutoPromotion.Next[origin]
	outcome := autopromote.Outcome(next.Outcome)
	return known && outcome != autopromote.Off && outcome != autopromote.Current
}

// changedOf reports for a header whether its cell changed for any Freight of an origin.
func (o Options) changedOf(project string, stage *report.Stage, origin string) func(header string) bool {
	if o.Changed == nil {
		return func(string) bool { return false }
	}
	return func(header string) bool {
		if o.Changed(subjectOf(project, stage, nil), header) {
			return true
		}
		return slices.ContainsFunc(stage.Freight, func(f report.Freight) bool {
			return f.Origin == origin && o.Changed(subjectOf(project, stage, &f), header)
		})
	}
}
