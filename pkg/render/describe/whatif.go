package describe

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// RowReasons says what keeps the Freight out or, where it becomes available, which upstreams
// it then does without; and why check and listing differ.
func RowReasons(row *report.WhatIfRow) []string {
	var parts []string
	switch {
	case !row.Available.After:
		parts = Blockers(row.Blockers, false)
	case !row.Available.Before && len(row.Blockers) > 0:
		parts = []string{"despite " + strings.Join(Blockers(row.Blockers, false), "; ")}
	}
	for _, d := range row.Divergence {
		why := avail.Divergence{Cause: avail.Cause(d.Cause)}.String()
		if row.Available.After {
			parts = append(parts, "not listed: "+why)
		} else {
			parts = append(parts, "still listed: "+why)
		}
	}
	return parts
}
