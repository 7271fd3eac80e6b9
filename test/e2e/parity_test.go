package e2e

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/semver"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// testSourcesAgree checks that the plugin says the same of the Project in the
// cluster as of the files that kubectl saves of it: in these formats, at the moment
// of the recording.
func (k kargo) testSourcesAgree(t *testing.T, at string, formats ...string) {
	t.Helper()
	admin := k.kubeconfig(t, controlplane.Admin(), "wait-gate")
	saved := k.save(t, admin)
	for _, format := range formats {
		args := []string{"list", "--all-stages", "--at", at, "--kargo-version", k.release(), "-n", "wait-gate", "-o", format}
		inCluster := k.kargoAvail(t, admin, args...)
		// A kubeconfig that does not exist would be an error for whoever reads it.
		inFiles := k.alone(t, "/nonexistent", append(args, "-f", saved)...)
		if inCluster.Exit != 0 || strings.Count(inCluster.Stdout, "prod") == 0 {
			t.Errorf("-o %s of the cluster at %s: got exit %d, stderr\n%sstdout\n%s", format, at, inCluster.Exit, inCluster.Stderr, inCluster.Stdout)
		}
		if diff := cmp.Diff(inCluster, inFiles); diff != "" {
			t.Errorf("-o %s differs at %s (-cluster +files):\n%s", format, at, diff)
		}
	}
}

// save is a file of the Project wait-gate as kubectl writes it.
func (k kargo) save(t *testing.T, kubeconfig string) string {
	t.Helper()
	kinds := []string{"stages", "freights", "warehouses", "promotions"}
	if k.serves(t, kubeconfig, "projectconfigs") {
		kinds = append(kinds, "projectconfigs")
	}
	text := k.kubectl(t, kubeconfig, "get", strings.Join(kinds, ","), "-n", "wait-gate", "-o", "yaml")
	text += "---\n" + k.kubectl(t, kubeconfig, "get", "project", "wait-gate", "-o", "yaml")
	return write(t, "saved.yaml", text)
}

// serves reports whether Kargo has a resource, by its plural.
func (k kargo) serves(t *testing.T, kubeconfig, plural string) bool {
	t.Helper()
	names := k.kubectl(t, kubeconfig, "api-resources", "--api-group=kargo.akuity.io", "-o", "name")
	return slices.Contains(strings.Split(names, "\n"), plural+".kargo.akuity.io")
}

// release is what to give as --kargo-version: the name of the folder of CRDs where
// that is a release, else one that is newer than all of them.
func (k kargo) release() string {
	if semver.IsValid(k.version) {
		return k.version
	}
	return "v1.12.0"
}

// momentOf is the time of a recorded moment.
func momentOf(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected struct{ Now string }
	if err := json.Unmarshal(content, &expected); err != nil || expected.Now == "" {
		t.Fatalf("%s: no time: %v", file, err)
	}
	return expected.Now
}
