package render

import (
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Table writes one row per Stage and Freight. now is the instant that ages count
// to. Nothing is written when there is no Stage.
func Table(w io.Writer, projects iter.Seq[report.ProjectStages], now time.Time, style Style) error {
	t := &table{style: style, now: now, hash: hashes()}
	for project := range projects {
		for stage := range project.Stages {
			t.stage(project.Name, &stage)
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t.write(w)
}

// table gathers rows. A row's reasons are kept apart from its cells, as they may
// have to be folded.
type table struct {
	style   Style
	now     time.Time
	hash    *regexp.Regexp
	origins bool // some Stage requests several origins
	rows    []row
}

// row is one line of the table, or what one line grows from.
type row struct {
	subject        report.Subject
	project, stage string
	auto           string // yes, no, held or ?
	strategy       string
	freight        string
	marks          []string
	origin         string
	age            string
	any, all, now  avail.Truth
	artifacts      string
	reasons        []string
	failed, note   bool
}

func (t *table) stage(project string, stage *report.Stage) {
	t.origins = t.origins || severalOrigins(stage)
	first := len(t.rows)
	for i := range stage.Freight {
		t.rows = append(t.rows, t.row(stage, &stage.Freight[i]))
		t.rows[len(t.rows)-1].subject = subjectOf(project, stage, &stage.Freight[i])
	}
	if len(stage.Freight) == 0 {
		t.rows = append(t.rows, empty(stage))
		t.rows[first].subject = subjectOf(project, stage, nil)
	}
	if stage.ListError != "" {
		t.rows[first].reasons = slices.Insert(t.rows[first].reasons, 0, "the Stage's listing fails: "+Visible(stage.ListError))
	}
	if stage.More > 0 && t.style.Terminal {
		t.rows = append(t.rows, row{strategy: t.rows[len(t.rows)-1].strategy, freight: fmt.Sprintf("and %d more", stage.More), reasons: []string{"--limit 0 shows all"}, note: true})
	}
	for i := first; i < len(t.rows); i++ {
		t.rows[i].project, t.rows[i].stage, t.rows[i].auto = Visible(project), Visible(stage.Name), auto(&stage.AutoPromotion)
	}
}

// auto says in a word whether Kargo promotes to the Stage by itself.
func auto(a *report.AutoPromotion) string {
	switch {
	case a.Enabled == nil:
		return "?"
	case !*a.Enabled:
		return "no"
	case len(a.Held) > 0:
		return "held"
	default:
		return "yes"
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
	r := row{strategy: strategies(stage, ""), freight: "<none>", age: "-", note: true}
	if stage.Freight == nil {
		r.freight, r.note = "?", false
	}
	return r
}

func (t *table) row(stage *report.Stage, f *report.Freight) row {
	r := row{
		strategy:  strategies(stage, f.Origin),
		freight:   t.name(f),
		origin:    Visible(f.Origin),
		age:       age(f.DiscoveredAt, t.now),
		any:       avail.TruthOf(f.Available.Any),
		all:       avail.TruthOf(f.Available.All),
		now:       avail.TruthOf(f.Available.Configured),
		artifacts: artifacts(f.Artifacts, t.hash),
		reasons:   explanation(stage, f, t.style.Wide),
		failed:    failedHere(f),
	}
	if f.Here.Current {
		r.marks = append(r.marks, t.style.current())
	}
	if r.failed {
		r.marks = append(r.marks, "!")
	}
	return r
}

// name is what people call a piece of Freight: its alias, else its name, of which
// a terminal shows as much as Git does of a hash.
func (t *table) name(f *report.Freight) string {
	switch {
	case f.Alias != "":
		return Visible(f.Alias)
	case t.style.Terminal:
		return Visible(t.hash.ReplaceAllString(f.Name, "$1"))
	default:
		return Visible(f.Name)
	}
}

func age(since *time.Time, now time.Time) string {
	if since == nil {
		return "<unknown>"
	}
	if since.After(now) { // --at looks back
		return "-" + duration.HumanDuration(since.Sub(now))
	}
	return duration.HumanDuration(now.Sub(*since))
}

// strategies names the strategy of the Stage's requests, or of those of one origin
// alone: OneOf or All, direct, or none for a request that has no source at all.
func strategies(stage *report.Stage, origin string) string {
	var names []string
	for i := range stage.Requests {
		request := &stage.Requests[i]
		if origin != "" && request.Origin != origin {
			continue
		}
		for _, name := range sourcesOf(request) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, "+")
}

func sourcesOf(request *report.Request) []string {
	var names []string
	if request.Direct {
		names = append(names, "direct")
	}
	if len(request.Upstreams) > 0 || !request.Direct {
		names = append(names, Visible(request.Strategy))
	}
	return names
}
