package e2e

import (
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// testReadsPromotionRequests: where Kargo has PromotionRequests they are read.
func (k kargo) testReadsPromotionRequests(t *testing.T) {
	admin := k.kubeconfig(t, controlplane.Admin(), "tg")
	if !k.serves(t, admin, "promotionrequests") {
		return // there is nothing to read in this Kargo
	}
	k.load(t, "../conformance/recorded/main-1c764767-targets.yaml")
	list := k.kargoAvail(t, admin, "list", "--all-stages", "-o", "json")
	if list.Exit != 0 || strings.Contains(list.Stderr, "PromotionRequest") || strings.Contains(list.Stderr, "Target") {
		t.Errorf("exit %d, stderr:\n%s", list.Exit, list.Stderr)
	}
	if got := list.read(t); len(got.Projects) != 1 || len(got.Projects[0].Stages) < 2 {
		t.Errorf("read %+v", got.Projects)
	}
	explained := k.kargoAvail(t, admin, "explain", "dev")
	if explained.Exit != 0 || strings.Contains(explained.Stderr, "PromotionRequest") {
		t.Errorf("explain: exit %d, stderr:\n%s", explained.Exit, explained.Stderr)
	}
}
