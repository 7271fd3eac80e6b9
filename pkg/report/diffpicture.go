package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// DiffPicture is the part of a pipeline that changes: the Stages that are added, removed or
// changed, and what they take from before and after.
type DiffPicture struct {
	Nodes []DiffNode
	Edges []DiffEdge
}

// DiffNode is a Warehouse or a Stage.
type DiffNode struct {
	// ID is the kind and the name, such as Stage/prod.
	ID, Kind, Name string
	ControlFlow    bool
	// Missing says that a Stage names it, and that there is none before or after.
	Missing bool
	// Change is "" for one that stays as it is.
	Change change.Kind
	// Rule says what the Stage asks for, such as "any of 2 → all of 2"; may be "".
	Rule string
}

// DiffEdge says that a Stage takes Freight from a Warehouse or a Stage.
type DiffEdge struct {
	From, To string
	// Change is "" for one that stays.
	Change change.Kind
}

func newDiffPicture(in DiffInput, differences []change.ObjectChange) DiffPicture {
	b := &diffPictureBuilder{in: in, changed: map[string]change.Kind{}, nodes: map[string]bool{}}
	for _, c := range differences {
		if c.Kind == "Stage" || c.Kind == kargo.KindWarehouse {
			b.changed[c.Kind+"/"+c.Name] = c.Change
		}
	}
	for _, project := range []*pipeline.Project{in.After.Project(), in.Before.Project()} {
		for _, stage := range project.Stages {
			name := stage.Metadata.Name
			if b.changed["Stage/"+name] != "" && !b.nodes["Stage/"+name] {
				b.node("Stage", name)
				b.edges(name)
			}
		}
	}
	return b.picture
}

type diffPictureBuilder struct {
	in      DiffInput
	changed map[string]change.Kind
	nodes   map[string]bool
	picture DiffPicture
}

// node adds a node, once.
func (b *diffPictureBuilder) node(kind, name string) {
	id := kind + "/" + name
	if b.nodes[id] {
		return
	}
	b.nodes[id] = true
	node := DiffNode{ID: id, Kind: kind, Name: name, Change: b.changed[id]}
	if kind == "Stage" {
		was, is := b.in.Before.Project().Stage(name), b.in.After.Project().Stage(name)
		before, after := asks(was), asks(is)
		switch {
		case node.Change == "":
		case was == nil || is == nil || before == after:
			if rule := cmp.Or(after, before); rule != oneUpstream {
				node.Rule = rule
			}
		default:
			node.Rule = cmp.Or(before, "no upstream") + " → " + cmp.Or(after, "no upstream")
		}
		node.Missing = was == nil && is == nil
		node.ControlFlow = is != nil && is.IsControlFlow() || is == nil && was != nil && was.IsControlFlow()
	}
	b.picture.Nodes = append(b.picture.Nodes, node)
}

// edges adds what leads to a Stage, before and after.
func (b *diffPictureBuilder) edges(name string) {
	was, is := takes(b.in.Before.Project().Stage(name)), takes(b.in.After.Project().Stage(name))
	for _, from := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(was, is)))) {
		edge := DiffEdge{From: from, To: "Stage/" + name}
		switch {
		case !slices.Contains(was, from):
			edge.Change = change.Added
		case !slices.Contains(is, from):
			edge.Change = change.Removed
		}
		kind, source, _ := strings.Cut(from, "/")
		b.node(kind, source)
		b.picture.Edges = append(b.picture.Edges, edge)
	}
}

// takes returns what a Stage takes Freight from; nothing for nil.
func takes(stage *kargo.Stage) []string {
	if stage == nil {
		return nil
	}
	var ids []string
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if request.Sources.Direct {
			ids = append(ids, kargo.KindWarehouse+"/"+request.Origin.Name)
		}
		for _, upstream := range request.Sources.Upstreams() {
			ids = append(ids, "Stage/"+upstream)
		}
	}
	return ids
}

// oneUpstream is what a Stage asks for that has no choice.
const oneUpstream = "1 upstream"

// asks says how many upstreams have to verify Freight, for the first request that names
// several; "" where none does, and for nil.
func asks(stage *kargo.Stage) string {
	if stage == nil {
		return ""
	}
	text := ""
	for i := range stage.Spec.RequestedFreight {
		sources := &stage.Spec.RequestedFreight[i].Sources
		n := len(sources.Upstreams())
		if sources.Direct || n == 0 {
			continue
		}
		word := "any"
		if sources.AvailabilityStrategy == kargo.All {
			word = "all"
		}
		text = fmt.Sprintf("%s of %d", word, n)
		if n == 1 {
			text = oneUpstream
		}
		if sources.RequiredSoakTime != nil {
			text += ", soak " + sources.RequiredSoakTime.String()
		}
		if n > 1 {
			break
		}
	}
	return text
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
