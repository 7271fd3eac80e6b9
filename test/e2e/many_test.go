package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// No number of anything takes more requests.
func TestManyObjectsAreFewRequests(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	const many = 1203
	project := c.newProject(t, "crowded")
	c.addFreight(t, project, many-2)
	c.grant(t, "reader", project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	reader := c.kubeconfig(t, controlplane.User{Name: "reader"}, project)

	got := c.kargoAvail(t, reader, "prod", "-o", "json")
	if got.Exit != 0 || got.Stderr != "" {
		t.Errorf("got exit %d, stderr\n%s", got.Exit, got.Stderr)
	}
	if freight := got.read(t).Projects[0].Stages[0].Freight; len(freight) != many {
		t.Errorf("got %d Freight, want %d", len(freight), many)
	}

	const prefix = "list /apis/kargo.akuity.io/v1alpha1/namespaces/crowded/"
	want := []string{
		"get /openapi/v3",
		"get /openapi/v3/apis/kargo.akuity.io/v1alpha1",
		prefix + "freights",
		prefix + "projectconfigs",
		prefix + "promotions",
		prefix + "stages",
		prefix + "warehouses",
	}
	if diff := cmp.Diff(want, c.asked(t, "reader")); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	// All of them fit in a table, too; by default it has the newest ten.
	table := c.kargoAvail(t, reader, "prod", "--limit", "0")
	if lines := strings.Count(table.Stdout, "\n"); lines != many+1 || table.Stderr != "" || table.Exit != 0 {
		t.Errorf("--limit 0: got %d lines, exit %d, stderr\n%s; want %d lines", lines, table.Exit, table.Stderr, many+1)
	}
	table = c.kargoAvail(t, reader, "prod")
	if lines := strings.Count(table.Stdout, "\n"); lines != 11 || table.Exit != 0 {
		t.Errorf("got %d lines, exit %d; want 11 lines", lines, table.Exit)
	}
	table.wantStderr(t, "1193 more Freight", "--limit 0")
}

// The API server's logs have to say who asks.
func TestRequestsNameThePlugin(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	const user = "logged"
	c.grant(t, user, "log", readKargo("*"))
	kubeconfig := c.kubeconfig(t, controlplane.User{Name: user}, "log")
	var version struct{ Client struct{ Version string } }
	if err := json.Unmarshal([]byte(c.kubectl(t, kubeconfig, "kargo-avail", "version", "-o", "json")), &version); err != nil {
		t.Fatal(err)
	}
	c.kubectl(t, kubeconfig, "kargo-avail")

	requests, err := c.Requests(user)
	if err != nil {
		t.Fatal(err)
	}
	if len(requests) < 8 {
		t.Errorf("got %d requests, want those of version and list: %v", len(requests), requests)
	}
	for _, request := range requests {
		if want := "kubectl-kargo_avail/" + strings.Trim(version.Client.Version, "()"); request.UserAgent != want {
			t.Errorf("%s %s: got user agent %q, want %q", request.Verb, request.Path, request.UserAgent, want)
		}
	}
}

// addFreight creates so much Freight that nobody has done anything with.
func (c cluster) addFreight(t *testing.T, project string, count int) {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	freights := client.Resource(schema.GroupVersionResource{Group: "kargo.akuity.io", Version: "v1alpha1", Resource: "freights"}).Namespace(project)
	group, ctx := errgroup.WithContext(run.ctx)
	group.SetLimit(16)
	for i := range count {
		group.Go(func() error {
			_, err := freights.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "kargo.akuity.io/v1alpha1",
				"kind":       "Freight",
				"metadata":   map[string]any{"name": fmt.Sprintf("%040x", i)},
				"origin":     map[string]any{"kind": "Warehouse", "name": "app"},
			}}, metav1.CreateOptions{})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
