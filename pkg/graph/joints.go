package graph

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// bundle is the edges of one request that come from upstream Stages and run forward.
type bundle struct {
	to, request int
	origin      kargo.Origin
	from        []int
	edges       []int
}

// connect makes the lines, and the joints where several Stages take the Freight of one
// origin from the same set of several upstreams.
func (g *Graph) connect() {
	bundles := g.bundles()
	sharing := map[string][]int{}
	var keys []string
	for i := range bundles {
		if len(bundles[i].from) < 2 {
			continue
		}
		key := bundles[i].key()
		if sharing[key] == nil {
			keys = append(keys, key)
		}
		sharing[key] = append(sharing[key], i)
	}
	lines := &lineSet{graph: g, index: map[ends]int{}}
	joined := make([]bool, len(bundles))
	for _, key := range keys {
		var to []int
		for _, i := range sharing[key] {
			if !slices.Contains(to[max(len(to)-1, 0):], bundles[i].to) { // in the order of the nodes
				to = append(to, bundles[i].to)
			}
		}
		if len(to) < 2 {
			continue
		}
		first := &bundles[sharing[key][0]]
		joint := len(g.Nodes) + len(g.Joints)
		g.Joints = append(g.Joints, Joint{Origin: first.origin, From: first.from, To: to})
		for _, i := range sharing[key] {
			joined[i] = true
			for _, edge := range bundles[i].edges {
				lines.add(g.Edges[edge].From, joint, edge)
				lines.add(joint, bundles[i].to, edge)
			}
		}
	}
	inJoint := map[int]bool{}
	for i := range bundles {
		for _, edge := range bundles[i].edges {
			inJoint[edge] = joined[i]
		}
	}
	for i := range g.Edges {
		if !inJoint[i] {
			lines.add(g.Edges[i].From, g.Edges[i].To, i)
		}
	}
}

// bundles returns the bundles in the order of the edges.
func (g *Graph) bundles() []bundle {
	var bundles []bundle
	for i := range g.Edges {
		e := &g.Edges[i]
		if e.Back || g.Nodes[e.From].Kind == Warehouse || g.Nodes[e.From].Kind == MissingWarehouse {
			continue
		}
		last := len(bundles) - 1
		if last < 0 || bundles[last].to != e.To || bundles[last].request != e.Request {
			bundles = append(bundles, bundle{to: e.To, request: e.Request, origin: e.Origin})
			last++
		}
		bundles[last].from = append(bundles[last].from, e.From)
		bundles[last].edges = append(bundles[last].edges, i)
	}
	for i := range bundles {
		slices.Sort(bundles[i].from)
	}
	return bundles
}

// key is the same for bundles of one origin and the same upstreams.
func (b *bundle) key() string {
	var key strings.Builder
	key.WriteString(b.origin.String())
	for _, from := range b.from {
		key.WriteByte(0)
		key.WriteString(strconv.Itoa(from))
	}
	return key.String()
}

// ends identifies a line.
type ends struct {
	from, to int
	origin   kargo.Origin
	back     bool
}

// lineSet adds lines to a graph, each once.
type lineSet struct {
	graph *Graph
	index map[ends]int
}

// add says that an edge runs along a line.
func (s *lineSet) add(from, to, edge int) {
	g := s.graph
	e := &g.Edges[edge]
	key := ends{from, to, e.Origin, e.Back}
	line, known := s.index[key]
	if !known {
		line = len(g.Lines)
		s.index[key] = line
		g.Lines = append(g.Lines, Line{From: from, To: to, Origin: e.Origin, Back: e.Back})
	}
	g.Lines[line].Edges = append(g.Lines[line].Edges, edge)
	e.Line = line
}
