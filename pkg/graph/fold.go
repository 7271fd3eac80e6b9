package graph

import (
	"fmt"
	"strings"
)

// Fold returns the graph with nodes that are alike made one, and for each of its nodes the
// nodes of this graph that it stands for. Nodes are alike when they have the same inputs,
// the same outputs and the same key, and when there are at least so many of them. The
// result has no layers.
func (g *Graph) Fold(least int, key func(node int) string) (folded *Graph, members [][]int) {
	groups := g.alike(key)
	folded = &Graph{}
	index := make([]int, len(g.Nodes))
	for node := range g.Nodes {
		group := groups[node]
		switch {
		case len(group) < least:
			group = []int{node}
		case group[0] != node:
			index[node] = index[group[0]]
			continue
		}
		index[node] = len(folded.Nodes)
		folded.Nodes = append(folded.Nodes, g.Nodes[node])
		members = append(members, group)
	}
	seen := map[Edge]bool{}
	for _, e := range g.Edges {
		e.From, e.To, e.Line = index[e.From], index[e.To], 0
		if !seen[e] {
			seen[e] = true
			folded.Edges = append(folded.Edges, e)
		}
	}
	folded.connect()
	return folded, members
}

// alike returns, for each node, all that are like it, in their order.
func (g *Graph) alike(key func(node int) string) [][]int {
	sides := make([]strings.Builder, len(g.Nodes))
	for i := range g.Edges {
		e := &g.Edges[i]
		fmt.Fprintf(&sides[e.From], ">%d.%d", e.To, e.Request)
		fmt.Fprintf(&sides[e.To], "<%d.%d", e.From, e.Request)
		if e.Back { // what is on a cycle is drawn whole
			fmt.Fprintf(&sides[e.From], "!%d", e.From)
			fmt.Fprintf(&sides[e.To], "!%d", e.To)
		}
	}
	byKey := map[string][]int{}
	keys := make([]string, len(g.Nodes))
	for node := range g.Nodes {
		keys[node] = fmt.Sprintf("%d %s %s", g.Nodes[node].Kind, sides[node].String(), key(node))
		byKey[keys[node]] = append(byKey[keys[node]], node)
	}
	groups := make([][]int, len(g.Nodes))
	for node := range g.Nodes {
		groups[node] = byKey[keys[node]]
	}
	return groups
}
