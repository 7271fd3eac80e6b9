package setstrategy_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit/cluster"
)

const setToAll = "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\n"

// When the answer to a write is lost, the Stage is read again, and it says whether the
// write was stored.
func TestAWriteWhoseAnswerIsLost(t *testing.T) {
	for _, how := range stored() {
		t.Run(string(how), func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", upstreams)))
			s.fault = func(int) fault { return how }
			got := s.run(t, "prod", "all")
			if got.stdout != setToAll || got.err != nil || len(s.patches) != 1 ||
				!strings.Contains(got.stderr, `Warning: the API server's answer to the write of Stage "prod" was lost (`) {
				t.Errorf("got %+v after %d patches", got, len(s.patches))
			}
		})
	}
}

func TestARequestTimeoutIsNoConflict(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.fault = func(int) fault { return silent }
	got := s.run(t, "prod", "all", "--request-timeout", "1s")
	if got.stdout != setToAll || got.err != nil || strings.Contains(got.stderr, "others kept changing") {
		t.Errorf("got %+v", got)
	}
}

// A write that did not arrive is made again, unless somebody has written the Stage since.
func TestAWriteThatDoesNotArrive(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.fault = func(n int) fault { return map[int]fault{0: dropped}[n] }
	got := s.run(t, "prod", "all")
	if got.stdout != setToAll || got.err != nil || len(s.patches) != 2 || !strings.Contains(s.patches[1], `{"op":"test","path":"/metadata/resourceVersion"`) {
		t.Errorf("got %+v and patches %v", got, s.patches)
	}

	s = pipeline(t, regular("prod", request("app", upstreams)))
	s.fault = func(int) fault { return dropped }
	got = s.run(t, "prod", "all")
	if got.err == nil || !strings.HasPrefix(got.err.Error(), `stage "prod": not changed: the write failed, and the Stage is as it was when read again; run it again: patching Stage "prod": `) ||
		len(s.patches) != 3 || s.applied != 0 {
		t.Errorf("got %+v after %d patches", got, len(s.patches))
	}
}

// What cannot be told is said to be unknown, with the command that tells.
func TestAWriteOfWhichNothingIsKnown(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(s *server)
		want    string
	}{
		"it is undone before it is read again": {
			func(s *server) {
				prod := s.objects["stages"][2]
				s.fault = func(int) fault {
					replaceRequests(prod, request("app", upstreams))
					bump(prod)
					s.touch(nil)
					return dropped
				}
			},
			"somebody else has written the Stage since, and it does not have the change now",
		},
		"it cannot be read again": {
			func(s *server) { s.fault, s.unreadable = func(int) fault { return cut }, 1 },
			"the Stage could not be read again (",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", upstreams)))
			s.touch(func(map[string]any) {})
			test.prepare(s)
			got := s.run(t, "prod", "all")
			unknown, ok := errors.AsType[*cluster.UnknownError](got.err)
			if !ok || !strings.Contains(unknown.Error(), test.want) || !strings.HasPrefix(unknown.Error(), `stage "prod": whether it was changed is unknown: `) ||
				!strings.HasSuffix(unknown.Error(), "; to find out: kubectl get stages.kargo.akuity.io prod -n web -o yaml --show-managed-fields") || got.stdout != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.fault, s.unreadable = func(int) fault { return cut }, 1
	if got := s.run(t, "prod", "all", "-o", "jsonpath={.results[0].result}"); got.stdout != "Unknown" || got.err == nil {
		t.Errorf("got %+v", got)
	}
}

// writers are as many as write the Stage beside set-strategy, each another request of it.
const writers = 30

// stored returns how many patches were stored.
func (s *server) stored() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.applied
}

// While others write the Stage and answers are lost, no edit is lost, and what is said
// about the write is what was stored.
func TestManyWritersAndLostAnswers(t *testing.T) {
	requests := []string{request("app", upstreams)}
	for i := range writers {
		requests = append(requests, request(fmt.Sprintf("w%d", i), `"direct":true`))
	}
	s := pipeline(t, regular("prod", strings.Join(requests, ",")))
	s.touch(func(map[string]any) {})
	random := rand.New(rand.NewPCG(1, 2)) // used under the server's lock alone
	s.fault = func(int) fault {
		if random.IntN(2) == 0 {
			return ""
		}
		return append(stored(), dropped, dropped)[random.IntN(len(stored())+2)]
	}
	stop := make(chan struct{})
	counts := [writers]int{}
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				s.mu.Lock()
				at, _ := walk(s.objects["stages"][2], fmt.Sprintf("/spec/requestedFreight/%d/sources/x", i+1))
				counts[i]++
				at["requiredSoakTime"] = fmt.Sprintf("%ds", counts[i])
				bump(s.objects["stages"][2])
				s.touch(nil)
				s.mu.Unlock()
				time.Sleep(time.Duration(20+rand.IntN(400)) * time.Millisecond)
			}
		})
	}
	said := map[string]int{}
	for i := range 40 {
		before, strategy := s.stored(), []string{"all", "any"}[i%2]
		got := s.run(t, "prod", strategy, "--yes", "--warehouse", "app")
		stored := s.stored() - before
		_, unknown := errors.AsType[*cluster.UnknownError](got.err)
		switch {
		case unknown:
			said["unknown"]++
		case got.err == nil && strings.Contains(got.stdout, "strategy set to"):
			said["written"]++
			if stored != 1 {
				t.Errorf("run %d: said to be written, stored %d times: %+v", i, stored, got)
			}
		case got.err == nil:
			said["unchanged"]++
		default:
			said["not written"]++
			if stored != 0 {
				t.Errorf("run %d: said not to be written, stored %d times: %v", i, stored, got.err)
			}
		}
	}
	close(stop)
	group.Wait()
	t.Logf("said: %v", said)
	if said["written"] == 0 || said["written"] == 40 {
		t.Errorf("nothing was tried: %v", said)
	}
	for i := range writers {
		at, _ := walk(s.objects["stages"][2], fmt.Sprintf("/spec/requestedFreight/%d/sources/x", i+1))
		if want := fmt.Sprintf("%ds", counts[i]); at["requiredSoakTime"] != want {
			t.Errorf("writer %d: %v, want %s", i, at["requiredSoakTime"], want)
		}
	}
}
