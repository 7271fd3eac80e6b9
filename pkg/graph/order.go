package graph

import (
	"cmp"
	"slices"
)

const (
	// maxSweeps is how often the layers are ordered, down and up in turn.
	maxSweeps = 16
	// maxIdle is how many sweeps without fewer crossings end it.
	maxIdle = 4
	// maxRounds is how often neighbors in a layer are swapped.
	maxRounds = 8
)

// order puts the vertexes of each layer into an order with few crossings: each to the
// mean position of its neighbors, sweep after sweep, then neighbors that are better
// swapped.
func (l *layered) order() {
	best, least := l.snapshot(), l.crossings()
	for sweep, idle := 0, 0; sweep < maxSweeps && idle < maxIdle && least > 0; sweep++ {
		l.sweep(sweep%2 == 0)
		l.transpose()
		if n := l.crossings(); n < least {
			best, least, idle = l.snapshot(), n, 0
		} else {
			idle++
		}
	}
	l.layers = best
	l.renumber()
}

func (l *layered) snapshot() [][]int {
	layers := make([][]int, len(l.layers))
	for i := range l.layers {
		layers[i] = slices.Clone(l.layers[i])
	}
	return layers
}

// sweep orders one layer after the other by the layer before it.
func (l *layered) sweep(downwards bool) {
	for i := range l.layers {
		layer, neighbors := l.layers[i], l.up
		if !downwards {
			layer, neighbors = l.layers[len(l.layers)-1-i], l.down
		}
		for _, vertex := range layer {
			l.means[vertex] = l.mean(vertex, neighbors[vertex])
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(l.means[a], l.means[b]) })
		for p, vertex := range layer {
			l.pos[vertex] = p
		}
	}
}

// mean is the mean position of neighbors; without any a vertex stays where it is.
func (l *layered) mean(vertex int, neighbors []int) float64 {
	if len(neighbors) == 0 {
		return float64(l.pos[vertex])
	}
	sum := 0
	for _, neighbor := range neighbors {
		sum += l.pos[neighbor]
	}
	return float64(sum) / float64(len(neighbors))
}

// transpose swaps neighbors in their layer while that saves crossings.
func (l *layered) transpose() {
	for range maxRounds {
		swapped := false
		for _, layer := range l.layers {
			for i := range len(layer) - 1 {
				a, b := layer[i], layer[i+1]
				if l.gain(a, b) > 0 {
					layer[i], layer[i+1] = b, a
					l.pos[a], l.pos[b] = i+1, i
					swapped = true
				}
			}
		}
		if !swapped {
			return
		}
	}
}

// gain is how many crossings it saves to put b before a, its neighbor.
func (l *layered) gain(a, b int) int {
	return l.inversions(l.up[a], l.up[b]) - l.inversions(l.up[b], l.up[a]) +
		l.inversions(l.down[a], l.down[b]) - l.inversions(l.down[b], l.down[a])
}

// inversions counts the pairs of a link of the first vertex and one of the second that
// cross when the first stands before the second.
func (l *layered) inversions(first, second []int) int {
	if len(first) == 0 || len(second) == 0 {
		return 0
	}
	if len(first) == 1 && len(second) == 1 { // most of them
		if l.pos[second[0]] < l.pos[first[0]] {
			return 1
		}
		return 0
	}
	l.first, l.second = l.positions(l.first[:0], first), l.positions(l.second[:0], second)
	a, b := l.first, l.second
	crossings, smaller := 0, 0
	for _, p := range a {
		for smaller < len(b) && b[smaller] < p {
			smaller++
		}
		crossings += smaller
	}
	return crossings
}

// positions appends the positions of vertexes, in their order, to a list that is empty.
func (l *layered) positions(list, vertexes []int) []int {
	for _, vertex := range vertexes {
		list = append(list, l.pos[vertex])
	}
	slices.Sort(list)
	return list
}

// crossings counts the pairs of links that cross, between all layers.
func (l *layered) crossings() int {
	total := 0
	for i := range len(l.layers) - 1 {
		var ends []int
		for _, vertex := range l.layers[i] {
			l.first = l.positions(l.first[:0], l.down[vertex])
			ends = append(ends, l.first...)
		}
		total += countInversions(ends, len(l.layers[i+1]))
	}
	return total
}

// countInversions counts the pairs of numbers below size that are in the wrong order, in
// the time of a sort, with a Fenwick tree.
func countInversions(numbers []int, size int) int {
	tree := make([]int, size+1)
	count := 0
	for seen, n := range numbers {
		notGreater := 0
		for i := n + 1; i > 0; i -= i & -i {
			notGreater += tree[i]
		}
		count += seen - notGreater
		for i := n + 1; i <= size; i += i & -i {
			tree[i]++
		}
	}
	return count
}
