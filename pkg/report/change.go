package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// KindChange is the kind of a Change.
const KindChange = "Change"

// Change says that the verdict on one piece of Freight at one Stage, as configured, is
// another one than before, or that it would be available, or would not be any more,
// under another strategy.
type Change struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// At is the instant of the judgment that found it, in UTC, to the second.
	At      time.Time `json:"at"`
	Project string    `json:"project"`
	Stage   string    `json:"stage"`
	// Freight is a name.
	Freight string `json:"freight"`
	Alias   string `json:"alias"`
	// Initial says that it is a part of the state that watching begins with, and no change.
	Initial bool `json:"initial"`
	// From is the verdict before; nil when there was none.
	From *string `json:"from"`
	// To is the verdict now; nil when there is none any more.
	To *string `json:"to"`
	// Flipped are the answers that are others than before, among "configured", "any" and
	// "all"; none where there was, or is, no verdict.
	Flipped []string `json:"flipped"`
	// Object is the Freight as the Stage sees it now; nil when To is.
	Object *Freight `json:"object"`
	// Where is the Stage as it is now, without its Freight; nil when Object is.
	Where *Stage `json:"-"`
	// Checks are the rule, point by point, with what is found.
	Checks []Check `json:"-"`
	// Gone says why Object is nil.
	Gone Gone `json:"-"`
}

// Gone says why there is no verdict any more.
type Gone string

// The ways to be gone.
const (
	StageGone   Gone = "the Stage is gone"
	FreightGone Gone = "the Freight is gone"
	// Unselected: both are there, and the Selection, or the Stage's requests, leave the
	// Freight out now.
	Unselected Gone = "it is not among what is watched any more"
)

// Verdicts are the verdicts, and the answers under any and all, on all Freight that a Builder selects, at one instant.
type Verdicts struct {
	// Turn is the first instant after that one at which a verdict may become another
	// though no object does; zero when there is none.
	Turn time.Time
	// Stages is how many Stages are selected.
	Stages int
	of     map[Subject]verdict
}

// Subject is what a verdict is about.
type Subject struct{ Project, Stage, Freight string }

type verdict struct {
	word, alias string
	available   Available
}

// flipped returns the answers that are others now.
func (v verdict) flipped(now Available) []string {
	list := []string{}
	for _, semantics := range []struct {
		name        string
		before, now bool
	}{
		{avail.Configured.String(), v.available.Configured, now.Configured},
		{avail.Any.String(), v.available.Any, now.Any},
		{avail.All.String(), v.available.All, now.All},
	} {
		if semantics.before != semantics.now {
			list = append(list, semantics.name)
		}
	}
	return list
}

// Changes returns the verdicts as of now, the instant at which the Projects are judged,
// and calls each with how they differ from those before: what is there now in the order of
// a Report, then what is gone. With nil before it has all that there is, as the initial
// state. An error of each ends it.
func (b *Builder) Changes(before *Verdicts, now time.Time, each func(*Change) error) (*Verdicts, error) {
	c := &comparison{builder: b, before: before, now: now.UTC().Truncate(time.Second), after: &Verdicts{of: map[Subject]verdict{}}, each: each}
	for _, e := range b.Projects {
		if e.Project().Unread(pipeline.Freight) {
			c.keep(e.Project().Name)
			continue
		}
		for _, s := range e.Project().Stages {
			if b.Selection.stage(s) {
				c.after.Stages++
				if err := c.stage(e, e.Stage(s.Metadata.Name)); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := c.gone(); err != nil {
		return nil, err
	}
	return c.after, nil
}

// comparison is one call of Changes.
type comparison struct {
	builder *Builder
	before  *Verdicts
	now     time.Time
	after   *Verdicts
	each    func(*Change) error
}

// keep lets the verdicts of a Project stand of which nothing is known now.
func (c *comparison) keep(project string) {
	if c.before == nil {
		return
	}
	for subject, v := range c.before.of {
		if subject.Project == project {
			c.after.of[subject] = v
		}
	}
}

func (c *comparison) stage(e *avail.Evaluator, s *avail.Stage) error {
	var where *Stage
	var more int
	for f, row := range c.builder.selected(e, s, &more) {
		subject := Subject{e.Project().Name, s.Metadata.Name, f.Metadata.Name}
		c.after.of[subject] = verdict{row.Verdict, row.Alias, row.Available}
		c.turn(s.Turns(f))
		before, known := verdict{}, false
		if c.before != nil {
			before, known = c.before.of[subject]
		}
		flipped := []string{}
		if known {
			flipped = before.flipped(row.Available)
		}
		if known && before.word == row.Verdict && len(flipped) == 0 {
			continue
		}
		if where == nil {
			stage := view(e, s)
			where = &stage
		}
		row.Blockers = blockers(s.Blockers(f))
		change := c.change(subject, row.Alias)
		change.Initial = c.before == nil
		change.To, change.Flipped, change.Object, change.Where, change.Checks = &row.Verdict, flipped, &row, where, checks(s, f)
		if known {
			change.From = &before.word
		}
		if err := c.each(&change); err != nil {
			return err
		}
	}
	return nil
}

// turn notes the first of these instants, which are ascending.
func (c *comparison) turn(instants []time.Time) {
	if len(instants) > 0 && (c.after.Turn.IsZero() || instants[0].Before(c.after.Turn)) {
		c.after.Turn = instants[0]
	}
}

// gone finds what had a verdict before and has none now.
func (c *comparison) gone() error {
	if c.before == nil {
		return nil
	}
	for _, subject := range slices.SortedFunc(maps.Keys(c.before.of), Subject.compare) {
		if _, there := c.after.of[subject]; there {
			continue
		}
		before := c.before.of[subject]
		change := c.change(subject, before.alias)
		change.From, change.Gone = &before.word, c.whyGone(subject)
		if err := c.each(&change); err != nil {
			return err
		}
	}
	return nil
}

func (s Subject) compare(other Subject) int {
	return cmp.Or(cmp.Compare(s.Project, other.Project), cmp.Compare(s.Stage, other.Stage), cmp.Compare(s.Freight, other.Freight))
}

func (c *comparison) whyGone(subject Subject) Gone {
	for _, e := range c.builder.Projects {
		if e.Project().Name != subject.Project || e.Project().Stage(subject.Stage) == nil {
			continue
		}
		if slices.ContainsFunc(e.Project().Freight(), func(f *kargo.Freight) bool { return f.Metadata.Name == subject.Freight }) {
			return Unselected
		}
		return FreightGone
	}
	return StageGone
}

func (c *comparison) change(subject Subject, alias string) Change {
	return Change{
		APIVersion: APIVersion,
		Kind:       KindChange,
		At:         c.now,
		Project:    subject.Project,
		Stage:      subject.Stage,
		Freight:    subject.Freight,
		Alias:      alias,
		Flipped:    []string{},
	}
}
