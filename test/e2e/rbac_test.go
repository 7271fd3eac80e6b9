package e2e

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// rbacDocument is what the tests below hold to the real API server.
const rbacDocument = "../../docs/rbac.md"

// commandOf is how the tests run a command that docs/rbac.md names, on
// testdata/project.yaml, and the exit code that it has when nothing is missing.
func commandOf(t *testing.T, name string) (args []string, exit int) {
	t.Helper()
	switch name {
	case "list":
		return []string{"list"}, 0
	case "explain":
		return []string{"explain", "prod", "new-newt"}, 0
	case "what-if":
		return []string{"what-if", "prod=any"}, 0
	case "diff":
		return []string{"diff", "-f", write(t, "prod.yaml", `
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: prod}
spec:
  promotionTemplate: {spec: {steps: [{uses: git-clone}]}}
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {stages: [qa]}}
`)}, 0
	case "wait":
		return []string{"wait", "prod", "new-newt", "--timeout=1s"}, 1 // the time runs out
	case "set-strategy":
		return []string{"set-strategy", "prod", "any", "--dry-run=server"}, 0
	default:
		t.Fatalf("docs/rbac.md names %q, which this test does not run", name)
		return nil, 0
	}
}

// right is one thing that a role allows.
type right struct{ verb, resource string }

func (r right) String() string { return r.verb + " " + r.resource }

func (r right) rule() rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{r.resource}, Verbs: []string{r.verb}}
}

// refusal is a row of a table in docs/rbac.md.
type refusal struct {
	commands []string
	without  string
	exit     int
	says     string
}

// chapter is a role of docs/rbac.md, and what it says happens without its rights.
type chapter struct {
	role     string
	manifest string
	refusals []refusal
}

// chapters reads docs/rbac.md.
func chapters(t *testing.T) []chapter {
	t.Helper()
	text, err := os.ReadFile(rbacDocument)
	if err != nil {
		t.Fatal(err)
	}
	var found []chapter
	for _, section := range strings.Split(string(text), "\n```yaml\n")[1:] {
		manifest, rest, _ := strings.Cut(section, "```\n")
		rest, _, _ = strings.Cut(rest, "\n## ")
		_, name, _ := strings.Cut(manifest, "name: ")
		name, _, _ = strings.Cut(name, "\n")
		found = append(found, chapter{role: name, manifest: manifest, refusals: refusals(t, rest)})
	}
	if len(found) != 3 {
		t.Fatalf("docs/rbac.md has %d roles", len(found))
	}
	return found
}

// refusals reads the rows of a table.
func refusals(t *testing.T, text string) []refusal {
	t.Helper()
	var rows []refusal
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if !strings.HasPrefix(line, "| `") || len(cells) != 6 {
			continue
		}
		exit, err := strconv.Atoi(strings.TrimSpace(cells[3]))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rows = append(rows, refusal{strings.Fields(plain(cells[1])), plain(cells[2]), exit, plain(cells[4])})
	}
	return rows
}

// plain is the text of a cell: `a`, `b` is a b.
func plain(cell string) string {
	return strings.TrimSpace(strings.NewReplacer("`, `", " ", "`", "").Replace(cell))
}

// rightsOf reads what the API server made of a role, one right at a time.
func (c cluster) rightsOf(t *testing.T, role string) []right {
	t.Helper()
	clients, err := kubernetes.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	stored, err := clients.RbacV1().ClusterRoles().Get(run.ctx, role, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var rights []right
	for _, rule := range stored.Rules {
		if !slices.Equal(rule.APIGroups, []string{"kargo.akuity.io"}) || len(rule.ResourceNames)+len(rule.NonResourceURLs) > 0 {
			t.Fatalf("%s has a rule that this test does not understand: %v", role, rule)
		}
		for _, verb := range rule.Verbs {
			for _, resource := range rule.Resources {
				rights = append(rights, right{verb, resource})
			}
		}
	}
	return rights
}

// bind gives a user of that name a ClusterRole in a namespace, and returns when the API
// server has taken notice.
func (c cluster) bind(t *testing.T, user, role, namespace string, last right) {
	t.Helper()
	admin := c.kubeconfig(t, controlplane.Admin(), namespace)
	c.kubectl(t, admin, "create", "rolebinding", user, "--clusterrole="+role, "--user="+user)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		answer, _, _ := c.Kubectl(t, admin, "auth", "can-i", last.verb, last.resource+".kargo.akuity.io", "--as="+user)
		if strings.HasPrefix(answer, "yes") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s may still not %s", user, last)
		}
	}
}

// The roles of docs/rbac.md are enough, and each of their rights is needed: without it
// happens what the document says.
func TestRolesOfTheDocument(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	for _, chapter := range chapters(t) {
		t.Run(chapter.role, func(t *testing.T) {
			t.Parallel()
			c.kubectl(t, c.kubeconfig(t, controlplane.Admin(), ""), "apply", "--validate=strict", "--filename="+write(t, "role.yaml", chapter.manifest))
			rights := c.rightsOf(t, chapter.role)
			project := c.newProject(t, chapter.role)
			c.bind(t, chapter.role, chapter.role, project, rights[len(rights)-1])
			c.testRoleIsEnough(t, chapter, project)
			c.testRoleIsNeeded(t, chapter, project, rights)
		})
	}
}

// testRoleIsEnough wants each command of a chapter to do its work and miss nothing.
func (c cluster) testRoleIsEnough(t *testing.T, chapter chapter, project string) {
	t.Helper()
	user := c.kubeconfig(t, controlplane.User{Name: chapter.role}, project)
	for _, command := range chapter.commands() {
		args, exit := commandOf(t, command)
		got := c.kargoAvail(t, user, args...)
		if got.Exit != exit || strings.Contains(got.Stderr, "Warning") || strings.Contains(got.Stderr, "unknown") {
			t.Errorf("%s with %s: got exit %d, stderr\n%s", command, chapter.role, got.Exit, got.Stderr)
		}
	}
	if slices.Contains(chapter.commands(), "wait") {
		w := waiter{c, project, user}
		watching := w.inPipe(t, "list", "--watch")
		watching.signal(t, os.Interrupt)
		if got := watching.end(t); got.Exit != 130 || strings.Contains(watching.stderr.String(), "Warning") {
			t.Errorf("--watch with %s: got exit %d, stderr\n%s", chapter.role, got.Exit, watching.stderr)
		}
	}
}

// commands are those that a chapter is about.
func (c chapter) commands() []string {
	var names []string
	for _, row := range c.refusals {
		names = append(names, row.commands...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// testRoleIsNeeded takes the rights from a role one at a time.
func (c cluster) testRoleIsNeeded(t *testing.T, chapter chapter, project string, rights []right) {
	t.Helper()
	for i, missing := range rights {
		var rest []rbacv1.PolicyRule
		for _, other := range slices.Delete(slices.Clone(rights), i, i+1) {
			rest = append(rest, other.rule())
		}
		name := chapter.role + "-but-" + missing.verb + "-" + missing.resource
		c.grant(t, name, project, rest...)
		user := c.kubeconfig(t, controlplane.User{Name: name}, project)
		for _, command := range chapter.commands() {
			want := slices.IndexFunc(chapter.refusals, func(r refusal) bool {
				return r.without == missing.String() && slices.Contains(r.commands, command)
			})
			if want < 0 {
				t.Errorf("docs/rbac.md does not say what %s does without %s", command, missing)
				continue
			}
			args, _ := commandOf(t, command)
			got := c.kargoAvail(t, user, args...)
			if got.Exit != chapter.refusals[want].exit {
				t.Errorf("%s without %s: got exit %d, want %d; stderr\n%s", command, missing, got.Exit, chapter.refusals[want].exit, got.Stderr)
			}
			got.wantStderr(t, chapter.refusals[want].says)
		}
	}
}

// Whoever is authenticated may ask by which rules it is judged.
func TestVersionNeedsNoRole(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	stranger := c.kubeconfig(t, controlplane.User{Name: "rbac-stranger"}, "rbac-nowhere")
	got := c.kargoAvail(t, stranger, "version", "-o", "json")
	if got.Exit != 0 || got.Stderr != "" || strings.Contains(got.Stdout, `"unknown"`) {
		t.Errorf("got %+v", got)
	}
}
