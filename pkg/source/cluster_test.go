package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	inWeb          = api + "namespaces/web/"
	ruleFor        = "needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [%s], verbs: [%s]"
	namespaceOfWeb = "/api/v1/namespaces/web"
)

func TestClusterReadsAProjectWithOneRequestPerKind(t *testing.T) {
	s := serving(t)
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, snapshot, map[string]contents{"web": web()})
	wantLines(t, "warnings", snapshot.Warnings)
	wantLines(t, "requests", s.asked(),
		inWeb+"freights", inWeb+"projectconfigs", inWeb+"promotions",
		inWeb+"stages", inWeb+"warehouses")
	if snapshot.Projects[0].PoliciesFromStatus {
		t.Error("no ProjectConfig is held to be given")
	}
}

func TestClusterAsksForTheMetadataOfWarehousesAlone(t *testing.T) {
	accepted := make(chan string, 1)
	s := serving(t).on(inWeb+"warehouses", func(w http.ResponseWriter, r *http.Request) {
		accepted <- r.Header.Get("Accept")
		page("", `{"metadata":{"name":"app","namespace":"web"}}`)(w, r)
	})
	if _, err := (Cluster{Client: s, Namespace: "web"}).Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-accepted; !strings.HasPrefix(got, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1") {
		t.Errorf("Accept: %s", got)
	}
}

func TestClusterReadsAllNamespaces(t *testing.T) {
	s := newServer(t).
		on(api+"stages", page("", `{"metadata":{"name":"prod","namespace":"web"}}`, `{"metadata":{"name":"prod","namespace":"shop"}}`)).
		on(api+"freights", page("", `{"metadata":{"name":"f1","namespace":"web"}}`, `{"metadata":{"name":"f2","namespace":"stageless"}}`, `{"metadata":{"name":"f3","namespace":"web"}}`)).
		on(api+"warehouses", page("")).
		on(api+"promotions", page("", `{"metadata":{"name":"p1","namespace":"shop"}}`)).
		on(api+"projectconfigs", page("",
			`{"metadata":{"name":"web","namespace":"web"},"spec":{"promotionPolicies":[{"stage":"prod"}]}}`,
			`{"metadata":{"name":"misnamed","namespace":"shop"},"spec":{"promotionPolicies":[{"stage":"other"}]}}`))
	snapshot, err := Cluster{Client: s}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, snapshot, map[string]contents{
		"shop": {"stages": "prod", "promotions": "p1"},
		"web":  {"stages": "prod", "freight": "f1 f3", "config": "prod"},
	})
}

func TestClusterReadsAListPageByPageWhenItBreaksOff(t *testing.T) {
	for _, test := range []struct {
		name   string
		breaks http.HandlerFunc
	}{
		{name: "in the middle of an item", breaks: cut(`{"items":[{"metadata":{"name":"f1","namespace":"web"}},{"metadata":{"na`)},
		{name: "between two items", breaks: body(http.StatusOK, `{"items":[{"metadata":{"name":"f1","namespace":"web"}},`)},
		{name: "before it began, when the server takes too long", breaks: failure(http.StatusGatewayTimeout, metav1.StatusReasonTimeout, "too long")},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serving(t).on(inWeb+"freights", test.breaks,
				page("second", `{"metadata":{"name":"f1","namespace":"web"}}`),
				page("third", `{"metadata":{"name":"f2","namespace":"web"}}`),
				page("", `{"metadata":{"name":"f3","namespace":"web"}}`))
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := web()
			want["freight"] = "f1 f2 f3"
			wantContents(t, snapshot, map[string]contents{"web": want})
			wantLines(t, "requests", s.asked()[:4], inWeb+"freights",
				inWeb+"freights?continue=second&limit=500", inWeb+"freights?continue=third&limit=500", inWeb+"freights?limit=500")
		})
	}
}

func TestClusterTriesAgainWhenTheServerAsksForIt(t *testing.T) {
	s := serving(t).
		on(inWeb+"freights", busy(http.StatusTooManyRequests), busy(http.StatusServiceUnavailable), page("", `{"metadata":{"name":"f1","namespace":"web"}}`))
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, snapshot, map[string]contents{"web": web()})
}

func TestClusterWarnsOfKindsItMayNotList(t *testing.T) {
	for _, test := range []struct {
		name    string
		plural  string
		want    contents
		warning string
	}{
		{
			name: "Freight, and the main question has no answer", plural: "freights",
			want:    contents{"stages": "prod", "freight": "unread", "warehouses": "app", "promotions": "p1", "config": "prod"},
			warning: `not allowed to list freights.kargo.akuity.io in namespace "web": which Freight is available is unknown; `,
		},
		{
			name: "Warehouses", plural: "warehouses",
			want:    contents{"stages": "prod", "freight": "f1", "warehouses": "unread", "promotions": "p1", "config": "prod"},
			warning: `not allowed to list warehouses.kargo.akuity.io in namespace "web": which Freight is listed, and what auto-promotion would pick, is unknown; `,
		},
		{
			name: "ProjectConfigs", plural: "projectconfigs",
			want:    contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "p1", "policies": "unread"},
			warning: `not allowed to list projectconfigs.kargo.akuity.io in namespace "web": whether auto-promotion is on is unknown, unless a Stage's status says that it is; `,
		},
		{
			name: "Promotions", plural: "promotions",
			want:    contents{"stages": "prod", "freight": "f1", "warehouses": "app", "promotions": "unread", "config": "prod"},
			warning: `not allowed to list promotions.kargo.akuity.io in namespace "web": which Promotions are queued, running or failed is unknown but for what the Stages say; `,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serving(t).on(inWeb+test.plural, forbidden())
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, snapshot, map[string]contents{"web": test.want})
			wantLines(t, "warnings", snapshot.Warnings, test.warning+fmt.Sprintf(ruleFor, test.plural, "list"))
		})
	}
}

func TestClusterWarnsOncePerKindInAFixedOrder(t *testing.T) {
	s := newServer(t).on(api+"stages", page("", `{"metadata":{"name":"a","namespace":"one"}}`, `{"metadata":{"name":"b","namespace":"two"}}`))
	for _, plural := range []string{"freights", "warehouses", "projectconfigs", "promotions"} {
		s.on(api+plural, forbidden())
	}
	snapshot, err := Cluster{Client: s}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	unread := contents{"freight": "unread", "warehouses": "unread", "policies": "unread", "promotions": "unread"}
	one, two := contents{"stages": "a"}, contents{"stages": "b"}
	for kind, word := range unread {
		one[kind], two[kind] = word, word
	}
	wantContents(t, snapshot, map[string]contents{"one": one, "two": two})
	var kinds []string
	for _, warning := range snapshot.Warnings {
		kinds = append(kinds, strings.Fields(warning)[4])
	}
	wantLines(t, "kinds warned of", kinds,
		"freights.kargo.akuity.io", "warehouses.kargo.akuity.io", "projectconfigs.kargo.akuity.io", "promotions.kargo.akuity.io")
}

func TestClusterLooksForPoliciesInProjectsBeforeKargoHadProjectConfigs(t *testing.T) {
	project := `{"metadata":{"name":"web"},"spec":{"promotionPolicies":[{"stage":"old"}]}}`
	for _, test := range []struct {
		name      string
		namespace string
		at        string
		answer    http.HandlerFunc
		want      string // the key and value that stand in for the ProjectConfig's
		warning   string
	}{
		{name: "in the Project of the namespace", namespace: "web", at: "projects/web", answer: one(project), want: "spec old"},
		{name: "which may not exist", namespace: "web", at: "projects/web", answer: failure(http.StatusNotFound, metav1.StatusReasonNotFound, "no")},
		{
			name: "which may be forbidden", namespace: "web", at: "projects/web", answer: forbidden(), want: "policies unread",
			warning: "not allowed to get projects.kargo.akuity.io: whether auto-promotion is on is unknown, unless a Stage's status says that it is; " + fmt.Sprintf(ruleFor, "projects", "get"),
		},
		{name: "in all Projects", at: "projects", answer: page("", project), want: "spec old"},
		{
			name: "which may be forbidden, too", at: "projects", answer: forbidden(), want: "policies unread",
			warning: "not allowed to list projects.kargo.akuity.io: whether auto-promotion is on is unknown, unless a Stage's status says that it is; " + fmt.Sprintf(ruleFor, "projects", "list"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serving(t).discovers("stages", "freights", "warehouses", "promotions", "projects").on(api+test.at, test.answer)
			delete(s.answers, inWeb+"projectconfigs")
			for path, answers := range s.answers {
				s.answers[strings.Replace(path, "namespaces/web/", "", 1)] = answers
			}
			snapshot, err := Cluster{Client: s, Namespace: test.namespace}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := web()
			delete(want, "config")
			if kind, value, ok := strings.Cut(test.want, " "); ok {
				want[kind] = value
			}
			wantContents(t, snapshot, map[string]contents{"web": want})
			var warnings []string
			if test.warning != "" {
				warnings = []string{test.warning}
			}
			wantLines(t, "warnings", snapshot.Warnings, warnings...)
		})
	}
}

func TestClusterFails(t *testing.T) {
	const listing = `listing freights.kargo.akuity.io in namespace "web": `
	for _, test := range []struct {
		name   string
		path   string
		answer []http.HandlerFunc
		want   string
		reason metav1.StatusReason // of the API server, "" when the error is not its own
	}{
		{
			name: "when Stages may not be listed, and says which rule would allow it",
			path: inWeb + "stages", answer: []http.HandlerFunc{forbidden()},
			want:   `listing stages.kargo.akuity.io in namespace "web": you may not; ` + fmt.Sprintf(ruleFor, "stages", "list"),
			reason: metav1.StatusReasonForbidden,
		},
		{
			name: "when the list breaks off within an item",
			path: inWeb + "freights", answer: []http.HandlerFunc{cut(`{"items":[{"metadata":{"name":"f1","namespace":"web"}},{"metadata":{"na`)},
			want: listing + "the answer is not a whole list: jsontext: read error: unexpected EOF",
		},
		{
			name: "when the list breaks off between two items",
			path: inWeb + "freights", answer: []http.HandlerFunc{body(http.StatusOK, `{"items":[{"metadata":{"name":"f1","namespace":"web"}},`)},
			want: listing + `the answer is not a whole list: it ends in the middle of an object`,
		},
		{
			name: "when the second page breaks off",
			path: inWeb + "freights", answer: []http.HandlerFunc{cut(`{"items":[`), page("second", `{"metadata":{"name":"f1","namespace":"web"}}`), cut(`{"items":[`)},
			want: listing + "the answer is not a whole list: jsontext: read error: unexpected EOF",
		},
		{
			name: "when something else answers than an API server",
			path: inWeb + "freights", answer: []http.HandlerFunc{body(http.StatusOK, `<html>Please log in</html>`)},
			want: listing + `the answer is not a whole list: invalid character '<' at start of value`,
		},
		{
			name: "when a field has another type",
			path: inWeb + "freights", answer: []http.HandlerFunc{page("", `{"metadata":{"name":7}}`)},
			want: listing + `the answer is not a whole list: items.0.metadata.name: text is expected, not a number`,
		},
		{
			name: "when the server has an error",
			path: inWeb + "freights", answer: []http.HandlerFunc{failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is away")},
			want: listing + "etcd is away", reason: metav1.StatusReasonInternalError,
		},
		{
			name: "when the list breaks off and then expires",
			path: inWeb + "freights", answer: []http.HandlerFunc{cut(`{"items":[`), page("second"), expired()},
			want: listing + "the token is too old", reason: metav1.StatusReasonExpired,
		},
		{
			name: "when the server repeats a page",
			path: inWeb + "freights", answer: []http.HandlerFunc{page("again")},
			want: listing + "the API server sends the same page again and again",
		},
		{
			name: "when a kind but the Stages is not served",
			path: inWeb + "freights", answer: []http.HandlerFunc{http.NotFound},
			want: `the API server has no freights of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serving(t).on(test.path, test.answer...)
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			wantError(t, snapshot, err, test.want)
			if got := apierrors.ReasonForError(err); got != test.reason {
				t.Errorf("reason %q, want %q", got, test.reason)
			}
		})
	}
}

func TestClusterSaysHowToAskForOneProjectWhereItMayNotListAll(t *testing.T) {
	s := newServer(t)
	for _, plural := range []string{"stages", "freights", "warehouses", "projectconfigs", "promotions"} {
		s.on(api+plural, forbidden())
	}
	snapshot, err := Cluster{Client: s}.Read(t.Context())
	wantError(t, snapshot, err, "listing stages.kargo.akuity.io in all namespaces: you may not; ask for one Project with -n or -p; for all of them, "+fmt.Sprintf(ruleFor, "stages", "list"))
	if !apierrors.IsForbidden(err) {
		t.Error("the API server's status is lost")
	}
}

// Every list fails where Kargo is not installed; whichever is first, the answer is
// the one for Stages.
func TestClusterWithoutKargoIsSaidOfItsStages(t *testing.T) {
	freightRefused := make(chan struct{})
	s := newServer(t).
		on(inWeb+"freights", func(w http.ResponseWriter, r *http.Request) {
			http.NotFound(w, r)
			close(freightRefused)
		}).
		on(inWeb+"stages", func(w http.ResponseWriter, r *http.Request) {
			<-freightRefused
			http.NotFound(w, r)
		})
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	wantError(t, snapshot, err, `the API server has no stages of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`)
}

func TestClusterTellsAnEmptyNamespaceFromNone(t *testing.T) {
	for _, test := range []struct {
		name      string
		namespace http.HandlerFunc
		want      string // error
	}{
		{name: "a namespace without Stages is empty", namespace: body(http.StatusOK, `{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"web"}}`)},
		{name: "a namespace that may not be looked at counts as empty", namespace: forbidden()},
		{
			name:      "no namespace is an error in the server's own words",
			namespace: failure(http.StatusNotFound, metav1.StatusReasonNotFound, `namespaces "web" not found`),
			want:      `namespaces "web" not found`,
		},
		{
			name:      "an error of the server is an error",
			namespace: failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is away"),
			want:      "etcd is away",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serving(t).on(inWeb+"stages", page("")).on(inWeb+"freights", forbidden()).on(namespaceOfWeb, test.namespace)
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			if test.want != "" {
				wantError(t, snapshot, err, test.want)
				if _, isStatus := err.(apierrors.APIStatus); !isStatus {
					t.Errorf("%T is not the API server's own error", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantContents(t, snapshot, map[string]contents{})
			wantLines(t, "warnings", snapshot.Warnings)
		})
	}
}

func TestClusterAsksForNoNamespaceWhereThereAreStages(t *testing.T) {
	s := serving(t)
	if _, err := (Cluster{Client: s, Namespace: "web"}).Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, request := range s.asked() {
		if strings.HasPrefix(request, "/api/v1/") {
			t.Errorf("asked for %s", request)
		}
	}
}

func TestClusterWithoutAnyStageIsEmpty(t *testing.T) {
	s := newServer(t)
	for _, plural := range []string{"stages", "freights", "warehouses", "projectconfigs", "promotions"} {
		s.on(api+plural, page(""))
	}
	snapshot, err := Cluster{Client: s}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, snapshot, map[string]contents{})
	if n := len(s.asked()); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
}

func TestClusterEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serving(t).on(inWeb+"freights", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"items":[`))
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(ctx)
	if snapshot != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", snapshot, err)
	}
}

func TestClusterEndsTheOtherListsAtTheFirstError(t *testing.T) {
	s := serving(t).
		on(inWeb+"stages", failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is away")).
		on(inWeb+"freights", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	wantError(t, snapshot, err, `listing stages.kargo.akuity.io in namespace "web": etcd is away`)
}

func TestClusterRefusesANamespaceThatIsAPath(t *testing.T) {
	s := serving(t)
	snapshot, err := Cluster{Client: s, Namespace: "../web"}.Read(t.Context())
	wantError(t, snapshot, err, `listing stages.kargo.akuity.io in namespace "../web": invalid namespace "../web": [may not contain '/']`)
	wantLines(t, "requests", s.asked())
}

// An API server answers 403 before it would answer 404: whether a resource is
// there at all, discovery tells.
func TestClusterDoesNotTakeWhatIsNotThereForForbidden(t *testing.T) {
	t.Run("ProjectConfigs, before Kargo had them", func(t *testing.T) {
		s := serving(t).discovers("stages", "freights", "warehouses", "promotions", "projects").
			on(inWeb+"projectconfigs", forbidden()).
			on(api+"projects/web", one(`{"metadata":{"name":"web"},"spec":{"promotionPolicies":[{"stage":"old"}]}}`))
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := web()
		delete(want, "config")
		want["spec"] = "old"
		wantContents(t, snapshot, map[string]contents{"web": want})
		wantLines(t, "warnings", snapshot.Warnings)
	})
	t.Run("all of Kargo", func(t *testing.T) {
		s := newServer(t)
		delete(s.answers, strings.TrimSuffix(api, "/"))
		for _, plural := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
			s.on(inWeb+plural, forbidden())
		}
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		wantError(t, snapshot, err, `the API server has no stages of kargo.akuity.io/v1alpha1 (context "test"): is Kargo installed there?`)
	})
	t.Run("unless discovery does not tell", func(t *testing.T) {
		s := serving(t).on(strings.TrimSuffix(api, "/"), forbidden()).on(inWeb+"projectconfigs", forbidden())
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(snapshot.Warnings) != 1 || !strings.Contains(snapshot.Warnings[0], "projectconfigs") {
			t.Errorf("warnings %q", snapshot.Warnings)
		}
	})
}
