package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
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
	want := []string{"NOW   explained-watch   prod   new-newt   Blocked   Verified   verified in qa, uat, which are all of its upstreams"}
	if diff := cmp.Diff(want, still(lines.interrupt(t).Stdout)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is gone is said in words; and a command that is wider than the screen goes on
// below, as a shell reads it.
func TestWatchExplainsWhatGoes(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "explained-and-gone")
	admin := w.cluster.kubeconfig(t, controlplane.Admin(), w.project)
	s := w.onTerminal(t, "explain", "prod", "new-newt", "-w")
	s.await(t, enterScreen, "RULE")
	s.forget()
	s.resize(t, 60, 60)
	s.await(t, "--project=explained-and-gone \\", "quits")
	w.kubectl(t, admin, "delete", "freight", newtName)
	s.await(t, `Freight "new-newt" is not there any more.`)
	w.kubectl(t, admin, "delete", "stage", "prod")
	s.await(t, `Stage "prod"`) // only what is other than before is drawn
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
	if _, stays, _ := strings.Cut(s.String(), leaveScreen); !strings.Contains(stays, `Stage "prod" is not there any more.`) {
		t.Errorf("what stays is\n%s", stays)
	}
}

// The pipeline keeps itself up to date, and marks the lines that are new.
func TestWatchDrawsThePipeline(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "drawn-pipeline")
	s := w.onTerminal(t, "graph", "-w")
	s.await(t, enterScreen, "TAKES", "no change yet")
	lines := w.inPipe(t, "graph", "prod", "-w")

	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change")
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
	_, stays, _ := strings.Cut(s.String(), leaveScreen)
	for _, text := range []string{"prod (auto)", "new-newt", "◂", "no longer watched."} {
		if !strings.Contains(stays, text) {
			t.Errorf("no %q in\n%s", text, stays)
		}
	}

	lines.await(t, 1)
	if got := lines.interrupt(t).Stdout; !strings.Contains(got, "prod   new-newt   Blocked   Verified") {
		t.Errorf("no change of prod in\n%s", got)
	}
}

// A matrix that is watched is redrawn, and what changed in it is marked.
func TestWatchOfTheMatrix(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "matrix-watched")
	s := w.onTerminal(t, "list", "-o", "matrix", "-w")
	s.await(t, enterScreen, "FREIGHT", "uat", "prod", "new-newt", "no change yet")
	w.patchFreight(t, newtName, verifiedIn("uat"))
	s.await(t, "last change", "◂")
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
}

// Boxes that are watched are redrawn while they fit; a terminal that becomes too narrow gets
// rails, and is told why.
func TestWatchOfBoxes(t *testing.T) {
	t.Parallel()
	w := sharedCluster(t).newWaiter(t, "boxed")
	s := w.onTerminal(t, "graph", "--style", "boxes", "-w")
	s.await(t, enterScreen, "┌", "│ prod", "no change yet")
	s.resize(t, 40, 30)
	s.await(t, "Note: Project boxed is drawn as rails")
	s.press(t, "q")
	s.wantEnd(t, 0, nil)
}
