package avail_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// What the upstreams keep from holding, where several of them are open.
func TestBlocks(t *testing.T) {
	direct := build.Requests("w", build.Direct())
	notPromoted := func(stage, blocks string) string {
		return stage + " [" + blocks + "] NotPromoted: available there, and not promoted"
	}
	soaking := func(stage, blocks string) string {
		return stage + " [" + blocks + "] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"
	}
	tests := []struct {
		name    string
		prod    []build.StageOption
		freight []build.FreightOption
		want    string
	}{
		{
			name: "while no upstream is satisfied, each blocks any and all",
			prod: []build.StageOption{build.Requests("w", build.From("qa", "uat"))},
			want: lines(notPromoted("qa", "any all"), notPromoted("uat", "any all")),
		},
		{
			name: "the strategy as it is written changes nothing about that",
			prod: []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.All())},
			want: lines(notPromoted("qa", "any all"), notPromoted("uat", "any all")),
		},
		{
			name: "a strategy that Kargo does not know neither",
			prod: []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.Strategy("Most"))},
			want: lines(notPromoted("qa", "any all"), notPromoted("uat", "any all")),
		},
		{
			name:    "once one is satisfied, the others block all alone, whether it was available before or not",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat", "dev"))},
			freight: []build.FreightOption{build.Verified("uat")},
			want:    lines(notPromoted("qa", "all"), notPromoted("dev", "all")),
		},
		{
			name:    "once all are satisfied, nothing blocks",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.All())},
			freight: []build.FreightOption{build.Verified("qa", "uat")},
		},
		{
			name:    "a verification whose soak is open does not satisfy",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", build.At("11:40"))},
			want:    lines(soaking("qa", "any all"), notPromoted("uat", "any all")),
		},
		{
			name:    "a soak that is over does",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "uat"), build.Soak("1h"))},
			freight: []build.FreightOption{build.Verified("uat"), build.In("uat", build.At("11:40")), build.Soaked("qa", "1h")},
			want:    lines(soaking("uat", "all")),
		},
		{
			name: "a name that is repeated blocks once, in the order of its first appearance",
			prod: []build.StageOption{build.Requests("w", build.From("uat", "qa", "uat"))},
			want: lines(notPromoted("uat", "any all"), notPromoted("qa", "any all")),
		},
		{
			name:    "approved Freight is blocked by nothing",
			prod:    []build.StageOption{build.Requests("w", build.From("qa", "ghost"), build.All(), build.Soak("1h"))},
			freight: []build.FreightOption{build.Approved("prod")},
		},
		{
			name: "direct Freight is blocked by nothing",
			prod: []build.StageOption{build.Requests("w", build.Direct(), build.From("qa", "ghost"), build.All())},
		},
		{
			name: "Freight of an origin that is not requested waits for nothing",
			prod: []build.StageOption{build.Requests("x", build.From("qa"))},
		},
		{
			name: "Freight of a request without a source waits for nothing",
			prod: []build.StageOption{build.Requests("w")},
		},
		{
			name: "the upstreams of other origins do not block",
			prod: []build.StageOption{build.Requests("x", build.From("uat")), build.Requests("w", build.From("qa"))},
			want: lines(notPromoted("qa", "any all")),
		},
		{
			name: "V7: under any, a second request that is direct admits",
			prod: []build.StageOption{build.Requests("w", build.From("qa"), build.All()), direct},
			want: lines(notPromoted("qa", "all")),
		},
		{
			name: "V7: a first request that is direct admits under every semantics",
			prod: []build.StageOption{direct, build.Requests("w", build.From("qa"), build.All())},
		},
		{
			name: "V7: an upstream of either request may be named",
			prod: []build.StageOption{build.Requests("w", build.From("qa")), build.Requests("w", build.From("uat"))},
			want: lines(notPromoted("qa", "any all"), notPromoted("uat", "any all")),
		},
		{
			name:    "V7: under any, the one suffices; under all, the check ends at the first request",
			prod:    []build.StageOption{build.Requests("w", build.From("qa")), build.Requests("w", build.From("uat"))},
			freight: []build.FreightOption{build.Verified("uat")},
			want:    lines(notPromoted("qa", "all")),
		},
		{
			name:    "V7: nothing blocks once the first request is satisfied",
			prod:    []build.StageOption{build.Requests("w", build.From("qa")), build.Requests("w", build.From("uat"))},
			freight: []build.FreightOption{build.Verified("qa")},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{
				stages: []kargo.Stage{
					build.Stage("prod", test.prod...), build.Stage("dev", direct), build.Stage("qa", direct), build.Stage("uat", direct),
				},
				freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
				warehouses: []string{"w", "x"},
			}
			if diff := cmp.Diff(test.want, tree(w.blockers(t))); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBlockerSaysWhichRequestNamesIt(t *testing.T) {
	w := world{
		stages: []kargo.Stage{
			build.Stage("prod", build.Requests("x", build.From("qa")), build.Requests("w", build.From("uat"), build.Soak("1h"))),
			build.Stage("uat", build.Requests("w", build.Direct())),
		},
		freight: []kargo.Freight{build.Freight("f1", "w", build.Verified("uat"), build.In("uat", build.At("11:40")))},
	}
	want := []avail.Blocker{{
		Stage:   "uat",
		Request: 1,
		Finding: avail.Finding{
			Reason:    avail.Soaking,
			Message:   "soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z",
			Remaining: 40 * time.Minute,
			Until:     build.At("12:40"),
		},
		Blocks: []avail.Semantics{avail.Any, avail.All},
	}}
	if diff := cmp.Diff(want, w.blockers(t)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
}

func TestSoakingIsMeasuredByTheRequestThatWaits(t *testing.T) {
	w := world{
		stages: []kargo.Stage{
			build.Stage("prod", build.Requests("w", build.From("uat"), build.Soak("24h"))),
			build.Stage("uat", build.Requests("w", build.From("qa"), build.Soak("1h"))),
			build.Stage("qa", build.Requests("w", build.Direct())),
		},
		freight: []kargo.Freight{build.Freight("f1", "w", build.Verified("qa"), build.In("qa", build.At("11:40")))},
	}
	want := lines(
		"uat [any all] UpstreamBlocked: not available there",
		"  qa Soaking")
	if diff := cmp.Diff(want, tree(w.blockers(t))); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
}

func TestRoots(t *testing.T) {
	direct := build.Requests("w", build.Direct())
	from := func(stages ...string) build.StageOption { return build.Requests("w", build.From(stages...)) }
	all := func(stages ...string) build.StageOption {
		return build.Requests("w", build.From(stages...), build.All())
	}
	failed := build.Runs("f1", build.Verification(kargo.VerificationFailed, "smoke"))
	tests := []struct {
		name    string
		stages  []kargo.Stage
		freight []build.FreightOption
		want    string
	}{
		{
			name: "through three blocked Stages to the one that can act",
			stages: []kargo.Stage{
				build.Stage("prod", from("uat")), build.Stage("uat", from("qa")), build.Stage("qa", from("test")),
				build.Stage("test", from("dev")), build.Stage("dev", direct, failed),
			},
			want: lines(
				"uat [any all] UpstreamBlocked: not available there",
				"  dev VerificationFailed"),
		},
		{
			name: "through control-flow Stages, too",
			stages: []kargo.Stage{
				build.Stage("prod", from("gate")), build.Stage("gate", build.ControlFlow(), all("a", "b")),
				build.Stage("a", direct, failed), build.Stage("b", direct),
			},
			freight: []build.FreightOption{build.Verified("b")},
			want: lines(
				"gate [any all] UpstreamBlocked: not available there",
				"  a VerificationFailed"),
		},
		{
			name: "as the upstream is configured: under OneOf, all of its own upstreams",
			stages: []kargo.Stage{
				build.Stage("prod", from("qa")), build.Stage("qa", from("a", "b")), build.Stage("a", direct), build.Stage("b", direct, failed),
			},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  a NotPromoted",
				"  b VerificationFailed"),
		},
		{
			name: "as the upstream is configured: what it has does not count as missing",
			stages: []kargo.Stage{
				build.Stage("prod", from("qa")), build.Stage("qa", from("a", "b")), build.Stage("a", direct), build.Stage("b", direct, failed),
			},
			freight: []build.FreightOption{build.Verified("a")},
			want:    lines("qa [any all] NotPromoted: available there, and not promoted"),
		},
		{
			name: "as the upstream is configured: two requests of one origin, of which the second ends the check",
			stages: []kargo.Stage{
				build.Stage("prod", from("qa")), build.Stage("qa", from("a"), all("b"), from("c")),
				build.Stage("a", direct), build.Stage("b", direct), build.Stage("c", direct),
			},
			freight: []build.FreightOption{build.Verified("c")},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  a NotPromoted",
				"  b NotPromoted"),
		},
		{
			name: "an approval upstream ends the search",
			stages: []kargo.Stage{
				build.Stage("prod", from("uat")), build.Stage("uat", from("qa")), build.Stage("qa", from("dev")), build.Stage("dev", direct),
			},
			freight: []build.FreightOption{build.Approved("uat")},
			want:    lines("uat [any all] NotPromoted: available there, and not promoted"),
		},
		{
			name: "a Stage that can act is not looked behind",
			stages: []kargo.Stage{
				build.Stage("prod", from("uat")), build.Stage("uat", from("qa"), build.Runs("f1"), build.Health("Unhealthy")), build.Stage("qa", direct),
			},
			want: lines("uat [any all] AwaitingHealth: the Stage is Unhealthy"),
		},
		{
			name:   "missing Stages upstream",
			stages: []kargo.Stage{build.Stage("prod", from("qa")), build.Stage("qa", from("ghost"))},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  ghost StageNotFound"),
		},
		{
			name:   "a Stage upstream that waits for itself",
			stages: []kargo.Stage{build.Stage("prod", from("qa")), build.Stage("qa", from("qa"))},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  qa SelfReference"),
		},
		{
			name:   "a cycle of three, entered from outside",
			stages: []kargo.Stage{build.Stage("prod", from("a")), build.Stage("a", from("b")), build.Stage("b", from("c")), build.Stage("c", from("a"))},
			want: lines(
				"a [any all] UpstreamBlocked: not available there",
				"  a Cycle",
				"  b Cycle",
				"  c Cycle"),
		},
		{
			name: "a cycle with a way out",
			stages: []kargo.Stage{
				build.Stage("prod", from("a")), build.Stage("a", from("b")), build.Stage("b", from("a", "dev")), build.Stage("dev", direct),
			},
			want: lines(
				"a [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
		{
			name: "a Stage on a cycle that can act all the same",
			stages: []kargo.Stage{
				build.Stage("prod", from("a")), build.Stage("a", from("b")), build.Stage("b", build.Requests("w", build.Direct(), build.From("a"))),
			},
			want: lines(
				"a [any all] UpstreamBlocked: not available there",
				"  b NotPromoted"),
		},
		{
			name: "a shared ancestor is the root cause of each upstream that waits for it",
			stages: []kargo.Stage{
				build.Stage("prod", all("a", "b")), build.Stage("a", from("qa")), build.Stage("b", from("qa")),
				build.Stage("qa", from("dev")), build.Stage("dev", direct),
			},
			want: lines(
				"a [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted",
				"b [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
		{
			name: "a shared ancestor further up is one root cause",
			stages: []kargo.Stage{
				build.Stage("prod", from("uat")), build.Stage("uat", all("a", "b")), build.Stage("a", from("qa")), build.Stage("b", from("qa")),
				build.Stage("qa", from("dev")), build.Stage("dev", direct),
			},
			want: lines(
				"uat [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
		{
			name: "a Stage that can act is named wherever it is waited for",
			stages: []kargo.Stage{
				build.Stage("prod", from("uat")), build.Stage("uat", all("a", "b")), build.Stage("a", from("dev")), build.Stage("b", from("dev")),
				build.Stage("dev", direct),
			},
			want: lines(
				"uat [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := world{stages: test.stages, freight: []kargo.Freight{build.Freight("f1", "w", test.freight...)}}
			if diff := cmp.Diff(test.want, tree(w.blockers(t))); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
		})
	}
}

// Each level of the ladder takes from both Stages of the level above: 2^25 ways
// lead from its end to its beginning, and they are not all walked.
func TestRootsOfALadder(t *testing.T) {
	const levels = 25
	stages := []kargo.Stage{build.Stage("prod", build.Requests("w", build.From("a25", "b25")))}
	for level := 1; level <= levels; level++ {
		for _, side := range []string{"a", "b"} {
			sources := build.Direct()
			if level > 1 {
				sources = build.From(fmt.Sprintf("a%d", level-1), fmt.Sprintf("b%d", level-1))
			}
			stages = append(stages, build.Stage(fmt.Sprintf("%s%d", side, level), build.Requests("w", sources)))
		}
	}
	w := world{stages: stages, freight: []kargo.Freight{build.Freight("f1", "w")}}
	stage, f := w.subject(t)
	want := lines(
		"a25 [any all] UpstreamBlocked: not available there", "  a1 NotPromoted", "  b1 NotPromoted",
		"b25 [any all] UpstreamBlocked: not available there", "  a1 NotPromoted", "  b1 NotPromoted")
	if diff := cmp.Diff(want, tree(stage.Blockers(f))); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	links := stage.Chain(f)
	if len(links) != 2*(levels-1) || links[0].Stage != "a25" || links[len(links)-1].Stage != "b2" {
		t.Errorf("the chain has %d Stages, want each of the %d that wait once, nearest first", len(links), 2*(levels-1))
	}
}
