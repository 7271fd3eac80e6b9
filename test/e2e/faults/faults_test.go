package faults

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

var (
	runs    = flag.Int("runs", 250, "how many runs to make; 0 makes one of each fault and verb")
	seed    = flag.Uint64("seed", 1, "what the faults are chosen by")
	faulty  = flag.String("fault", "", "make runs only of faults whose names match this regular expression")
	running = flag.String("verb", "", "make runs only of verbs whose names match this regular expression")
	program = flag.String("plugin", "", "the plugin to run; it is built if none is named")
	workers = flag.Int("workers", 3, "how many runs to make at once")
)

// job is one run to make.
type job struct {
	fault *Fault
	verb  *verb
	seed  uint64
}

// jobs chooses the runs.
func jobs() []job {
	named, called := regexp.MustCompile(*faulty), regexp.MustCompile(*running)
	all := slices.DeleteFunc(verbs(), func(v *verb) bool { return !called.MatchString(v.name) })
	table := slices.DeleteFunc(Table(), func(f *Fault) bool {
		return !named.MatchString(f.Name) || !slices.ContainsFunc(all, f.concerns)
	})
	var list []job
	if *runs == 0 {
		for _, fault := range table {
			for _, v := range all {
				if fault.concerns(v) {
					list = append(list, job{fault, v, *seed + uint64(len(list))})
				}
			}
		}
		return list
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	for i := range *runs {
		fault := table[i%len(table)]
		for fault.Slow && *faulty == "" && random.IntN(4) > 0 {
			fault = table[random.IntN(len(table))]
		}
		v := all[random.IntN(len(all))]
		for !fault.concerns(v) {
			v = all[random.IntN(len(all))]
		}
		list = append(list, job{fault, v, *seed + uint64(i)})
	}
	return list
}

func (f *Fault) concerns(v *verb) bool { return f.Concerns(v.writes || v.dry, v.watches) }

// counts says how often runs ended in which way.
type counts map[string]int

func (c counts) add(v verdict) {
	c["runs"]++
	if v.met {
		c["met"]++
	}
	c[v.how]++
}

func (c counts) String() string {
	return fmt.Sprintf("%4d runs, %4d met it: %4d same, %3d refused, %3d unknown, %3d unseen, %d wrong",
		c["runs"], c["met"], c["same"], c["refused"], c["unknown"], c["unseen"], c["wrong"])
}

// tally counts runs by fault and by verb.
type tally struct {
	mu            sync.Mutex
	faults, verbs map[string]counts
	all           counts
}

func (y *tally) add(j job, v verdict) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, c := range []counts{entry(y.faults, j.fault.Name), entry(y.verbs, j.verb.name), y.all} {
		c.add(v)
	}
}

func entry(of map[string]counts, name string) counts {
	if of[name] == nil {
		of[name] = counts{}
	}
	return of[name]
}

func (y *tally) log(t *testing.T) {
	t.Helper()
	for _, of := range []map[string]counts{y.faults, y.verbs, {"all": y.all}} {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			t.Logf("%-50s %s", name, of[name])
		}
	}
}

// startServer starts an API server with Kargo's CRDs, and returns it and the plugin.
func startServer(t *testing.T) (*controlplane.ControlPlane, string) {
	t.Helper()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	t.Cleanup(stop)
	source, err := assets.DefaultSource(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	binaries, err := source.Find(ctx)
	if err != nil {
		t.Fatal(err)
	}
	plugin := *program
	if plugin == "" {
		if plugin, err = assets.Plugin(ctx, source.Root, t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	cp, err := controlplane.Start(ctx, binaries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cp.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := cp.InstallCRDs(ctx, "../testdata/crds"); err != nil {
		t.Fatal(err)
	}
	return cp, plugin
}

// A command with a fault on its wire says the same as without, or fails, or says that it
// does not know.
func TestNeverAWrongAnswer(t *testing.T) {
	cp, plugin := startServer(t)
	var lanes []*lane
	for i := range *workers {
		lanes = append(lanes, newLane(t, cp, plugin, fmt.Sprintf("web-%d", i)))
	}
	queue := make(chan job)
	go func() {
		defer close(queue)
		for _, j := range jobs() {
			queue <- j
		}
	}()
	y := &tally{faults: map[string]counts{}, verbs: map[string]counts{}, all: counts{}}
	var working sync.WaitGroup
	for _, l := range lanes {
		working.Go(func() {
			for j := range queue {
				v := l.hurt(t.Context(), j.verb, j.fault, rand.New(rand.NewPCG(j.seed, 1)))
				if v.how == "wrong" {
					t.Errorf("%s, %s, seed %d: %s", j.verb.name, j.fault.Name, j.seed, v.why)
				}
				y.add(j, v)
			}
		})
	}
	working.Wait()
	y.log(t)
	if y.all["met"] == 0 {
		t.Error("no run met a fault")
	}
}

func TestFaultsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, fault := range Table() {
		if fault.Name == "" || seen[fault.Name] {
			t.Errorf("two faults are named %q", fault.Name)
		}
		seen[fault.Name] = true
	}
	if len(seen) < 50 {
		t.Errorf("the table has only %d faults", len(seen))
	}
}
