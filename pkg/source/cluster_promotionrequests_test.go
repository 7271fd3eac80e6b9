package source

import (
	"context"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

const targetAwareStage = `{"metadata":{"name":"prod","namespace":"web"},"spec":{"targets":{"selectors":[{}]}}}`

// servingRequests is serving with a target-aware Stage.
func servingRequests(t *testing.T) *server {
	t.Helper()
	return serving(t).on(inWeb+"stages", page("", targetAwareStage)).
		on(inWeb+"promotionrequests", page("", `{"metadata":{"name":"prod.1","namespace":"web"},"spec":{"stage":"prod","freight":"f1"}}`))
}

func TestClusterReadsWhatTargetAwareStagesNeed(t *testing.T) {
	s := servingRequests(t)
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := web()
	want["requests"] = "prod.1"
	wantContents(t, snapshot, map[string]contents{"web": want})
	wantLines(t, "warnings", snapshot.Warnings)
}

// Who may not read them, and who asks an API server that has none, is told what is
// unknown, and gets an answer.
func TestClusterDoesWithoutPromotionRequests(t *testing.T) {
	const unknown = "which PromotionRequests of target-aware Stages are open, or have failed and why, is unknown but for what the Stages say"
	for _, test := range []struct {
		serve   func(*server)
		warning string
	}{
		{
			func(s *server) { s.on(inWeb+"promotionrequests", forbidden()) },
			`not allowed to list promotionrequests.kargo.akuity.io in namespace "web": ` + unknown +
				"; needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [promotionrequests], verbs: [list]",
		},
		{
			func(s *server) { delete(s.answers, inWeb+"promotionrequests") },
			"the API server has no promotionrequests.kargo.akuity.io: " + unknown,
		},
	} {
		s := servingRequests(t)
		test.serve(s)
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := web()
		want["requests"] = "unread"
		wantContents(t, snapshot, map[string]contents{"web": want})
		wantLines(t, "warnings", snapshot.Warnings, test.warning)
	}
}

func TestClusterReadsThemForAQuestionToo(t *testing.T) {
	s := servingRequests(t).on(inWeb+"freights/f1", one(`{"metadata":{"name":"f1","namespace":"web"}}`))
	snapshot, found, err := Cluster{Client: s, Namespace: "web"}.ReadFor(t.Context(), Question{
		Stage: "prod", Freight: "f1", Releases: func(context.Context) kargo.Releases { return kargo.Releases{} },
	})
	if err != nil || found.one() == nil {
		t.Fatal(err)
	}
	if p := snapshot.Projects[0]; len(p.PromotionRequests) != 1 {
		t.Errorf("read: %v", contentsOf(snapshot))
	}
}

// A watch does not have them, and does not pretend that there are none.
func TestGatherKnowsNothingOfPromotionRequests(t *testing.T) {
	stage := &kargo.Stage{Metadata: kargo.Metadata{Name: "prod", Namespace: "web"}, Spec: kargo.StageSpec{Targets: &kargo.StageTargets{}}}
	snapshot := Gather(func(yield func(any) bool) { yield(stage) }, nil)
	if p := snapshot.Projects[0]; !p.Unread.Has(pipeline.PromotionRequests) || len(snapshot.Warnings) != 1 {
		t.Errorf("%v, warnings %q", contentsOf(snapshot), snapshot.Warnings)
	}
}

func TestFilesReadPromotionRequests(t *testing.T) {
	const (
		aware  = "---\n{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: all}, spec: {targets: {selectors: [{}]}}}\n"
		target = "---\n{apiVersion: kargo.akuity.io/v1alpha1, kind: Target, metadata: {name: eu}}\n"
		wanted = "---\n{apiVersion: kargo.akuity.io/v1alpha1, kind: PromotionRequest, metadata: {name: all.1}, spec: {stage: all, freight: f1}}\n"
	)
	s, err := readText(t, wholeYAML+aware+target+wanted)
	if err != nil {
		t.Fatal(err)
	}
	want := whole()
	want["stages"], want["requests"] = "prod all", "all.1"
	wantContents(t, s, map[string]contents{"default": want})
	wantLines(t, "warnings", s.Warnings)

	s, err = readText(t, wholeYAML+aware)
	if err != nil {
		t.Fatal(err)
	}
	want["requests"] = "unread"
	wantContents(t, s, map[string]contents{"default": want})
	wantLines(t, "warnings", s.Warnings,
		"no PromotionRequest in the files: which PromotionRequests of target-aware Stages are open, or have failed and why, is unknown but for what the Stages say")
}
