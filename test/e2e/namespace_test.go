package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

func TestNamespaceIsTheContexts(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	c.newProject(t, "here")
	c.newProject(t, "there")
	// Two files make two contexts, and the first is the current one.
	const second = "second"
	c.grant(t, second, "there", readKargo("*"))
	kubeconfig := c.kubeconfig(t, controlplane.Admin(), "here") + ":" + c.kubeconfig(t, controlplane.User{Name: second}, "there")

	tests := map[string]struct {
		want string
		args []string
	}{
		"of the current context":        {"here", nil},
		"of another context":            {"there", []string{"--context", second}},
		"-n":                            {"there", []string{"-n", "there"}},
		"--namespace":                   {"there", []string{"--namespace=there"}},
		"-p":                            {"there", []string{"-p", "there"}},
		"--project":                     {"there", []string{"--project=there"}},
		"both, agreeing":                {"there", []string{"-n", "there", "-p", "there"}},
		"-p beside another context":     {"there", []string{"--context", second, "-p", "there"}},
		"all, but for those of a label": {"there", []string{"-A", "-l", "e2e=there"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.kargoAvail(t, kubeconfig, append(test.args, "-o", "jsonpath={.projects[*].name}")...)
			if want := (outcome{Stdout: test.want}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestNamespaceAndProjectThatContradict(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), "")
	for _, args := range [][]string{{"-n", "one", "-p", "other"}, {"list", "--project=other", "--namespace=one"}} {
		c.kargoAvail(t, admin, args...).wantFailure(t, 2, 2,
			"error: ", `"one"`, `"other"`, "See 'kubectl kargo-avail")
	}
}

// Several Projects may be named; who may not list all Projects at once gets those whose
// Stages may be listed, and is told of the others.
func TestSomeProjects(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	const user = "some-projects"
	for _, project := range []string{"some-1", "some-2", "some-3"} {
		c.newProject(t, project)
	}
	c.grant(t, user, "some-1", readKargo("*"))
	c.grant(t, user, "some-2", readKargo("*"))
	kubeconfig := c.kubeconfig(t, controlplane.User{Name: user}, "")
	const projects = "jsonpath={.projects[*].name}"
	for _, args := range [][]string{{"-p", "some-1,some-2"}, {"-n", "some-2", "-n", "some-1"}} {
		if got, want := c.kargoAvail(t, kubeconfig, append(args, "-o", projects)...), (outcome{Stdout: "some-1 some-2"}); got != want {
			t.Errorf("%q: got %+v, want %+v", args, got, want)
		}
	}
	c.kargoAvail(t, kubeconfig, "-p", "some-1,some-3").wantFailure(t, 3, 1, `in the namespace "some-3"`)
	c.kargoAvail(t, kubeconfig, "-A").wantFailure(t, 3, 1, "ask for one Project with -n or -p")
	c.grant(t, user, "", rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"list"}})
	got := c.kargoAvail(t, kubeconfig, "-A", "-o", projects)
	if got.Stdout != "some-1 some-2" || got.Exit != 0 {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, "Warning: left out, as you are not allowed to list Stages there: ", "some-3")
}

func TestAllProjects(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	c.newProject(t, "web-1")
	c.newProject(t, "web-2")
	admin := c.kubeconfig(t, controlplane.Admin(), "")

	got := c.kargoAvail(t, admin, "-A", "-l", "e2e in (web-1,web-2)", aged)
	if got.Exit != 0 || got.Stderr != "" {
		t.Errorf("got exit %d, stderr\n%s", got.Exit, got.Stderr)
	}
	var rows []string
	for _, cells := range got.cells() {
		rows = append(rows, strings.Join([]string{cells[0], cells[1], cells[4]}, " "))
	}
	want := []string{
		"PROJECT STAGE FREIGHT",
		"web-1 prod new-newt", "web-1 prod old-otter",
		"web-2 prod new-newt", "web-2 prod old-otter",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("columns 1, 2 and 5 (-want +got):\n%s", diff)
	}

	one := c.kargoAvail(t, admin, "-n", "web-1", aged)
	if strings.Contains(one.Stdout, "PROJECT") || strings.Contains(one.Stdout, "web-1") {
		t.Errorf("the table of one Project names it:\n%s", one.Stdout)
	}
}
