package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// kubectl and the plugin say the same of a namespace that does not exist.
func TestNamespaceThatDoesNotExist(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), "nowhere")
	_, words, _ := c.Kubectl(t, admin, "get", "namespace", "nowhere")
	want := outcome{Stderr: words, Exit: 3}
	for _, args := range [][]string{{}, {"-o", "json"}, {"prod"}} {
		if diff := cmp.Diff(want, c.kargoAvail(t, admin, args...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", args, diff)
		}
	}
}

func TestNamespaceThatIsEmpty(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), "bare")
	c.kubectl(t, admin, "create", "namespace", "bare")
	_, words, _ := c.Kubectl(t, admin, "get", "stages")
	if words != "No resources found in bare namespace.\n" {
		t.Fatalf("kubectl says %q", words)
	}

	for _, args := range [][]string{{}, {"-o", "wide"}, {"-o", "name"}, {"--all-stages"}} {
		if diff := cmp.Diff(outcome{Stderr: words}, c.kargoAvail(t, admin, args...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", args, diff)
		}
	}
	for format, want := range map[string]string{
		"json": `{
  "apiVersion": "kargo-avail/v1alpha1",
  "kind": "AvailabilityReport",
  "at": "2100-01-01T00:00:00Z",
  "kargoVersion": "v1.11.1 - v1.11.x",
  "warnings": [],
  "projects": []
}
`,
		"jsonpath={.projects}": "[]",
	} {
		if diff := cmp.Diff(outcome{Stdout: want}, c.kargoAvail(t, admin, "-o", format, aged)); diff != "" {
			t.Errorf("-o %s (-want +got):\n%s", format, diff)
		}
	}
	c.kargoAvail(t, admin, "stage/prod").wantFailure(t, 3, 2, `Error from server (NotFound): stages.kargo.akuity.io "prod" not found`, "have a Stage of this name; name one with -p: ")
}

func TestNamesThatNameNothing(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), c.newProject(t, "named"))
	tests := map[string]struct {
		args []string
		want []string // lines
	}{
		"a Stage that is near":         {[]string{"prd"}, []string{`Error from server (NotFound): stages.kargo.akuity.io "prd" not found in Project "named"`, "Did you mean prod?"}},
		"a Stage with letters swapped": {[]string{"prdo"}, []string{`Error from server (NotFound): stages.kargo.akuity.io "prdo" not found in Project "named"`, "Did you mean prod?"}},
		"a Stage among others":         {[]string{"qa", "stage/prd"}, []string{`Error from server (NotFound): stages.kargo.akuity.io "prd" not found in Project "named"`, "Did you mean prod?"}},
		"a Stage that is nothing":      {[]string{"elephant"}, []string{`Error from server (NotFound): stages.kargo.akuity.io "elephant" not found in Project "named"`, `There is no verb "elephant" either. See 'kubectl kargo-avail --help' for the verbs.`}},
		"a verb that is near":          {[]string{"verzion"}, []string{`Error from server (NotFound): stages.kargo.akuity.io "verzion" not found in Project "named"`, `There is no verb "verzion" either. Did you mean version? See 'kubectl kargo-avail --help' for the verbs.`}},
		"an alias that is near":        {[]string{"--freight", "new-newts"}, []string{`Error from server (NotFound): freights.kargo.akuity.io "new-newts" not found in Project "named"`, "Did you mean new-newt?"}},
		"Freight that is nothing":      {[]string{"--freight", "zebra"}, []string{`Error from server (NotFound): freights.kargo.akuity.io "zebra" not found in Project "named"`}},
		"a prefix of two": {[]string{"--freight", "2"}, []string{
			`error: Freight "2" is ambiguous in Project "named"; it could be:`,
			"  2222222222222222222222222222222222222222 new-newt",
			"  2111111111111111111111111111111111111111 old-otter",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := outcome{Stderr: strings.Join(test.want, "\n") + "\n", Exit: 3}
			if diff := cmp.Diff(want, c.kargoAvail(t, admin, test.args...)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.args, diff)
			}
		})
	}
}

func TestFreightIsNamedByNameAliasOrPrefix(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), c.newProject(t, "aliased"))
	for _, reference := range []string{"new-newt", "22", strings.Repeat("2", 40)} {
		got := c.kargoAvail(t, admin, "prod", "--freight", reference, "-o", "custom-columns=STAGE:.stage,FREIGHT:.alias,NOW:.available.configured")
		want := [][]string{{"STAGE", "FREIGHT", "NOW"}, {"prod", "new-newt", "false"}}
		if diff := cmp.Diff(want, got.cells()); diff != "" || got.Stderr != "" || got.Exit != 0 {
			t.Errorf("%s: exit %d, stderr %q (-want +got):\n%s", reference, got.Exit, got.Stderr, diff)
		}
	}
}
