package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// newVastProject is newLabelledProject with so many more Stages that those of
// testdata/project.yaml are not among the first. After them come some that wait for a
// missing Stage, and for a soak in a Stage and in a gate.
func (c cluster) newVastProject(t *testing.T, name string) string {
	t.Helper()
	project := c.newLabelledProject(t, name)
	var stages strings.Builder
	add := func(stage, sources, steps string) {
		fmt.Fprintf(&stages, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: %s, namespace: %s}\n"+
			"spec:\n  requestedFreight: [{origin: {kind: Warehouse, name: app}, sources: {%s}}]\n%s", stage, project, sources, steps)
	}
	const steps = "  promotionTemplate: {spec: {steps: [{uses: compose-output}]}}\n"
	for i := range 120 {
		add(fmt.Sprintf("another-%03d", i), "direct: true", steps)
	}
	add("lost", "stages: [no-such, uat]", steps)
	add("soaked", "stages: [uat], requiredSoakTime: 1h", steps)
	add("gate", "stages: [uat]", "")
	add("stuck", "stages: [gate], requiredSoakTime: 1h", steps)
	c.load(t, write(t, "vast.yaml", stages.String()))
	return project
}

// Of a large Project the Stages that are upstream are read, and the answer is that of
// files, which have them all.
func TestStagesOfALargeProjectAreReadByTheChain(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newVastProject(t, "vast")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	// Auto-promotion, which is on everywhere, takes all Freight: of the Stages alone there are few.
	c.kubectl(t, admin, "patch", "projectconfig", project, "--type=merge", `--patch={"spec":{"promotionPolicies":[{"stageSelector":{"name":"glob:*"},"autoPromotionEnabled":true}]}}`)
	saved := write(t, "saved.yaml", c.kubectl(t, admin, "get", "stages,freights,warehouses,promotions,projectconfigs", "-o", "yaml"))
	listing := rbacv1.PolicyRule{
		APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"}, Verbs: []string{"list"},
	}
	c.grant(t, "vast-lister", project, listing)
	lister := c.kubeconfig(t, controlplane.User{Name: "vast-lister"}, project)
	for stage, want := range map[string][]string{
		"uat":    nil,
		"prod":   {"get stages/qa", "get stages/uat"},
		"soaked": {"get stages/uat"},
		// That one is not there is told by a list.
		"lost": {"get stages/no-such", "get stages/uat", "list stages"},
		// Whatever soaks anywhere counts for a listing.
		"stuck": {"get stages/gate", "get stages/uat", "list stages"},
	} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			want = append(want, "get stages/"+stage, "list stages?limit=100")
			slices.Sort(want)
			got := slices.DeleteFunc(c.reads(t, project+"-"+stage, project, "explain", stage, newNewt), func(request string) bool { return !strings.Contains(request, " stages") })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("requests for Stages (-want +got):\n%s", diff)
			}
			args := []string{"explain", stage, newNewt, "-n", project, "-o", "yaml", aged, "--kargo-version", "v1.11.2"}
			inFiles := c.alone(t, "/nonexistent", append(args, "-f", saved)...)
			for name, kubeconfig := range map[string]string{"who may read it all": admin, "who may only list": lister} {
				if diff := cmp.Diff(inFiles, withoutKubectl(c.kargoAvail(t, kubeconfig, args...))); diff != "" {
					t.Errorf("%s (-files +cluster):\n%s", name, diff)
				}
			}
		})
	}
	t.Run("no such Stage", func(t *testing.T) {
		t.Parallel()
		for _, verb := range []string{"explain", "wait"} {
			c.kargoAvail(t, admin, verb, "prd", newNewt).wantFailure(t, 3, 2, "Error from server (NotFound): stages.kargo.akuity.io \"prd\" not found in Project \"vast\"\nDid you mean prod?\n")
		}
	})
}
