package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Report is the outcome of a Run.
type Report struct{ Rows []Row }

// Row compares one thing that was measured with what bounds it.
type Row struct {
	// What was measured, and Got as text.
	What, Got string
	// Peer is what it is compared with, and Theirs what that got; "" for a fixed bound.
	Peer, Theirs string
	// Ratio is Got by Theirs, or by the fixed bound.
	Ratio float64
	// Bar is the largest Ratio that passes; 0 for what is only told.
	Bar float64
}

// Missed reports whether the bar is missed.
func (r Row) Missed() bool { return r.Bar > 0 && r.Ratio > r.Bar }

// Missed returns the rows whose bars are missed.
func (r Report) Missed() []Row {
	var missed []Row
	for _, row := range r.Rows {
		if row.Missed() {
			missed = append(missed, row)
		}
	}
	return missed
}

// Write prints the table.
func (r Report) Write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	_, _ = fmt.Fprintln(table, "| what\t| measured\t| against\t| \t| ratio\t| bar\t| \t|") // its errors are Flush's
	_, _ = fmt.Fprintln(table, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, row := range r.Rows {
		bar, verdict := "", ""
		if row.Bar > 0 {
			bar, verdict = fmt.Sprintf("%.2f", row.Bar), "met"
		}
		if row.Missed() {
			verdict = "MISSED"
		}
		ratio := ""
		if row.Peer != "" {
			ratio = fmt.Sprintf("%.2f", row.Ratio)
		}
		_, _ = fmt.Fprintf(table, "| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n", row.What, row.Got, row.Peer, row.Theirs, ratio, bar, verdict)
	}
	return table.Flush()
}

// wall compares times.
func (b *bench) wall(what string, ours samples, peer string, theirs samples, bar float64) Row {
	return Row{
		What: what, Got: seconds(ours), Peer: peer, Theirs: seconds(theirs),
		Ratio: ours.wall().Seconds() / theirs.wall().Seconds(), Bar: bar * b.Slack,
	}
}

func seconds(s samples) string { return fmt.Sprintf("%.3f s", s.wall().Seconds()) }

// memory compares a peak of memory with a bound in bytes, 0 for none.
func (b *bench) memory(what string, ours samples, bound int64) Row {
	row := Row{What: what, Got: megabytes(ours.peak())}
	if bound > 0 {
		row.Peer, row.Theirs = "peak memory", megabytes(bound)
		row.Ratio, row.Bar = float64(ours.peak())/float64(bound), b.Slack
	}
	return row
}

// size compares sizes in bytes.
func (b *bench) size(what string, ours int64, peer string, theirs int64, bar float64) Row {
	return Row{
		What: what, Got: megabytes(ours), Peer: peer, Theirs: megabytes(theirs),
		Ratio: float64(ours) / float64(theirs), Bar: bar,
	}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// requestsRow compares the numbers of requests of one command in the smallest and in the
// largest Project.
func requestsRow(counts []int) Row {
	first, last := counts[0], counts[len(counts)-1]
	return Row{
		What: "requests of explain", Got: fmt.Sprint(last), Peer: "those in the smallest Project", Theirs: fmt.Sprint(first),
		Ratio: float64(last) / float64(first), Bar: 1,
	}
}

// pairsRow compares what a pair of Stage and Freight costs in the largest and in the
// smallest Project: list -o json judges and writes all of them, list but a few.
func (b *bench) pairsRow(costs []time.Duration) Row {
	first, last := costs[0], costs[len(costs)-1]
	return Row{
		What: "list -o json, each pair of Stage and Freight", Got: last.String(), Peer: "that in the smallest Project", Theirs: first.String(),
		Ratio: float64(last) / float64(first), Bar: 1.3 * b.Slack,
	}
}
