package report

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// KindDiff is the kind of a Diff.
const KindDiff = "Diff"

// What Base and Head of a Diff are, unless they are git revisions.
const (
	SideCluster = "cluster"
	SideDump    = "dump"
	SideFiles   = "files"
)

// Diff says what applying manifests does to live Freight.
type Diff struct {
	Header
	// Base is what the manifests are compared with: "cluster", "dump" or a git revision.
	Base string `json:"base"`
	// Head is where the manifests are from: "files" or a git revision.
	Head string `json:"head"`
	// Prune says that what Base has and Head has not is deleted.
	Prune bool `json:"prune"`
	// Projects are those that the manifests are about, by name.
	Projects []DiffProject `json:"projects"`
}

// DiffProject is what happens in one Project.
type DiffProject struct {
	Name string `json:"name"`
	// Objects are the Stages, Warehouses and policies that differ, in fields on which
	// availability and auto-promotion depend.
	Objects []DiffObject `json:"objects"`
	// Rows are the answers that flip at once, or all answers where that was asked for;
	// null when Freight could not be read.
	Rows Nullable[DiffRow] `json:"rows"`
	// Effect is null when it is not known, as Freight could not be read.
	Effect *Effect `json:"effect"`
	// Unreachable is what can never become available to a Stage any more.
	Unreachable []Unreachable `json:"unreachable"`
	// Consequences say in words what follows, worst first.
	Consequences []Consequence `json:"consequences"`
	// Drift has the objects that are written in another way in the cluster than in Base;
	// empty when Base is the cluster.
	Drift []DiffObject `json:"drift"`
	// Lint compares the files of two revisions, or what is live with what it becomes; then
	// without the rules that only files can break.
	Lint DiffLint `json:"lint"`
	// Picture is what to draw of the change.
	Picture DiffPicture `json:"-"`
	// Stages counts those that there are after the change, Freight its pieces.
	Stages  int `json:"-"`
	Freight int `json:"-"`
}

// DiffObject is an object that differs.
type DiffObject struct {
	Kind   string      `json:"kind"`
	Name   string      `json:"name"`
	Change change.Kind `json:"change"`
	// RenamedFrom is optional: the deleted Stage that was written like this added one.
	RenamedFrom string `json:"renamedFrom,omitzero"`
	// Fields are those that differ; of lists, each entry that is added or removed is one.
	Fields []DiffField `json:"fields"`
	// File and Line are where the object is written in Head, or in Base if it is removed;
	// null where that is not known.
	File *string `json:"file"`
	Line *int    `json:"line"`
}

// DiffField is a field that differs; From and To are null where it is not set.
type DiffField struct {
	// Path is a JSON pointer from the object.
	Path string  `json:"path"`
	From *string `json:"from"`
	To   *string `json:"to"`
}

// DiffRow is one piece of Freight at one Stage, before and after.
type DiffRow struct {
	WhatIfRow
	// Current says that the Stage runs the Freight.
	Current bool `json:"current"`
}

// Unreachable is what can never become available to a Stage any more, whatever is promoted
// and verified.
type Unreachable struct {
	Stage   string  `json:"stage"`
	Freight []Named `json:"freight"`
	// Origins are those of which this is true for Freight still to come.
	Origins []string `json:"origins"`
}

// DiffLint has the findings of lint that the change brings, and those that it mends.
type DiffLint struct {
	New  []LintFinding `json:"new"`
	Gone []LintFinding `json:"gone"`
}

// Place is where an object is written.
type Place struct {
	File string
	Line int
}

// DiffInput is what a DiffProject is made from.
type DiffInput struct {
	// Before and After are the same Project in two states, at the same instant.
	Before, After *avail.Evaluator
	// Was and Is are the objects of both, Drift those that the cluster has in another way.
	Was, Is pipeline.Objects
	Drift   []change.ObjectChange
	// Place returns where an object is written; ok is false where that is not known.
	Place func(change.ObjectChange) (place Place, ok bool)
	// AllRows keeps the rows of which nothing flips.
	AllRows bool
	// New and Gone are findings of lint.
	New, Gone []lint.Finding
}

// NewDiffProject works out what happens in one Project.
func NewDiffProject(in DiffInput) DiffProject {
	differences := change.Differences(in.Was, in.Is)
	p := DiffProject{
		Name: in.After.Project().Name, Objects: in.objects(differences), Unreachable: []Unreachable{}, Consequences: []Consequence{},
		Drift: in.objects(in.Drift), Picture: newDiffPicture(in, differences), Stages: len(in.After.Project().Stages),
		Lint: DiffLint{lintFindings(in.New), lintFindings(in.Gone)},
	}
	if in.After.Project().Unread(pipeline.Freight) {
		return p
	}
	p.Freight = len(in.After.Project().Freight())
	effect := change.Compare(in.Before, in.After)
	p.Effect = &Effect{stageEffects(effect.Now), stageEffects(effect.Follows)}
	cut := change.Cut(in.Before, in.After)
	for i := range cut {
		u := &cut[i]
		unreachable := Unreachable{Stage: u.Stage.Metadata.Name, Freight: namedAll(u.Freight), Origins: []string{}}
		for _, o := range u.Origins {
			unreachable.Origins = append(unreachable.Origins, o.String())
		}
		p.Unreachable = append(p.Unreachable, unreachable)
	}
	p.Rows = in.rows(effect.Now)
	p.Consequences = consequences(effect, cut)
	return p
}

func lintFindings(list []lint.Finding) []LintFinding {
	findings := []LintFinding{}
	for i := range list {
		findings = append(findings, newLintFinding(&list[i]))
	}
	return findings
}

func (in *DiffInput) objects(list []change.ObjectChange) []DiffObject {
	objects := []DiffObject{}
	for _, c := range list {
		object := DiffObject{Kind: c.Kind, Name: c.Name, Change: c.Change, RenamedFrom: c.RenamedFrom, Fields: []DiffField{}}
		for _, f := range c.Fields {
			object.Fields = append(object.Fields, DiffField{f.Path, f.From, f.To})
		}
		if place, ok := in.Place(c); ok {
			object.File, object.Line = &place.File, &place.Line
		}
		objects = append(objects, object)
	}
	return objects
}

// rows returns the answers at the Stages where something is different.
func (in *DiffInput) rows(now []change.StageEffect) Nullable[DiffRow] {
	rows := Nullable[DiffRow]{}
	for i := range now {
		if now[i].Removed {
			continue
		}
		is := now[i].Stage
		was := in.Before.Stage(is.Metadata.Name)
		for _, f := range in.freight(was, is) {
			if row := diffRow(was, is, f); in.AllRows || row.flips() {
				row.Blockers = blockers(is.Blockers(f))
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// freight returns, newest first, what concerns the Stage before or after.
func (in *DiffInput) freight(was, is *avail.Stage) []*kargo.Freight {
	list := in.After.Project().FreightFor(is.Stage)
	if was == nil {
		return list
	}
	earlier := in.Before.Project().FreightFor(was.Stage)
	names := make(map[string]bool, len(list)+len(earlier))
	for _, f := range slices.Concat(list, earlier) {
		names[f.Metadata.Name] = true
	}
	if len(names) == len(list) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(in.After.Project().Freight()), func(f *kargo.Freight) bool { return !names[f.Metadata.Name] })
}

// diffRow compares the answers about one piece of Freight; was is nil for a new Stage, to
// which nothing is available.
func diffRow(was, is *avail.Stage, f *kargo.Freight) DiffRow {
	row := DiffRow{WhatIfRow: answersAfter(is, f), Current: is.RunsNow(f)}
	row.Rule = ruleOf(is.Stage, f.Origin)
	row.Listed.Before = maybe(avail.No)
	if was != nil {
		j := was.Judge(was.Project().FreightNamed(f.Metadata.Name))
		row.Available.Before, row.Listed.Before = j.Available[avail.Configured], maybe(j.Listed[avail.Configured])
	}
	return row
}

// ruleOf names what decides about Freight of an origin: the strategy of the first request
// for it, or that it is taken directly; "" where none is requested.
func ruleOf(stage *kargo.Stage, origin kargo.Origin) string {
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		switch {
		case request.Origin != origin:
		case request.Sources.Direct:
			return "direct"
		default:
			return string(request.Sources.AvailabilityStrategy.Normal())
		}
	}
	return ""
}

// Shown returns the rows that are worth a table: of the Stages at which an answer flips,
// newest first up to limit each, what flips before what does not; 0 is all. more counts
// those that are left out.
func (p *DiffProject) Shown(limit int) (rows []DiffRow, more int) {
	for start := 0; start < len(p.Rows); {
		end := start + 1
		for end < len(p.Rows) && p.Rows[end].Stage == p.Rows[start].Stage {
			end++
		}
		stage := p.Rows[start:end]
		start = end
		flipping := 0
		for i := range stage {
			if stage[i].flips() {
				flipping++
			}
		}
		if flipping == 0 {
			continue
		}
		flipRoom, restRoom := len(stage), len(stage)
		if limit > 0 {
			flipRoom, restRoom = limit, max(limit-flipping, 0)
		}
		for i := range stage {
			room := &restRoom
			if stage[i].flips() {
				room = &flipRoom
			}
			if *room == 0 {
				more++
				continue
			}
			*room--
			rows = append(rows, stage[i])
		}
	}
	return rows, more
}
