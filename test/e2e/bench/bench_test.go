package bench_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/bench"
)

// A regression by a factor is caught, and noise is not: the bars of the small Project are
// held with slack. Sizes and numbers of requests have none.
func TestSmallProjectIsReadFast(t *testing.T) {
	source, err := assets.DefaultSource(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	report, err := bench.Run(t.Context(), source, bench.Options{
		CRDs:   filepath.Join(source.Root, "test", "e2e", "testdata", "crds"),
		Sizes:  []bench.Size{bench.Small()},
		Rounds: 3,
		Slack:  2,
		Log:    t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range report.Missed() {
		t.Errorf("%s: %s against %s: %s, the ratio %.2f is above %.2f", row.What, row.Got, row.Peer, row.Theirs, row.Ratio, row.Bar)
	}
	if err := report.Write(t.Output()); err != nil {
		t.Error(err)
	}
}

// A bar is missed by what is above it, and by nothing else.
func TestReportTellsWhatIsMissed(t *testing.T) {
	report := bench.Report{Rows: []bench.Row{
		{What: "met", Ratio: 1.2, Bar: 1.2}, {What: "missed", Ratio: 1.21, Bar: 1.2}, {What: "told", Ratio: 7},
	}}
	if missed := report.Missed(); len(missed) != 1 || missed[0].What != "missed" {
		t.Errorf("missed are %v", missed)
	}
}
