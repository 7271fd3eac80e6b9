package remedy_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/remedy"
)

// names are those that stand in command lines.
type names struct{ project, stage, upstream, gate, freight, warehouse string }

func plain() names {
	return names{"web", "prod", "qa", "gate", "4d2c0ea", "app"}
}

// steps are for Freight that soaks in one upstream, failed its verification in
// another, was never promoted to a third, has not been passed on by a gate and is done
// with a fifth: one of every Action.
func (n names) steps(commands remedy.Commands) []remedy.Step {
	all := func(upstreams ...string) build.StageOption {
		return build.Requests(n.warehouse, build.From(upstreams...), build.All(), build.Soak("1h"))
	}
	direct := build.Requests(n.warehouse, build.Direct())
	failed := build.Verification(kargo.VerificationFailed, "")
	p := pipeline.New(pipeline.Objects{
		Project: n.project,
		Stages: []kargo.Stage{
			build.Stage(n.stage, build.Requests("other", build.Direct()), all("soaks", "done", n.upstream, "verifies", "behind")),
			build.Stage("soaks", direct, build.Runs(n.freight)), build.Stage("done", direct), build.Stage(n.upstream, direct),
			build.Stage("verifies", direct, build.Runs(n.freight, failed)),
			build.Stage("behind", build.Requests(n.warehouse, build.From(n.gate))), build.Stage(n.gate, direct, build.ControlFlow()),
		},
		Freight:    []kargo.Freight{build.Freight(n.freight, n.warehouse, build.Verified("soaks"), build.In("soaks", build.At("11:30")), build.Soaked("done", "2h"))},
		Warehouses: []string{n.warehouse, "other"},
	}, true)
	return remedy.Advise(avail.New(p, avail.RulesFor(kargo.Releases{}), build.Noon()).Stage(n.stage), p.Freight()[0], commands).Steps
}

// lines writes the command lines of steps, those that there are.
func lines(steps []remedy.Step) []string {
	var list []string
	for _, s := range steps {
		if s.Command != "" {
			list = append(list, s.Command)
		}
	}
	return list
}

func TestCommands(t *testing.T) {
	kargoLines := []string{
		"kargo promote --project=web --freight=4d2c0ea --stage=qa",
		"kargo verify stage --project=web verifies",
		"kargo refresh stage --project=web gate",
		"kargo approve --project=web --freight=4d2c0ea --stage=prod",
	}
	for _, test := range []struct {
		name    string
		kubectl []string
		wait    string
		set     string
	}{
		{
			name: "the cluster that kubectl talks to", kubectl: []string{"kubectl"},
			wait: "kubectl kargo-avail wait -n web prod 4d2c0ea --for=available --timeout=-1s",
			set:  "kubectl kargo-avail set-strategy -n web prod any --warehouse=app",
		},
		{
			name: "a context", kubectl: []string{"kubectl", "--context=arn:aws:eks:eu-west-1:1:cluster/x"},
			wait: "kubectl kargo-avail wait --context=arn:aws:eks:eu-west-1:1:cluster/x -n web prod 4d2c0ea --for=available --timeout=-1s",
			set:  "kubectl kargo-avail set-strategy --context=arn:aws:eks:eu-west-1:1:cluster/x -n web prod any --warehouse=app",
		},
		{
			name: "what a shell would take apart", kubectl: []string{"kubectl", "--kubeconfig=/home/jane doe/$(id)", "--context=jane's `cluster`"},
			wait: `kubectl kargo-avail wait '--kubeconfig=/home/jane doe/$(id)' '--context=jane'"'"'s ` + "`cluster`' -n web prod 4d2c0ea --for=available --timeout=-1s",
			set:  `kubectl kargo-avail set-strategy '--kubeconfig=/home/jane doe/$(id)' '--context=jane'"'"'s ` + "`cluster`' -n web prod any --warehouse=app",
		},
		{name: "no cluster", kubectl: nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			steps := plain().steps(remedy.Commands{Kubectl: test.kubectl})
			want := kargoLines
			if test.wait != "" {
				want = slices.Concat([]string{test.wait}, kargoLines, []string{test.set})
			}
			if diff := cmp.Diff(want, lines(steps)); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

// setStrategy returns the command of the step that changes the strategy, "" without one.
func setStrategy(steps []remedy.Step) string {
	for _, s := range steps {
		if s.Action == remedy.SetStrategy {
			return s.Command
		}
	}
	return ""
}

// TestNamesThatAreNotPlain: a name in a file may be anything, and no line is printed
// that a person could copy into a shell with it.
func TestNamesThatAreNotPlain(t *testing.T) {
	for _, bad := range []string{
		"", "-n", "--all", "two words", "it's", `"quoted"`, "$(reboot)", "`reboot`", "a;b", "a|b", "a&b", "a>b", "a/b", "Upper", "ends-", ".", "a\nb", "a\n",
		"ünicode", "a\u202eb", "a*", "~", "a=b", "a%b", "a\\b", strings.Repeat("a", 254),
	} {
		for what, n := range map[string]names{
			"project":   {bad, "prod", "qa", "gate", "f1", "app"},
			"stage":     {"web", bad, "qa", "gate", "f1", "app"},
			"upstream":  {"web", "prod", bad, "gate", "f1", "app"},
			"gate":      {"web", "prod", "qa", bad, "f1", "app"},
			"freight":   {"web", "prod", "qa", "gate", bad, "app"},
			"warehouse": {"web", "prod", "qa", "gate", "f1", bad},
		} {
			if what == "freight" && bad == "" {
				continue // Freight without a name is everywhere
			}
			for _, s := range n.steps(remedy.Commands{Kubectl: []string{"kubectl"}}) {
				if bad != "" && strings.Contains(s.Command, bad) && !isWord(bad) {
					t.Errorf("%s %q: %s", what, bad, s.Command)
				}
				if forbidden(what, s, bad) && s.Command != "" {
					t.Errorf("%s %q in the command of %s: %s", what, bad, s.Action, s.Command)
				}
			}
		}
	}
}

// isWord reports whether the commands have the text for reasons of their own.
func isWord(text string) bool { return text == "-n" || text == "." || text == "" }

// forbidden reports whether the step needs the name.
func forbidden(what string, s remedy.Step, bad string) bool {
	switch what {
	case "project":
		return true
	case "stage", "upstream", "gate":
		return s.Stage == bad
	case "freight":
		return s.Action == remedy.Promote || s.Action == remedy.Approve || s.Action == remedy.Wait
	default:
		return s.Action == remedy.SetStrategy
	}
}

func TestLongestPlainName(t *testing.T) {
	for _, name := range []string{"a", "a-b.c", "0", strings.Repeat("a", 253)} {
		n := plain()
		n.stage = name
		if got := setStrategy(n.steps(remedy.Commands{Kubectl: []string{"kubectl"}})); !strings.Contains(got, " "+name+" ") {
			t.Errorf("no command for %s: %q", name, got)
		}
	}
}

// TestShellReadsWhatWasMeant hands lines to a shell, with a printf in place of the
// command, and holds what arrives against the words that went in.
func TestShellReadsWhatWasMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		context := rapid.StringOfN(rapid.SampledFrom([]rune(`ab '"\$(){}*?~#!;&|<>=:/@%-`+"`\t\né")), 1, 12, -1).Draw(t, "context")
		steps := plain().steps(remedy.Commands{Kubectl: []string{"kubectl", "--context=" + context}})
		line, found := strings.CutPrefix(setStrategy(steps), "kubectl kargo-avail set-strategy ")
		if !found {
			t.Fatalf("no kubectl line")
		}
		out, err := exec.Command("sh", "-c", `printf '%s\0' `+line).Output()
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got, want := strings.Split(string(out), "\x00")[0], "--context="+context; got != want {
			t.Errorf("the shell reads %q, want %q", got, want)
		}
	})
}

// TestFreightByItsAlias: an alias that names one piece of Freight alone stands in the commands.
func TestFreightByItsAlias(t *testing.T) {
	alias := func(name, alias string) kargo.Freight {
		return build.Freight(name, "w", func(f *kargo.Freight) { f.Alias = alias })
	}
	for _, test := range []struct {
		name    string
		freight []kargo.Freight
		partial bool
		want    []string
	}{
		{"an alias", []kargo.Freight{alias("f1", "calm-crow"), alias("f2", "old-owl")}, false, []string{
			"kubectl kargo-avail wait -n web prod calm-crow --for=current --timeout=-1s",
			"kargo promote --project=web --freight-alias=calm-crow --stage=prod",
		}},
		{"that other Freight has, too", []kargo.Freight{alias("f1", "calm-crow"), alias("f2", "calm-crow")}, false, []string{
			"kubectl kargo-avail wait -n web prod f1 --for=current --timeout=-1s", "kargo promote --project=web --freight=f1 --stage=prod",
		}},
		{"that is the name of other Freight", []kargo.Freight{alias("f1", "f2"), alias("f2", "old-owl")}, false, []string{
			"kubectl kargo-avail wait -n web prod f1 --for=current --timeout=-1s", "kargo promote --project=web --freight-alias=f2 --stage=prod",
		}},
		{"that is not plain", []kargo.Freight{alias("f1", "Calm Crow; reboot")}, false, []string{
			"kubectl kargo-avail wait -n web prod f1 --for=current --timeout=-1s", "kargo promote --project=web --freight=f1 --stage=prod",
		}},
		{"where not all Freight was read", []kargo.Freight{alias("f1", "calm-crow")}, true, []string{"kargo promote --project=web --freight=f1 --stage=prod"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &test.freight[0]
			f.DiscoveredAt = new(build.At("11:59")) // the newest
			p := pipeline.New(pipeline.Objects{
				Project: "web", Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.Direct()))}, Freight: test.freight, Warehouses: []string{"w"},
				Partial: test.partial,
				Config:  &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{Name: "prod"}, AutoPromotionEnabled: true}}},
			}, true)
			stage := avail.New(p, avail.RulesFor(kargo.Releases{}), build.Noon()).Stage("prod")
			got := lines(remedy.Advise(stage, p.FreightNamed("f1"), remedy.Commands{Kubectl: []string{"kubectl"}}).Steps)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
