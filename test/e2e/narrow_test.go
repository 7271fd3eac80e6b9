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

// The names of the Freight of testdata/project.yaml.
const (
	newNewt  = "2222222222222222222222222222222222222222"
	oldOtter = "2111111111111111111111111111111111111111"
)

// newLabelledProject is newProject with the label on its Freight by which Kargo's
// webhook mirrors the alias.
func (c cluster) newLabelledProject(t *testing.T, name string) string {
	t.Helper()
	project := c.newProject(t, name)
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	for alias, name := range map[string]string{"new-newt": newNewt, "old-otter": oldOtter} {
		c.kubectl(t, admin, "label", "freight", name, "kargo.akuity.io/alias="+alias)
	}
	return project
}

// reads are the requests for Kargo's objects that a question takes, sorted, of a
// reader who has made no others. PROJECT stands for the Project.
func (c cluster) reads(t *testing.T, user, project string, args ...string) []string {
	t.Helper()
	c.grant(t, user, project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	got := c.kargoAvail(t, c.kubeconfig(t, controlplane.User{Name: user}, project), append(args, "-o", "json", aged)...)
	if got.Exit != 0 || got.Stderr != "" || !strings.Contains(got.Stdout, newNewt) {
		t.Errorf("%q: got exit %d, stderr\n%sstdout\n%s", args, got.Exit, got.Stderr, got.Stdout)
	}
	requests, err := c.Requests(user)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range requests {
		if path, ok := strings.CutPrefix(r.Path, "/apis/kargo.akuity.io/v1alpha1/namespaces/"+project+"/"); ok {
			lines = append(lines, strings.TrimSuffix(r.Verb+" "+path+"?"+r.Query, "?"))
		}
	}
	slices.Sort(lines)
	return lines
}

// always are the requests that every question about a Stage takes, with some more,
// sorted.
func always(stage string, more ...string) []string {
	all := append([]string{"get stages/" + stage, "list projectconfigs", "list stages?limit=100", "list warehouses"}, more...)
	slices.Sort(all)
	return all
}

// What is read does not grow with the Freight that nobody asks about. A prefix
// takes a list of names.
func TestOneFreightOfManyIsReadAlone(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	promotionsToUAT := []string{
		"list promotions?labelSelector=%21kargo.akuity.io%2Fstage",
		"list promotions?labelSelector=kargo.akuity.io%2Fstage+in+%28uat%29",
	}
	byAlias := func(alias string) string {
		return "list freights?labelSelector=kargo.akuity.io%2Falias%3D" + alias
	}
	for _, size := range []int{3, 300, 701} {
		project := c.newLabelledProject(t, fmt.Sprintf("narrow-%d", size))
		c.addFreight(t, project, size-2)
		prefixed := []string{"get freights/22", byAlias("22"), "list freights", "get freights/" + newNewt}
		for name, test := range map[string]struct {
			reference string
			want      []string
		}{
			"alias":  {"new-newt", []string{"get freights/new-newt", byAlias("new-newt")}},
			"name":   {newNewt, []string{"get freights/" + newNewt}},
			"prefix": {"22", prefixed},
		} {
			t.Run(fmt.Sprintf("%s of %d", name, size), func(t *testing.T) {
				t.Parallel()
				got := c.reads(t, project+"-"+name, project, "explain", "uat", test.reference)
				if diff := cmp.Diff(always("uat", slices.Concat(test.want, promotionsToUAT)...), got); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Which Freight auto-promotion would pick takes all of it, and then the answer is
// that of files, which have it all.
func TestAllFreightIsReadWhereAutoPromotionIsOn(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newLabelledProject(t, "narrow-auto")
	got := c.reads(t, project, project, "explain", "prod", newNewt)
	want := always("prod", "get freights/"+newNewt,
		"list freights",
		"list promotions?labelSelector=%21kargo.akuity.io%2Fstage",
		"list promotions?labelSelector=kargo.akuity.io%2Fstage+in+%28prod%2Cqa%2Cuat%29")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	admin := c.kubeconfig(t, controlplane.Admin(), project)
	saved := write(t, "saved.yaml", c.kubectl(t, admin, "get", "stages,freights,warehouses,promotions,projectconfigs", "-o", "yaml"))
	for _, format := range []string{"json", "yaml"} {
		args := []string{"explain", "prod", "new-newt", "-n", project, "-o", format, aged, "--kargo-version", "v1.11.2"}
		inCluster := withoutKubectl(c.kargoAvail(t, admin, args...))
		inFiles := c.alone(t, "/nonexistent", append(args, "-f", saved)...)
		if diff := cmp.Diff(inCluster, inFiles); diff != "" || inCluster.Exit != 0 {
			t.Errorf("-o %s: exit %d (-cluster +files):\n%s", format, inCluster.Exit, diff)
		}
	}
}

// withoutKubectl is an outcome without the commands that are for a cluster alone.
func withoutKubectl(o outcome) outcome {
	lines := slices.DeleteFunc(slices.Collect(strings.Lines(o.Stdout)), func(line string) bool {
		name, command, _ := strings.Cut(line, ": ")
		return strings.Trim(name, ` "`) == "command" && strings.HasPrefix(strings.Trim(command, `"`), "kubectl ")
	})
	o.Stdout = strings.Join(lines, "")
	return o
}

// Promotions have had their label since Kargo v1.11. Before, all of them are read.
func TestPromotionsWithoutLabelsAreReadWhole(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, editedCRDs(t, func(line string) string {
		if strings.Contains(line, "effectiveAutoPromotionHolds") {
			return ""
		}
		return strings.Replace(line, "discoveredAt:", "foundAt:", 1) // keeps the line's anchor
	}))
	c.awaitRules(t, c.kubeconfig(t, controlplane.Admin(), ""), rules{"v1.8.0 - v1.10.10", "Schema"})
	project := c.newLabelledProject(t, "narrow-old")
	got := c.reads(t, "reader", project, "explain", "uat", newNewt)
	want := always("uat", "get freights/"+newNewt, "list promotions")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Who may get Freight and not list it has to know its name.
func TestFreightThatMayOnlyBeGot(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newLabelledProject(t, "narrow-got")
	c.grant(t, "getter", project, readKargo("stages", "warehouses", "promotions", "projectconfigs"),
		rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"freights"}, Verbs: []string{"get"}})
	getter := c.kubeconfig(t, controlplane.User{Name: "getter"}, project)

	named := c.kargoAvail(t, getter, "explain", "uat", newNewt, "-o", "json", aged)
	if named.Exit != 0 || named.Stderr != "" || !strings.Contains(named.Stdout, newNewt) {
		t.Errorf("by name: got exit %d, stderr\n%s", named.Exit, named.Stderr)
	}
	// Auto-promotion is on for prod: what it would pick is the one thing that is unknown.
	named = c.kargoAvail(t, getter, "explain", "prod", newNewt, "-o", "json", aged)
	if named.Exit != 0 || strings.Count(named.Stderr, "\n") != 1 {
		t.Errorf("by name, with auto-promotion: got exit %d, stderr\n%s", named.Exit, named.Stderr)
	}
	const refused = `Warning: not allowed to list freights.kargo.akuity.io in namespace "narrow-got": `
	named.wantStderr(t, refused+"what auto-promotion would pick is unknown; ")

	aliased := c.kargoAvail(t, getter, "explain", "uat", "new-newt", "-o", "json", aged)
	if aliased.Exit != 3 {
		t.Errorf("by alias: got exit %d, stderr\n%s", aliased.Exit, aliased.Stderr)
	}
	aliased.wantStderr(t, refused+"which Freight is available is unknown; ")
}

// The words are those of list, which has all names before it.
func TestNamesThatNameNothingToExplain(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newLabelledProject(t, "narrow-named")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	for _, names := range [][2]string{{"prd", newNewt}, {"prod", "new-newts"}, {"prod", "zebra"}, {"prod", "2"}} {
		want := c.kargoAvail(t, admin, "list", names[0], "--freight", names[1])
		got := c.kargoAvail(t, admin, "explain", names[0], names[1])
		if want.Exit != 3 {
			t.Errorf("list %q exits with %d", names, want.Exit)
		}
		if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
			t.Errorf("%q (-list +explain):\n%s", names, diff)
		}
	}
}

// sorted is an outcome with the lines of stderr sorted: the names that a prefix may
// mean come newest first, and without the Freight itself its age is not known.
func sorted(o outcome) outcome {
	o.Stderr = strings.Join(slices.Sorted(strings.Lines(o.Stderr)), "")
	return o
}
