package source

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// vast starts a server whose Project has more Stages than a page: dev is on it, and of the
// others some are upstream of prod and some are not.
func vast(t *testing.T) *server {
	t.Helper()
	return crowded(t).hasStages(1, stageOf("dev"), stageOf("after", "prod"), stageOf("qa", "dev"), stageOf("uat", "dev"), stageOf("prod", "qa", "uat"),
		stageOf("elsewhere", "further"), stageOf("further"), stageOf("beside", "dev"))
}

// askForStages is the requests for Stages of these names.
func askForStages(names ...string) []string {
	var requests []string
	for _, name := range names {
		requests = append(requests, inWeb+"stages/"+name)
	}
	return requests
}

// Of all Stages those of the chain are read, whatever Freight they pass on.
func TestReadForReadsTheChainOfALargeProject(t *testing.T) {
	s := vast(t)
	snapshot, _ := readFor(t, s, ask("ab12"))
	want := about("ab12")
	want["web"]["stages"] = "prod elsewhere qa uat further dev"
	wantContents(t, snapshot, want)
	wantLines(t, "warnings", snapshot.Warnings)
	wantLines(t, "requests", s.asked(), readingWith([]string{inWeb + "freights/ab12"}, askForStages("qa", "uat", "elsewhere", "further"), chainOfProd())...)
}

// All Stages are read in one list where the chain cannot be read, or is of no use.
func TestReadForReadsAllStages(t *testing.T) {
	many := func(n int) []string {
		stages, names := []string{stageOf("dev")}, []string{"qa"}
		for i := range n {
			names = append(names, fmt.Sprintf("up%d", i))
			stages = append(stages, stageOf(names[i+1]))
		}
		return append(stages, stageOf("qa"), stageOf("prod", names...), stageOf("elsewhere"))
	}
	for _, test := range []struct {
		name   string
		script func(*server)
		stage  string
		isAll  bool
	}{
		{"where the Stage is not there", func(*server) {}, "prd", true},
		{"where the name can be none", func(*server) {}, "Prod_", true},
		{"where Stages may not be got", func(s *server) { s.on(inWeb+"stages/prod", forbidden()) }, "prod", true},
		{"where one upstream may not be got", func(s *server) { s.on(inWeb+"stages/uat", forbidden()) }, "prod", true},
		{"where a Stage cannot be got", func(s *server) {
			s.on(inWeb+"stages/uat", failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is away"))
		}, "prod", true},
		{"where the upstreams are too many", func(s *server) { s.hasStages(1, many(maxGets-1)...) }, "prod", true},
		{"not where they are just few enough", func(s *server) { s.hasStages(1, many(maxGets-2)...) }, "prod", false},
		{"where the first page breaks off", func(s *server) {
			s.on(inWeb+"stages", cut(`{"items":[`), selecting(stageOf("dev"), stageOf("prod", "dev")))
			s.on(inWeb+"stages/prod", forbidden())
		}, "prod", true},
		{"not where the first page breaks off and the chain can be got", func(s *server) {
			s.on(inWeb+"stages", cut(`{"items":[`), forbidden())
		}, "prod", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := vast(t)
			test.script(s)
			question := ask("ab12")
			question.Stage = test.stage
			question.NeedsStages = func(pipeline.Objects, kargo.Releases) bool {
				if test.isAll {
					t.Error("asked whether all are needed, though they were read")
				}
				return false
			}
			snapshot, _ := readFor(t, s, question)
			asked := slices.Contains(s.asked(), inWeb+"stages")
			if asked != test.isAll {
				t.Fatalf("a list of all is asked for: %t; %q", asked, s.asked())
			}
			if !test.isAll {
				return
			}
			whole, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(contentsOf(whole)["web"]["stages"], contentsOf(snapshot)["web"]["stages"]); diff != "" {
				t.Errorf("Stages (-all +got):\n%s", diff)
			}
		})
	}
}

// That something is not there is told by one list of all, as of one moment.
func TestReadForWithUpstreamsThatAreNotThere(t *testing.T) {
	s := vast(t).hasStages(1, stageOf("after"), stageOf("dev"), stageOf("prod", "gone", "dev", "No/Such", "prod"), stageOf("elsewhere"))
	snapshot, _ := readFor(t, s, ask("ab12"))
	want := about("ab12")
	want["web"]["stages"], want["web"]["promotions"] = "after dev prod elsewhere", "p-dev p-prod"
	wantContents(t, snapshot, want)
	wantLines(t, "requests", s.asked(), readingWith([]string{inWeb + "freights/ab12", inWeb + "stages"}, askForStages("gone", "dev", "elsewhere"), []string{
		inWeb + "promotions?labelSelector=%21kargo.akuity.io%2Fstage",
		inWeb + "promotions?labelSelector=kargo.akuity.io%2Fstage+in+%28dev%2Cprod%29",
	})...)
}

// What the answer needs of other Stages is read beside the Promotions. What is judged is
// the chain for which these were read.
func TestReadForReadsAllStagesWhereTheAnswerNeedsThem(t *testing.T) {
	s := vast(t)
	moved := stageOf("prod", "beside")
	s.on(inWeb+"stages", paged(1, stageOf("dev"), moved, stageOf("beside", "dev")))
	question := ask("ab12")
	question.NeedsStages = func(objects pipeline.Objects, releases kargo.Releases) bool {
		if diff := cmp.Diff("prod elsewhere qa uat further dev", contentsOfProject(&objects)["stages"]); diff != "" {
			t.Errorf("given (-want +got):\n%s", diff)
		}
		return releases.Min == "v1.11.1"
	}
	snapshot, _ := readFor(t, s, question)
	want := about("ab12")
	want["web"]["stages"] = "prod elsewhere qa uat further dev beside"
	wantContents(t, snapshot, want)
	if got := snapshot.Projects[0].Stages[0].Spec.RequestedFreight[1].Sources.Stages; !slices.Equal(got, []string{"qa", "uat"}) {
		t.Errorf("prod has the upstreams %q", got)
	}
	wantLines(t, "requests", s.asked(), readingWith([]string{inWeb + "freights/ab12", inWeb + "stages"}, askForStages("qa", "uat", "elsewhere", "further"), chainOfProd())...)
}

// The upstreams of one level are asked for before any of them is answered.
func TestReadForGetsALevelAtOnce(t *testing.T) {
	s := vast(t)
	var waiting sync.WaitGroup
	waiting.Add(3)
	for _, path := range askForStages("qa", "uat", "elsewhere") {
		answer := s.answers[path][0]
		s.on(path, func(w http.ResponseWriter, r *http.Request) {
			waiting.Done()
			waiting.Wait()
			answer(w, r)
		})
	}
	readFor(t, s, ask("ab12"))
}
