package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// Promotion policies moved from the Project to the ProjectConfig. The recorded
// pipeline has them in the ProjectConfig, where an old Kargo has none.
func (k kargo) testFindsPolicies(t *testing.T) {
	admin := k.kubeconfig(t, controlplane.Admin(), "wait-gate")
	want := k.serves(t, admin, "projectconfigs")
	if got := k.autoPromotes(t, admin, "prod"); got == nil || *got != want {
		t.Errorf("auto-promotion of prod: got %s, want %s", sign(got), sign(&want))
	}

	k.load(t, write(t, "project.yaml", `
apiVersion: kargo.akuity.io/v1alpha1
kind: Project
metadata: {name: wait-gate}
spec:
  promotionPolicies:
    - {stage: prod, autoPromotionEnabled: true}
`))
	if got := k.autoPromotes(t, admin, "prod"); got == nil || !*got {
		t.Errorf("auto-promotion of prod, with a policy in the Project: got %s, want +", sign(got))
	}
	k.testSourcesAgree(t, "2100-01-01T00:00:00Z", "json")
}

// autoPromotes is whether the plugin says that auto-promotion is on for a Stage.
func (k kargo) autoPromotes(t *testing.T, kubeconfig, stage string) *bool {
	t.Helper()
	got := k.kargoAvail(t, kubeconfig, stage, "-o", "json")
	if diff := cmp.Diff(0, got.Exit); diff != "" || len(got.read(t).Projects) != 1 {
		t.Fatalf("got exit %d, stderr\n%sstdout\n%s", got.Exit, got.Stderr, got.Stdout)
	}
	return got.read(t).Projects[0].Stages[0].AutoPromotion.Enabled
}
