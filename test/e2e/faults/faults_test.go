package faults

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/assets"
)

var (
	runs    = flag.Int("runs", 150, "how many runs to make; 0 makes one of each fault and verb")
	seed    = flag.Uint64("seed", 1, "what the faults are chosen by")
	program = flag.String("plugin", "", "the plugin to run; it is built if none is named")
	workers = flag.Int("workers", 4, "how many runs to make at once")
)

const project = "web"

// verb is a command to run, and what makes its answer right.
type verb struct {
	name string
	args []string
	// watches says that the command goes on; writes that it changes the Stage prod.
	watches, writes bool
}

func verbs() []verb {
	const at = "--at=2100-01-01T00:00:00Z"
	return []verb{
		{name: "list", args: []string{"list", "-o", "json", at}},
		{name: "table", args: []string{"list", at}},
		{name: "explain", args: []string{"explain", "prod", "2222", "-o", "json", at}},
		{name: "explain by alias", args: []string{"explain", "prod", "new-newt", at}},
		{name: "wait, met", args: []string{"wait", "prod", "old-otter", "--timeout", "0"}},
		{name: "wait, not met", args: []string{"wait", "prod", "new-newt", "--timeout", "2s"}},
		{name: "watch", args: []string{"list", "prod", "--watch", "-o", "json"}, watches: true},
		{name: "set-strategy", args: []string{"set-strategy", "prod", "any", "--yes"}, writes: true},
	}
}

// lane is one API server with its proxy. Runs in it come one after the other.
type lane struct {
	server  *Server
	proxy   *Proxy
	command Command
	stage   *unstructured.Unstructured // prod, as it was
	freight *unstructured.Unstructured // new-newt, as it was
	truth   map[string]Outcome
}

func newLane(t *testing.T, plugin string) *lane {
	t.Helper()
	schema, err := Schema("../testdata/crds")
	if err != nil {
		t.Fatal(err)
	}
	l := &lane{server: NewServer(project, schema, load(t)), truth: map[string]Outcome{}}
	backend := httptest.NewServer(l.server)
	address, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.proxy = NewProxy(address, "")
	front := httptest.NewServer(l.proxy)
	t.Cleanup(func() {
		for _, server := range []*httptest.Server{front, backend} {
			server.CloseClientConnections()
			server.Close()
		}
	})
	l.command = Command{Plugin: plugin, Server: front.URL, Home: t.TempDir(), Limit: 2 * time.Minute}
	l.stage, l.freight = l.server.Get("stages", "prod"), l.server.Get("freights", "2222222222222222222222222222222222222222")
	for _, v := range verbs() {
		got, err := l.run(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		if got.Exit == 3 {
			t.Fatalf("%s without a fault: %+v", v.name, got)
		}
		l.truth[v.name] = got
	}
	return l
}

// load reads the objects of the Project.
func load(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile("../testdata/project.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	for document := range strings.SplitSeq(strings.ReplaceAll(string(text), "PROJECT", project), "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object)
	}
	return objects
}

// run runs a verb on the Project as it was.
func (l *lane) run(ctx context.Context, v verb, more ...string) (Outcome, error) {
	l.server.Put("stages", l.stage)
	l.server.Put("freights", l.freight)
	args := append(slices.Clone(v.args), append(more, "-n", project)...)
	if !v.watches {
		return l.command.Run(ctx, args...)
	}
	return l.command.Watch(ctx, l.verify, func(line string) bool {
		return strings.Contains(line, `"to":"Verified"`) && strings.Contains(line, "new-newt")
	}, args...)
}

// verify has the Freight verified in the last upstream.
func (l *lane) verify() {
	freight := l.freight.DeepCopy()
	_ = unstructured.SetNestedField(freight.Object, "2026-01-03T00:00:00Z", "status", "verifiedIn", "uat", "verifiedAt") // as it is there
	l.server.Put("freights", freight)
}

// hurt runs a verb with a fault, and returns what is wrong with what it came to; met says
// whether a request met the fault.
func (l *lane) hurt(ctx context.Context, v verb, fault *Fault, random *rand.Rand) (met bool, wrong string) {
	home := l.command.Home
	l.command.Home = filepath.Join(home, "run") // nothing is cached there
	defer func() {
		_ = os.RemoveAll(l.command.Home)
		l.command.Home = home
	}()
	var more []string
	if fault.Slow {
		more = append(more, "--request-timeout=4s")
	}
	l.proxy.Begin(fault, random)
	got, err := l.run(ctx, v, more...)
	met = l.proxy.End() > 0
	if err != nil {
		return met, err.Error()
	}
	if fault.Unseen != "" {
		return met, ""
	}
	if wrong := l.judge(v, fault, got); wrong != "" || v.writes || v.watches || !met {
		return met, wrong
	}
	// What is left of it must not spoil the next command.
	after, err := l.run(ctx, v)
	switch {
	case err != nil:
		return met, err.Error()
	case after.Stdout != l.truth[v.name].Stdout || after.Exit != l.truth[v.name].Exit:
		return met, fmt.Sprintf("the next command, without the fault, gives %+v", after)
	default:
		return met, ""
	}
}

// judge returns what is wrong with an outcome.
func (l *lane) judge(v verb, fault *Fault, got Outcome) string {
	truth := l.truth[v.name]
	same := got.Exit == truth.Exit && undated(got.Stdout) == undated(truth.Stdout)
	if strings.Contains(got.Stderr, "goroutine ") || strings.Contains(got.Stderr, "panic") {
		return fmt.Sprintf("a panic: %s", got.Stderr)
	}
	switch {
	case v.writes:
		return l.judgeWrite(got)
	case same:
		return ""
	case fault.Harmless:
		return fmt.Sprintf("it is not the answer: %+v", got)
	case got.Exit == 3 && strings.TrimSpace(got.Stderr) != "":
		return ""
	case fault.Unknown && got.Exit == 0 && strings.Contains(got.Stderr, "Warning:"):
		if slices.Contains(v.args, "json") && !isWeaker(got.Stdout, truth.Stdout) {
			return fmt.Sprintf("it says more than is known: %+v", got)
		}
		return ""
	case fault.Unknown && got.Exit == truth.Exit && strings.Contains(got.Stderr, "Warning:"):
		return ""
	default:
		return fmt.Sprintf("a wrong answer: %+v\nand not %+v", got, truth)
	}
}

// judgeWrite checks what is said of a write against what the server has.
func (l *lane) judgeWrite(got Outcome) string {
	requests, _, err := unstructured.NestedSlice(l.server.Get("stages", "prod").Object, "spec", "requestedFreight")
	if err != nil || len(requests) != 1 {
		return "the Stage is broken"
	}
	strategy, _, _ := unstructured.NestedString(requests[0].(map[string]any), "sources", "availabilityStrategy")
	written := strategy == "OneOf"
	denies := regexp.MustCompile(`(?i)not (changed|written)|nothing was changed|unchanged`).MatchString(got.Stderr)
	switch {
	case got.Exit == 0 && !written:
		return fmt.Sprintf("it says that it is written, and it is not: %+v", got)
	case denies && written:
		return fmt.Sprintf("it says that it is not written, and it is: %+v", got)
	default:
		return ""
	}
}

// undated is output without the instant of the judgment.
func undated(text string) string {
	return regexp.MustCompile(`"at":"[^"]*"`).ReplaceAllString(text, `"at":""`)
}

// A command with a fault on its wire says the same as without, or fails, or says that it
// does not know.
func TestNeverAWrongAnswer(t *testing.T) {
	plugin := *program
	if plugin == "" {
		root, err := assets.Root()
		if err == nil {
			plugin, err = assets.Plugin(t.Context(), root, t.TempDir())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	type job struct {
		fault *Fault
		verb  verb
		seed  uint64
	}
	jobs := make(chan job)
	go func() {
		defer close(jobs)
		random := rand.New(rand.NewPCG(*seed, 0))
		table, all := Table(), verbs()
		if *runs == 0 {
			for i, fault := range table {
				for j, v := range all {
					jobs <- job{fault, v, *seed + uint64(i*len(all)+j)}
				}
			}
			return
		}
		for i := range *runs {
			fault := table[i%len(table)]
			for fault.Slow && random.IntN(4) > 0 {
				fault = table[random.IntN(len(table))]
			}
			v := all[random.IntN(len(all))]
			for !fault.Concerns(v.writes, v.watches) {
				v = all[random.IntN(len(all))]
			}
			jobs <- job{fault, v, *seed + uint64(i)}
		}
	}()
	var mu sync.Mutex
	counts, failed := map[string][2]int{}, map[string]int{}
	var met atomic.Int64
	var working sync.WaitGroup
	for range *workers {
		working.Go(func() {
			l := newLane(t, plugin)
			for j := range jobs {
				hit, wrong := l.hurt(t.Context(), j.verb, j.fault, rand.New(rand.NewPCG(j.seed, 1)))
				mu.Lock()
				count := counts[j.fault.Name]
				count[0]++
				if hit {
					met.Add(1)
					count[1]++
				}
				counts[j.fault.Name] = count
				if wrong != "" {
					failed[j.fault.Name]++
					t.Errorf("%s, %s, seed %d: %s", j.verb.name, j.fault.Name, j.seed, wrong)
				}
				mu.Unlock()
			}
		})
	}
	working.Wait()
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-45s %4d runs, %4d met it, %d failed", name, counts[name][0], counts[name][1], failed[name])
	}
	if met.Load() == 0 {
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

// The server in memory answers as an API server does, as far as the proxy needs it.
func TestServerInMemory(t *testing.T) {
	s := NewServer(project, []byte("{}"), load(t))
	for path, want := range map[string]int{
		base + "/namespaces/web/stages": http.StatusOK, base + "/namespaces/web/stages/prod": http.StatusOK, base + "/namespaces/web/stages/none": http.StatusNotFound,
		base: http.StatusOK, "/openapi/v3": http.StatusOK, "/version": http.StatusOK, "/api/v1/namespaces/web": http.StatusOK, "/apis/other/v1/things": http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
}
