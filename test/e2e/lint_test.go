package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// A viewer's lint of the cluster finds what an administrator's finds. Without the right to
// read a kind, the rules that need it are undecided: that is said, and nothing is guessed.
func TestLintInTheCluster(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "linted")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	c.kubectl(t, admin, "apply", "--filename="+write(t, "stray.yaml", strings.ReplaceAll(`
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: stray, namespace: PROJECT}
spec:
  promotionTemplate: {spec: {steps: [{uses: compose-output}]}}
  requestedFreight:
    - {origin: {kind: Warehouse, name: nowhere}, sources: {stages: [gone]}}
`, "PROJECT", project)))
	c.grant(t, "lint-viewer", project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	c.grant(t, "lint-blind", project, readKargo("stages", "freights", "promotions"))

	all := c.kargoAvail(t, admin, "lint", "-o", "short")
	for _, want := range []string{"KA001 unknown-upstream", "KA002 unknown-warehouse"} {
		if !strings.Contains(all.Stdout, want) {
			t.Errorf("no %s in\n%s", want, all.Stdout)
		}
	}
	viewer := c.kubeconfig(t, controlplane.User{Name: "lint-viewer"}, project)
	if diff := cmp.Diff(all.Stdout, c.kargoAvail(t, viewer, "lint", "-o", "short").Stdout); diff != "" {
		t.Errorf("(-admin +viewer):\n%s", diff)
	}

	blind := c.kargoAvail(t, c.kubeconfig(t, controlplane.User{Name: "lint-blind"}, project), "lint", "-o", "short")
	if !strings.Contains(blind.Stdout, "KA001") || strings.Contains(blind.Stdout, "KA002") {
		t.Errorf("without Warehouses it finds\n%s", blind.Stdout)
	}
	if blind.Exit != 3 || all.Exit != 1 {
		t.Errorf("exit codes %d where kinds could not be read, %d where all could; want 3 and 1", blind.Exit, all.Exit)
	}
	for _, want := range []string{
		`Warning: Warehouses of Project "linted" could not be read, so these rules are not decided: KA002, `,
		`Warning: the promotion policies of Project "linted" could not be read, so these rules are not decided: `,
	} {
		if !strings.Contains(blind.Stderr, want) {
			t.Errorf("no %q in\n%s", want, blind.Stderr)
		}
	}
}
