package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

const manager = "kubectl-kargo-avail"

// Every Kargo that knows the field takes it; an older one is told by its schema, and
// asked for nothing.
func TestSetStrategyOnEveryKargo(t *testing.T) {
	t.Parallel()
	for version, crds := range kargoVersions(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kargo{newCluster(t, pluginDir(t)), version}
			k.installCRDs(t, crds)
			p := k.strategies(t, "web")
			if !k.knowsStrategies(t) {
				p.testOldKargo(t)
				return
			}
			t.Run("sets", p.testSets)
			t.Run("is not stored by a dry run", p.testDryRuns)
			t.Run("is written with one patch", p.testWrites)
		})
	}
}

// knowsStrategies reports whether the CRDs have the field.
func (k kargo) knowsStrategies(t *testing.T) bool {
	t.Helper()
	schema := k.schemas(t)["Stage"]
	for _, key := range []string{"spec", "requestedFreight", "", "sources"} {
		schema = member(schema, key)
	}
	properties, _ := schema["properties"].(map[string]any)
	return properties["availabilityStrategy"] != nil
}

// strategies is a Project whose Stages have strategies to be set.
type strategies struct {
	cluster
	project string
	admin   string // kubeconfig
	stages  dynamic.ResourceInterface
}

// strategies loads a Project: prod takes from qa and uat, two from the Warehouses app
// and db, one from qa alone, and qa from its Warehouse.
func (c cluster) strategies(t *testing.T, project string) strategies {
	t.Helper()
	c.load(t, write(t, "strategies.yaml", strings.ReplaceAll(`
apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: {name: app, namespace: PROJECT}
spec: {subscriptions: [{image: {repoURL: example.com/app}}]}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: qa, namespace: PROJECT}
spec:
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {direct: true}}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: uat, namespace: PROJECT}
spec:
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {direct: true}}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: prod, namespace: PROJECT, labels: {tier: prod}}
spec:
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {stages: [qa, uat]}}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: two, namespace: PROJECT, labels: {tier: prod}}
spec:
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {stages: [qa, uat]}}
    - {origin: {kind: Warehouse, name: db}, sources: {stages: [qa, uat]}}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: one, namespace: PROJECT}
spec:
  requestedFreight:
    - {origin: {kind: Warehouse, name: app}, sources: {stages: [qa]}}
`, "PROJECT", project)))
	client, err := dynamic.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	return strategies{
		cluster: c, project: project, admin: c.kubeconfig(t, controlplane.Admin(), project),
		stages: client.Resource(schema.GroupVersionResource{Group: "kargo.akuity.io", Version: "v1alpha1", Resource: "stages"}).Namespace(project),
	}
}

func (s strategies) get(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	stage, err := s.stages.Get(run.ctx, name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// strategiesOf are what the requests of a Stage say, "-" where they say nothing.
func strategiesOf(stage *unstructured.Unstructured) []string {
	var list []string
	requests, _, _ := unstructured.NestedSlice(stage.Object, "spec", "requestedFreight")
	for _, request := range requests {
		strategy, ok, _ := unstructured.NestedString(request.(map[string]any), "sources", "availabilityStrategy")
		if !ok {
			strategy = "-"
		}
		list = append(list, strategy)
	}
	return list
}

// set runs set-strategy, which has to exit with 0, and returns what it printed.
func (s strategies) set(t *testing.T, args ...string) string {
	t.Helper()
	got := s.kargoAvail(t, s.admin, append([]string{"set-strategy"}, args...)...)
	if got.Exit != 0 {
		t.Fatalf("set-strategy %q: exit %d, stderr\n%s", args, got.Exit, got.Stderr)
	}
	return got.Stdout
}

func (s strategies) want(t *testing.T, name string, want ...string) {
	t.Helper()
	if got := strategiesOf(s.get(t, name)); !slices.Equal(got, want) {
		t.Errorf("%s says %v, want %v", name, got, want)
	}
}

func (s strategies) testSets(t *testing.T) {
	prod := "stage.kargo.akuity.io/prod "
	two := "stage.kargo.akuity.io/two "
	before := s.get(t, "prod")
	for _, step := range []struct {
		args  []string
		lines []string
		prod  string
		two   []string
	}{
		{[]string{"prod", "any"}, []string{prod + "unchanged (OneOf)"}, "-", []string{"-", "-"}},
		{[]string{"prod", "all"}, []string{prod + "strategy set to All (was OneOf)"}, "All", []string{"-", "-"}},
		{[]string{"stage/prod", "ALL"}, []string{prod + "unchanged (All)"}, "All", []string{"-", "-"}},
		{[]string{"two", "all", "--warehouse", "Warehouse/db"}, []string{two + "strategy set to All (was OneOf)"}, "All", []string{"-", "All"}},
		{[]string{"two", "all"}, []string{two + "strategy set to All (Warehouse/app was OneOf, Warehouse/db stays All)"}, "All", []string{"All", "All"}},
		{[]string{"-l", "tier=prod", "OneOf"}, []string{prod + "strategy set to OneOf (was All)", two + "strategy set to OneOf (was All)"}, "OneOf", []string{"OneOf", "OneOf"}},
		{[]string{"prod", "two", "--unset"}, []string{prod + "strategy unset (was OneOf)", two + "strategy unset (was OneOf)"}, "-", []string{"-", "-"}},
		{[]string{"prod", "--unset"}, []string{prod + "unchanged (OneOf)"}, "-", []string{"-", "-"}},
		{[]string{"--all", "all", "--yes"}, []string{
			"stage.kargo.akuity.io/one not changed (OneOf; All would have no effect)", prod + "strategy set to All (was OneOf)", two + "strategy set to All (was OneOf)",
		}, "All", []string{"All", "All"}},
		{[]string{"prod", "two", "--unset", "-o", "name"}, []string{"stage.kargo.akuity.io/prod", "stage.kargo.akuity.io/two"}, "-", []string{"-", "-"}},
	} {
		stdout := s.set(t, append(step.args, "--yes")...)
		if diff := cmp.Diff(strings.Join(step.lines, "\n")+"\n", stdout); diff != "" {
			t.Errorf("%q (-want +got):\n%s", step.args, diff)
		}
		s.want(t, "prod", step.prod)
		s.want(t, "two", step.two...)
	}
	s.want(t, "one", "-")
	after := s.get(t, "prod")
	if diff := cmp.Diff(before.Object["spec"], after.Object["spec"]); diff != "" {
		t.Errorf("set and unset again, the spec is another one:\n%s", diff)
	}
	s.testManages(t)
}

// What we own is the one field: in Kargo's schema the list that it is in, as a whole.
func (s strategies) testManages(t *testing.T) {
	t.Helper()
	s.set(t, "prod", "all", "--yes", "--field-manager=other")
	s.set(t, "prod", "any", "--yes")
	own := map[string]string{}
	for _, entry := range s.get(t, "prod").GetManagedFields() {
		if entry.Manager == manager || entry.Manager == "other" {
			own[entry.Manager+" "+string(entry.Operation)] = entry.FieldsV1.GetRawString()
		}
	}
	want := map[string]string{manager + " Update": `{"f:spec":{"f:requestedFreight":{}}}`}
	if diff := cmp.Diff(want, own); diff != "" {
		t.Errorf("managedFields (-want +got):\n%s", diff)
	}
	s.set(t, "prod", "--unset", "--yes")
}

func (s strategies) testDryRuns(t *testing.T) {
	before := s.get(t, "prod").GetResourceVersion()
	for run, note := range map[string]string{"client": " (dry run)", "server": " (server dry run)"} {
		got := s.set(t, "prod", "all", "--dry-run="+run)
		if want := "stage.kargo.akuity.io/prod strategy set to All (was OneOf)" + note + "\n"; got != want {
			t.Errorf("--dry-run=%s: got %q, want %q", run, got, want)
		}
		var document struct {
			Kind    string
			DryRun  string
			Results []struct {
				Stage, Result string
				Object        unstructured.Unstructured
			}
		}
		if err := json.Unmarshal([]byte(s.set(t, "prod", "all", "--dry-run="+run, "-o", "json")), &document); err != nil {
			t.Fatal(err)
		}
		if document.Kind != "StrategyChange" || document.DryRun != run || len(document.Results) != 1 || document.Results[0].Result != "Changed" ||
			!slices.Equal(strategiesOf(&document.Results[0].Object), []string{"All"}) {
			t.Errorf("--dry-run=%s -o json: got %+v", run, document)
		}
		if len(document.Results[0].Object.GetManagedFields()) > 0 {
			t.Error("managedFields are shown unasked")
		}
	}
	if got := s.get(t, "prod").GetResourceVersion(); got != before {
		t.Errorf("dry runs have changed the resourceVersion from %s to %s", before, got)
	}
}

// The write is one patch, strict and in our name. Where All may be ignored it is said.
func (s strategies) testWrites(t *testing.T) {
	user := "editor"
	for _, verb := range []string{"get", "list", "patch"} {
		s.grant(t, user, s.project, rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{verb}})
	}
	got := s.kargoAvail(t, s.kubeconfig(t, controlplane.User{Name: user}, s.project), "set-strategy", "prod", "all", "--yes")
	if got.Exit != 0 {
		t.Fatalf("got exit %d, stderr\n%s", got.Exit, got.Stderr)
	}
	if want := strings.Contains(t.Name(), "/v1.3.4/"); want != strings.Contains(got.Stderr, "kargo#3740") {
		t.Errorf("want a warning: %v; stderr\n%s", want, got.Stderr)
	}
	requests, err := s.Requests(user)
	if err != nil {
		t.Fatal(err)
	}
	var patches []string
	for _, request := range requests {
		if request.Verb != "get" && request.Verb != "list" {
			patches = append(patches, request.Verb+" "+request.Path+"?"+request.Query)
		}
	}
	want := []string{"patch /apis/kargo.akuity.io/v1alpha1/namespaces/" + s.project + "/stages/prod?fieldManager=" + manager + "&fieldValidation=Strict"}
	if diff := cmp.Diff(want, patches); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.set(t, "prod", "--unset", "--yes")
}

// testOldKargo expects of a Kargo that does not know the field that nothing is written.
func (s strategies) testOldKargo(t *testing.T) {
	t.Helper()
	before := s.get(t, "prod").GetResourceVersion()
	got := s.kargoAvail(t, s.admin, "set-strategy", "prod", "all", "--yes")
	got.wantFailure(t, 3, 1, "does not know availabilityStrategy; this needs Kargo v1.3.0 or later, and v1.3.3 or later for manual Promotions to obey it")
	got = s.kargoAvail(t, s.admin, "set-strategy", "prod", "any")
	if got.Stdout != "stage.kargo.akuity.io/prod unchanged (OneOf)\n" || got.Exit != 0 {
		t.Errorf("any: got %+v", got)
	}
	// If its schema could not be read, the write would still be refused.
	_, err := s.stages.Patch(run.ctx, "prod", types.JSONPatchType,
		[]byte(`[{"op":"add","path":"/spec/requestedFreight/0/sources/availabilityStrategy","value":"All"}]`), metav1.PatchOptions{FieldValidation: "Strict"})
	if err == nil || !strings.Contains(err.Error(), `unknown field "spec.requestedFreight[0].sources.availabilityStrategy"`) {
		t.Errorf("a strict write: %v", err)
	}
	if got := s.get(t, "prod").GetResourceVersion(); got != before {
		t.Errorf("the resourceVersion has changed from %s to %s", before, got)
	}
}

// Rights to the Stages alone are enough; the effect is then unknown, which needs --yes.
func TestSetStrategyRights(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	s := c.strategies(t, "strategy-rights")
	may := func(user string, verbs ...string) string {
		for _, verb := range verbs {
			s.grant(t, user, s.project, rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{verb}})
		}
		return s.kubeconfig(t, controlplane.User{Name: user}, s.project)
	}
	editor := may("strategy-editor", "get", "list", "patch")
	namer := may("strategy-namer", "get", "patch")
	viewer := may("strategy-viewer", "get", "list")
	patcher := may("strategy-patcher", "patch")

	got := c.kargoAvail(t, editor, "set-strategy", "prod", "all")
	if got.Exit != 3 || got.Stdout != "" {
		t.Errorf("without --yes: got exit %d, stdout %q", got.Exit, got.Stdout)
	}
	got.wantStderr(t, "not changed: the effect is not fully known; use --yes to go ahead, or --dry-run=server to have the API server check it")
	s.want(t, "prod", "-")

	got = c.kargoAvail(t, editor, "set-strategy", "-l", "tier=prod", "all", "--yes")
	want := "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\nstage.kargo.akuity.io/two strategy set to All (was OneOf)\n"
	if got.Exit != 0 || got.Stdout != want {
		t.Errorf("with --yes: got %+v", got)
	}
	got = c.kargoAvail(t, namer, "set-strategy", "prod", "any", "--yes")
	if got.Exit != 0 || got.Stdout != "stage.kargo.akuity.io/prod strategy set to OneOf (was All)\n" {
		t.Errorf("without list: got %+v", got)
	}
	got.wantStderr(t, "the effect is unknown")

	got = c.kargoAvail(t, viewer, "set-strategy", "prod", "two", "all", "--yes")
	if got.Exit != 3 || got.Stdout != "stage.kargo.akuity.io/two unchanged (All)\n" {
		t.Errorf("without patch: got %+v", got)
	}
	got.wantStderr(t, `Error from server (Forbidden): patching Stage "prod": stages.kargo.akuity.io "prod" is forbidden: User "strategy-viewer" cannot patch`,
		"needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [stages], verbs: [patch]", "error: 1 of 2 Stages failed")
	got = c.kargoAvail(t, patcher, "set-strategy", "prod", "all", "--yes")
	got.wantFailure(t, 3, 1, "cannot get resource", "verbs: [get]")
	got = c.kargoAvail(t, namer, "set-strategy", "--all", "all", "--yes")
	got.wantFailure(t, 3, 1, "cannot list resource", "verbs: [list]")
	got = c.kargoAvail(t, editor, "set-strategy", "prdo", "all", "--yes")
	got.wantFailure(t, 3, 1, `Error from server (NotFound): reading Stage "prdo": stages.kargo.akuity.io "prdo" not found`)
	s.want(t, "prod", "OneOf")
}

// What is foretold is what list then says.
func TestSetStrategyForetells(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "strategy-foretold")
	admin := c.kubeconfig(t, controlplane.Admin(), project)
	available := func() map[string]bool {
		t.Helper()
		names := map[string]bool{}
		for _, freight := range c.kargoAvail(t, admin, "prod", "-o", "json").read(t).Projects[0].Stages[0].Freight {
			if *freight.Available.Configured {
				names[freight.Alias] = true
			}
		}
		return names
	}
	got := c.kargoAvail(t, admin, "set-strategy", "prod", "any")
	if got.Exit != 3 || got.Stdout != "" {
		t.Errorf("got %+v", got)
	}
	got.wantStderr(t, "prod, Warehouse/app: All becomes OneOf\n", "error: not changed: this would start auto-promotion; use --yes to go ahead, or --dry-run=server to have the API server check it\n")

	type named struct{ Alias string }
	for _, want := range []struct {
		strategy             string
		gained, lost, starts []named
	}{
		{"any", []named{{"new-newt"}}, nil, []named{{"new-newt"}}},
		{"all", nil, []named{{"new-newt"}}, []named{{"old-otter"}}},
	} {
		strategy := want.strategy
		before := available()
		got := c.kargoAvail(t, admin, "set-strategy", "prod", strategy, "--yes", "-o", "json")
		var document struct {
			Effect struct {
				Now []struct{ Gained, Lost, Starts []named }
			}
		}
		if err := json.Unmarshal([]byte(got.Stdout), &document); err != nil || len(document.Effect.Now) != 1 {
			t.Fatalf("%v: %+v", err, got)
		}
		foretold := document.Effect.Now[0]
		if !slices.Equal(foretold.Gained, want.gained) || !slices.Equal(foretold.Lost, want.lost) || !slices.Equal(foretold.Starts, want.starts) {
			t.Errorf("%s: foretold is %+v, want %+v", strategy, foretold, want)
		}
		for _, freight := range foretold.Gained {
			before[freight.Alias] = true
		}
		for _, freight := range foretold.Lost {
			delete(before, freight.Alias)
		}
		if diff := cmp.Diff(before, available()); diff != "" {
			t.Errorf("%s: (-foretold +listed):\n%s", strategy, diff)
		}
	}
}

// What others write meanwhile is kept, whether other fields or the same one.
func TestSetStrategyLosesNothing(t *testing.T) {
	t.Parallel()
	const stageCount, writers, rounds = 20, 100, 8
	c := sharedCluster(t)
	s := c.strategies(t, "strategy-races")
	var names []string
	for i := range stageCount {
		name := fmt.Sprintf("race-%02d", i)
		names = append(names, name)
		stage := s.get(t, "prod")
		for _, field := range []string{"resourceVersion", "uid", "creationTimestamp", "generation", "managedFields"} {
			unstructured.RemoveNestedField(stage.Object, "metadata", field)
		}
		stage.SetName(name)
		stage.SetLabels(map[string]string{"race": "yes"})
		if _, err := s.stages.Create(run.ctx, stage, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}

	// In every round each writer adds an annotation to its Stage, and writes the strategy.
	versions := newLastWrites()
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			name := names[w%stageCount]
			for round := range rounds {
				s.annotate(t, name, fmt.Sprintf("writer-%d-%d", w, round))
				s.flip(t, name, []string{"All", "OneOf"}[rand.IntN(2)], versions)
			}
		})
	}
	const user = "racer"
	for _, verb := range []string{"get", "list", "patch"} {
		s.grant(t, user, s.project, rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{verb}})
	}
	racer := s.kubeconfig(t, controlplane.User{Name: user}, s.project)
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	outcomes := map[string]int{}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, strategy := range []string{"all", "any"} {
			got := c.kargoAvail(t, racer, "set-strategy", "-l", "race=yes", strategy, "--yes", "-o", "json")
			versions.note(t, got, outcomes)
		}
	}
	requests, err := s.Requests(user)
	if err != nil {
		t.Fatal(err)
	}
	patches := 0
	for _, request := range requests {
		if request.Verb == "patch" {
			patches++
		}
	}
	t.Logf("%v with %d patches", outcomes, patches)
	if outcomes["Changed"] == 0 {
		t.Error("set-strategy has changed nothing")
	}
	for i, name := range names {
		stage := s.get(t, name)
		for w := i; w < writers; w += stageCount {
			for round := range rounds {
				if key := fmt.Sprintf("writer-%d-%d", w, round); stage.GetAnnotations()[key] == "" {
					t.Errorf("%s has lost what a writer wrote: %s", name, key)
				}
			}
		}
		if got, want := strategiesOf(stage), versions.of(name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s says %v, and the last write said %s", name, got, want)
		}
		if diff := cmp.Diff([]any{"qa", "uat"}, upstreamsOf(stage)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func upstreamsOf(stage *unstructured.Unstructured) any {
	requests, _, _ := unstructured.NestedSlice(stage.Object, "spec", "requestedFreight")
	upstreams, _, _ := unstructured.NestedSlice(requests[0].(map[string]any), "sources", "stages")
	return upstreams
}

// annotate writes another field of a Stage.
func (s strategies) annotate(t *testing.T, name, key string) {
	t.Helper()
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:"here"}}}`, key)
	for {
		_, err := s.stages.Patch(run.ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		if !apierrors.IsConflict(err) {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

// flip writes the same field of a Stage, by another way than ours.
func (s strategies) flip(t *testing.T, name, strategy string, versions *lastWrites) {
	t.Helper()
	for {
		stage, err := s.stages.Get(run.ctx, name, metav1.GetOptions{})
		if err != nil {
			t.Error(err)
			return
		}
		requests, _, _ := unstructured.NestedSlice(stage.Object, "spec", "requestedFreight")
		if err := unstructured.SetNestedField(requests[0].(map[string]any), strategy, "sources", "availabilityStrategy"); err != nil {
			t.Error(err)
			return
		}
		if err := unstructured.SetNestedSlice(stage.Object, requests, "spec", "requestedFreight"); err != nil {
			t.Error(err)
			return
		}
		stage, err = s.stages.Update(run.ctx, stage, metav1.UpdateOptions{})
		if err == nil {
			versions.add(stage)
		}
		if !apierrors.IsConflict(err) {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

// lastWrites knows which of the successful writes to each Stage was the last.
type lastWrites struct {
	mu       sync.Mutex
	versions map[string]uint64
	said     map[string]string
}

func newLastWrites() *lastWrites {
	return &lastWrites{versions: map[string]uint64{}, said: map[string]string{}}
}

// add takes note of a Stage as a write of its strategy has left it.
func (l *lastWrites) add(stage *unstructured.Unstructured) {
	var version uint64
	_, _ = fmt.Sscan(stage.GetResourceVersion(), &version)
	l.mu.Lock()
	defer l.mu.Unlock()
	if name := stage.GetName(); version > l.versions[name] {
		l.versions[name], l.said[name] = version, strategiesOf(stage)[0]
	}
}

func (l *lastWrites) of(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said[name]
}

// note takes note of what set-strategy says that it has written.
func (l *lastWrites) note(t *testing.T, got outcome, outcomes map[string]int) {
	t.Helper()
	var document struct {
		Results []struct {
			Result, Message string
			Object          *unstructured.Unstructured
		}
	}
	if err := json.Unmarshal([]byte(got.Stdout), &document); err != nil {
		t.Fatal(errors.Join(err, errors.New(got.Stderr)))
	}
	failed := 0
	for _, result := range document.Results {
		outcomes[result.Result]++
		switch result.Result {
		case "Changed":
			l.add(result.Object)
		case "Failed":
			failed++
			if !strings.Contains(result.Message, "not changed, because others kept changing it") {
				t.Error(result.Message)
			}
		}
	}
	if want := map[bool]int{true: 3, false: 0}[failed > 0]; got.Exit != want || len(document.Results) != 20 {
		t.Errorf("got exit %d and %d results, %d of them failed; stderr\n%s", got.Exit, len(document.Results), failed, got.Stderr)
	}
}

// Whoever applies a Stage is told, and one that puts it back by itself is not outwitted.
func TestSetStrategyHeedsOwners(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	c.kargoAvail(t, c.kubeconfig(t, controlplane.Admin(), ""), "set-strategy", "prod", "all").
		wantFailure(t, 3, 1, `error: the API server has no stages of kargo.akuity.io/v1alpha1 (context "admin"): is Kargo installed there?`)
	c.installCRDs(t, ownCRDs)
	c.installCRDs(t, filepath.Dir(write(t, "applications.yaml", `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applications.argoproj.io}
spec:
  group: argoproj.io
  names: {kind: Application, listKind: ApplicationList, plural: applications, singular: application}
  scope: Namespaced
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`)))
	c.load(t, write(t, "applications.yaml", `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: heals, namespace: argocd}
spec: {syncPolicy: {automated: {selfHeal: true}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: syncs, namespace: apps}
spec: {syncPolicy: {automated: {prune: true}}}
`))
	s := c.strategies(t, "web")
	apply := func(name, manager, metadata string) {
		t.Helper()
		text := fmt.Sprintf(`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Stage","metadata":%s}`, metadata)
		if _, err := s.stages.Patch(run.ctx, name, types.ApplyPatchType, []byte(text), metav1.PatchOptions{FieldManager: manager, Force: new(true)}); err != nil {
			t.Fatal(err)
		}
	}
	reset := s.get(t, "prod").DeepCopy()
	for name, test := range map[string]struct {
		manager, metadata string
		refused           bool
		said              string
	}{
		"Flux": {
			"kustomize-controller", `{"labels":{"kustomize.toolkit.fluxcd.io/name":"web","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}}`, true,
			`stage "prod": not changed: Flux (Kustomization flux-system/web) would revert the change by itself`,
		},
		"an Application that heals": {
			"argocd-controller", `{"annotations":{"argocd.argoproj.io/tracking-id":"heals:kargo.akuity.io/Stage:web/prod"}}`, true,
			`stage "prod": not changed: Argo CD (Application heals) would revert the change by itself`,
		},
		"an Application that does not": {
			"argocd-controller", `{"annotations":{"argocd.argoproj.io/tracking-id":"apps_syncs:kargo.akuity.io/Stage:web/prod"}}`, false,
			`Warning: Stage "prod" is applied by Argo CD (Application apps/syncs), which will revert the change when it next applies it` + "\n",
		},
		"a missing Application": {
			"argocd-controller", `{"labels":{"argocd.argoproj.io/instance":"gone"}}`, false,
			`which will revert the change when it next applies it (whether it does so by itself is unknown: the Application could not be read: applications.argoproj.io "gone" not found)`,
		},
		"Helm": {
			"helm", `{"annotations":{"meta.helm.sh/release-name":"web","meta.helm.sh/release-namespace":"web"}}`, false,
			`Warning: Stage "prod" is applied by Helm (release web/web), which will revert the change when it next applies it`,
		},
	} {
		if err := s.stages.Delete(run.ctx, "prod", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		stage := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": reset.GetAPIVersion(), "kind": "Stage", "spec": reset.Object["spec"], "metadata": map[string]any{"name": "prod"},
		}}
		if _, err := s.stages.Create(run.ctx, stage, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		apply("prod", test.manager, test.metadata)
		got := c.kargoAvail(t, s.admin, "set-strategy", "prod", "all")
		got.wantStderr(t, test.said, "  prod: spec.requestedFreight[0].sources.availabilityStrategy: All\n",
			"or run this in a clone of it: kubectl kargo-avail set-strategy prod all -f . -R --in-place\n")
		want := map[bool]outcome{true: {Exit: 3}, false: {Stdout: "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\n"}}[test.refused]
		if got.Exit != want.Exit || got.Stdout != want.Stdout {
			t.Errorf("%s: got exit %d, stdout %q", name, got.Exit, got.Stdout)
		}
		s.want(t, "prod", map[bool]string{true: "-", false: "All"}[test.refused])
		if got := s.set(t, "prod", "all", "--force"); test.refused && got != "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\n" {
			t.Errorf("%s: with --force: %q", name, got)
		}
	}
}
