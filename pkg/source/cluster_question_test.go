package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// item writes an object of Project web as JSON; the rest is more of its fields.
func item(name, labels, rest string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","labels":{%s}}%s}`, name, labels, rest)
}

// freightOf writes a piece of Freight of Warehouse w, with its label unless it has no
// alias.
func freightOf(name, alias string) string {
	label := ""
	if alias != "" {
		label = fmt.Sprintf(`"kargo.akuity.io/alias":%q`, alias)
	}
	return item(name, label, fmt.Sprintf(`,"alias":%q,"origin":{"kind":"Warehouse","name":"w"}`, alias))
}

// stageOf writes a Stage that requests the Freight of Warehouse w from upstreams,
// and that of Warehouse x from Stage elsewhere.
func stageOf(name string, upstreams ...string) string {
	from, _ := json.Marshal(upstreams)
	return item(name, "", fmt.Sprintf(`,"spec":{"requestedFreight":[`+
		`{"origin":{"kind":"Warehouse","name":"x"},"sources":{"stages":["elsewhere"]}},`+
		`{"origin":{"kind":"Warehouse","name":"w"},"sources":{"stages":%s}}]}`, from))
}

// promotionOf writes a Promotion to a Stage, with its label or as it was before
// Promotions had one.
func promotionOf(name, stage string, labelled bool) string {
	label := ""
	if labelled {
		label = fmt.Sprintf(`"kargo.akuity.io/stage":%q`, stage)
	}
	return item(name, label, fmt.Sprintf(`,"spec":{"stage":%q}`, stage))
}

// selecting answers with those of the items that the request selects.
func selecting(items ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		byLabels, err := labels.Parse(r.URL.Query().Get("labelSelector"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		name := strings.TrimPrefix(r.URL.Query().Get("fieldSelector"), "metadata.name=")
		page("", slices.DeleteFunc(slices.Clone(items), func(item string) bool {
			var object struct{ Metadata kargo.Metadata }
			err := json.Unmarshal([]byte(item), &object)
			return err != nil || !byLabels.Matches(labels.Set(object.Metadata.Labels)) || name != "" && name != object.Metadata.Name
		})...)(w, r)
	}
}

// crowded starts a server whose Project "web" has, among other Freight and Stages,
// what the tests ask for: of Stage prod, below qa and uat, below dev.
func crowded(t *testing.T) *server {
	t.Helper()
	s := newServer(t).
		hasStages(firstStages, stageOf("dev"), stageOf("qa", "dev"), stageOf("uat", "dev"), stageOf("prod", "qa", "uat"), stageOf("elsewhere", "prod")).
		on(inWeb+"warehouses", selecting(item("w", "", ""))).
		on(inWeb+"projectconfigs", selecting(item("web", "", `,"spec":{"promotionPolicies":[{"stage":"prod"}]}`))).
		on(inWeb+"promotions", selecting(
			promotionOf("p-dev", "dev", true), promotionOf("p-qa-before", "qa", false), promotionOf("p-prod", "prod", true),
			promotionOf("p-elsewhere", "elsewhere", true), promotionOf("p-elsewhere-before", "elsewhere", false)))
	return s.hasFreight("ab12", "lucky-koala", "ab34", "new-newt", "cd56", "", "new-newt", "ab12")
}

// hasFreight scripts the Freight: names and aliases in turn.
func (s *server) hasFreight(named ...string) *server {
	var all []string
	for pair := range slices.Chunk(named, 2) {
		text := freightOf(pair[0], pair[1])
		all = append(all, text)
		s.on(inWeb+"freights/"+pair[0], one(text))
	}
	return s.on(inWeb+"freights", selecting(all...))
}

// hasStages scripts the Stages. A page of them has no more than so many.
func (s *server) hasStages(page int, stages ...string) *server {
	for _, stage := range stages {
		var object struct{ Metadata kargo.Metadata }
		if err := json.Unmarshal([]byte(stage), &object); err != nil {
			s.t.Fatal(err)
		}
		s.on(inWeb+"stages/"+object.Metadata.Name, one(stage))
	}
	return s.on(inWeb+"stages", paged(page, stages...))
}

// paged answers with a list, or the first page of it where there is a limit.
func paged(size int, items ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("limit") || len(items) <= size {
			page("", items...)(w, r)
			return
		}
		page("more", items[:size]...)(w, r)
	}
}

// ask is a question about Stage prod, in a cluster of the newest Kargo.
func ask(freight string) Question {
	return Question{Stage: "prod", Freight: freight, Releases: func(context.Context) kargo.Releases {
		return kargo.Releases{Min: "v1.11.1"}
	}}
}

func readFor(t *testing.T, s *server, question Question) (*Snapshot, Found) {
	t.Helper()
	snapshot, found, err := Cluster{Client: s, Namespace: "web"}.ReadFor(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot, found
}

// about is what is read of Project web for a question about a piece of Freight.
func about(freight string) map[string]contents {
	return map[string]contents{"web": {
		"stages": "dev qa uat prod elsewhere", "freight": freight, "warehouses": "w", "config": "prod",
		"promotions": "p-dev p-prod p-qa-before",
	}}
}

func wantFound(t *testing.T, found Found, freight, aliases []string) {
	t.Helper()
	var names []string
	for _, f := range found.Freight {
		names = append(names, f.Metadata.Name)
	}
	wantLines(t, "Freight found", names, freight...)
	wantLines(t, "aliases", found.Aliases, aliases...)
}

// readingWith returns the requests that are made whatever is asked of Stage prod, and
// others.
func readingWith(others ...[]string) []string {
	return readingOf("prod", others...)
}

// readingOf returns those for another Stage.
func readingOf(stage string, others ...[]string) []string {
	requests := slices.Concat(others...)
	for _, path := range []string{"projectconfigs", "stages/" + stage, "stages?limit=100", "warehouses"} {
		requests = append(requests, inWeb+path)
	}
	slices.Sort(requests)
	return requests
}

// askForAlias is the request for the Freight of an alias.
func askForAlias(alias string) string {
	return inWeb + "freights?labelSelector=kargo.akuity.io%2Falias%3D" + alias
}

// chainOfProd is the requests for the Promotions to prod and its upstreams.
func chainOfProd() []string {
	return []string{
		inWeb + "promotions?labelSelector=%21kargo.akuity.io%2Fstage",
		inWeb + "promotions?labelSelector=kargo.akuity.io%2Fstage+in+%28dev%2Cprod%2Cqa%2Cuat%29",
	}
}

func TestReadForFindsFreight(t *testing.T) {
	for _, test := range []struct {
		name, reference string
		want            string   // the one that is found
		requests        []string // for Freight
	}{
		{"by its name", "ab12", "ab12", []string{inWeb + "freights/ab12"}},
		{"by its alias", "lucky-koala", "ab12", []string{inWeb + "freights/lucky-koala", askForAlias("lucky-koala")}},
		{"by its name rather than by the alias of another", "new-newt", "new-newt", []string{inWeb + "freights/new-newt"}},
		{"by a prefix of its name", "cd", "cd56", []string{inWeb + "freights/cd", askForAlias("cd"), inWeb + "freights", inWeb + "freights/cd56"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crowded(t)
			snapshot, found := readFor(t, s, ask(test.reference))
			wantFound(t, found, []string{test.want}, nil)
			wantContents(t, snapshot, about(test.want))
			wantLines(t, "warnings", snapshot.Warnings)
			wantLines(t, "requests", s.asked(), readingWith(test.requests, chainOfProd())...)
			if !snapshot.Projects[0].Partial {
				t.Error("one piece of Freight is held to be all")
			}
			if f := found.Freight[0]; f.Origin.Name != "w" {
				t.Errorf("Freight is not whole: %+v", f)
			}
		})
	}
}

// A prefix needs the names of all Freight, and no more of it.
func TestReadForAsksForTheMetadataOfAllFreightAlone(t *testing.T) {
	accepted := map[string]string{}
	var mu sync.Mutex
	s := crowded(t)
	freights := s.answers[inWeb+"freights"][0]
	s.on(inWeb+"freights", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		accepted[r.URL.Query().Get("labelSelector")], _, _ = strings.Cut(r.Header.Get("Accept"), ",")
		mu.Unlock()
		freights(w, r)
	})
	readFor(t, s, ask("cd"))
	want := map[string]string{
		"kargo.akuity.io/alias=cd": "application/json",
		"":                         "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
	}
	if diff := cmp.Diff(want, accepted); diff != "" {
		t.Errorf("Accept by selector (-want +got):\n%s", diff)
	}
}

// What is not there ends the reading: there is no chain.
func TestReadForSaysWhatItDidNotFind(t *testing.T) {
	nameless := askForAlias("nothing")
	for _, test := range []struct {
		name             string
		question         Question
		freight, aliases []string
		requests         []string // for Freight
	}{
		{
			name: "Freight", question: ask("nothing"),
			aliases:  []string{"new-newt", "lucky-koala"},
			requests: []string{inWeb + "freights/nothing", nameless, inWeb + "freights", inWeb + "freights"},
		},
		{
			name: "one piece of Freight among several", question: ask("ab"),
			freight:  []string{"ab34", "ab12"},
			requests: []string{inWeb + "freights/ab", askForAlias("ab"), inWeb + "freights"},
		},
		{
			name: "Freight whose name is none and whose alias is no label", question: ask("No/Such_"),
			aliases:  []string{"new-newt", "lucky-koala"},
			requests: []string{inWeb + "freights", inWeb + "freights"},
		},
		{
			name: "the Stage", question: Question{Stage: "prd", Freight: "ab12", Releases: ask("").Releases},
			freight:  []string{"ab12"},
			requests: []string{inWeb + "freights/ab12"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crowded(t).hasFreight("ab12", "lucky-koala", "ab34", "new-newt")
			snapshot, found := readFor(t, s, test.question)
			wantFound(t, found, test.freight, test.aliases)
			wantLines(t, "requests", s.asked(), readingOf(test.question.Stage, test.requests)...)
			if !snapshot.Projects[0].Unread.Has(pipeline.Promotions) {
				t.Error("the Promotions are held to be read")
			}
		})
	}
}

// The label is how an alias is found, but the alias is what people see.
func TestFreightMeantByGoesByTheAliasWhereTheLabelDisagrees(t *testing.T) {
	mislabelled := item("ab12", `"kargo.akuity.io/alias":"koala"`, `,"alias":"lucky-koala"`)
	for name, test := range map[string]struct {
		items         []string
		want, aliases []string
	}{
		"another has it":  {[]string{mislabelled, item("cd56", `"kargo.akuity.io/alias":"koala"`, "")}, []string{"cd56"}, nil},
		"nothing has it":  {[]string{mislabelled}, nil, []string{"lucky-koala"}},
		"a prefix has it": {[]string{mislabelled, item("koala1", "", "")}, []string{"koala1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := crowded(t).on(inWeb+"freights", selecting(test.items...)).
				on(inWeb+"freights/koala1", one(item("koala1", "", "")))
			found, err := Cluster{Client: s, Namespace: "web"}.freightMeantBy(t.Context(), "koala")
			if err != nil {
				t.Fatal(err)
			}
			wantFound(t, found, test.want, test.aliases)
		})
	}
}

// The label is made by Kargo's webhook, which an installation may be without.
func TestFreightMeantByFindsAnAliasWithoutLabel(t *testing.T) {
	s := crowded(t).on(inWeb+"freights", selecting(item("ab12", "", `,"alias":"koala"`), item("cd56", "", "")))
	found, err := Cluster{Client: s, Namespace: "web"}.freightMeantBy(t.Context(), "koala")
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, found, []string{"ab12"}, nil)
}

func TestFreightMeantByWithoutKargo(t *testing.T) {
	_, err := Cluster{Client: newServer(t), Namespace: "web"}.freightMeantBy(t.Context(), "koala")
	if want := `the API server has no freights of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFreightMeantByHasAllOfAnAliasNewestFirst(t *testing.T) {
	created := func(name, at string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","creationTimestamp":%q,"labels":{"kargo.akuity.io/alias":"twin"}}}`, name, at)
	}
	s := crowded(t).on(inWeb+"freights", selecting(created("a", "2026-01-01T00:00:00Z"), created("b", "2026-01-03T00:00:00Z"), created("c", "2026-01-01T00:00:00Z")))
	found, err := Cluster{Client: s, Namespace: "web"}.freightMeantBy(t.Context(), "twin")
	if err != nil {
		t.Fatal(err)
	}
	wantFound(t, found, []string{"b", "c", "a"}, nil)
}

func TestChain(t *testing.T) {
	stages := func(texts ...string) []kargo.Stage {
		var all []kargo.Stage
		for _, text := range texts {
			var stage kargo.Stage
			if err := json.Unmarshal([]byte(text), &stage); err != nil {
				t.Fatal(err)
			}
			all = append(all, stage)
		}
		return all
	}
	for _, test := range []struct {
		name   string
		stages []kargo.Stage
		of     string // Warehouse
		want   []string
	}{
		{"a diamond", stages(stageOf("dev"), stageOf("a", "dev"), stageOf("b", "dev"), stageOf("prod", "a", "b"), stageOf("after", "prod")), "w", []string{"prod", "a", "b", "dev"}},
		{"a cycle", stages(stageOf("prod", "a"), stageOf("a", "b"), stageOf("b", "prod", "b")), "w", []string{"prod", "a", "b"}},
		{"a missing Stage", stages(stageOf("prod", "a", "gone"), stageOf("a", "gone")), "w", []string{"prod", "a"}},
		{"the requests of one origin", stages(stageOf("prod", "a"), stageOf("a"), stageOf("elsewhere")), "x", []string{"prod", "elsewhere"}},
		{"an origin that is not requested", stages(stageOf("prod", "a"), stageOf("a")), "y", []string{"prod"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := chain(test.stages, "prod", kargo.Origin{Kind: kargo.KindWarehouse, Name: test.of})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is asked of the API server, the answer is the same.
func TestReadForAsksForPromotionsByLabelWhereTheyHaveOne(t *testing.T) {
	long := strings.Repeat("a", 64) // no value of a label
	all := []string{inWeb + "promotions"}
	for _, test := range []struct {
		name     string
		releases kargo.Releases
		stages   []string // more of them
		want     []string // requests
	}{
		{"from the release on that has labels", kargo.Releases{Min: "v1.11.0", Max: "v1.11.0"}, nil, chainOfProd()},
		{"and later", kargo.Releases{Min: "v1.11.1"}, nil, chainOfProd()},
		{"not before", kargo.Releases{Min: "v1.8.0", Max: "v1.10.10"}, nil, all},
		{"not where the release is unknown", kargo.Releases{}, nil, all},
		{"not where a name of the chain is too long", kargo.Releases{Min: "v1.11.1"}, []string{stageOf(long), stageOf("dev", long)}, all},
		{"not where the chain is too long", kargo.Releases{Min: "v1.11.1"}, longChain(150), all},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crowded(t)
			s.on(inWeb+"stages", selecting(append([]string{stageOf("dev"), stageOf("qa", "dev"), stageOf("uat", "dev"), stageOf("prod", "qa", "uat")}, test.stages...)...))
			question := ask("ab12")
			question.Releases = func(context.Context) kargo.Releases { return test.releases }
			snapshot, _ := readFor(t, s, question)
			wantLines(t, "requests", s.asked(), readingWith(test.want, []string{inWeb + "freights/ab12"})...)
			var promotions []string
			for _, p := range snapshot.Projects[0].Promotions {
				promotions = append(promotions, p.Metadata.Name)
			}
			slices.Sort(promotions)
			wantLines(t, "Promotions", promotions, "p-dev", "p-prod", "p-qa-before")
		})
	}
}

// longChain is Stages one below the other, above qa.
func longChain(n int) []string {
	name := func(i int) string { return fmt.Sprintf("a-rather-long-name-of-a-stage-that-is-number-%d", i) }
	stages := []string{stageOf("qa", "dev", name(0))}
	for i := range n {
		stages = append(stages, stageOf(name(i), name(i+1)))
	}
	return stages
}

func TestReadForReadsAllFreightWhereTheAnswerNeedsIt(t *testing.T) {
	for _, needed := range []bool{false, true} {
		t.Run(fmt.Sprint(needed), func(t *testing.T) {
			s := crowded(t)
			question := ask("ab12")
			question.NeedsAll = func(objects pipeline.Objects, releases kargo.Releases) bool {
				want := about("ab12")["web"]
				want["promotions"] = "unread"
				if diff := cmp.Diff(want, contentsOfProject(&objects)); diff != "" {
					t.Errorf("given (-want +got):\n%s", diff)
				}
				return needed && releases.Min == "v1.11.1"
			}
			snapshot, _ := readFor(t, s, question)
			requests := []string{inWeb + "freights/ab12"}
			want := about("ab12")
			if needed {
				requests = append(requests, inWeb+"freights")
				want = about("ab12 ab34 cd56 new-newt")
			}
			wantContents(t, snapshot, want)
			wantLines(t, "requests", s.asked(), readingWith(requests, chainOfProd())...)
			if got := snapshot.Projects[0].Partial; got == needed {
				t.Errorf("Partial is %t", got)
			}
		})
	}
}

func TestReadForWithRightsMissing(t *testing.T) {
	const (
		cannotList = `not allowed to list freights.kargo.akuity.io in namespace "web": `
		unknown    = "which Freight is available is unknown; "
	)
	onlyNamed := func(s *server) { s.on(inWeb+"freights", forbidden()) }
	onlyListed := func(s *server) {
		for path := range s.answers {
			if strings.HasPrefix(path, inWeb+"freights/") {
				s.on(path, forbidden())
			}
		}
		s.on(inWeb+"freights/lucky-koala", forbidden()).on(inWeb+"freights/cd", forbidden())
	}
	for _, test := range []struct {
		name      string
		lacks     func(*server)
		reference string
		freight   string // "unread" where it is
		warning   string
	}{
		{"to list: a name is enough", onlyNamed, "ab12", "ab12", ""},
		{"to list: an alias says nothing", onlyNamed, "lucky-koala", "unread", cannotList + unknown + fmt.Sprintf(ruleFor, "freights", "list")},
		{"to get: a name is found in a list", onlyListed, "ab12", "ab12", ""},
		{"to get: an alias is found in a list", onlyListed, "lucky-koala", "ab12", ""},
		{"to get: a prefix is found in a list", onlyListed, "cd", "cd56", ""},
		{"to get and to list", func(s *server) { onlyNamed(s); onlyListed(s) }, "ab12", "unread", cannotList + unknown + fmt.Sprintf(ruleFor, "freights", "list")},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crowded(t)
			test.lacks(s)
			snapshot, found := readFor(t, s, ask(test.reference))
			want := about(test.freight)
			if test.freight == "unread" {
				want["web"]["promotions"] = "unread"
				wantFound(t, found, nil, nil)
			} else {
				wantFound(t, found, []string{test.freight}, nil)
			}
			wantContents(t, snapshot, want)
			var warnings []string
			if test.warning != "" {
				warnings = []string{test.warning}
			}
			wantLines(t, "warnings", snapshot.Warnings, warnings...)
		})
	}
	t.Run("to list what auto-promotion chooses from", func(t *testing.T) {
		s := crowded(t)
		onlyNamed(s)
		question := ask("ab12")
		question.NeedsAll = func(pipeline.Objects, kargo.Releases) bool { return true }
		snapshot, _ := readFor(t, s, question)
		wantContents(t, snapshot, about("ab12"))
		wantLines(t, "warnings", snapshot.Warnings, cannotList+"what auto-promotion would pick is unknown; "+fmt.Sprintf(ruleFor, "freights", "list"))
		if !snapshot.Projects[0].Partial {
			t.Error("one piece of Freight is held to be all")
		}
	})
	t.Run("to list other kinds", func(t *testing.T) {
		s := crowded(t)
		for _, plural := range []string{"promotions", "warehouses", "projectconfigs"} {
			s.on(inWeb+plural, forbidden())
		}
		snapshot, _ := readFor(t, s, ask("ab12"))
		wantContents(t, snapshot, map[string]contents{"web": {
			"stages": "dev qa uat prod elsewhere", "freight": "ab12", "warehouses": "unread", "promotions": "unread", "policies": "unread",
		}})
		var kinds []string
		for _, warning := range snapshot.Warnings {
			kinds = append(kinds, strings.Fields(warning)[4])
		}
		wantLines(t, "kinds warned of", kinds, "warehouses.kargo.akuity.io", "projectconfigs.kargo.akuity.io", "promotions.kargo.akuity.io")
	})
}

func TestReadForFails(t *testing.T) {
	away := failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is away")
	for _, test := range []struct {
		name   string
		script func(*server)
		want   string
		reason metav1.StatusReason // of the API server, "" when the error is not its own
	}{
		{
			name: "when Stages may not be listed", script: func(s *server) { s.on(inWeb+"stages", forbidden()) },
			want: `listing stages.kargo.akuity.io in namespace "web": you may not; ` + fmt.Sprintf(ruleFor, "stages", "list"), reason: metav1.StatusReasonForbidden,
		},
		{
			name: "when Freight cannot be got", script: func(s *server) { s.on(inWeb+"freights/ab12", away) },
			want: `reading freight "ab12": etcd is away`, reason: metav1.StatusReasonInternalError,
		},
		{
			name: "when what is got is no Freight", script: func(s *server) { s.on(inWeb+"freights/ab12", one(`{"metadata":{"name":7}}`)) },
			want: `reading freight "ab12": the answer is not a whole object: metadata.name: text is expected, not a number`,
		},
		{
			name: "when there is no Freight at all", script: func(s *server) {
				delete(s.answers, inWeb+"freights/ab12")
				delete(s.answers, inWeb+"freights")
			},
			want: `the API server has no freights of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`,
		},
		{
			name: "when there are no Stages, whatever else is not", script: func(s *server) {
				for path := range s.answers {
					delete(s.answers, path)
				}
			},
			want: `the API server has no stages of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`,
		},
		{
			name: "when the Promotions cannot be listed", script: func(s *server) { s.on(inWeb+"promotions", away) },
			want: `listing promotions.kargo.akuity.io in namespace "web": etcd is away`, reason: metav1.StatusReasonInternalError,
		},
		{
			name: "when there is no namespace", script: func(s *server) {
				s.on(inWeb+"stages", page("")).on(namespaceOfWeb, failure(http.StatusNotFound, metav1.StatusReasonNotFound, `namespaces "web" not found`))
			},
			want: `namespaces "web" not found`, reason: metav1.StatusReasonNotFound,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := crowded(t)
			test.script(s)
			snapshot, _, err := Cluster{Client: s, Namespace: "web"}.ReadFor(t.Context(), ask("ab12"))
			wantError(t, snapshot, err, test.want)
			if got := apierrors.ReasonForError(err); got != test.reason {
				t.Errorf("reason %q, want %q", got, test.reason)
			}
		})
	}
}

// All that the first round asks for is asked for before any of it is answered.
func TestReadForAsksForAllAtOnce(t *testing.T) {
	s := crowded(t)
	var waiting sync.WaitGroup
	waiting.Add(5)
	for _, path := range []string{"stages", "stages/prod", "warehouses", "projectconfigs", "freights/ab12"} {
		answer := s.answers[inWeb+path][0]
		s.on(inWeb+path, func(w http.ResponseWriter, r *http.Request) {
			waiting.Done()
			waiting.Wait()
			answer(w, r)
		})
	}
	snapshot, _ := readFor(t, s, ask("ab12"))
	wantContents(t, snapshot, about("ab12"))
}

func TestReadForEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := crowded(t).on(inWeb+"promotions", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	snapshot, _, err := Cluster{Client: s, Namespace: "web"}.ReadFor(ctx, ask("ab12"))
	if snapshot != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", snapshot, err)
	}
}

func TestReadForOfAnEmptyNamespaceIsEmpty(t *testing.T) {
	s := crowded(t).on(inWeb+"stages", page("")).on(namespaceOfWeb, forbidden())
	snapshot, _ := readFor(t, s, ask("ab12"))
	wantContents(t, snapshot, map[string]contents{})
}
