package kube_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
)

const stagePath = "/apis/kargo.akuity.io/v1alpha1/namespaces/web/stages"

func stageAsRead(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	stage := &unstructured.Unstructured{}
	if err := stage.UnmarshalJSON([]byte(`{"kind":"Stage","apiVersion":"kargo.akuity.io/v1alpha1","metadata":{"name":"prod","namespace":"web"},"spec":{"requestedFreight":[
		{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":["a&b"]}},{"origin":{"kind":"Warehouse","name":"db"}}]}}`)); err != nil {
		t.Fatal(err)
	}
	return stage
}

// A patch tests the requests as they were read, and changes the field alone.
func TestSetStrategiesTestsAndChanges(t *testing.T) {
	var method, contentType, body string
	s := newServer(t, map[string]http.HandlerFunc{stagePath + "/prod": func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		method, contentType, body = r.Method, r.Header.Get("Content-Type"), string(raw)
		text(`{"kind":"Stage","apiVersion":"kargo.akuity.io/v1alpha1","metadata":{"name":"prod","namespace":"web"}}`)(w, r)
	}})
	client := connect(t, flagsFor(t, s.url))
	read := stageAsRead(t)
	all, oneOf := kargo.All, kargo.OneOf
	const tested = `{"op":"test","path":"/spec/requestedFreight","value":[{"origin":{"kind":"Warehouse","name":"app"},"sources":{"stages":["a\u0026b"]}},{"origin":{"kind":"Warehouse","name":"db"}}]}`
	for _, test := range []struct {
		name  string
		edits []kube.StrategyEdit
		dry   bool
		query string
		body  string
	}{
		{
			"one",
			[]kube.StrategyEdit{{Index: 0, Is: &all}},
			false, "fieldManager=me&fieldValidation=Strict",
			`[` + tested + `,{"op":"add","path":"/spec/requestedFreight/0/sources/availabilityStrategy","value":"All"}]`,
		},
		{
			"removed, and stored by nobody",
			[]kube.StrategyEdit{{Index: 3}},
			true, "dryRun=All&fieldManager=me&fieldValidation=Strict",
			`[` + tested + `,{"op":"remove","path":"/spec/requestedFreight/3/sources/availabilityStrategy"}]`,
		},
		{
			"two",
			[]kube.StrategyEdit{{Index: 0, Is: &oneOf}, {Index: 1, Is: &oneOf}},
			false, "fieldManager=me&fieldValidation=Strict",
			`[` + tested + `,{"op":"add","path":"/spec/requestedFreight/0/sources/availabilityStrategy","value":"OneOf"},` +
				`{"op":"add","path":"/spec/requestedFreight/1/sources/availabilityStrategy","value":"OneOf"}]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage, err := client.SetStrategies(t.Context(), read, test.edits, kube.PatchOptions{FieldManager: "me", DryRun: test.dry})
			if err != nil || stage.GetName() != "prod" {
				t.Fatalf("got %v, %v", stage, err)
			}
			got := append([]string{method, contentType, body}, s.asked()...)
			want := []string{"PATCH", "application/json-patch+json", test.body, stagePath + "/prod?" + test.query + " by tool/v1"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStagesAreSelected(t *testing.T) {
	s := newServer(t, map[string]http.HandlerFunc{stagePath: text(`{"kind":"StageList","apiVersion":"kargo.akuity.io/v1alpha1","items":[
		{"kind":"Stage","apiVersion":"kargo.akuity.io/v1alpha1","metadata":{"name":"prod","namespace":"web"}}]}`)})
	client := connect(t, flagsFor(t, s.url))
	for query, selector := range map[string]labels.Selector{
		"":                           labels.Everything(),
		"?labelSelector=tier%3Dprod": labels.SelectorFromSet(labels.Set{"tier": "prod"}),
	} {
		stages, err := client.Stages(t.Context(), "web", selector)
		if err != nil || len(stages) != 1 || stages[0].GetName() != "prod" {
			t.Errorf("got %v, %v", stages, err)
		}
		if diff := cmp.Diff([]string{stagePath + query + " by tool/v1"}, s.asked()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// An answer that is not the whole list of the Stages is an error: a Stage that is missing
// would be left unchanged without a word.
func TestStagesAreWhole(t *testing.T) {
	const head, item = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"StageList","items":[`, `{"metadata":{"name":"a","namespace":"web"},"spec":{"n":1}}`
	for answer, want := range map[string]string{
		head + item + `]}`: "",
		head + `]}`:        "",
		head + `null]}`:    "null",
		head + `{}]}`:      `one of its items is "" in namespace ""`,
		head + `{"metadata":{"name":"a","namespace":"other"}}]}`:         `in namespace "other"`,
		head + item + `,` + item + `]}`:                                  `two Stages named "a"`,
		head + item + `],"metadata":{"continue":"x"}}`:                   "only a part",
		head + item + `],"metadata":{"remainingItemCount":3}}`:           "only a part",
		head + item + `]}<html>`:                                         "not a list of Stages",
		head + item:                                                      "not a list of Stages",
		`{"items":[]}`:                                                   "not a StageList",
		`{"apiVersion":"v1","kind":"ConfigMapList","items":[]}`:          `a "ConfigMapList" of "v1"`,
		`{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"FreightList"}`: "not a list",
		`{}`:   "not a list",
		`null`: "not a list",
		``:     "not a list",
	} {
		s := newServer(t, map[string]http.HandlerFunc{stagePath: text(answer)})
		stages, err := connect(t, flagsFor(t, s.url)).Stages(t.Context(), "web", labels.Everything())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", answer, err, want)
		}
		for _, stage := range stages {
			if n, _, _ := unstructured.NestedInt64(stage.Object, "spec", "n"); n != 1 || stage.GetKind() != "Stage" {
				t.Errorf("got %v", stage.Object)
			}
		}
	}
}

// What may say that a test has failed is told from what the schema, a webhook or RBAC say.
func TestIsOutdated(t *testing.T) {
	status := func(code int, status string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, status)
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   bool
	}{
		"a test that fails": {status(422, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422}`), true},
		"a conflict":        {status(409, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Conflict","code":409}`), true},
		"the schema":        {status(422, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","details":{"causes":[{"field":"spec"}]},"code":422}`), false},
		"RBAC":              {status(403, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`), false},
		"a proxy":           {status(502, `bad gateway`), false},
		"nothing":           {text(`{"kind":"Stage","apiVersion":"kargo.akuity.io/v1alpha1"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, map[string]http.HandlerFunc{stagePath + "/prod": test.answer})
			_, err := connect(t, flagsFor(t, s.url)).SetStrategies(t.Context(), stageAsRead(t), nil, kube.PatchOptions{})
			if got := kube.IsOutdated(err); got != test.want {
				t.Errorf("%v: got %v, want %v", err, got, test.want)
			}
		})
	}
}
