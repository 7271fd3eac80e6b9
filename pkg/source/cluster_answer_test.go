package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func freightItem(name, more string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web"%s}}`, name, more)
}

// A response that is complete and not the list that was asked for is never taken for it.
func TestClusterRefusesWhatItDidNotAskFor(t *testing.T) {
	const not = "the answer is not what was asked for: "
	const noType = not + "it does not say that it is a FreightList of kargo.akuity.io/v1alpha1"
	for name, test := range map[string]struct{ text, want string }{
		"nothing but items":           {`{"items":[]}`, noType},
		"a login page in JSON":        {`{"error":"log in","items":[]}`, noType},
		"another kind":                {`{"apiVersion":"v1","kind":"ConfigMapList","items":[]}`, not + "it is a ConfigMapList of v1, and not a FreightList of kargo.akuity.io/v1alpha1"},
		"another kind of Kargo's":     {listJSON("stages", "{}"), not + "it is a StageList of kargo.akuity.io/v1alpha1, and not a FreightList of kargo.akuity.io/v1alpha1"},
		"an item of another Project":  {listJSON("freights", "{}", freightItem("a", ""), `{"metadata":{"name":"b","namespace":"shop"}}`), not + `its object "b" is in namespace "shop"`},
		"an item without a namespace": {listJSON("freights", "{}", `{"metadata":{"name":"b"}}`), not + `its object "b" is in namespace ""`},
		"an item without a name":      {listJSON("freights", "{}", `{"metadata":{"namespace":"web"}}`), not + "an object in it has no name"},
		"an item that is empty":       {listJSON("freights", "{}", `{}`), not + "an object in it has no name"},
		"two of one name":             {listJSON("freights", "{}", freightItem("a", `,"uid":"1"`), freightItem("a", `,"uid":"2"`)), not + `it has two objects named "a"`},
		"two of one name, far apart":  {listJSON("freights", "{}", freightItem("a", `,"uid":"1"`), freightItem("b", ""), freightItem("a", `,"uid":"2"`)), not + `it has two objects named "a"`},
		"an item that is null":        {listJSON("freights", "{}", freightItem("a", ""), `null`), "the answer is not a whole list: one of its items is null"},
		"a count that does not add up": {
			listJSON("freights", `{"remainingItemCount":2500}`, freightItem("a", "")), "the list is incomplete: 2500 more objects follow, without a way to get them",
		},
		"something behind the list": {listJSON("freights", "{}") + "<html>", "the answer is not a whole list: invalid character '<' at start of value"},
		"another list behind it":    {listJSON("freights", "{}") + listJSON("freights", "{}"), "the answer is not a whole list: something follows the list"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serving(t).on(inWeb+"freights", body(http.StatusOK, test.text))
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			wantError(t, snapshot, err, `listing freights.kargo.akuity.io in namespace "web": `+test.want)
		})
	}
}

// The same object may come twice, when a list changes while its pages are read.
func TestClusterTakesOneObjectOnce(t *testing.T) {
	s := serving(t).on(inWeb+"freights", cut(`{"items":[`),
		page("second", freightItem("b", `,"uid":"1"`), freightItem("c", `,"uid":"2"`)),
		page("", freightItem("c", `,"uid":"2"`), freightItem("a", `,"uid":"3"`)))
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := web()
	want["freight"] = "b c a"
	wantContents(t, snapshot, map[string]contents{"web": want})
}

// gzipped answers with a list in gzip, as edit leaves it.
func gzipped(edit func([]byte) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = io.WriteString(z, listJSON("freights", `{"resourceVersion":"7"}`, freightItem("f1", "")))
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(edit(packed.Bytes()))
	}
}

// What comes after the list is read: the checksum may be there that it fails.
func TestClusterReadsToTheEnd(t *testing.T) {
	flipped := func(text []byte) []byte {
		text[len(text)-8] ^= 1 // in the checksum, as if it had been in the text
		return text
	}
	asIs := func(text []byte) []byte { return text }
	short := func(w http.ResponseWriter, r *http.Request) {
		cut(listJSON("freights", `{"resourceVersion":"7"}`, freightItem("f1", "")))(w, r)
	}
	for name, bad := range map[string]http.HandlerFunc{
		"a checksum that does not fit": gzipped(flipped),
		"a checksum that is missing":   gzipped(func(text []byte) []byte { return text[:len(text)-8] }),
		"a length that does not fit":   short,
	} {
		t.Run(name, func(t *testing.T) {
			s := serving(t).on(inWeb+"freights", bad, gzipped(asIs))
			snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			if err != nil {
				t.Fatalf("it is not read again: %v", err)
			}
			wantContents(t, snapshot, map[string]contents{"web": web()})
			s.on(inWeb+"freights", bad)
			if snapshot, err := (Cluster{Client: s, Namespace: "web"}).Read(t.Context()); err == nil {
				t.Errorf("it is taken for a list: %v", contentsOf(snapshot))
			}
		})
	}
}

// stalling sends some text and then nothing more.
func stalling(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// A stall behind the last byte of a list does not hold up the answer.
func TestClusterDoesNotWaitForNothing(t *testing.T) {
	for _, end := range []string{"", "\n"} {
		s := serving(t).on(inWeb+"freights", stalling(listJSON("freights", `{"resourceVersion":"7"}`, freightItem("f1", ""))+end))
		start := time.Now()
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantContents(t, snapshot, map[string]contents{"web": web()})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
	}
}

func TestClusterBoundsPages(t *testing.T) {
	turn := 0
	s := serving(t).on(inWeb+"freights", func(w http.ResponseWriter, r *http.Request) {
		turn++
		page([]string{"here", "there"}[turn%2])(w, r)
	})
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	wantError(t, snapshot, err, `listing freights.kargo.akuity.io in namespace "web": the API server sends the same page again and again`)
}

// A 404 for a resource that the API server says it has is no proof that nothing is there.
func TestClusterSeesContradictions(t *testing.T) {
	s := serving(t)
	delete(s.answers, inWeb+"projectconfigs")
	snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !snapshot.Projects[0].Unread.Has(pipeline.Policies) {
		t.Error("the policies are known")
	}
	wantLines(t, "warnings", snapshot.Warnings, "the API server serves projectconfigs.kargo.akuity.io and answers 404 to a list of them: "+
		"whether auto-promotion is on is unknown, unless a Stage's status says that it is")

	// A discovery document that is none does not say that the resource does not exist.
	for _, text := range []string{`{}`, `{"kind":"APIResourceList","groupVersion":"kargo.akuity.io/v1alpha1","resources":[]}`, `{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods"}]}`} {
		s.on(strings.TrimSuffix(api, "/"), body(http.StatusOK, text))
		snapshot, err := Cluster{Client: s, Namespace: "web"}.Read(t.Context())
		if err != nil || !snapshot.Projects[0].Unread.Has(pipeline.Policies) {
			t.Errorf("with the discovery document %s: %v", text, err)
		}
	}
}

// One object is what was asked for, or an error.
func TestReadForRefusesAnotherObject(t *testing.T) {
	const of = `"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Freight"`
	for name, answer := range map[string]http.HandlerFunc{
		"an empty object":   body(http.StatusOK, `{}`),
		"null":              body(http.StatusOK, `null`),
		"a list":            page(""),
		"another name":      body(http.StatusOK, `{`+of+`,"metadata":{"name":"other","namespace":"web"}}`),
		"another namespace": body(http.StatusOK, `{`+of+`,"metadata":{"name":"ab12","namespace":"shop"}}`),
		"no metadata":       body(http.StatusOK, `{`+of+`}`),
		"another kind":      body(http.StatusOK, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ab12","namespace":"web"}}`),
		"text behind it":    body(http.StatusOK, freightOf("ab12", "")+"<html>"),
		"a page that is no 404": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>no such page</html>", http.StatusNotFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := crowded(t).on(inWeb+"freights/ab12", answer)
			snapshot, found, err := Cluster{Client: s, Namespace: "web"}.ReadFor(t.Context(), ask("ab12"))
			if err == nil {
				t.Errorf("no error: %v, %v", contentsOf(snapshot), found)
			}
		})
	}
}

// One object whose response is cut off is read again, once.
func TestReadForReadsAnObjectAgain(t *testing.T) {
	s := crowded(t)
	whole := s.answers[inWeb+"freights/ab12"][0]
	s.on(inWeb+"freights/ab12", cut(`{"kind":"Fre`), whole)
	snapshot, _ := readFor(t, s, ask("ab12"))
	wantContents(t, snapshot, about("ab12"))
	s.on(inWeb+"freights/ab12", cut(`{"kind":"Fre`))
	if _, _, err := (Cluster{Client: s, Namespace: "web"}).ReadFor(t.Context(), ask("ab12")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// A watch takes no event of what is not watched.
func TestStreamRefusesEventsOfSomethingElse(t *testing.T) {
	const of = `"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Freight"`
	for name, object := range map[string]string{
		"another kind":        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"web","resourceVersion":"1"}}`,
		"another namespace":   `{` + of + `,"metadata":{"name":"a","namespace":"shop","resourceVersion":"1"}}`,
		"no name":             `{` + of + `,"metadata":{"namespace":"web","resourceVersion":"1"}}`,
		"no resourceVersion":  `{` + of + `,"metadata":{"name":"a","namespace":"web"}}`,
		"nothing":             `{}`,
		"null":                `null`,
		"text":                `"a"`,
		"a field of no sense": `{` + of + `,"metadata":{"name":7,"namespace":"web","resourceVersion":"1"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t).on(inWeb+"freights", body(http.StatusOK, `{"type":"MODIFIED","object":`+object+`}`))
			events, err := Cluster{Client: s, Namespace: "web"}.StreamFreight("").Watch(t.Context(), metav1.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer events.Close()
			if event, got, err := events.Decode(); err == nil {
				t.Errorf("%s of %v", event, got)
			}
		})
	}
}
