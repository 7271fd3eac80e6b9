package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/faults"
)

// While others write the Stage and answers are lost, no edit is lost, and what
// set-strategy says of its write is so.
func TestSetStrategyBesideWritersWithLostAnswers(t *testing.T) {
	t.Parallel()
	const writers, runs = 30, 24
	c := sharedCluster(t)
	s := c.strategies(t, "strategy-lost")
	s.addRequests(t, "prod", writers)
	var counts [writers]int
	stop := make(chan struct{})
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() { counts[i] = s.writeRequest(t, "prod", i+1, stop) })
	}
	proxy, err := faults.NewProxy(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	command := faults.Command{Plugin: filepath.Join(pluginDir(t), "kubectl-kargo_avail"), Server: front.URL, Home: t.TempDir(), Limit: time.Minute}
	table := writeFaults()
	said := map[string]int{}
	for i := range runs {
		before := strategiesOf(s.get(t, "prod"))[0]
		strategy, word := "All", "all"
		if i%2 == 1 {
			strategy, word = "OneOf", "any"
		}
		fault := table[i%len(table)]
		proxy.Begin(fault, rand.New(rand.NewPCG(uint64(i), 1)))
		got, err := command.Run(run.ctx, "set-strategy", "prod", word, "--warehouse=app", "--yes", "-n", s.project)
		met := proxy.End()
		if err != nil {
			t.Fatal(err)
		}
		after := strategiesOf(s.get(t, "prod"))[0]
		how, isSo := saidOf(got, before, after, strategy)
		said[how]++
		if !isSo {
			t.Errorf("run %d, %s, met %d times: it was %s, and it is %s: %+v", i, fault.Name, met, before, after, got)
		}
	}
	close(stop)
	group.Wait()
	t.Logf("said: %v; writes of the others: %v", said, counts)
	if said["written"] == 0 || said["written"] == runs {
		t.Errorf("nothing was tried: %v", said)
	}
	requests, _, _ := unstructured.NestedSlice(s.get(t, "prod").Object, "spec", "requestedFreight")
	for i := range writers {
		soak, _, _ := unstructured.NestedString(requests[i+1].(map[string]any), "sources", "requiredSoakTime")
		if want := fmt.Sprintf("%ds", counts[i]); counts[i] > 0 && soak != want {
			t.Errorf("writer %d wrote %s last, and the Stage has %s", i, want, soak)
		}
	}
}

// writeFaults are the faults of a write that take no time.
func writeFaults() []*faults.Fault {
	return slices.DeleteFunc(faults.Table(), func(f *faults.Fault) bool {
		return f.Slow || f.Concerns(false, false) || !f.Concerns(true, false)
	})
}

// saidOf returns what set-strategy says of its write, and whether it is so. Nobody else
// writes the strategy.
func saidOf(got faults.Outcome, before, after, wanted string) (how string, isSo bool) {
	switch {
	case got.Exit == 0 && strings.Contains(got.Stdout, "strategy set to "+wanted):
		return "written", after == wanted
	case got.Exit == 0 && strings.Contains(got.Stdout, "unchanged ("+wanted+")"):
		return "unchanged", after == wanted || wanted == "OneOf" && after == "-"
	case got.Exit == 3 && strings.Contains(got.Stderr, "whether it was changed is unknown"):
		return "unknown", after == before || after == wanted
	default:
		return "not written", got.Exit == 3 && got.Stderr != "" && after == before
	}
}

// addRequests has a Stage ask for Freight of so many more Warehouses.
func (s strategies) addRequests(t *testing.T, name string, more int) {
	t.Helper()
	stage := s.get(t, name)
	requests, _, err := unstructured.NestedSlice(stage.Object, "spec", "requestedFreight")
	if err != nil {
		t.Fatal(err)
	}
	for i := range more {
		requests = append(requests, map[string]any{
			"origin":  map[string]any{"kind": "Warehouse", "name": fmt.Sprintf("w%d", i)},
			"sources": map[string]any{"direct": true},
		})
	}
	if err := unstructured.SetNestedSlice(stage.Object, requests, "spec", "requestedFreight"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.stages.Update(run.ctx, stage, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// writeRequest writes the soak time of a request until it is told to stop, each time
// another one. It returns what it wrote last, in seconds.
func (s strategies) writeRequest(t *testing.T, name string, index int, stop <-chan struct{}) int {
	t.Helper()
	for count := 0; ; count++ {
		select {
		case <-stop:
			return count
		case <-time.After(time.Duration(1000+rand.IntN(20000)) * time.Millisecond):
		}
		patch := fmt.Sprintf(`[{"op":"add","path":"/spec/requestedFreight/%d/sources/requiredSoakTime","value":"%ds"}]`, index, count+1)
		_, err := s.stages.Patch(run.ctx, name, types.JSONPatchType, []byte(patch), metav1.PatchOptions{})
		for apierrors.IsConflict(err) || apierrors.IsTimeout(err) { // the same again does no harm
			_, err = s.stages.Patch(run.ctx, name, types.JSONPatchType, []byte(patch), metav1.PatchOptions{})
		}
		if err != nil {
			t.Error(err)
			return count
		}
	}
}
