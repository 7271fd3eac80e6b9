package e2e

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// told are the releases that the schema of each folder of CRDs may belong to.
var told = map[string]string{
	"v1.0.4":        "v1.1.3 or earlier",
	"v1.1.3":        "v1.1.3 or earlier",
	"v1.2.3":        "v1.2.0 - v1.2.3",
	"v1.3.4":        "v1.3.0 - v1.3.4",
	"v1.5.3":        "v1.4.0 - v1.7.10",
	"v1.8.14":       "v1.8.0 - v1.10.10",
	"v1.11.2":       "v1.11.1 - v1.11.x",
	"main-1c764767": "v1.12.0 or later",
	"our own CRDs":  "v1.11.1 - v1.11.x",
}

func (k kargo) testIsToldByItsSchema(t *testing.T) {
	version, ok := told[k.version]
	if !ok {
		t.Fatalf("which releases may have the CRDs of %q? Say so in told", k.version)
	}
	admin := k.kubeconfig(t, controlplane.Admin(), "default")
	want := rules{Version: version, Source: "Schema"}
	if got := k.rules(t, admin); got != want {
		t.Errorf("version: got %v, want %v", got, want)
	}
	list := k.kargoAvail(t, admin, "-o", "json")
	if got := list.read(t).KargoVersion; got != version {
		t.Errorf("list: got %q, want %q", got, version)
	}
}

// The schema is kept on disk, under a name that changes when it does.
func TestSchemaIsFetchedOnce(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "cached")
	c.grant(t, "cacher", project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	cacher := c.kubeconfig(t, controlplane.User{Name: "cacher"}, project)

	const index, document = "get /openapi/v3", "get /openapi/v3/apis/kargo.akuity.io/v1alpha1"
	for _, want := range [][]string{{index, document}, {index, index, document}} {
		if got := c.kargoAvail(t, cacher, "-o", "name"); got.Exit != 0 || got.Stderr != "" {
			t.Errorf("got exit %d, stderr %q", got.Exit, got.Stderr)
		}
		schemas := slices.DeleteFunc(c.asked(t, "cacher"), func(request string) bool { return !strings.Contains(request, "openapi") })
		if diff := cmp.Diff(want, schemas); diff != "" {
			t.Errorf("requests for schemas so far (-want +got):\n%s", diff)
		}
	}

	// Where nothing can be kept, it is fetched, and nobody is bothered.
	uncached := c.KubectlCommand(t, cacher, "kargo-avail", "-o", "name")
	uncached.Env = append(uncached.Env, "KUBECACHEDIR=/dev/null/nowhere")
	if got, want := finish(t, uncached), (outcome{Stdout: "stage.kargo.akuity.io/prod\n"}); got != want {
		t.Errorf("without a cache: got %+v, want %+v", got, want)
	}
}

// A cluster gets Kargo, and then a newer one: the plugin sees both at once, cache
// or no cache.
func TestKargoThatIsInstalledAndUpgraded(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pluginDir(t))
	admin := c.kubeconfig(t, controlplane.Admin(), "")

	for _, args := range [][]string{{}, {"-A"}, {"prod"}, {"-n", "nowhere"}, {"-o", "json"}} {
		c.kargoAvail(t, admin, args...).wantFailure(t, 3, 1, "error: ", "stages", "kargo.akuity.io/v1alpha1", `context "admin"`)
	}
	t.Run("without rights", func(t *testing.T) {
		// The API server answers 403 also where there is nothing.
		anyone := c.kubeconfig(t, controlplane.User{Name: "anyone"}, "")
		c.kargoAvail(t, anyone).wantFailure(t, 3, 1, "the API server has no stages of kargo.akuity.io/v1alpha1", `context "anyone"`)
	})
	if got := c.rules(t, admin); got != (rules{"unknown", "Assumed"}) {
		t.Errorf("without Kargo: got %v", got)
	}

	c.installCRDs(t, editedCRDs(t, func(line string) string {
		if strings.Contains(line, "effectiveAutoPromotionHolds") {
			return ""
		}
		return line
	}))
	c.awaitRules(t, admin, rules{"v1.11.0", "Schema"})

	stages, err := filepath.Abs(ownCRDs + "/stages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.kubectl(t, admin, "replace", "-f", stages)
	c.awaitRules(t, admin, rules{"v1.11.1 - v1.11.x", "Schema"})
}

// awaitRules waits until the plugin judges by these rules: the API server takes a
// moment to publish a schema.
func (c cluster) awaitRules(t *testing.T, kubeconfig string, want rules) {
	t.Helper()
	var got rules
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, 30*time.Second, true, func(context.Context) (bool, error) {
		got = c.rules(t, kubeconfig)
		return got == want, nil
	})
	if err != nil {
		t.Errorf("got %v, want %v: %v", got, want, err)
	}
}

// Who may not read the schema is told so, and what it means; the rest works.
func TestSchemaThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "nameless")
	// Whoever is authenticated may read schemas, so it takes one who is not.
	const nobody = "system:anonymous"
	c.grant(t, nobody, project, readKargo("stages", "freights", "warehouses", "promotions", "projectconfigs"))
	admin := c.kubeconfig(t, controlplane.Admin(), project)

	got := c.kargoAvail(t, admin, "--as", nobody, "-o", "json")
	got.wantStderr(t, "Warning: Kargo's version is unknown", "--kargo-version")
	report := got.read(t)
	if got.Exit != 0 || strings.Count(got.Stderr, "\n") != 1 || report.KargoVersion != "unknown" || len(report.Warnings) != 1 {
		t.Errorf("got exit %d, version %q, warnings %q, stderr\n%s", got.Exit, report.KargoVersion, report.Warnings, got.Stderr)
	}
	if told := c.rules(t, admin, "--as", nobody); told != (rules{"unknown", "Assumed"}) {
		t.Errorf("version: got %v", told)
	}

	got = c.kargoAvail(t, admin, "--as", nobody, "-o", "json", "--kargo-version", "1.11.2")
	if report := got.read(t); got.Stderr != "" || report.KargoVersion != "v1.11.2" || len(report.Warnings) != 0 {
		t.Errorf("with --kargo-version: got version %q, warnings %q, stderr\n%s", report.KargoVersion, report.Warnings, got.Stderr)
	}
}

// rules is what the verb version says of Kargo.
type rules struct{ Version, Source string }

func (c cluster) rules(t *testing.T, kubeconfig string, args ...string) rules {
	t.Helper()
	got := c.kargoAvail(t, kubeconfig, append([]string{"version", "-o", "json"}, args...)...)
	var version struct{ Kargo rules }
	if err := json.Unmarshal([]byte(got.Stdout), &version); err != nil {
		t.Fatalf("version: not JSON: %v\nexit %d, stdout\n%sstderr\n%s", err, got.Exit, got.Stdout, got.Stderr)
	}
	return version.Kargo
}

// asked are the requests of a user so far, each as its verb and path, sorted.
func (c cluster) asked(t *testing.T, user string) []string {
	t.Helper()
	requests, err := c.Requests(user)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range requests {
		lines = append(lines, r.Verb+" "+r.Path)
	}
	slices.Sort(lines)
	return lines
}
