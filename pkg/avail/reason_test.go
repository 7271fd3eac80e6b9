package avail_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Stage prod takes from qa; the cases say what qa is like. They follow the lines
// of the precedence, and where a case is named "X before Y" both hold.
func TestReasons(t *testing.T) {
	at := build.At
	soak := []build.SourceOption{build.From("qa"), build.Soak("1h")}
	direct := build.Requests("w", build.Direct())
	pending := build.Verification(kargo.VerificationPending, "")
	failed := build.Verification(kargo.VerificationFailed, `Metric "smoke" failed`)
	tests := []struct {
		name    string
		release string
		// sources are those of prod, qa alone where they are not given.
		sources []build.SourceOption
		// qa is what Stage qa is like; nil for none at all.
		qa         []build.StageOption
		others     []kargo.Stage
		freight    []build.FreightOption
		promotions []kargo.Promotion
		unread     []pipeline.Kind
		want       string
	}{
		// 1
		{
			name:    "SelfReference",
			sources: []build.SourceOption{build.From("prod")},
			want:    lines("prod [any all] SelfReference: the Stage names itself as its upstream"),
		},
		{
			name:    "SelfReference before Soaking",
			sources: []build.SourceOption{build.From("prod"), build.Soak("1h")},
			freight: []build.FreightOption{build.Verified("prod"), build.In("prod", at("11:30"))},
			want:    lines("prod [any all] SelfReference: the Stage names itself as its upstream"),
		},
		// 2
		{
			name: "StageNotFound",
			want: lines(`qa [any all] StageNotFound: there is no Stage "qa" in Project "p"`),
		},
		{
			name:    "StageNotFound before Soaking, as a deleted Stage leaves its Freight's stay behind",
			sources: soak,
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:30"))},
			want:    lines(`qa [any all] StageNotFound: there is no Stage "qa" in Project "p"`),
		},
		{
			name:       "StageNotFound before PromotionPending",
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending)},
			want:       lines(`qa [any all] StageNotFound: there is no Stage "qa" in Project "p"`),
		},
		// 3
		{
			name:    "Soaking",
			sources: soak,
			qa:      []build.StageOption{direct, build.Runs("f1", build.Verification(kargo.VerificationSuccessful, ""))},
			freight: []build.FreightOption{build.VerifiedAt("qa", at("11:45")), build.In("qa", at("11:40"))},
			want:    lines("qa [any all] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"),
		},
		{
			name:    "Soaking again after a completed stay that was too short",
			sources: soak,
			qa:      []build.StageOption{direct},
			freight: []build.FreightOption{build.Soaked("qa", "59m"), build.In("qa", at("11:40"))},
			want:    lines("qa [any all] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"),
		},
		{
			name:    "Soaking in a Stage that became a control-flow Stage, as the stay it left behind grows on",
			sources: soak,
			qa:      []build.StageOption{build.ControlFlow(), direct},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:40"))},
			want:    lines("qa [any all] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"),
		},
		{
			name:    "Soaking before StageDeleting",
			sources: soak,
			qa:      []build.StageOption{direct, build.Deleting(at("11:00"))},
			freight: []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:40"))},
			want:    lines("qa [any all] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"),
		},
		{
			name:       "Soaking before PromotionRunning",
			sources:    soak,
			qa:         []build.StageOption{direct, build.Runs("f1")},
			freight:    []build.FreightOption{build.Verified("qa"), build.In("qa", at("11:40"))},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] Soaking: soaked 20m0s of 1h0m0s, until 2024-01-02T12:40:00Z"),
		},
		{
			name:    "Unknown, as nothing says since when it is there",
			sources: soak,
			qa:      []build.StageOption{direct},
			freight: []build.FreightOption{build.Verified("qa"), build.Sinceless("qa")},
			want:    lines("qa [any all] Unknown: it is there, but not since when"),
		},
		{
			name:    "Unknown before SoakImpossible",
			sources: soak,
			qa:      []build.StageOption{build.ControlFlow(), direct},
			freight: []build.FreightOption{build.Verified("qa"), build.Sinceless("qa")},
			want:    lines("qa [any all] Unknown: it is there, but not since when"),
		},
		{
			name:    "Unknown, as the Stage runs it and the Freight does not say since when",
			sources: soak,
			qa:      []build.StageOption{direct, build.Runs("f1")},
			freight: []build.FreightOption{build.Verified("qa")},
			want:    lines("qa [any all] Unknown: it is there, but not since when"),
		},
		{
			name:    "SoakImpossible",
			sources: soak,
			qa:      []build.StageOption{build.ControlFlow(), direct},
			freight: []build.FreightOption{build.VerifiedAt("qa", build.Ago("48h"))},
			want:    lines("qa [any all] SoakImpossible: a control-flow Stage holds no Freight, so nothing can soak there for 1h0m0s (kargo#6360)"),
		},
		{
			name:    "SoakImpossible before StageDeleting",
			sources: soak,
			qa:      []build.StageOption{build.ControlFlow(), direct, build.Deleting(at("11:00"))},
			freight: []build.FreightOption{build.Verified("qa")},
			want:    lines("qa [any all] SoakImpossible: a control-flow Stage holds no Freight, so nothing can soak there for 1h0m0s (kargo#6360)"),
		},
		{
			name:    "SoakInterrupted",
			sources: soak,
			qa:      []build.StageOption{direct, build.Runs("f2"), build.Runs("f1")},
			freight: []build.FreightOption{build.Soaked("qa", "12m")},
			want:    lines("qa [any all] SoakInterrupted: left after 12m0s of 1h0m0s"),
		},
		{
			name:       "SoakInterrupted before PromotionPending, which would let it soak anew",
			sources:    soak,
			qa:         []build.StageOption{direct},
			freight:    []build.FreightOption{build.Verified("qa")},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] SoakInterrupted: left, and how long it was there was not recorded; needed are 1h0m0s"),
		},
		// 4
		{
			name: "StageDeleting",
			qa:   []build.StageOption{direct, build.Deleting(at("11:00"))},
			want: lines("qa [any all] StageDeleting: the Stage is being deleted since 2024-01-02T11:00:00Z"),
		},
		{
			name: "StageDeleting before OriginNotRequested",
			qa:   []build.StageOption{build.Deleting(at("11:00")), build.Requests("x", build.Direct())},
			want: lines("qa [any all] StageDeleting: the Stage is being deleted since 2024-01-02T11:00:00Z"),
		},
		{
			name: "StageDeleting before AwaitingGate",
			qa:   []build.StageOption{direct, build.ControlFlow(), build.Deleting(at("11:00"))},
			want: lines("qa [any all] StageDeleting: the Stage is being deleted since 2024-01-02T11:00:00Z"),
		},
		{
			name:       "StageDeleting before PromotionRunning",
			qa:         []build.StageOption{direct, build.Deleting(at("11:00"))},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] StageDeleting: the Stage is being deleted since 2024-01-02T11:00:00Z"),
		},
		// 5
		{
			name: "OriginNotRequested",
			qa:   []build.StageOption{build.Requests("x", build.Direct())},
			want: lines("qa [any all] OriginNotRequested: the Stage does not request Warehouse/w"),
		},
		{
			name: "OriginNotRequested before AwaitingGate, though an old release admits what is approved", release: v110,
			qa:      []build.StageOption{build.ControlFlow(), build.Requests("x", build.Direct())},
			freight: []build.FreightOption{build.Approved("qa")},
			want:    lines("qa [any all] OriginNotRequested: the Stage does not request Warehouse/w"),
		},
		{
			name: "approved for a Stage that does not request it, which an old release admits", release: v110,
			qa:      []build.StageOption{build.Requests("x", build.Direct())},
			freight: []build.FreightOption{build.Approved("qa")},
			want:    lines("qa [any all] NotPromoted: available there, and not promoted"),
		},
		{
			name: "approved for a Stage that does not request it", release: "v1.11.0",
			qa:      []build.StageOption{build.Requests("x", build.Direct())},
			freight: []build.FreightOption{build.Approved("qa")},
			want:    lines("qa [any all] OriginNotRequested: the Stage does not request Warehouse/w"),
		},
		{
			name:       "OriginNotRequested before PromotionRunning",
			qa:         []build.StageOption{build.Requests("x", build.Direct())},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] OriginNotRequested: the Stage does not request Warehouse/w"),
		},
		{
			name: "OriginNotRequested before VerificationFailed",
			qa:   []build.StageOption{build.Requests("x", build.Direct()), build.Runs("f1", failed)},
			want: lines("qa [any all] OriginNotRequested: the Stage does not request Warehouse/w"),
		},
		// 6
		{
			name: "AwaitingGate, which admits it",
			qa:   []build.StageOption{build.ControlFlow(), direct},
			want: lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again)"),
		},
		{
			name: "AwaitingGate, which says that it is not ready",
			qa: []build.StageOption{
				build.ControlFlow(), direct, build.Condition("Ready", "False", "FreightVerificationFailed", "conflict"),
			},
			want: lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again): FreightVerificationFailed: conflict"),
		},
		{
			name: "AwaitingGate, which says that it is ready",
			qa:   []build.StageOption{build.ControlFlow(), direct, build.Condition("Ready", "True", "Ready", "all is well")},
			want: lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again)"),
		},
		{
			name: "AwaitingGate, whose listing fails over another origin",
			qa:   []build.StageOption{build.ControlFlow(), direct, build.Requests("v", build.Direct())},
			want: lines(`qa [any all] AwaitingGate: its listing fails: Warehouse "v" not found in namespace "p"`),
		},
		{
			name: "AwaitingGate, whose listing fails, though it would not admit it",
			qa:   []build.StageOption{build.ControlFlow(), build.Requests("w", build.From("dev")), build.Requests("v", build.Direct())},
			want: lines(`qa [any all] AwaitingGate: its listing fails: Warehouse "v" not found in namespace "p"`),
		},
		{
			name:    "AwaitingGate, whose listing leaves out what its check admits",
			qa:      []build.StageOption{build.ControlFlow(), build.Requests("w", build.From("dev"), build.All(), build.Soak("1h"))},
			others:  []kargo.Stage{build.Stage("dev", direct)},
			freight: []build.FreightOption{build.Soaked("dev", "2h"), build.Soaked("uat", "2h")},
			want:    lines("qa [any all] AwaitingGate: admitted, but its listing leaves it out: it also soaked in a Stage that is not an upstream, kargo#4586"),
		},
		{
			name:    "AwaitingGate, whose listing has what its check refuses",
			qa:      []build.StageOption{build.ControlFlow(), build.Requests("w", build.From("dev"), build.Soak("1h"))},
			others:  []kargo.Stage{build.Stage("dev", direct)},
			freight: []build.FreightOption{build.Verified("dev"), build.Soaked("uat", "2h")},
			want:    lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again)"),
		},
		{
			name:       "AwaitingGate before PromotionRunning, of a Stage that lost its steps",
			qa:         []build.StageOption{build.ControlFlow(), direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again)"),
		},
		// 7
		{
			name:       "PromotionRunning",
			qa:         []build.StageOption{direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] PromotionRunning: Promotion qa.1 is running"),
		},
		{
			name:   "PromotionRunning, as the Stage alone says",
			qa:     []build.StageOption{direct, build.Promoting("qa.1", "f1")},
			unread: []pipeline.Kind{pipeline.Promotions},
			want:   lines("qa [any all] PromotionRunning: Promotion qa.1 is running"),
		},
		{
			name:       "PromotionRunning before VerificationPending",
			qa:         []build.StageOption{direct, build.Runs("f1", pending)},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionRunning)},
			want:       lines("qa [any all] PromotionRunning: Promotion qa.2 is running"),
		},
		{
			name: "PromotionRunning before PromotionPending",
			qa:   []build.StageOption{direct},
			promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f1", kargo.PromotionRunning), build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending),
			},
			want: lines("qa [any all] PromotionRunning: Promotion qa.1 is running"),
		},
		{
			name: "a Promotion of other Freight, or to another Stage, is none of it",
			qa:   []build.StageOption{direct, build.Promoting("qa.1", "f2")},
			promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f2", kargo.PromotionRunning), build.Promotion("dev.1", "dev", "f1", kargo.PromotionRunning),
			},
			want: lines("qa [any all] NotPromoted: available there, and not promoted"),
		},
		// 8
		{
			name: "VerificationPending",
			qa:   []build.StageOption{direct, build.Runs("f1", pending)},
			want: lines("qa [any all] VerificationPending: the verification has not reported yet"),
		},
		{
			name: "VerificationPending, without a phase",
			qa: []build.StageOption{direct, build.Runs("f1", kargo.Verification{
				AnalysisRun: &kargo.AnalysisRunRef{Name: "run-1"},
			})},
			want: lines("qa [any all] VerificationPending: AnalysisRun run-1: the verification has not reported yet"),
		},
		{
			name: "VerificationRunning",
			qa:   []build.StageOption{direct, build.Runs("f1", build.Verification(kargo.VerificationRunning, ""))},
			want: lines("qa [any all] VerificationRunning: the verification is running"),
		},
		{
			name: "VerificationRunning again after a failure, with what the AnalysisRun says",
			qa: []build.StageOption{direct, build.Runs("f1", kargo.Verification{
				Phase: kargo.VerificationRunning, Message: "2 of 5", AnalysisRun: &kargo.AnalysisRunRef{Name: "run-2"},
			}, failed)},
			want: lines("qa [any all] VerificationRunning: AnalysisRun run-2: 2 of 5"),
		},
		{
			name:       "VerificationRunning before PromotionPending",
			qa:         []build.StageOption{direct, build.Runs("f1", build.Verification(kargo.VerificationRunning, ""))},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] VerificationRunning: the verification is running"),
		},
		// 9
		{
			name:       "PromotionPending",
			qa:         []build.StageOption{direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.1 is queued"),
		},
		{
			name:       "PromotionPending, which no controller has looked at",
			qa:         []build.StageOption{direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", "")},
			want:       lines("qa [any all] PromotionPending: Promotion qa.1 is queued"),
		},
		{
			name:       "PromotionPending before VerificationFailed",
			qa:         []build.StageOption{direct, build.Runs("f1", failed)},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.2 is queued"),
		},
		{
			name:       "PromotionPending behind a Promotion",
			qa:         []build.StageOption{direct, build.Promoting("qa.1", "f2")},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.2 is queued behind Promotion qa.1"),
		},
		{
			name:       "PromotionPending behind a verification",
			qa:         []build.StageOption{direct, build.Runs("f2", build.Verification(kargo.VerificationRunning, ""))},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.2 is queued behind the verification of f2"),
		},
		{
			name:       "PromotionPending before Superseded",
			qa:         []build.StageOption{direct, build.Runs("f2"), build.Runs("f1")},
			promotions: []kargo.Promotion{build.Promotion("qa.3", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.3 is queued"),
		},
		{
			name: "PromotionPending before PromotionFailed",
			qa:   []build.StageOption{direct},
			promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f1", kargo.PromotionFailed), build.Promotion("qa.2", "qa", "f1", kargo.PromotionPending),
			},
			want: lines("qa [any all] PromotionPending: Promotion qa.2 is queued"),
		},
		{
			name:       "PromotionPending before UpstreamBlocked, though it will be refused",
			qa:         []build.StageOption{build.Requests("w", build.From("dev"))},
			others:     []kargo.Stage{build.Stage("dev", direct)},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionPending)},
			want:       lines("qa [any all] PromotionPending: Promotion qa.1 is queued"),
		},
		// 10
		{
			name: "VerificationFailed",
			qa:   []build.StageOption{direct, build.Runs("f1", failed)},
			want: lines(`qa [any all] VerificationFailed: Metric "smoke" failed`),
		},
		{
			name: "VerificationError, of an AnalysisRun",
			qa: []build.StageOption{direct, build.Runs("f1", kargo.Verification{
				Phase: kargo.VerificationError, Message: "no such metric", AnalysisRun: &kargo.AnalysisRunRef{Name: "run-1"},
			})},
			want: lines("qa [any all] VerificationError: AnalysisRun run-1: no such metric"),
		},
		{
			name: "VerificationAborted, of an AnalysisRun that says nothing",
			qa: []build.StageOption{direct, build.Runs("f1", kargo.Verification{
				Phase: kargo.VerificationAborted, AnalysisRun: &kargo.AnalysisRunRef{Name: "run-1"},
			})},
			want: lines("qa [any all] VerificationAborted: AnalysisRun run-1"),
		},
		{
			name: "VerificationInconclusive, whatever was before",
			qa: []build.StageOption{direct, build.Runs("f1",
				build.Verification(kargo.VerificationInconclusive, "maybe"), failed, build.Verification(kargo.VerificationSuccessful, ""))},
			want: lines("qa [any all] VerificationInconclusive: maybe"),
		},
		{
			name: "Unknown, of a phase that is not Kargo's",
			qa:   []build.StageOption{direct, build.Runs("f1", build.Verification("Puzzled", ""))},
			want: lines(`qa [any all] Unknown: verification phase "Puzzled"`),
		},
		{
			name: "AwaitingHealth, with the issues",
			qa:   []build.StageOption{direct, build.Health("Unhealthy", "no pods", "no disk"), build.Runs("f1")},
			want: lines("qa [any all] AwaitingHealth: the Stage is Unhealthy: no pods; no disk"),
		},
		{
			name: "AwaitingHealth, with the condition",
			qa: []build.StageOption{
				direct, build.Health("Progressing"), build.Condition("Healthy", "Unknown", "Progressing", "rolling out"), build.Runs("f1"),
			},
			want: lines("qa [any all] AwaitingHealth: the Stage is Progressing: rolling out"),
		},
		{
			name: "AwaitingHealth, of a Stage that says no more",
			qa:   []build.StageOption{direct, build.Health("Unknown"), build.Runs("f1")},
			want: lines("qa [any all] AwaitingHealth: the Stage is Unknown"),
		},
		{
			name: "AwaitingHealth, of a Stage that says nothing at all",
			qa:   []build.StageOption{direct, build.Runs("f1")},
			want: lines("qa [any all] AwaitingHealth: the Stage has not reported its health"),
		},
		{
			name: "AwaitingHealth after a verification that succeeded",
			qa: []build.StageOption{
				direct, build.Health("Unhealthy"), build.Runs("f1", build.Verification(kargo.VerificationSuccessful, ""), failed),
			},
			want: lines("qa [any all] AwaitingHealth: the Stage is Unhealthy"),
		},
		{
			name: "VerificationPending, of a Healthy Stage that has not verified yet",
			qa:   []build.StageOption{direct, build.Health("Healthy"), build.Runs("f1")},
			want: lines("qa [any all] VerificationPending: the Stage is Healthy, and its controller has not verified the Freight yet"),
		},
		{
			name: "VerificationPending, of a Healthy Stage that has not taken note of its success",
			qa:   []build.StageOption{direct, build.Health("Healthy"), build.Runs("f1", build.Verification(kargo.VerificationSuccessful, ""))},
			want: lines("qa [any all] VerificationPending: the Stage is Healthy, and its controller has not verified the Freight yet"),
		},
		{
			name: "AwaitingHealth before a failure in older history",
			qa:   []build.StageOption{direct, build.Health("Unknown"), build.Runs("f1"), build.Runs("f2"), build.Runs("f1", failed)},
			want: lines("qa [any all] AwaitingHealth: the Stage is Unknown"),
		},
		{
			name:       "VerificationFailed before PromotionFailed, of a second attempt",
			qa:         []build.StageOption{direct, build.Runs("f1", failed)},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionFailed)},
			want:       lines(`qa [any all] VerificationFailed: Metric "smoke" failed`),
		},
		{
			name:   "VerificationFailed before UpstreamBlocked",
			qa:     []build.StageOption{build.Requests("w", build.From("dev")), build.Runs("f1", failed)},
			others: []kargo.Stage{build.Stage("dev", direct)},
			want:   lines(`qa [any all] VerificationFailed: Metric "smoke" failed`),
		},
		// 11
		{
			name: "VerificationFailed, and replaced since",
			qa:   []build.StageOption{direct, build.Runs("f3"), build.Runs("f2", pending), build.Runs("f1", failed)},
			want: lines(`qa [any all] VerificationFailed: Metric "smoke" failed; replaced since then`),
		},
		{
			name: "the newest failure in older history",
			qa: []build.StageOption{
				direct, build.Runs("f2"),
				build.Runs("f1", pending, build.Verification(kargo.VerificationError, "newest"), failed),
				build.Runs("f1", failed),
			},
			want: lines("qa [any all] VerificationError: newest; replaced since then"),
		},
		{
			name: "the newest failure in older history, of an earlier stay where the later has none",
			qa: []build.StageOption{
				direct, build.Runs("f2"), build.Runs("f1", pending), build.Runs("f1", build.Verification(kargo.VerificationAborted, "")),
			},
			want: lines("qa [any all] VerificationAborted: replaced since then"),
		},
		{
			name: "Superseded",
			qa:   []build.StageOption{direct, build.Health("Healthy"), build.Runs("f2"), build.Runs("f1")},
			want: lines("qa [any all] Superseded: replaced before it was verified"),
		},
		{
			name:       "Superseded before PromotionFailed, of a second attempt",
			qa:         []build.StageOption{direct, build.Runs("f2"), build.Runs("f1", pending)},
			promotions: []kargo.Promotion{build.Promotion("qa.3", "qa", "f1", kargo.PromotionFailed)},
			want:       lines("qa [any all] Superseded: replaced before it was verified"),
		},
		// 12
		{
			name:       "PromotionFailed",
			qa:         []build.StageOption{direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionFailed, build.Says("the cluster refused"))},
			want:       lines("qa [any all] PromotionFailed: Promotion qa.1: the cluster refused"),
		},
		{
			name:       "PromotionErrored",
			qa:         []build.StageOption{direct},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionErrored)},
			want:       lines("qa [any all] PromotionErrored: Promotion qa.1"),
		},
		{
			name:   "PromotionAborted, as the Stage alone says",
			qa:     []build.StageOption{direct, build.Promoted("qa.1", "f1", kargo.PromotionAborted, "by me")},
			unread: []pipeline.Kind{pipeline.Promotions},
			want:   lines("qa [any all] PromotionAborted: Promotion qa.1: by me"),
		},
		{
			name: "the newest Promotion that ended",
			qa:   []build.StageOption{direct},
			promotions: []kargo.Promotion{
				build.Promotion("qa.1", "qa", "f1", kargo.PromotionErrored, build.PromotedAt(at("10:00"))),
				build.Promotion("qa.0", "qa", "f1", kargo.PromotionAborted, build.PromotedAt(at("11:00"))),
				build.Promotion("qa.2", "qa", "f1", kargo.PromotionFailed, build.PromotedAt(at("09:00"))),
			},
			want: lines("qa [any all] PromotionAborted: Promotion qa.0"),
		},
		{
			name:       "PromotionFailed before UpstreamBlocked",
			qa:         []build.StageOption{build.Requests("w", build.From("dev"))},
			others:     []kargo.Stage{build.Stage("dev", direct)},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionFailed)},
			want:       lines("qa [any all] PromotionFailed: Promotion qa.1"),
		},
		// 13
		{
			name: "NoSource",
			qa:   []build.StageOption{build.Requests("w")},
			want: lines("qa [any all] NoSource: the Stage has neither a direct source nor an upstream for Warehouse/w"),
		},
		{
			name: "NoSource, of a control-flow Stage",
			qa:   []build.StageOption{build.ControlFlow(), build.Requests("w")},
			want: lines("qa [any all] NoSource: the Stage has neither a direct source nor an upstream for Warehouse/w"),
		},
		{
			name:   "UpstreamBlocked",
			qa:     []build.StageOption{build.Requests("w", build.From("dev"))},
			others: []kargo.Stage{build.Stage("dev", direct)},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
		{
			name:   "UpstreamBlocked, of a control-flow Stage",
			qa:     []build.StageOption{build.ControlFlow(), build.Requests("w", build.From("dev"))},
			others: []kargo.Stage{build.Stage("dev", direct, build.Runs("f1", failed))},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  dev VerificationFailed"),
		},
		{
			name: "Cycle",
			qa:   []build.StageOption{build.Requests("w", build.From("prod"))},
			want: lines("qa [any all] Cycle: prod and qa wait for each other"),
		},
		// 14
		{
			name: "NotPromoted",
			qa:   []build.StageOption{direct},
			want: lines("qa [any all] NotPromoted: available there, and not promoted"),
		},
		{
			name:    "NotPromoted, as it is approved there",
			qa:      []build.StageOption{build.Requests("w", build.From("dev"))},
			others:  []kargo.Stage{build.Stage("dev", direct)},
			freight: []build.FreightOption{build.Approved("qa")},
			want:    lines("qa [any all] NotPromoted: available there, and not promoted"),
		},
		{
			name:   "Unknown, as a Promotion may be queued",
			qa:     []build.StageOption{direct},
			unread: []pipeline.Kind{pipeline.Promotions},
			want:   lines("qa [any all] Unknown: not verified there; Promotions could not be read, so it may be queued"),
		},
		{
			name:       "a Promotion has succeeded, and the Stage has not recorded it yet",
			qa:         []build.StageOption{direct, build.Runs("f2"), build.Promoted("qa.1", "f2", kargo.PromotionSucceeded, "")},
			promotions: []kargo.Promotion{build.Promotion("qa.2", "qa", "f1", kargo.PromotionSucceeded)},
			want:       lines("qa [any all] NotRecorded: Promotion qa.2 has succeeded, and the Stage has not recorded it yet"),
		},
		{
			name:       "a Promotion had succeeded before all that the Stage remembers",
			qa:         []build.StageOption{direct, build.Runs("f2"), build.Promoted("qa.9", "f2", kargo.PromotionSucceeded, "")},
			promotions: []kargo.Promotion{build.Promotion("qa.1", "qa", "f1", kargo.PromotionSucceeded)},
			want:       lines("qa [any all] Superseded: Promotion qa.1 had succeeded"),
		},
		// What could not be read.
		{
			name:   "Unknown, as a control-flow Stage's listing may fail",
			qa:     []build.StageOption{build.ControlFlow(), build.Requests("w", build.From("dev"))},
			others: []kargo.Stage{build.Stage("dev", direct)},
			unread: []pipeline.Kind{pipeline.Warehouses},
			want: lines(
				"qa [any all] Unknown: whether it lists the Freight is unknown, as the Warehouses are not known",
				"  dev NotPromoted"),
		},
		{
			name:   "AwaitingGate, whether its listing fails or not",
			qa:     []build.StageOption{build.ControlFlow(), direct},
			unread: []pipeline.Kind{pipeline.Warehouses},
			want:   lines("qa [any all] AwaitingGate: open for it, and not passed on yet (kargo refresh stage makes it look again)"),
		},
		{
			name:   "without Warehouses a regular Stage's reason is known",
			qa:     []build.StageOption{build.Requests("w", build.From("dev"))},
			others: []kargo.Stage{build.Stage("dev", direct)},
			unread: []pipeline.Kind{pipeline.Warehouses},
			want: lines(
				"qa [any all] UpstreamBlocked: not available there",
				"  dev NotPromoted"),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sources := test.sources
			if sources == nil {
				sources = []build.SourceOption{build.From("qa")}
			}
			w := world{
				release:    test.release,
				stages:     append([]kargo.Stage{build.Stage("prod", build.Requests("w", sources...))}, test.others...),
				freight:    []kargo.Freight{build.Freight("f1", "w", test.freight...)},
				promotions: test.promotions,
				warehouses: []string{"w", "x"},
				unread:     test.unread,
			}
			if test.qa != nil {
				w.stages = append(w.stages, build.Stage("qa", test.qa...))
			}
			if diff := cmp.Diff(test.want, tree(w.blockers(t))); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
		})
	}
}

// Every reason of the machine contract has a case above; this holds their words.
func TestReasonsAreThoseOfTheMachineContract(t *testing.T) {
	want := []avail.Reason{
		"SelfReference", "StageNotFound", "Soaking", "Unknown", "SoakImpossible", "SoakInterrupted", "StageDeleting",
		"OriginNotRequested", "AwaitingGate", "PromotionRunning", "VerificationPending", "VerificationRunning",
		"PromotionPending", "VerificationFailed", "VerificationError", "VerificationAborted", "VerificationInconclusive",
		"AwaitingHealth", "Superseded", "PromotionFailed", "PromotionErrored", "PromotionAborted",
		"NoSource", "Cycle", "UpstreamBlocked", "NotPromoted",
	}
	got := []avail.Reason{
		avail.SelfReference, avail.StageNotFound, avail.Soaking, avail.ReasonUnknown, avail.SoakImpossible, avail.SoakInterrupted, avail.StageDeleting,
		avail.OriginNotRequested, avail.AwaitingGate, avail.PromotionRunning, avail.VerificationPending, avail.VerificationRunning,
		avail.PromotionPending, avail.VerificationFailed, avail.VerificationError, avail.VerificationAborted, avail.VerificationInconclusive,
		avail.AwaitingHealth, avail.Superseded, avail.PromotionFailed, avail.PromotionErrored, avail.PromotionAborted,
		avail.NoSource, avail.Cycle, avail.UpstreamBlocked, avail.NotPromoted,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}
