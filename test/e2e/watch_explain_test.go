package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An explanation keeps itself up to date, too, and marks the lines that are new.
func TestWatchExplains(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "explained-watch")
	s := w.onTerminal(t, "explain", "prod", "new-newt", "-w")
	s.await(t, enterScreen, "RULE", "no change yet")
	lines := w.inPipe(t, "explain", "prod", "new-newt", "-w")

	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
	_, stays, _ := strings.Cut(s.String(), leaveScreen)
	for _, line := range []string{"new-newt is available to prod: verified in qa, uat, which are all of its upstreams. ◂", "no longer watched."} {
		if !strings.Contains(stays, line) {
			t.Errorf("no %q in\n%s", line, stays)
		}
	}

	lines.await(t, 1)
	want := []string{"NOW   explained-watch   prod   new-newt   Blocked   Verified"}
	if diff := cmp.Diff(want, still(lines.interrupt(t).Stdout)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
