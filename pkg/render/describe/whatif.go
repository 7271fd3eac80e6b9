package describe

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// RowReasons says what keeps the Freight out, and why check and listing differ.
func RowReasons(row *report.WhatIfRow) []string {
	var parts []string
	if !row.Available.After {
		parts = Blockers(row.Blockers, false)
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
