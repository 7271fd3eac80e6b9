package e2e

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// kargo is a control plane with the CRDs of one version of Kargo.
type kargo struct {
	cluster
	version string // the name of the folder of CRDs
}

// Every Kargo has the same recorded pipeline to store, as far as it can.
func TestEveryKargo(t *testing.T) {
	t.Parallel()
	for version, crds := range kargoVersions(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kargo{newCluster(t, pluginDir(t)), version}
			k.installCRDs(t, crds)
			t.Run("is told by its schema", k.testIsToldByItsSchema)
			moments := recordedMoments(t)
			for i, moment := range moments {
				formats := []string{"json"}
				if i == len(moments)-1 {
					formats = []string{"json", "yaml", "wide", "name"}
				}
				k.testStores(t, moment)
				k.testSourcesAgree(t, momentOf(t, moment), formats...)
			}
			t.Run("finds the policies where they are", k.testFindsPolicies)
			t.Run("shows its viewers everything", k.testShowsViewersEverything)
			t.Run("is waited for", k.testWaits)
			t.Run("has its PromotionRequests read", k.testReadsPromotionRequests)
		})
	}
}

// testStores loads a moment of the recorded pipeline, which is the newest Kargo's.
// Every Kargo has to store it, and may lose nothing of it but what its CRDs do not
// know.
func (k kargo) testStores(t *testing.T, moment string) {
	t.Helper()
	schemas := k.schemas(t)
	loaded := k.load(t, moment)
	for kind, count := range loaded.Skipped {
		t.Logf("%s: skipped %d of %s", filepath.Base(moment), count, kind.Kind)
	}
	for i, given := range loaded.Given {
		for _, path := range lost(schemas[given.GetKind()], "", given.Object, loaded.Stored[i].Object) {
			t.Errorf("%s: %s %q has lost %s", filepath.Base(moment), given.GetKind(), given.GetName(), path)
		}
	}
	names := k.kubectl(t, k.kubeconfig(t, controlplane.Admin(), "wait-gate"), "get", "stages", "--output=name")
	if got, want := strings.Count(names, "stage.kargo.akuity.io/"), 9; got != want {
		t.Errorf("%s: kubectl lists %d Stages, want %d:\n%s", filepath.Base(moment), got, want, names)
	}
}

// Our own CRDs may lose only what the plugin has no use for.
func TestOwnCRDsKeepWhatThePluginReads(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t) // which nobody else loads the recorded pipeline into
	loaded := c.load(t, recordedMoments(t)...)
	if len(loaded.Skipped) > 0 {
		t.Errorf("skipped %v", loaded.Skipped)
	}
	everything := map[string]any{"x-kubernetes-preserve-unknown-fields": true}
	found := map[string]bool{}
	for i, given := range loaded.Given {
		for _, path := range lost(everything, given.GetKind(), given.Object, loaded.Stored[i].Object) {
			found[path] = true
		}
	}
	var want []string
	for _, promotion := range []string{"Promotion.status.", "Stage.status.lastPromotion.status."} {
		want = append(want, promotion+"freight", promotion+"freightCollection", promotion+"state", promotion+"stepExecutionMetadata")
	}
	want = append(want, "Stage.status.lastHandledRefresh")
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("lost\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// schemas are the schemas of the CRDs that are installed, by kind.
func (c cluster) schemas(t *testing.T) map[string]map[string]any {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	crds, err := client.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions",
	}).List(run.ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]map[string]any{}
	for _, crd := range crds.Items {
		kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
		versions, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions")
		newest, _ := versions[len(versions)-1].(map[string]any)
		schemas[kind], _, _ = unstructured.NestedMap(newest, "schema", "openAPIV3Schema")
	}
	return schemas
}

// lost returns the paths at which stored is not as given although the schema
// knows them. What stored has besides is not looked at, nor is metadata.
func lost(schema map[string]any, path string, given, stored any) []string {
	if schema == nil || reflect.DeepEqual(given, stored) {
		return nil
	}
	var paths []string
	switch given := given.(type) {
	case map[string]any:
		stored, ok := stored.(map[string]any)
		if !ok {
			return []string{path}
		}
		for _, key := range slices.Sorted(maps.Keys(given)) {
			if key != "metadata" {
				paths = append(paths, lost(member(schema, key), strings.TrimPrefix(path+"."+key, "."), given[key], stored[key])...)
			}
		}
		return paths
	case []any:
		stored, ok := stored.([]any)
		if !ok || len(stored) != len(given) {
			return []string{path}
		}
		for i := range given {
			paths = append(paths, lost(member(schema, ""), fmt.Sprintf("%s[%d]", path, i), given[i], stored[i])...)
		}
		return paths
	default:
		return []string{path}
	}
}

// member is the schema of an object's field, or of a list's item; nil if schema
// does not know it.
func member(schema map[string]any, key string) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	for _, candidate := range []any{properties[key], schema["additionalProperties"], schema["items"]} {
		if known, ok := candidate.(map[string]any); ok {
			return known
		}
	}
	if schema["x-kubernetes-preserve-unknown-fields"] == true {
		return schema
	}
	return nil
}
