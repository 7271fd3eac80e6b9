package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// readKargo is what Kargo's own role kargo-viewer has for these resources.
func readKargo(resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: resources, Verbs: []string{"get", "list", "watch"}}
}

// everything is what the plugin says of testdata/project.yaml to who may read it all.
func everything() []string {
	return []string{
		"qa: auto +, picks 2222",
		"qa: new-newt available +++, listed +++",
		"qa: old-otter available +++, listed +++",
		"uat: auto -, picks 2222",
		"uat: new-newt available +++, listed +++, here Failed",
		"uat: old-otter available +++, listed +++",
		"prod: auto +, picks 2111",
		"prod: new-newt available +--, listed +--, uat PromotionFailed",
		"prod: old-otter available +++, listed +++",
	}
}

// A viewer of Kargo's needs no more than that role: no namespaces, no CRDs.
func TestViewerSeesEverything(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "viewed")
	c.grant(t, "viewer", project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	viewer := c.kubeconfig(t, controlplane.User{Name: "viewer"}, project)
	admin := c.kubeconfig(t, controlplane.Admin(), project)

	got := c.kargoAvail(t, viewer, "--all-stages", "-o", "json", aged)
	if got.Exit != 0 || got.Stderr != "" {
		t.Errorf("got exit %d, stderr\n%s", got.Exit, got.Stderr)
	}
	if diff := cmp.Diff(everything(), got.read(t).lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, format := range []string{"json", "wide"} {
		args := []string{"--all-stages", "-o", format, aged}
		if diff := cmp.Diff(c.kargoAvail(t, admin, args...), c.kargoAvail(t, viewer, args...)); diff != "" {
			t.Errorf("-o %s (-admin +viewer):\n%s", format, diff)
		}
	}
}

// What a viewer may read depends on the Kargo: one that has no ProjectConfigs has no
// rights to them either, and the API server answers 403 rather than 404.
func (k kargo) testShowsViewersEverything(t *testing.T) {
	admin := k.kubeconfig(t, controlplane.Admin(), "wait-gate")
	k.grant(t, "viewer", "wait-gate", readKargo("stages", "freights", "warehouses", "promotions"))
	if k.serves(t, admin, "projectconfigs") {
		k.grant(t, "viewer", "wait-gate", readKargo("projectconfigs"))
	} else {
		k.grant(t, "viewer", "", readKargo("projects"))
	}
	viewer := k.kubeconfig(t, controlplane.User{Name: "viewer"}, "wait-gate")
	args := []string{"--all-stages", "-o", "wide", aged}
	if diff := cmp.Diff(k.kargoAvail(t, admin, args...), k.kargoAvail(t, viewer, args...)); diff != "" {
		t.Errorf("(-admin +viewer):\n%s", diff)
	}
}

// Who may not list a kind is told once, with the rule that is missing, and gets no
// verdict that would need it.
func TestKindsThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	kinds := []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"}
	tests := map[string]struct {
		without []string
		exit    int
		want    []string
	}{
		"no-freight": {[]string{"freights"}, 3, []string{
			"qa: auto +, picks ?",
			"qa: Freight ?",
			"uat: auto -, picks ?",
			"uat: Freight ?",
			"prod: auto +, picks ?",
			"prod: Freight ?",
		}},
		"no-warehouses": {[]string{"warehouses"}, 0, []string{
			"qa: auto +, picks ?",
			"qa: new-newt available +++, listed ???",
			"qa: old-otter available +++, listed ???",
			"uat: auto -, picks ?",
			"uat: new-newt available +++, listed ???, here Failed",
			"uat: old-otter available +++, listed ???",
			"prod: auto +, picks ?",
			"prod: new-newt available +--, listed ???, uat PromotionFailed",
			"prod: old-otter available +++, listed ???",
		}},
		"no-promotions": {[]string{"promotions"}, 0, []string{
			"qa: auto +, picks 2222",
			"qa: new-newt available +++, listed +++",
			"qa: old-otter available +++, listed +++",
			"uat: auto -, picks 2222",
			"uat: new-newt available +++, listed +++",
			"uat: old-otter available +++, listed +++",
			"prod: auto +, picks 2111",
			"prod: new-newt available +--, listed +--, uat Unknown",
			"prod: old-otter available +++, listed +++",
		}},
		// qa's status says that it is on, whoever may read the policies.
		"no-policies": {[]string{"projectconfigs"}, 0, []string{
			"qa: auto +, picks 2222",
			"qa: new-newt available +++, listed +++",
			"qa: old-otter available +++, listed +++",
			"uat: auto ?, picks 2222",
			"uat: new-newt available +++, listed +++, here Failed",
			"uat: old-otter available +++, listed +++",
			"prod: auto ?, picks 2111",
			"prod: new-newt available +--, listed +--, uat PromotionFailed",
			"prod: old-otter available +++, listed +++",
		}},
		"no-more-than-stages": {[]string{"freights", "warehouses", "projectconfigs", "promotions"}, 3, []string{
			"qa: auto +, picks ?",
			"qa: Freight ?",
			"uat: auto ?, picks ?",
			"uat: Freight ?",
			"prod: auto ?, picks ?",
			"prod: Freight ?",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			project := c.newProject(t, name)
			allowed := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return slices.Contains(test.without, kind) })
			c.grant(t, name, project, readKargo(allowed...))
			user := c.kubeconfig(t, controlplane.User{Name: name}, project)

			got := c.kargoAvail(t, user, "--all-stages", "-o", "json", aged)
			report := got.read(t)
			if diff := cmp.Diff(test.want, report.lines()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Exit != test.exit {
				t.Errorf("got exit %d, want %d", got.Exit, test.exit)
			}
			if len(report.Warnings) != len(test.without) {
				t.Fatalf("got %d warnings, want %d:\n%q", len(report.Warnings), len(test.without), report.Warnings)
			}
			for i, kind := range test.without {
				for _, text := range []string{kind, project, "unknown", "apiGroups: [kargo.akuity.io], resources: [" + kind + "], verbs: [list]"} {
					if !strings.Contains(report.Warnings[i], text) {
						t.Errorf("warning %d: no %q in %q", i, text, report.Warnings[i])
					}
				}
			}
			for _, format := range []string{"json", "wide"} {
				got := c.kargoAvail(t, user, "--all-stages", "-o", format, aged)
				want := "Warning: " + strings.Join(report.Warnings, "\nWarning: ") + "\n"
				if test.exit != 0 {
					want += "error: incomplete: Freight could not be read, so that nothing is known of what is available\n"
				}
				if diff := cmp.Diff(want, got.Stderr); diff != "" || got.Exit != test.exit {
					t.Errorf("-o %s: exit %d, stderr (-want +got):\n%s", format, got.Exit, diff)
				}
			}
		})
	}
}

func TestStagesThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "closed")
	c.grant(t, "outsider", project, readKargo("freights", "warehouses", "promotions", "projectconfigs"))
	outsider := c.kubeconfig(t, controlplane.User{Name: "outsider"}, project)

	rule := "apiGroups: [kargo.akuity.io], resources: [stages], verbs: [list]"
	for _, args := range [][]string{{}, {"prod"}, {"-o", "json"}} {
		c.kargoAvail(t, outsider, args...).wantFailure(t, 3, 1,
			`User "outsider" cannot list resource "stages" in API group "kargo.akuity.io" in the namespace "closed"`, rule)
	}
	c.kargoAvail(t, outsider, "-A").wantFailure(t, 3, 1,
		`User "outsider" cannot list resource "stages" in API group "kargo.akuity.io" at the cluster scope`,
		"one Project with -n or -p", rule)
}

// Only an empty answer needs to know of the namespace, and who may not ask is told
// that it is empty.
func TestEmptyNamespaceThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	c.grant(t, "guest", "unfurnished", readKargo("*"))
	guest := c.kubeconfig(t, controlplane.User{Name: "guest"}, "unfurnished")
	got, want := c.kargoAvail(t, guest), outcome{Stderr: "No resources found in unfurnished namespace.\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"get /api/v1/namespaces/unfurnished"}, slices.DeleteFunc(c.asked(t, "guest"), isKargoOrSchema)); diff != "" {
		t.Errorf("requests beside Kargo's (-want +got):\n%s", diff)
	}
}

func isKargoOrSchema(request string) bool {
	return strings.Contains(request, "/kargo.akuity.io/") || strings.Contains(request, "/openapi")
}

// All Projects need the rights in all namespaces, and still no others.
func TestViewerOfAllProjects(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	c.newProject(t, "all-1")
	c.newProject(t, "all-2")
	c.grant(t, "overseer", "", readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	overseer := c.kubeconfig(t, controlplane.User{Name: "overseer"}, "")

	got := c.kargoAvail(t, overseer, "-A", "-l", "e2e in (all-1, all-2)", "--freight", "new-newt", "-o", "name")
	if want := (outcome{Stdout: strings.Repeat("stage.kargo.akuity.io/prod\n", 2)}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if others := slices.DeleteFunc(c.asked(t, "overseer"), isKargoOrSchema); len(others) > 0 {
		t.Errorf("requests beside Kargo's: %q", others)
	}
}
