package setstrategy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
)

// regular is a Stage that has steps, and gate one that has none.
func regular(name, requests string) string {
	return fmt.Sprintf(`{"kind":"Stage","metadata":{"name":%q},"spec":{"promotionTemplate":{"spec":{"steps":[{"uses":"x"}]}},"requestedFreight":[%s]}}`, name, requests)
}

func gate(name, requests string) string {
	return fmt.Sprintf(`{"kind":"Stage","metadata":{"name":%q},"spec":{"requestedFreight":[%s]}}`, name, requests)
}

// request asks for Freight of a Warehouse.
func request(warehouse, sources string) string {
	return fmt.Sprintf(`{"origin":{"kind":"Warehouse","name":%q},"sources":{%s}}`, warehouse, sources)
}

const (
	qa        = `{"kind":"Stage","metadata":{"name":"qa"},"spec":{"requestedFreight":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"direct":true}}]}}`
	upstreams = `"stages":["qa","uat"]`
	all       = upstreams + `,"availabilityStrategy":"All"`
	warehouse = `{"kind":"Warehouse","metadata":{"name":"app"}}`
	// half is verified in one of the two upstreams.
	half = `{"kind":"Freight","metadata":{"name":"f1"},"alias":"half","origin":{"kind":"Warehouse","name":"app"},"status":{"verifiedIn":{"qa":{}}}}`
	auto = `{"kind":"ProjectConfig","metadata":{"name":"web"},"spec":{"promotionPolicies":[{"stage":"prod","autoPromotionEnabled":true}]}}`
)

// pipeline is a Project in which the Stage prod is about to be changed.
func pipeline(t *testing.T, prod string, more ...string) *server {
	t.Helper()
	return newServer(t, append([]string{qa, strings.Replace(qa, `"qa"`, `"uat"`, 1), prod, warehouse, half}, more...)...)
}

func TestUnchangedIsNotWritten(t *testing.T) {
	for name, test := range map[string]struct {
		sources, strategy, want string
	}{
		"absent":           {upstreams, "any", "unchanged (OneOf)"},
		"empty":            {upstreams + `,"availabilityStrategy":""`, "OneOf", "unchanged (OneOf)"},
		"OneOf":            {upstreams + `,"availabilityStrategy":"OneOf"`, "ANY", "unchanged (OneOf)"},
		"All":              {all, "all", "unchanged (All)"},
		"removed already":  {upstreams, "--unset", "unchanged (OneOf)"},
		"no effect":        {`"stages":["qa"]`, "all", "not changed (OneOf; All would have no effect)"},
		"direct, too":      {`"direct":true,"stages":["qa","uat"]`, "all", "not changed (OneOf; All would have no effect)"},
		"no effect of any": {`"stages":["qa"],"availabilityStrategy":"All"`, "any", "not changed (All; OneOf would have no effect)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", test.sources)))
			got := s.run(t, "prod", test.strategy)
			if want := "stage.kargo.akuity.io/prod " + test.want + "\n"; got.stdout != want || got.err != nil || len(s.patches) > 0 {
				t.Errorf("got %+v and patches %v, want %q", got, s.patches, want)
			}
		})
	}
}

func TestForceWritesWhatHasNoEffect(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", `"stages":["qa"]`)))
	got := s.run(t, "prod", "all")
	want := `Note: Stage "prod": All would have no effect on its request for Warehouse/app: qa is its only upstream; use --force to write it anyway` + "\n"
	if got.stderr != want {
		t.Errorf("got stderr\n%swant\n%s", got.stderr, want)
	}
	if got := s.run(t, "prod", "all", "--force"); got.stdout != "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\n" || len(s.patches) != 1 {
		t.Errorf("got %+v", got)
	}
	// To remove it is to tidy up, which needs no force.
	if got := s.run(t, "prod", "any", "--force"); got.err != nil {
		t.Error(got.err)
	}
	if got := s.run(t, "prod", "--unset"); got.stdout != "stage.kargo.akuity.io/prod strategy unset (was OneOf)\n" {
		t.Errorf("got %+v", got)
	}
}

// Where an empty text stands, it is tested for, and removed if that is asked for.
func TestEmptyIsNotAbsent(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams+`,"availabilityStrategy":""`)))
	if got := s.run(t, "prod", "--unset"); got.stdout != "stage.kargo.akuity.io/prod strategy unset (was OneOf)\n" || got.err != nil {
		t.Errorf("got %+v", got)
	}
	if len(s.patches) != 1 || !strings.Contains(s.patches[0], `"availabilityStrategy":""`) || !strings.Contains(s.patches[0], `"op":"remove"`) {
		t.Errorf("got patches %v", s.patches)
	}
}

// A Stage that others change meanwhile is read and planned again.
func TestOthersWrite(t *testing.T) {
	sources := func(stage map[string]any) map[string]any {
		at, _ := walk(stage, "/spec/requestedFreight/0/sources/x")
		return at
	}
	requests := replaceRequests
	for name, test := range map[string]struct {
		// change is made before a patch, which is then outdated.
		change  func(stage map[string]any)
		stdout  string
		patches int
		err     string
	}{
		"the strategy, to another one": {
			func(stage map[string]any) { sources(stage)["availabilityStrategy"] = "OneOf" },
			"strategy set to All (was OneOf)", 2, "",
		},
		"the strategy, to this one": {
			func(stage map[string]any) { sources(stage)["availabilityStrategy"] = "All" },
			"unchanged (All)", 1, "",
		},
		"the order": {
			func(stage map[string]any) {
				spec := stage["spec"].(map[string]any)
				var other any
				_ = json.Unmarshal([]byte(request("db", `"direct":true`)), &other)
				spec["requestedFreight"] = append([]any{other}, spec["requestedFreight"].([]any)...)
			},
			"strategy set to All (was OneOf)", 2, "",
		},
		"the request away": {
			func(stage map[string]any) { delete(sources(stage), "stages") },
			"", 1, `stage "prod": not changed, because somebody else just changed it: stage "prod": none of its requests names an upstream Stage`,
		},
		"the origin": {
			func(stage map[string]any) { requests(stage, request("db", upstreams)) },
			"", 1, `stage "prod": not changed, because somebody else just changed it: the edit is now about its requests for Warehouse/db, not Warehouse/app; run it again`,
		},
		"another request that is meant before it": {
			func(stage map[string]any) { requests(stage, request("db", upstreams), request("app", upstreams)) },
			"", 1, "the edit is now about its requests for Warehouse/db, Warehouse/app, not Warehouse/app; run it again",
		},
		"another request that is meant behind it": {
			func(stage map[string]any) { requests(stage, request("app", upstreams), request("db", upstreams)) },
			"", 1, "the edit is now about its requests for Warehouse/app, Warehouse/db, not Warehouse/app; run it again",
		},
		"its upstreams": {
			func(stage map[string]any) { sources(stage)["stages"] = []any{"qa", "dev"} },
			"", 1, `the sources of its request for Warehouse/app are now {"stages":["qa","dev"]}, and were {"stages":["qa","uat"]}; run it again`,
		},
		"who applies it, and the order": {
			func(stage map[string]any) {
				replaceRequests(stage, request("db", `"direct":true`), request("app", upstreams))
				stage["metadata"].(map[string]any)["managedFields"] = []any{map[string]any{"manager": "kustomize-controller"}}
			},
			"", 1, `stage "prod": not changed: Flux (a Kustomization) would revert the change by itself`,
		},
		"its soak time": {
			func(stage map[string]any) { sources(stage)["requiredSoakTime"] = "1h" },
			"", 1, `are now {"requiredSoakTime":"1h","stages":["qa","uat"]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", upstreams)))
			prod := s.objects["stages"][2]
			s.before = func(n int) {
				if n == 0 {
					test.change(prod)
					s.touch(nil)
				}
			}
			got := s.run(t, "prod", "all", "--yes")
			if test.err != "" {
				if got.err == nil || !strings.Contains(got.err.Error(), test.err) || len(s.patches) != test.patches {
					t.Errorf("got %v and patches %v, want %q", got.err, s.patches, test.err)
				}
				if strings.Contains(string(text(prod)), "All") {
					t.Errorf("it is written: %v", prod)
				}
				return
			}
			if want := "stage.kargo.akuity.io/prod " + test.stdout + "\n"; got.stdout != want || got.err != nil || len(s.patches) != test.patches {
				t.Errorf("got %+v and patches %v, want %q", got, s.patches, want)
			}
		})
	}
}

// replaceRequests gives a Stage other requests.
func replaceRequests(stage map[string]any, texts ...string) {
	var list []any
	for _, text := range texts {
		var request any
		_ = json.Unmarshal([]byte(text), &request)
		list = append(list, request)
	}
	stage["spec"].(map[string]any)["requestedFreight"] = list
}

func text(object any) []byte {
	text, _ := json.Marshal(object)
	return text
}

// What was confirmed is what is written: of anything else it is asked again.
func TestAsksAgain(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(stage map[string]any)
		answers string
		asked   int
		written bool
	}{
		"and yes": {func(stage map[string]any) { replaceRequests(stage, request("app", all), request("db", all)) }, "yes\ny\n", 2, true},
		"and no":  {func(stage map[string]any) { replaceRequests(stage, request("app", all), request("db", all)) }, "y\nn\n", 2, false},
		"not of what it is not about": {func(stage map[string]any) {
			replaceRequests(stage, request("db", `"direct":true`), request("app", all))
		}, "y\nn\n", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, gate("prod", request("app", all)))
			prod := s.objects["stages"][2]
			s.before = func(n int) {
				if n == 0 {
					test.change(prod)
					s.touch(nil)
				}
			}
			screen, terminal := openTerminal(t)
			if _, err := screen.WriteString(test.answers); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			err := s.command(t, genericiooptions.IOStreams{In: terminal, Out: &out, ErrOut: terminal}, "prod", "any").ExecuteContext(t.Context())
			var no *cli.NegativeError
			if written := strings.Contains(string(text(s.objects["stages"][2])), "OneOf"); written != test.written || written != (err == nil) || errors.As(err, &no) == written {
				t.Errorf("written: %v, stdout %q, error %v", written, out.String(), err)
			}
			_ = terminal.Close()
			shown, _ := io.ReadAll(screen) // to its end, which a pty ends with an error
			if got := strings.Count(string(shown), "[y/N]"); got != test.asked || strings.Contains(string(shown), "db: All becomes OneOf") != (test.asked == 2) {
				t.Errorf("asked %d times, shown:\n%s", got, shown)
			}
		})
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	const webhook = `admission webhook \"stage.kargo.akuity.io\" denied the request`
	for name, test := range map[string]struct {
		code    int
		status  string
		patches int
		want    string
	}{
		"by the schema":               {422, `"reason":"Invalid","message":"Unsupported value","details":{"causes":[{"field":"spec"}]}`, 1, `patching Stage "prod": Unsupported value`},
		"by a webhook without causes": {422, `"reason":"Invalid","message":"` + webhook + `"`, 1, `patching Stage "prod": admission webhook "stage.kargo.akuity.io" denied the request`},
		"by a webhook that forbids":   {403, `"reason":"Forbidden","message":"` + webhook + `"`, 1, `patching Stage "prod": admission webhook "stage.kargo.akuity.io" denied the request`},
		"by RBAC":                     {403, `"reason":"Forbidden","message":"stages is forbidden"`, 1, `patching Stage "prod": stages is forbidden; needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [stages], verbs: [patch]`},
		"by strictness": {
			400, `"reason":"BadRequest","message":"strict decoding error: unknown field \"spec.requestedFreight[0].sources.availabilityStrategy\""`, 1,
			`patching Stage "prod": strict decoding error: unknown field "spec.requestedFreight[0].sources.availabilityStrategy"; this needs Kargo v1.3.0 or later, and v1.3.3 or later for manual Promotions to obey it`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", upstreams)))
			s.refuse = func(int) (int, string) { return test.code, test.status }
			got := s.run(t, "prod", "all")
			if got.err == nil || got.err.Error() != test.want || got.stdout != "" || len(s.patches) != test.patches {
				t.Errorf("got %+v and %d patches, want %q", got, len(s.patches), test.want)
			}
		})
	}
}

func TestGivesUp(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.refuse = func(int) (int, string) { return 409, `"reason":"Conflict","message":"the object has been modified"` }
	got := s.run(t, "prod", "all")
	if got.err == nil || !strings.HasPrefix(got.err.Error(), `stage "prod": not changed, because others kept changing it; run it again: `) || len(s.patches) < 3 {
		t.Errorf("got %+v after %d patches", got, len(s.patches))
	}
}

func TestAServerThatDropsTheFieldIsFoundOut(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.drops = true
	got := s.run(t, "prod", "all")
	if got.err == nil || !strings.Contains(got.err.Error(), "dropped the field") || got.stdout != "" {
		t.Errorf("got %+v", got)
	}
}

func TestGoesOnAfterAnError(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)), regular("other", request("db", upstreams)))
	got := s.run(t, "gone", "other", "prod", "all", "--warehouse", "app")
	if got.stdout != "stage.kargo.akuity.io/prod strategy set to All (was OneOf)\n" {
		t.Errorf("got stdout %q", got.stdout)
	}
	for _, want := range []string{
		`Error from server (NotFound): reading Stage "gone": stages.kargo.akuity.io "gone" not found`,
		`error: stage "other": it does not request Freight of Warehouse "app"`,
	} {
		if !strings.Contains(got.stderr, want+"\n") {
			t.Errorf("no %q in stderr\n%s", want, got.stderr)
		}
	}
	if got.err == nil || got.err.Error() != "2 of 3 Stages failed" {
		t.Errorf("got %v", got.err)
	}
}

func TestOneDocumentSaysItAll(t *testing.T) {
	s := pipeline(t, strings.Replace(regular("prod", request("app", upstreams)), `"name":"prod"`, `"name":"prod","managedFields":[{"manager":"me"}]`, 1))
	type document struct {
		Kind, DryRun string
		Requests     []struct {
			Stage, From, To string
			Changes         bool
		}
		Effect *struct {
			Now []struct {
				Lost []struct{ Alias string }
			}
		}
		Results []struct {
			Stage, Result, Message string
			Object                 map[string]any
		}
	}
	read := func(args ...string) (d document) {
		t.Helper()
		got := s.run(t, append(args, "-o", "json")...)
		if err := json.Unmarshal([]byte(got.stdout), &d); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		return d
	}
	d := read("prod", "gone", "all", "--dry-run=client", "--show-managed-fields")
	if d.Kind != "StrategyChange" || d.DryRun != "client" || len(d.Requests) != 1 || !d.Requests[0].Changes || d.Effect.Now[0].Lost[0].Alias != "half" {
		t.Errorf("got %+v", d)
	}
	if d.Results[0].Result != "Changed" || d.Results[0].Message != "strategy set to All (was OneOf)" || d.Results[0].Object["metadata"].(map[string]any)["managedFields"] == nil ||
		d.Results[1].Result != "Failed" || d.Results[1].Object != nil || !strings.Contains(d.Results[1].Message, "not found") {
		t.Errorf("got results %+v", d.Results)
	}
	if at, _ := walk(d.Results[0].Object, "/spec/requestedFreight/0/sources/x"); at["availabilityStrategy"] != "All" || len(s.patches) > 0 {
		t.Errorf("a dry run shows %v and has sent %v", at, s.patches)
	}
	d = read("prod", "any")
	if d.Results[0].Result != "Unchanged" || d.Requests[0].Changes || d.Results[0].Object["metadata"].(map[string]any)["managedFields"] != nil {
		t.Errorf("unchanged: got %+v", d)
	}
	if got := s.run(t, "prod", "all", "-o", "jsonpath={.results[0].message}"); got.stdout != "strategy set to All (was OneOf)" {
		t.Errorf("got %q", got.stdout)
	}
}

// Only what somebody may regret is asked about.
func TestAsks(t *testing.T) {
	const running = `{"kind":"Promotion","metadata":{"name":"p1"},"spec":{"stage":"prod","freight":"f1"},"status":{"phase":"Running"}}`
	for name, test := range map[string]struct {
		prod     string
		more     []string
		strategy string
		why      string
	}{
		"nothing but availability":   {regular("prod", request("app", upstreams)), nil, "all", ""},
		"nothing but availability 2": {regular("prod", request("app", all)), nil, "any", ""},
		"auto-promotion":             {regular("prod", request("app", all)), []string{auto}, "any", "start auto-promotion"},
		"a gate":                     {gate("prod", request("app", all)), nil, "any", "open control-flow Stage prod, which then passes Freight on, and that cannot be undone"},
		"a gate that is unset":       {gate("prod", request("app", all)), nil, "--unset", "open control-flow Stage prod, which then passes Freight on, and that cannot be undone"},
		"a gate that closes":         {gate("prod", request("app", upstreams)), nil, "all", ""},
		"a candidate that is refused": {
			regular("prod", request("app", all+`,"requiredSoakTime":"1h"`)),
			[]string{
				auto, soaked("g0", "01:00", `"verifiedIn":{"qa":{"longestSoak":"2h"},"uat":{"longestSoak":"2h"}}`),
				soaked("g1", "02:00", `"verifiedIn":{"qa":{},"dev":{"longestSoak":"2h"}},"currentlyIn":{"qa":{"since":"2026-01-02T11:50:00Z"}}`),
			},
			"any", "stall auto-promotion",
		},
		"a Promotion": {regular("prod", request("app", upstreams)), []string{running}, "all", "fail Promotions"},
	} {
		t.Run(name, func(t *testing.T) {
			s := pipeline(t, test.prod, test.more...)
			got := s.run(t, "prod", test.strategy)
			if test.why == "" {
				if got.err != nil || len(s.patches) != 1 {
					t.Errorf("got %+v", got)
				}
				return
			}
			want := "not changed: this would " + test.why + "; use --yes to go ahead, or --dry-run=server to have the API server check it"
			if got.err == nil || got.err.Error() != want || len(s.patches) > 0 || !strings.Contains(got.stderr, "At once:") {
				t.Errorf("got %+v, want %q", got, want)
			}
			if got := s.run(t, "prod", test.strategy, "--dry-run=server"); got.err != nil {
				t.Errorf("a dry run: %v", got.err)
			}
			if got := s.run(t, "prod", test.strategy, "-y"); got.err != nil || len(s.patches) != 2 {
				t.Errorf("with -y: %+v", got)
			}
		})
	}
}

// soaked is Freight of the Warehouse app that was found at a time of the day.
func soaked(name, at, status string) string {
	return fmt.Sprintf(`{"kind":"Freight","metadata":{"name":%q,"creationTimestamp":"2026-01-02T%s:00Z"},"origin":{"kind":"Warehouse","name":"app"},"status":{%s}}`, name, at, status)
}

// What hangs on objects that may not be read is asked about.
func TestAPartlyUnknownEffectIsAskedAbout(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.forbidden = "promotions"
	got := s.run(t, "prod", "all")
	if got.err == nil || !strings.HasPrefix(got.err.Error(), "not changed: the effect is not fully known; ") || len(s.patches) > 0 {
		t.Errorf("got %+v", got)
	}
}

// On a terminal the answer counts.
func TestTheAnswerCounts(t *testing.T) {
	for answer, want := range map[string]int{"y\n": 1, "Yes\n": 1, "n\n": 0, "\n": 0, "\x04": 0, "yesterday\n": 0} {
		t.Run(fmt.Sprintf("%q", answer), func(t *testing.T) {
			s := pipeline(t, gate("prod", request("app", all)))
			screen, terminal := openTerminal(t)
			if _, err := screen.WriteString(answer); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			err := s.command(t, genericiooptions.IOStreams{In: terminal, Out: &out, ErrOut: terminal}, "prod", "any").ExecuteContext(t.Context())
			if len(s.patches) != want {
				t.Errorf("%d patches, want %d", len(s.patches), want)
			}
			var no *cli.NegativeError
			if want == 0 && (!errors.As(err, &no) || out.String() != "") || want == 1 && err != nil {
				t.Errorf("got %v, stdout %q", err, out.String())
			}
			_ = terminal.Close()
			shown, _ := io.ReadAll(screen) // to its end, which a pty ends with an error
			if !strings.Contains(string(shown), `Set prod in Project web (context "here") to OneOf? [y/N] `) {
				t.Errorf("shown:\n%s", shown)
			}
		})
	}
}

func openTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = screen.Close(), terminal.Close() })
	return screen, terminal
}

// To go on where the effect could not be read is a decision, too.
func TestAnUnknownEffectIsAskedAbout(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	s.objects["freights"] = nil
	s.objects["freights"] = append(s.objects["freights"], map[string]any{"metadata": "broken"})
	got := s.run(t, "prod", "all")
	if got.err == nil || !strings.Contains(got.err.Error(), "not changed: the effect is not fully known; ") || !strings.Contains(got.stderr, "Warning: the effect is unknown: ") {
		t.Errorf("got %+v", got)
	}
	if got := s.run(t, "prod", "all", "--yes"); got.err != nil {
		t.Errorf("with --yes: %+v", got)
	}
}

func TestDryRunWithoutAValue(t *testing.T) {
	s := pipeline(t, regular("prod", request("app", upstreams)))
	got := s.run(t, "prod", "all", "--dry-run")
	if diff := cmp.Diff("stage.kargo.akuity.io/prod strategy set to All (was OneOf) (dry run)\n", got.stdout); diff != "" || len(s.patches) > 0 {
		t.Errorf("got %+v", got)
	}
}

// Who would put the change back keeps it from being written, not from being judged.
func TestARefusedChangeIsJudged(t *testing.T) {
	flux := strings.Replace(regular("prod", request("app", upstreams)), `"name":"prod"`, `"name":"prod","managedFields":[{"manager":"kustomize-controller"}]`, 1)
	s := pipeline(t, flux, regular("free", request("app", upstreams)))
	got := s.run(t, "prod", "all")
	if got.err == nil || !strings.Contains(got.err.Error(), "Flux") || len(s.patches) > 0 ||
		!strings.Contains(got.stderr, "prod, Warehouse/app: not set (defaults to OneOf) becomes All") || !strings.Contains(got.stderr, "no longer available to prod: half") {
		t.Errorf("got %+v", got)
	}
	got = s.run(t, "prod", "all", "--dry-run=client", "-o", "jsonpath={.requests[0].changes} {.effect.now[0].lost[0].alias} {.results[0].result}")
	if got.err == nil || got.stdout != "true half Failed" {
		t.Errorf("got %+v", got)
	}
	// What is refused is not asked about for the others.
	s.objects["projectconfigs"] = append(s.objects["projectconfigs"], map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "web"},
		"spec":     map[string]any{"promotionPolicies": []any{map[string]any{"stage": "prod", "autoPromotionEnabled": true}}},
	})
	s.touch(func(stage map[string]any) {
		if at, _ := walk(stage, "/spec/requestedFreight/0/sources/x"); at["stages"] != nil {
			at["availabilityStrategy"] = "All"
		}
	})
	got = s.run(t, "prod", "free", "any")
	if got.stdout != "stage.kargo.akuity.io/free strategy set to OneOf (was All)\n" || !strings.Contains(got.stderr, "auto-promotion promotes half to prod") {
		t.Errorf("got %+v", got)
	}
}

// Where nobody can be asked, a document says so, too.
func TestADocumentSaysThatItIsNotConfirmed(t *testing.T) {
	s := pipeline(t, gate("prod", request("app", all)), regular("other", request("app", upstreams)))
	got := s.run(t, "prod", "other", "any", "-o", "jsonpath={range .results[*]}{.stage}: {.result}, {.message}{\"\\n\"}{end}")
	want := "prod: Failed, not changed: this would open control-flow Stage prod, which then passes Freight on, and that cannot be undone; use --yes to go ahead, or --dry-run=server to have the API server check it\n" +
		"other: Unchanged, unchanged (OneOf)\n"
	if got.stdout != want || got.err == nil || len(s.patches) > 0 {
		t.Errorf("got %+v, want\n%s", got, want)
	}
}

func TestWhatIsSaidOfOwners(t *testing.T) {
	for metadata, want := range map[string]string{
		`"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}`: `Warning: Stage "prod" comes from kubectl apply: the next apply of the old manifest reverts the change` + "\n",
		`"labels":{"argocd.argoproj.io/instance":"web"}`:                          `(whether it does so by itself is unknown: this cluster has no Argo CD; one in another cluster may apply the Stage)` + "\n",
	} {
		s := pipeline(t, strings.Replace(regular("prod", request("app", upstreams)), `"name":"prod"`, `"name":"prod",`+metadata, 1))
		got := s.run(t, "prod", "all")
		if got.err != nil || !strings.Contains(got.stderr, want) || !strings.Contains(got.stderr, "  prod: spec.requestedFreight[0].sources.availabilityStrategy: All\n") {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
}

func TestMalformedSourcesAreNamed(t *testing.T) {
	s := newServer(t, strings.Replace(regular("prod", request("app", upstreams)), `"sources":{`+upstreams+`}`, `"sources":"qa"`, 1))
	got := s.run(t, "prod", "all")
	const want = `stage "prod": spec.requestedFreight.0.sources cannot be read: it is a string, which is not the type of this field`
	if got.err == nil || got.err.Error() != want {
		t.Errorf("got %v, want %s", got.err, want)
	}
}

// A question names what is changed, up to five Stages, and where.
func TestTheQuestionNamesTheStages(t *testing.T) {
	var gates []string
	for i := range 7 {
		gates = append(gates, gate(fmt.Sprintf("g%d", i), request("app", all)))
	}
	s := pipeline(t, gates[0], gates[1:]...)
	screen, terminal := openTerminal(t)
	if _, err := screen.WriteString("n\n"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	_ = s.command(t, genericiooptions.IOStreams{In: terminal, Out: &out, ErrOut: terminal}, "--all", "--unset").ExecuteContext(t.Context())
	_ = terminal.Close()
	shown, _ := io.ReadAll(screen) // to its end, which a pty ends with an error
	if want := `Unset the strategy of g0, g1, g2, g3, g4 and 2 more in Project web (context "here")? [y/N] `; !strings.Contains(string(shown), want) {
		t.Errorf("no %q in\n%s", want, shown)
	}
}

// Another old value is another change: the last write wins only where that is said.
func TestAnotherOldValue(t *testing.T) {
	for args, want := range map[string]string{
		"--unset":       `stage "prod": not changed, because somebody else just changed it: the strategy of its request for Warehouse/app is now All, and was OneOf; run it again`,
		"--unset --yes": "",
	} {
		t.Run(args, func(t *testing.T) {
			s := pipeline(t, regular("prod", request("app", upstreams+`,"availabilityStrategy":"OneOf"`)))
			prod := s.objects["stages"][2]
			s.before = func(n int) {
				if n == 0 {
					replaceRequests(prod, request("app", all))
					s.touch(nil)
				}
			}
			got := s.run(t, append([]string{"prod"}, strings.Fields(args)...)...)
			switch {
			case want == "" && (got.err != nil || got.stdout != "stage.kargo.akuity.io/prod strategy unset (was All)\n"):
				t.Errorf("got %+v", got)
			case want != "" && (got.err == nil || got.err.Error() != want || len(s.patches) != 1):
				t.Errorf("got %+v and patches %v", got, s.patches)
			}
		})
	}
}
