package conformance

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	kargojson "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// The same answers have to come out of the command that users run.
func TestBinaryAnswersAsKargo(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "kubectl-kargo_avail")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/kubectl-kargo_avail")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			want := normal(v.Stages)
			got := map[string]Stage{}
			for _, stage := range list(t, binary, v) {
				got[stage.Name] = answers(t, &stage, want[stage.Name])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answers (-Kargo's +the binary's):\n%s", diff)
			}
		})
	}
}

// list runs the binary on a vector and returns the Stages of its one Project.
func list(t *testing.T, binary string, v Vector) []report.Stage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "list", "--all-stages", "-f", v.File,
		"--at", v.Now.Format(time.RFC3339Nano), "--kargo-version", v.Release, "-o", "json")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &errOut)
	}
	var r report.Report
	if err := kargojson.Unmarshal(out.Bytes(), &r, kargojson.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if len(r.Projects) != 1 || r.Projects[0].Name != v.Namespace || r.KargoVersion != v.Release {
		t.Fatalf("the report is about %d Projects and Kargo %s", len(r.Projects), r.KargoVersion)
	}
	return r.Projects[0].Stages
}

// answers puts a Stage of a report into the form of a vector's.
func answers(t *testing.T, stage *report.Stage, want Stage) Stage {
	t.Helper()
	got := Stage{
		ControlFlow: stage.ControlFlow,
		Configured: collect(stage, stage.AutoPromotion.Candidates.Configured, want.Configured,
			func(f *report.Freight) (bool, *bool) { return f.Available.Configured, f.Listed.Configured }),
		Any: collect(stage, stage.AutoPromotion.Candidates.Any, want.Any,
			func(f *report.Freight) (bool, *bool) { return f.Available.Any, f.Listed.Any }),
		All: collect(stage, stage.AutoPromotion.Candidates.All, want.All,
			func(f *report.Freight) (bool, *bool) { return f.Available.All, f.Listed.All }),
	}
	got.Configured.ListError = stage.ListError
	if want.AutoPromotionEnabled != nil {
		got.AutoPromotionEnabled = stage.AutoPromotion.Enabled
	}
	return got
}

// collect gathers the answers under one semantics. A report has the error of the
// listing as configured alone; under the others a listing that fails shows by the
// answers that are missing.
func collect(stage *report.Stage, candidates report.ByOrigin, want Answer, of func(*report.Freight) (bool, *bool)) Answer {
	got := Answer{Available: []string{}, Listed: []string{}, ListError: want.ListError}
	for i := range stage.Freight {
		f := &stage.Freight[i]
		available, listed := of(f)
		if available {
			got.Available = append(got.Available, f.Name)
		}
		switch {
		case (listed == nil) != (want.ListError != ""):
			got.ListError = "listed is null where it should not be, or is not where it should"
		case listed != nil && *listed:
			got.Listed = append(got.Listed, f.Name)
		}
	}
	slices.Sort(got.Available)
	slices.Sort(got.Listed)
	if want.Candidates != nil {
		got.Candidates = candidates
	}
	return got
}
