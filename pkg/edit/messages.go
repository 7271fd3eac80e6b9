package edit

import "fmt"

// Skipped says how many of the selected Stages are left out, and why.
func (r *Request) Skipped(n int) string {
	why := "without an upstream Stage"
	if r.Warehouse != "" {
		why = fmt.Sprintf("without a request for Freight of Warehouse %q", r.Warehouse)
	}
	return fmt.Sprintf("left out: %s %s", CountStages(n), why)
}

// CountStages writes a number of Stages.
func CountStages(n int) string {
	if n == 1 {
		return "1 Stage"
	}
	return fmt.Sprintf("%d Stages", n)
}
