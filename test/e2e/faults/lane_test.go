package faults

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

// verb is a command to run, and what makes its answer right.
type verb struct {
	name string
	args []string
	// writes says that it writes the strategy of prod; dry that it asks the API server to
	// try it.
	writes, dry bool
	// watches says that the command watches. until is in the last line of one that does not
	// end by itself.
	watches bool
	until   string
	// exit is the exit code without a fault.
	exit int
}

func verbs() []*verb {
	const at = "--at=2100-01-01T00:00:00Z"
	return []*verb{
		{name: "list", args: []string{"list", "-o", "json", at}},
		{name: "list, as a table", args: []string{"list", at}},
		{name: "explain", args: []string{"explain", "prod", "2222", "-o", "json", at}},
		{name: "explain, by alias", args: []string{"explain", "prod", "new-newt", at}},
		{name: "explain, all Freight", args: []string{"explain", "prod", "-o", "json", at}},
		{name: "what-if", args: []string{"what-if", "prod=any", "-o", "json", at}},
		{name: "graph", args: []string{"graph", "-o", "json", at}},
		{name: "lint", args: []string{"lint", "-o", "json", at}},
		{name: "wait, met", args: []string{"wait", "prod", "old-otter", "--timeout", "0"}},
		{name: "wait, not met", args: []string{"wait", "prod", "new-newt", "--timeout", "5s"}, exit: 1},
		{name: "wait, met later", args: []string{"wait", "prod", "new-newt", "--timeout", "60s"}, watches: true},
		{name: "list --watch", args: []string{"list", "prod", "--watch", "-o", "json"}, watches: true, until: `"from":"Blocked","to":"Verified"`, exit: 143},
		{name: "explain --watch", args: []string{"explain", "prod", "new-newt", "--watch", "-o", "json"}, watches: true, until: `"from":"Blocked","to":"Verified"`, exit: 143},
		{name: "set-strategy", args: []string{"set-strategy", "prod", "any", "--yes"}, writes: true},
		{name: "set-strategy --all", args: []string{"set-strategy", "--all", "any", "--yes"}, writes: true},
		{name: "set-strategy --dry-run", args: []string{"set-strategy", "prod", "any", "--dry-run=server"}, dry: true},
	}
}

// answer is the part of the output that has to be the same.
func (v *verb) answer(stdout string) string {
	return regexp.MustCompile(`"at":"[^"]*"`).ReplaceAllString(stdout, `"at":""`)
}

// lane is one Project with a proxy of its own. Runs in it come one after the other.
type lane struct {
	*Project
	proxy   *Proxy
	command Command
	truth   map[string]Outcome
}

func newLane(t *testing.T, cp *controlplane.ControlPlane, plugin, name string) *lane {
	t.Helper()
	text, err := os.ReadFile("../testdata/project.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "project.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "PROJECT", name)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := cp.Load(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	l := &lane{truth: map[string]Outcome{}}
	if l.Project, err = NewProject(cp.Config(), name); err != nil {
		t.Fatal(err)
	}
	if l.proxy, err = NewProxy(cp.Config()); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(l.proxy)
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	l.command = Command{Plugin: plugin, Server: front.URL, Home: t.TempDir(), Limit: 2 * time.Minute}
	for _, v := range verbs() {
		got, err := l.run(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		if got.Exit != v.exit {
			t.Fatalf("%s without a fault: %+v", v.name, got)
		}
		l.truth[v.name] = got
	}
	return l
}

// run runs a verb on the Project as it was.
func (l *lane) run(ctx context.Context, v *verb, more ...string) (Outcome, error) {
	if err := l.Reset(ctx); err != nil {
		return Outcome{}, err
	}
	args := append(slices.Clone(v.args), append(more, "-n", l.Name)...)
	if !v.watches {
		return l.command.Run(ctx, args...)
	}
	verify := func() error { return l.Verify(ctx) }
	if v.until == "" {
		return l.command.Watch(ctx, nil, verify, "", args...)
	}
	return l.command.Watch(ctx, regexp.MustCompile("^Watching"), verify, v.until, args...)
}

// hurt runs a verb with a fault.
func (l *lane) hurt(ctx context.Context, v *verb, fault *Fault, random *rand.Rand) verdict {
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
	met := l.proxy.End() > 0
	if err != nil {
		return verdict{met, "wrong", err.Error()}
	}
	result, err := l.judge(ctx, v, fault, got)
	if err == nil && result.how != "wrong" && met && !v.writes && !v.dry && !v.watches {
		result, err = l.repeat(ctx, v, result)
	}
	if err != nil {
		return verdict{met, "wrong", err.Error()}
	}
	result.met = met
	return result
}

func (l *lane) judge(ctx context.Context, v *verb, fault *Fault, got Outcome) (verdict, error) {
	if !v.writes && !v.dry {
		return judge(v, fault, got, l.truth[v.name]), nil
	}
	strategy, err := l.Strategy(ctx)
	switch {
	case err != nil:
		return verdict{}, err
	case v.writes:
		return judgeWrite(got, strategy == "OneOf"), nil
	case strategy != "All":
		return wrong("a dry run has written: %+v", got), nil
	default:
		return judge(v, fault, got, l.truth[v.name]), nil
	}
}

// repeat runs a command again without the fault: what is left of it must not spoil the
// next command.
func (l *lane) repeat(ctx context.Context, v *verb, result verdict) (verdict, error) {
	after, err := l.run(ctx, v)
	if err != nil {
		return verdict{}, err
	}
	if again := judge(v, &Fault{}, after, l.truth[v.name]); again.how != "same" && again.how != "unknown" {
		return wrong("the next command, without the fault, gives %+v", after), nil
	}
	return result, nil
}
