package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// newtName is the Freight of testdata/project.yaml that prod waits for: uat has not
// verified it.
const (
	newtName = "2222222222222222222222222222222222222222"
	newtIsIn = "freight.kargo.akuity.io/" + newtName + " condition met: available to prod\n"
)

// What makes the Freight available ends the wait, and not a write or a look that
// comes later.
func TestWaitReturnsOnTheEvent(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	var times []time.Duration
	for i := range 7 {
		w := c.newWaiter(t, fmt.Sprintf("event-%d", i))
		waiting := w.begin(t, "prod", "new-newt", "--timeout=60s")
		written := w.patchFreight(t, newtName, verifiedIn("uat"))
		if got, want := waiting.end(t), (outcome{Stdout: newtIsIn}); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		times = append(times, time.Since(written))
	}
	slices.Sort(times)
	t.Logf("from the write until the command has ended: %v", times)
	if slowest := times[len(times)-1]; slowest > 10*time.Second {
		t.Errorf("it took %v", slowest)
	}
	if median := times[len(times)/2]; median > time.Second {
		t.Errorf("the median is %v", median)
	}
}

// Nothing is written when a soak elapses.
func TestWaitWakesWhenASoakElapses(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "soaking")
	w.patch(t, "stages", "prod", "", `{"spec":{"requestedFreight":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":["qa","uat"],"availabilityStrategy":"All","requiredSoakTime":"2s"}}]}}`)
	// The command has until then to begin.
	since := time.Now().Add(4 * time.Second).Truncate(time.Second)
	w.patchFreight(t, newtName, fmt.Sprintf(
		`{"status":{"verifiedIn":{"qa":{},"uat":{}},"currentlyIn":{"qa":{"since":%[1]q},"uat":{"since":%[1]q}}}}`, since.UTC().Format(time.RFC3339)))
	waiting := w.begin(t, "prod", "new-newt", "--timeout=60s")
	got, ended := waiting.end(t), time.Now()
	if want := (outcome{Stdout: newtIsIn}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	late := ended.Sub(since.Add(2 * time.Second))
	t.Logf("ended %v after the soak", late)
	if late < 0 || late > 10*time.Second {
		t.Errorf("ended %v after the soak", late)
	}
}

func TestWaitOutlivesTheAPIServer(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.installCRDs(t, ownCRDs)
	w := c.newWaiter(t, "outage")
	short := w.begin(t, "prod", "new-newt", "--timeout=8s")
	waiting := begin(t, w.KubectlCommand(t, w.kubeconfig, "kargo-avail", "wait", "prod", "new-newt", "--timeout=5m"))
	w.untilWatched(t, w.project, 2*watches)
	// What is written where nobody looks makes the place to resume at too old.
	for i := range 20 {
		w.patch(t, "warehouses", "app", "", fmt.Sprintf(`{"metadata":{"annotations":{"n":"%d"}}}`, i))
	}
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	// By the end of this wait it is news that the connection is lost.
	ended := short.end(t)
	ended.wantFailure(t, 1, 2, `Warning: connection to context "outage" lost, trying again: `,
		"error: timed out waiting for new-newt ("+newtName+") to be available to Stage prod: uat: promotion failed (",
		`; this is as of `, `, when the connection to context "outage" was lost: `)
	if err := c.Revive(run.ctx); err != nil {
		t.Fatal(err)
	}
	w.untilWatched(t, w.project, 3*watches)
	written := w.patchFreight(t, newtName, verifiedIn("uat"))
	got := waiting.end(t)
	t.Logf("ended %v after the write", time.Since(written))
	if got.Stdout != newtIsIn || got.Exit != 0 || strings.Count(got.Stderr, "\n") != 2 {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, `Warning: connection to context "outage" lost, trying again: `, `connection to context "outage" is back`)
}

// testWaits waits for what the recorded pipeline's gate lacks at the last moment.
func (k kargo) testWaits(t *testing.T) {
	const user, freight = "waiter", "c66c4a26d9171e6358b722c1c673f4056038a273"
	k.grant(t, user, "wait-gate", readKargo("*"))
	k.grant(t, user, "", readKargo("projects")) // before v1.5 the policies are there
	w := waiter{k.cluster, "wait-gate", k.kubeconfig(t, controlplane.User{Name: user}, "wait-gate")}
	waiting := begin(t, w.KubectlCommand(t, w.kubeconfig, "kargo-avail", "wait", "gate", freight, "--timeout=60s"))
	w.untilWatched(t, user, watches-1) // before v1.11 Promotions are not told by a label
	w.patchFreight(t, freight, `{"status":{"verifiedIn":{"staging-a":{},"staging-b":{}}}}`)
	if got := waiting.end(t); got.Stdout != "freight.kargo.akuity.io/"+freight+" condition met: available to gate\n" || got.Exit != 0 {
		t.Errorf("got %+v", got)
	}
}

// Stages are deleted and recreated to move them; no answer is final meanwhile.
func TestWaitOutlivesRecreatedStages(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	for _, stage := range []string{"uat", "prod"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			w := c.newWaiter(t, "recreated-"+stage)
			admin := c.kubeconfig(t, controlplane.Admin(), w.project)
			saved := c.kubectl(t, admin, "get", "stage", stage, "--output=yaml")
			waiting := w.begin(t, "prod", "new-newt", "--timeout=60s")
			c.kubectl(t, admin, "delete", "stage", stage)
			select {
			case <-waiting.ended:
				t.Fatalf("ended without the Stage: %+v", waiting.end(t))
			case <-time.After(2 * time.Second):
			}
			c.load(t, write(t, "stage.yaml", saved))
			w.patchFreight(t, newtName, verifiedIn("uat"))
			if got, want := waiting.end(t), (outcome{Stdout: newtIsIn}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestWaitEndsWhenTheFreightIsDeleted(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "deleted")
	waiting := w.begin(t, "prod", "new-newt", "--timeout=60s")
	c.kubectl(t, c.kubeconfig(t, controlplane.Admin(), w.project), "delete", "freight", newtName)
	waiting.end(t).wantFailure(t, 1, 1, "error: new-newt ("+newtName+") was deleted: it will never be available to Stage prod")
}

func TestWaitEndsOnASignal(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "signalled")
	waiting := w.begin(t, "prod", "new-newt", "--timeout=60s")
	waiting.signal(t, syscall.SIGINT)
	if got, want := waiting.end(t), (outcome{Exit: 130}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWaitAnswers(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "answers")
	w.patch(t, "stages", "uat", "", `{"spec":{"requestedFreight":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":["no-such"]}}]}}`)
	subject := "new-newt (" + newtName + ")"
	for name, test := range map[string]struct {
		args   []string
		exit   int
		stdout string
		stderr string
	}{
		"a condition that already holds": {args: []string{"prod", "old-otter"}, stdout: "freight.kargo.akuity.io/2111111111111111111111111111111111111111 condition met: available to prod\n"},
		"quietly":                        {args: []string{"stage/prod", "old-otter", "-q"}},
		"by a prefix":                    {args: []string{"prod", "21", "--for=listed"}, stdout: "freight.kargo.akuity.io/2111111111111111111111111111111111111111 condition met: listed for prod\n"},
		"verified":                       {args: []string{"qa", "new-newt", "--for=verified"}, stdout: "freight.kargo.akuity.io/" + newtName + " condition met: verified in qa\n"},
		"current":                        {args: []string{"qa", "new-newt", "--for=current"}, stdout: "freight.kargo.akuity.io/" + newtName + " condition met: current in qa\n"},
		"impossible": {
			args: []string{"prod", "new-newt"}, exit: 1,
			stderr: "error: " + subject + " will never be available to Stage prod, unless a Stage no-such is created, or the Freight is approved for prod, or for uat upstream\n",
		},
		"impossible, and waited for": {
			args: []string{"prod", "new-newt", "--ignore-impossible", "--timeout=3s"}, exit: 1,
			stderr: "error: timed out waiting for " + subject + " to be available to Stage prod: uat: promotion failed (Promotion uat.01kdz9k0000000000000000000.2222222: the database is locked)\n",
		},
		"looked at once": {
			args: []string{"prod", "new-newt", "--for=current", "--timeout=0", "--ignore-impossible"}, exit: 1,
			stderr: "error: " + subject + " is not current in Stage prod: uat: promotion failed (Promotion uat.01kdz9k0000000000000000000.2222222: the database is locked)\n",
		},
		"no such Stage":   {args: []string{"prd", "new-newt"}, exit: 3, stderr: "Error from server (NotFound): stages.kargo.akuity.io \"prd\" not found in Project \"answers\"\nDid you mean prod?\n"},
		"no such Freight": {args: []string{"prod", "new-nwt", "--timeout=0"}, exit: 3, stderr: "Error from server (NotFound): freights.kargo.akuity.io \"new-nwt\" not found in Project \"answers\"\nDid you mean new-newt?\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.kargoAvail(t, w.kubeconfig, append([]string{"wait"}, test.args...)...)
			if want := (outcome{test.stdout, test.stderr, test.exit}); got != want {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
		})
	}
	t.Run("no such Project", func(t *testing.T) {
		got := c.kargoAvail(t, c.kubeconfig(t, controlplane.Admin(), ""), "wait", "-p", "no-such-project", "prod", "new-newt")
		got.wantFailure(t, 3, 1, `Error from server (NotFound): namespaces "no-such-project" not found`)
	})
}

func TestWaitWithoutTheRightToWatch(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	kinds := []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			project := c.newProject(t, "unwatched-"+kind)
			others := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == kind })
			look := rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{kind}, Verbs: []string{"get", "list"}}
			c.grant(t, project, project, readKargo(others...), look)
			user := c.kubeconfig(t, controlplane.User{Name: project}, project)
			c.kargoAvail(t, user, "wait", "prod", "new-newt").wantFailure(t, 3, 1,
				"Error from server (Forbidden): not allowed to watch "+kind+`.kargo.akuity.io in namespace "`+project+`": `,
				"; needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: ["+kind+"], verbs: [watch]")
			// A condition that already holds needs no watch.
			if got := c.kargoAvail(t, user, "wait", "prod", "old-otter", "-q"); got != (outcome{}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// wait waits for Freight that does not exist yet, and says so.
func TestWaitForFreightToCome(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "to-come")
	never := c.kargoAvail(t, w.kubeconfig, "wait", "qa", "late-lynx", "--timeout=2s")
	never.wantFailure(t, 1, 2,
		`Note: freights.kargo.akuity.io "late-lynx" not found in Project "to-come": waiting for it.`,
		`error: timed out waiting for Freight "late-lynx", which is not there`)
	waiting := begin(t, w.KubectlCommand(t, w.kubeconfig, "kargo-avail", "wait", "qa", "prod", "late-lynx", "--for=verified", "--timeout=60s", "-o", "json"))
	w.untilWatched(t, w.project, watches-1)
	const name = "3333333333333333333333333333333333333333"
	c.load(t, write(t, "late.yaml", fmt.Sprintf(`apiVersion: kargo.akuity.io/v1alpha1
kind: Freight
metadata: {name: %q, namespace: %s}
alias: late-lynx
origin: {kind: Warehouse, name: app}
`, name, w.project)))
	w.patchFreight(t, name, verifiedIn("qa"))
	w.patchFreight(t, name, verifiedIn("prod"))
	got := waiting.end(t)
	if got.Exit != 0 || !strings.Contains(got.Stdout, `"met": true`) || !strings.Contains(got.Stdout, name) {
		t.Errorf("got %+v", got)
	}
}

// Several Stages are waited for together, and each that the wait ends without is named.
func TestWaitForSeveralStages(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "several")
	got := c.kargoAvail(t, w.kubeconfig, "wait", "qa", "prod", "new-newt", "--timeout=2s")
	if got.Exit != 1 || got.Stdout != "freight.kargo.akuity.io/"+newtName+" condition met: available to qa\n" {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, "error: timed out waiting for new-newt ("+newtName+") to be available to Stage prod: ")
	if got := c.kargoAvail(t, w.kubeconfig, "wait", "--all", "new-newt", "--timeout=0", "-q"); got != (outcome{Exit: 1}) {
		t.Errorf("got %+v", got)
	}
	waiting := begin(t, w.KubectlCommand(t, w.kubeconfig, "kargo-avail", "wait", "--all", "new-newt", "--timeout=60s", "-q"))
	w.untilWatched(t, w.project, watches-1+watches-1)
	w.patchFreight(t, newtName, verifiedIn("uat"))
	if got := waiting.end(t); got != (outcome{}) {
		t.Errorf("got %+v", got)
	}
}

// A wait that a look can end watches nothing.
func TestWaitLooksBeforeItWatches(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	w := c.newWaiter(t, "looking")
	for _, test := range []struct {
		args []string
		exit int
	}{
		{[]string{"prod", "old-otter"}, 0},
		{[]string{"prod", "new-newt", "--timeout=0"}, 1},
		{[]string{"qa", "new-newt", "--for=verified", "--timeout=0"}, 0},
	} {
		if got := c.kargoAvail(t, w.kubeconfig, append([]string{"wait"}, test.args...)...); got.Exit != test.exit {
			t.Errorf("%q: got %+v", test.args, got)
		}
	}
	requests, err := c.Requests(w.project)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		if r.Verb == "watch" {
			t.Errorf("it watches: %+v", r)
		}
	}
}

// Kinds other than Stages and Freight may be out of reach: that is said, and the
// wait goes on.
func TestWaitWithoutTheRightToList(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "unlisted")
	c.grant(t, project, project, readKargo("stages", "freights", "promotions"))
	user := c.kubeconfig(t, controlplane.User{Name: project}, project)
	got := c.kargoAvail(t, user, "wait", "prod", "old-otter")
	if got.Exit != 0 || strings.Count(got.Stderr, "\n") != 2 {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, "Warning: not allowed to list warehouses", "Warning: not allowed to list projectconfigs")
	// Whether it is listed cannot be told without the Warehouses.
	got = c.kargoAvail(t, user, "wait", "prod", "old-otter", "--for=listed")
	if got.Exit != 3 || strings.Count(got.Stderr, "\n") != 3 {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, "error: incomplete: whether Freight is listed is unknown without the Warehouses")
}

// A wait asks for the one piece of Freight, however many there are.
func TestWaitAsksForOneFreight(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	few, many := c.newWaiter(t, "few"), c.newWaiter(t, "many")
	var more strings.Builder
	for i := range 600 { // more than a page
		fmt.Fprintf(&more, "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata: {name: \"%040d\", namespace: %s}\nalias: other-%d\norigin: {kind: Warehouse, name: app}\n", i, many.project, i)
	}
	c.load(t, write(t, "more.yaml", more.String()))
	counts := map[string]int{}
	for _, w := range []waiter{few, many} {
		w.patch(t, "freights", newtName, "", `{"metadata":{"labels":{"kargo.akuity.io/alias":"new-newt"}}}`) // as Kargo does
		for _, name := range []string{newtName, "new-newt"} {
			if got := c.kargoAvail(t, w.kubeconfig, "wait", "prod", name, "--timeout=1s", "--kargo-version=v1.11.2"); got.Exit != 1 {
				t.Errorf("got %+v", got)
			}
		}
		requests, err := c.Requests(w.project)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range requests {
			if strings.HasSuffix(r.Path, "/freights") && r.Verb == "list" && !strings.Contains(r.Query, "Selector=") {
				t.Errorf("all Freight is asked for: %+v", r)
			}
		}
		counts[w.project] = len(requests)
	}
	t.Logf("requests: %v", counts)
	if counts[few.project] == 0 || counts[few.project] != counts[many.project] {
		t.Errorf("requests by Project: %v", counts)
	}
}

// watches is how many watches a wait has: Stages, Freight, Warehouses, ProjectConfigs,
// and Promotions with and without the label that names their Stage.
const watches = 6

// waiter is a user who may read one Project, a copy of testdata/project.yaml.
type waiter struct {
	cluster
	project    string // and the user's name
	kubeconfig string
}

func (c cluster) newWaiter(t *testing.T, name string) waiter {
	t.Helper()
	project := c.newProject(t, name)
	c.grant(t, project, project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	return waiter{c, project, c.kubeconfig(t, controlplane.User{Name: project}, project)}
}

// begin starts a wait and returns when it watches.
func (w waiter) begin(t *testing.T, args ...string) *running {
	t.Helper()
	waiting := begin(t, w.KubectlCommand(t, w.kubeconfig, append([]string{"kargo-avail", "wait"}, args...)...))
	w.untilWatched(t, w.project, watches)
	return waiting
}

// untilWatched returns when a user has begun so many watches.
func (c cluster) untilWatched(t *testing.T, user string, count int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		requests, err := c.Requests(user)
		if err != nil {
			t.Fatal(err)
		}
		begun := 0
		for _, r := range requests {
			if r.Verb == "watch" {
				begun++
			}
		}
		if begun >= count {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d watches, want %d: %+v", begun, count, requests)
		}
	}
}

// verifiedIn is a patch of Freight that a Stage has verified.
func verifiedIn(stage string) string {
	return fmt.Sprintf(`{"status":{"verifiedIn":{%q:{"verifiedAt":%q}}}}`, stage, time.Now().UTC().Format(time.RFC3339))
}

// patchFreight changes the status of Freight and returns when it began to.
func (w waiter) patchFreight(t *testing.T, name, patch string) time.Time {
	t.Helper()
	begun := time.Now()
	w.patch(t, "freights", name, "status", patch)
	return begun
}

func (w waiter) patch(t *testing.T, resource, name, subresource, patch string) {
	t.Helper()
	client, err := dynamic.NewForConfig(w.Config())
	if err != nil {
		t.Fatal(err)
	}
	kargo := schema.GroupVersionResource{Group: "kargo.akuity.io", Version: "v1alpha1", Resource: resource}
	var subresources []string
	if subresource != "" {
		subresources = append(subresources, subresource)
	}
	_, err = client.Resource(kargo).Namespace(w.project).Patch(run.ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, subresources...)
	if err != nil {
		t.Fatal(err)
	}
}
