package change_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func TestParseRule(t *testing.T) {
	for text, want := range map[string]string{
		"any": "OneOf", "ANY": "OneOf", "oneof": "OneOf", "OneOf": "OneOf",
		"all": "All", "All": "All", "aLL": "All",
		"majority": "majority", "Majority": "majority",
		"quorum:1": "quorum:1", "QUORUM:20": "quorum:20", "quorum:1000000": "quorum:1000000",
		"percent:60": "percent:60", "percent:100": "percent:100", "percent:66.6": "percent:66.6", "percent:0.5": "percent:0.5",
	} {
		rule, err := change.ParseRule(text)
		if err != nil || rule.String() != want {
			t.Errorf("ParseRule(%q) = %s, %v, want %s", text, rule, err, want)
			continue
		}
		if again, err := change.ParseRule(rule.String()); err != nil || again != rule {
			t.Errorf("%q does not read as what it was written from: %v, %v", rule, again, err)
		}
		strategy, ofKargo := rule.Strategy()
		if ofKargo != kargo.Strategy(want).Known() || ofKargo && string(strategy) != want {
			t.Errorf("%q is Kargo's: %t, %q", text, ofKargo, strategy)
		}
	}
	for text, want := range map[string]string{
		"":             `"" is no rule: expected any, all, majority, quorum:N or percent:P`,
		"most":         `"most" is no rule: expected any, all, majority, quorum:N or percent:P`,
		"majority:2":   `"majority:2" is no rule: expected any, all, majority, quorum:N or percent:P`,
		"any:1":        `"any:1" is no rule: expected any, all, majority, quorum:N or percent:P`,
		"quorum":       `"quorum": expected quorum:N with N of 1 or more`,
		"quorum:":      `"quorum:": expected quorum:N with N of 1 or more`,
		"quorum:0":     `"quorum:0": expected quorum:N with N of 1 or more`,
		"quorum:-1":    `"quorum:-1": expected quorum:N with N of 1 or more`,
		"quorum:1.5":   `"quorum:1.5": expected quorum:N with N of 1 or more`,
		"quorum:two":   `"quorum:two": expected quorum:N with N of 1 or more`,
		"percent":      `"percent": expected percent:P with P above 0 and up to 100`,
		"percent:0":    `"percent:0": expected percent:P with P above 0 and up to 100`,
		"percent:101":  `"percent:101": expected percent:P with P above 0 and up to 100`,
		"percent:NaN":  `"percent:NaN": expected percent:P with P above 0 and up to 100`,
		"percent:+Inf": `"percent:+Inf": expected percent:P with P above 0 and up to 100`,
		"percent:50%":  `"percent:50%": expected percent:P with P above 0 and up to 100`,
	} {
		if rule, err := change.ParseRule(text); err == nil || err.Error() != want {
			t.Errorf("ParseRule(%q) = %v, %v, want the error %s", text, rule, err, want)
		}
	}
}

func TestParseStrategyKnowsKargosAlone(t *testing.T) {
	for _, text := range []string{"majority", "quorum:2", "percent:50", "Most", ""} {
		if rule, err := change.ParseStrategy(text); err == nil {
			t.Errorf("ParseStrategy(%q) = %s", text, rule)
		}
	}
	for _, text := range []string{"any", "ALL", "oneOf"} {
		if _, err := change.ParseStrategy(text); err != nil {
			t.Errorf("ParseStrategy(%q): %v", text, err)
		}
	}
}

// How many of so many upstreams a rule wants: Freight is verified in one after the
// other, until it is available.
func TestHowManyUpstreamsARuleWants(t *testing.T) {
	for _, test := range []struct {
		rule string
		// want is for 1, 2, 3, … upstreams; 0 is more than there are.
		want []int
	}{
		{"any", []int{1, 1, 1, 1, 1}},
		{"all", []int{1, 2, 3, 4, 5}},
		{"majority", []int{1, 2, 2, 3, 3, 4, 4}},
		{"quorum:1", []int{1, 1, 1}},
		{"quorum:2", []int{0, 2, 2, 2}},
		{"quorum:4", []int{0, 0, 0, 4, 4}},
		{"percent:1", []int{1, 1, 1, 1, 1, 1}},
		{"percent:50", []int{1, 1, 2, 2, 3}},
		{"percent:51", []int{1, 2, 2, 3, 3}},
		{"percent:60", []int{1, 2, 2, 3, 3, 4}},
		{"percent:66.6", []int{1, 2, 2, 3, 4}},
		{"percent:67", []int{1, 2, 3, 3, 4}},
		{"percent:100", []int{1, 2, 3, 4, 5}},
	} {
		for i, want := range test.want {
			if got := wants(t, test.rule, i+1); got != want {
				t.Errorf("%s of %d upstreams = %d, want %d", test.rule, i+1, got, want)
			}
		}
	}
}

// A product that should be whole is not rounded up, whatever the arithmetic makes of it.
func TestPercentIsExact(t *testing.T) {
	for percent := 1; percent <= 100; percent++ {
		for _, upstreams := range []int{3, 7, 20, 25, 50, 100} {
			want := (percent*upstreams + 99) / 100
			if got := wants(t, fmt.Sprintf("percent:%d", percent), upstreams); got != want {
				t.Errorf("percent:%d of %d upstreams = %d, want %d", percent, upstreams, got, want)
			}
		}
	}
}

// wants returns how many upstreams have to verify Freight before it is available; 0 when
// the rule asks for more than there are.
func wants(t *testing.T, written string, upstreams int) int {
	t.Helper()
	rule, err := change.ParseRule(written)
	if err != nil {
		t.Fatal(err)
	}
	list := names(upstreams)
	w := world{Objects: pipeline.Objects{
		Project: "p", Warehouses: []string{"w"},
		Stages: []kargo.Stage{build.Stage("prod", build.Requests("w", build.From(slices.Concat(list, list)...)))}, // each is named twice
	}}
	for n := range upstreams + 1 {
		w.Freight = append(w.Freight, build.Freight(fmt.Sprintf("f%d", n), "w", build.Verified(list[:n]...)))
	}
	e := w.evaluator(t)
	plan, err := change.NewPlan(e.Project(), []change.Edit{{Stage: "prod", Rule: &rule}})
	if err != nil {
		if want := fmt.Sprintf(`stage "prod", Warehouse/w: %s asks for more upstreams than it has: %d`, rule, upstreams); err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		return 0
	}
	prod := change.Hypothetical(e, plan).Stage("prod")
	for n := range upstreams + 1 {
		j := prod.Judge(&w.Freight[n])
		if j.Available[avail.Configured] != (j.Listed[avail.Configured] == avail.Yes) {
			t.Errorf("%s: verified in %d of %d: available = %t, listed = %d", rule, n, upstreams, j.Available[avail.Configured], j.Listed[avail.Configured])
		}
		if j.Available[avail.Configured] {
			return n
		}
	}
	t.Fatalf("%s of %d upstreams admits nothing", rule, upstreams)
	return 0
}

// A rule of ours counts upstreams in which Freight has soaked, for check and listing
// alike, whatever soaked elsewhere.
func TestQuorumsWithSoakTimes(t *testing.T) {
	w := world{Objects: pipeline.Objects{
		Project: "p", Warehouses: []string{"w"},
		Stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", build.From("a", "b", "c"), build.Soak("1h"))),
			build.Stage("follower", build.Requests("w", build.From("a"), build.Soak("1h"), build.MatchUpstream())),
		},
		Freight: []kargo.Freight{
			build.Freight("two", "w", build.Soaked("a", "2h"), build.Soaked("b", "1h"), build.Verified("c")),
			build.Freight("one", "w", build.Soaked("a", "2h"), build.Verified("b", "c")),
			build.Freight("elsewhere", "w", build.Soaked("a", "2h"), build.Soaked("b", "2h"), build.Soaked("dev", "9h")),
			build.Freight("approved", "w", build.Approved("prod")),
			build.Freight("there", "w", build.Verified("a"), build.In("a", build.At("09:00"))),
		},
	}}
	e := w.evaluator(t)
	imagined := change.Hypothetical(e, planOf(t, e, edit("prod", majority()), edit("follower", majority())))
	var got []string
	for i := range w.Freight {
		f := &w.Freight[i]
		for _, stage := range []string{"prod", "follower"} {
			j := imagined.Stage(stage).Judge(f)
			if j.Available[avail.Configured] {
				got = append(got, f.Metadata.Name+" available to "+stage)
			}
			if j.Listed[avail.Configured] == avail.Yes {
				got = append(got, f.Metadata.Name+" listed at "+stage)
			}
		}
	}
	want := []string{
		"two available to prod", "two listed at prod", "two available to follower",
		"one available to follower",
		"elsewhere available to prod", "elsewhere listed at prod", "elsewhere available to follower",
		"approved available to prod", "approved listed at prod",
		"there available to follower", "there listed at follower",
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
