package release

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/readme"
)

// TestReadmeIsFollowedWithKrew does what krew/README.md says to somebody who has krew: it
// installs the plugin, and takes the tour with it. The script is the document's but for the
// release, which is the one that was just made, and git is told where to find the index
// without a network.
func TestReadmeIsFollowedWithKrew(t *testing.T) {
	t.Parallel()
	d, r := newDownload(t), released(t)
	reader := readme.New(run.ctx, t, r.dir, map[string]string{"kubectl": run.tools.Kubectl, "kubectl-krew": run.tools.krew},
		"GIT_ALLOW_PROTOCOL=file", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+r.dir+".insteadOf", "GIT_CONFIG_VALUE_0="+repository+".git")
	// krew asks its users for this.
	const onPath = `export PATH="$HOME/.krew/bin:$PATH"` + "\n"
	shell := func(script string) (shown string, exit int) {
		t.Helper()
		return reader.Run(run.ctx, t, onPath+script)
	}

	line := reader.Script(t, "kubectl krew ")
	archive := filepath.Join(r.dist, name(thisPlatform(t)))
	install := strings.Replace(line, "krew install kargo-avail/kargo-avail", "krew install --manifest="+d.manifest+" --archive="+archive, 1)
	if install == line {
		t.Fatalf("krew/README.md does not install kargo-avail/kargo-avail: %s", line)
	}
	if shown, exit := shell(install); exit != 0 {
		t.Fatalf("%s%s", install, shown)
	}
	if got, _ := shell("kubectl kargo-avail version --client"); !strings.HasPrefix(got, "Client: "+tag+" (") {
		t.Errorf("version: got %q, want %s", got, tag)
	}
	reader.Tour(run.ctx, t, onPath)

	if shown, exit := shell("kubectl krew uninstall kargo-avail"); exit != 0 {
		t.Errorf("uninstall: %s", shown)
	}
	if shown, exit := shell("kubectl kargo-avail"); exit != 1 || !strings.Contains(shown, "unknown command") {
		t.Errorf("after uninstall: exits with %d\n%s", exit, shown)
	}
}
