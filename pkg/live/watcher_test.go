package live

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// newWatcher watches the Project web until the test ends.
func newWatcher(t *testing.T, s *server, scope Scope) *Watcher {
	t.Helper()
	scope.Namespace, scope.Now = "web", time.Now
	w, err := Watch(t.Context(), s, scope)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// until waits for a Snapshot that satisfies a condition. Like every caller it looks only
// when a change is signaled.
func until(t *testing.T, w *Watcher, what string, is func(Snapshot) bool) {
	t.Helper()
	deadline := time.After(15 * time.Second)
	for !is(w.Snapshot()) {
		select {
		case <-w.Changed():
		case <-deadline:
			t.Fatalf("never seen: %s; last %q, lost %v", what, words(w.Snapshot()), w.Snapshot().Stale)
		}
	}
}

// words lists the names of the objects in a Snapshot.
func words(p Snapshot) string {
	var all []string
	for _, project := range p.Contents.Projects {
		for _, s := range project.Stages {
			all = append(all, s.Metadata.Name)
		}
		for _, f := range project.Freight {
			all = append(all, f.Alias)
		}
		all = append(all, project.Warehouses...)
		for _, p := range project.Promotions {
			all = append(all, p.Metadata.Name)
		}
		for _, spec := range []*kargo.ProjectSpec{project.Config, project.Spec} {
			if spec != nil {
				all = append(all, "auto "+spec.PromotionPolicies[0].Stage)
			}
		}
	}
	return strings.Join(all, " ")
}

func shows(text string) func(Snapshot) bool {
	return func(p Snapshot) bool { return words(p) == text }
}

func TestSnapshotEqualsRead(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := newWatcher(t, s, Scope{})
	want, err := source.Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, w.Snapshot().Contents); diff != "" {
		t.Errorf("(-Read +Snapshot):\n%s", diff)
	}
	if got := w.Snapshot(); got.Stale != nil || w.Failed() != nil {
		t.Errorf("lost %v, failed %v", got.Stale, w.Failed())
	}
}

func TestSnapshotFollowsEvents(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := newWatcher(t, s, Scope{})
	freight := s.watched("freights")
	freight.event("ADDED", at(11, object("f0", `"alias":"zero"`)))
	until(t, w, "the new Freight", shows("prod qa zero one two app p1 p2 auto prod"))
	freight.event("MODIFIED", at(12, object("f1", `"alias":"uno"`)))
	until(t, w, "the other alias", shows("prod qa zero uno two app p1 p2 auto prod"))
	freight.event("DELETED", at(13, object("f2", "")))
	until(t, w, "one less", shows("prod qa zero uno app p1 p2 auto prod"))

	warehouses := s.watched("warehouses")
	if !strings.Contains(warehouses.accept, "as=PartialObjectMetadata;") {
		t.Errorf("Warehouses are watched as %q", warehouses.accept)
	}
	warehouses.event("ADDED", at(14, object("lib", "")))
	until(t, w, "the new Warehouse", shows("prod qa zero uno app lib p1 p2 auto prod"))
	stages := s.watched("stages")
	stages.event("DELETED", at(15, stageJSON("prod")))
	stages.event("DELETED", at(16, stageJSON("qa")))
	until(t, w, "no Project without Stages", shows(""))
}

// A change of fields that are not read is not signaled.
func TestOnlyChangesAreSignaled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := newWatcher(t, s, Scope{})
	freight, stages := s.watched("freights"), s.watched("stages")
	for len(w.Changed()) > 0 {
		<-w.Changed()
	}
	freight.event("MODIFIED", at(11, object("f1", `"alias":"one","unread":1`)))
	freight.event("BOOKMARK", at(12, object("", "")))
	freight.end()
	if next := s.watched("freights"); next.resume != "12" { // so that the events were taken in
		t.Errorf("goes on from %q", next.resume)
	}
	select {
	case <-w.Changed():
		t.Error("signaled without news")
	default:
	}
	stages.event("DELETED", at(13, stageJSON("qa")))
	<-w.Changed()
}

// Watches end every few minutes; reopening them is not an outage.
func TestWatchesResume(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := newWatcher(t, s, Scope{})
	freight := s.watched("freights")
	if freight.resume != "10" {
		t.Errorf("begins at %q", freight.resume)
	}
	freight.event("ADDED", at(11, object("f3", `"alias":"three"`)))
	freight.event("BOOKMARK", at(20, object("", "")))
	freight.end()
	freight = s.watched("freights")
	if freight.resume != "20" {
		t.Errorf("goes on from %q", freight.resume)
	}
	freight.event("ADDED", at(21, object("f4", `"alias":"four"`)))
	until(t, w, "what came after", shows("prod qa one two three four app p1 p2 auto prod"))
	if got := s.asked("list freights"); got != 1 {
		t.Errorf("Freight was listed %d times", got)
	}
	if lost := w.Snapshot().Stale; lost != nil {
		t.Errorf("lost: %v", lost)
	}
}

// A server that calls every version too old would otherwise be asked without end.
func TestAFirstListThatIsAlwaysTooOld(t *testing.T) {
	s := newServer(t)
	s.set(func() { s.refusals["list freights"] = http.StatusGone })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w, err := Watch(ctx, s, Scope{Namespace: "web", Now: time.Now})
	if err == nil {
		w.Close()
	}
	if !apierrors.IsResourceExpired(err) {
		t.Errorf("got %v", err)
	}
}

// An expired resourceVersion (410, in the response or in the stream) triggers a full relist.
func TestExpiredVersionsAreRelisted(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(s *server, st *stream){
		"as an event": func(_ *server, st *stream) { st.event("ERROR", status(http.StatusGone)) },
		"as an answer": func(s *server, st *stream) {
			s.set(func() { s.refusals["watch freights"] = http.StatusGone })
			st.end()
			time.AfterFunc(200*time.Millisecond, func() { s.set(func() { delete(s.refusals, "watch freights") }) })
		},
		"as something that is no event": func(_ *server, st *stream) { st.send("<html>a proxy says</html>\n") },
		"as a piece of an event": func(_ *server, st *stream) {
			st.send(`{"type":"ADDED","obj`)
			st.end()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			w := newWatcher(t, s, Scope{})
			freight := s.watched("freights")
			s.set(func() {
				s.version = 30
				s.objects["freights"] = []string{object("f9", `"alias":"nine"`)}
			})
			gone(s, freight)
			if name == "as a piece of an event" {
				s.watched("freights").event("ERROR", status(http.StatusGone))
			}
			until(t, w, "the new list", shows("prod qa nine app p1 p2 auto prod"))
			s.watched("freights").event("ADDED", at(31, object("fa", `"alias":"ten"`)))
			until(t, w, "what came after", shows("prod qa nine ten app p1 p2 auto prod"))
		})
	}
}

// A Snapshot that may be outdated is reported as stale.
func TestOutagesAreReported(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := newWatcher(t, s, Scope{})
	w.Settle(t.Context())
	freight, seen := s.watched("freights"), w.Snapshot().Seen
	before := time.Now()
	s.set(func() { s.refusals["*"] = http.StatusServiceUnavailable })
	freight.end()
	for s.asked("watch freights")+s.asked("list freights") == 2 && time.Since(before) < outageGrace { // until it is known here
		time.Sleep(time.Millisecond)
	}
	if lost := w.Snapshot().Stale; lost != nil && time.Since(before) < outageGrace {
		t.Errorf("lost at once: %v", lost)
	}
	until(t, w, "the outage", func(p Snapshot) bool { return p.Stale != nil })
	told := time.Since(before)
	if lost := w.Snapshot().Stale; told < outageGrace || !lost.Since.Equal(seen) || lost.Err == nil {
		t.Errorf("told after %v: since %v (last seen at %v), %v", told, lost.Since, seen, lost.Err)
	}
	if !shows("prod qa one two app p1 p2 auto prod")(w.Snapshot()) {
		t.Errorf("shows %q", words(w.Snapshot()))
	}
	s.set(func() { delete(s.refusals, "*") })
	until(t, w, "the end of the outage", func(p Snapshot) bool { return p.Stale == nil })
	s.watched("freights").event("DELETED", at(40, object("f1", "")))
	until(t, w, "what came after", shows("prod qa two app p1 p2 auto prod"))
}

// An API server that starts refuses everything for a moment.
func TestPassingRefusals(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusUnauthorized} {
		s := newServer(t)
		w := newWatcher(t, s, Scope{})
		var streams []*stream
		for _, resource := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
			streams = append(streams, s.watched(resource))
		}
		s.set(func() { s.refusals["*"] = code })
		for _, stream := range streams {
			stream.end()
		}
		until(t, w, "the outage", func(p Snapshot) bool { return p.Stale != nil })
		if err := w.Failed(); err != nil {
			t.Errorf("failed with %v", err)
		}
		s.set(func() { delete(s.refusals, "*") })
		until(t, w, "the end of the outage", func(p Snapshot) bool { return p.Stale == nil })
	}
}

// A refusal that persists past the grace period is treated as permanent.
func TestPermanentRefusals(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ahead := make(chan time.Duration, 1)
	ahead <- 0
	w, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: func() time.Time {
		d := <-ahead
		ahead <- d
		return time.Now().Add(d)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	freight := s.watched("freights")
	s.set(func() { s.refusals["watch freights"] = http.StatusForbidden })
	freight.end()
	until(t, w, "a refusal", func(Snapshot) bool { return s.asked("watch freights") > 1 })
	<-ahead
	ahead <- refusalGrace
	until(t, w, "the failure", func(Snapshot) bool { return w.Failed() != nil })
}

func TestWithoutTheRightToWatch(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.refusals["watch "+resource] = http.StatusForbidden
			w := newWatcher(t, s, Scope{})
			if !shows("prod qa one two app p1 p2 auto prod")(w.Snapshot()) {
				t.Errorf("shows %q", words(w.Snapshot()))
			}
			until(t, w, "the failure", func(Snapshot) bool { return w.Failed() != nil })
			want := `not allowed to watch ` + resource + `.kargo.akuity.io in namespace "web": refused with 403; ` +
				`needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [` + resource + `], verbs: [watch]`
			if err := w.Failed(); err.Error() != want || !apierrors.IsForbidden(err) {
				t.Errorf("got  %v\nwant %v", err, want)
			}
		})
	}
}

// The error names all missing RBAC rules at once.
func TestWithoutTheRightToWatchAnything(t *testing.T) {
	t.Parallel()
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	resources := []string{"stages", "freights", "warehouses", "projectconfigs", "promotions"}
	for _, resource := range resources {
		s.refusals["watch "+resource] = http.StatusForbidden
	}
	w := newWatcher(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases}) // Promotions by two watches
	w.Settle(t.Context())
	lines := strings.Split(w.Failed().Error(), "\n")
	if len(lines) != len(resources) || !apierrors.IsForbidden(w.Failed()) {
		t.Fatalf("got %q", lines)
	}
	for i, resource := range resources {
		if !strings.Contains(lines[i], "resources: ["+resource+"], verbs: [watch]") {
			t.Errorf("line %d is %q", i+1, lines[i])
		}
	}
}

// The errors of the first lists are those of Read.
func TestErrorsAreThoseOfRead(t *testing.T) {
	t.Parallel()
	for name, refusals := range map[string]map[string]int{
		"no Stages":             {"list stages": 403},
		"no Kargo":              {"*": 404},
		"no right to anything":  {"*": 403},
		"no right to the rest":  {"list freights": 403, "list warehouses": 403, "list promotions": 403, "list projectconfigs": 403},
		"no Freight":            {"list freights": 403, "watch freights": 403},
		"a broken server":       {"*": 500},
		"a broken kind":         {"list promotions": 500},
		"a kind of another age": {"list warehouses": 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.refusals = refusals
			want, wantErr := source.Cluster{Client: s, Namespace: "web"}.Read(t.Context())
			w, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: time.Now})
			if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
				t.Fatalf("got  %v\nwant %v", err, wantErr)
			}
			if err != nil {
				return
			}
			defer w.Close()
			if diff := cmp.Diff(want, w.Snapshot().Contents); diff != "" {
				t.Errorf("(-Read +Snapshot):\n%s", diff)
			}
		})
	}
}

func TestANamespaceWithoutStages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.objects["stages"] = nil
	w := newWatcher(t, s, Scope{})
	if got := w.Snapshot(); len(got.Contents.Projects) > 0 {
		t.Errorf("shows %q", words(got))
	}
	s.watched("stages").event("ADDED", at(11, stageJSON("prod")))
	until(t, w, "the first Stage", shows("prod one two app p1 p2 auto prod"))

	s = newServer(t)
	s.objects["stages"] = nil
	s.refusals["get web"] = http.StatusNotFound
	if _, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: time.Now}); !apierrors.IsNotFound(err) {
		t.Errorf("got %v without the namespace", err)
	}
}

// Before Kargo v1.5 the Project holds the policies.
func TestProjectsWhereThereAreNoProjectConfigs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	delete(s.objects, "projectconfigs")
	w := newWatcher(t, s, Scope{})
	if !shows("prod qa one two app p1 p2 auto qa")(w.Snapshot()) {
		t.Errorf("shows %q", words(w.Snapshot()))
	}
	if s.asked("list projects metadata.name=web") != 1 {
		t.Errorf("asked for %q", s.requests)
	}
}

// For one piece of Freight only that and the Promotions of the Stages upstream are read.
func TestNarrowly(t *testing.T) {
	t.Parallel()
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	w := newWatcher(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases})
	snapshot := w.Snapshot()
	if got := words(snapshot); !strings.HasPrefix(got, "prod qa one app p1") || !snapshot.Contents.Projects[0].Partial {
		t.Errorf("shows %q, partial %v", got, snapshot.Contents.Projects[0].Partial)
	}
	for _, request := range []string{
		"list freights metadata.name=f1",
		"list promotions kargo.akuity.io/stage in (prod,qa)",
		"list promotions !kargo.akuity.io/stage",
	} {
		if s.asked(request) != 1 {
			t.Errorf("not asked to %q, but %q", request, s.requests)
		}
	}

	// A Stage that becomes an upstream has Promotions, too. The contents do not change
	// until these are read.
	release := make(chan struct{})
	s.set(func() {
		s.held["list promotions"] = release
		s.objects["promotions"] = []string{promotion("p3", "uat")}
	})
	stages := s.watched("stages")
	before := words(snapshot)
	stages.event("MODIFIED", at(11, stageJSON("qa", "uat")))
	stages.event("ADDED", at(12, stageJSON("uat")))
	until(t, w, "that the Promotions are missing", func(p Snapshot) bool { return p.Stale != nil })
	if got := words(w.Snapshot()); got != before {
		t.Errorf("shows %q, want %q", got, before)
	}
	close(release)
	until(t, w, "the Promotions", func(p Snapshot) bool { return strings.HasPrefix(words(p), "prod qa uat one app p3") && p.Stale == nil })
	if s.asked("list promotions kargo.akuity.io/stage in (prod,qa,uat)") == 0 {
		t.Errorf("asked for %q", s.requests)
	}
}

// Two lists of Promotions that may not be read give one warning.
func TestNarrowlyWithoutPromotions(t *testing.T) {
	t.Parallel()
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	s.refusals["list promotions"] = http.StatusForbidden
	w := newWatcher(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases})
	if got := w.Snapshot().Contents.Warnings; len(got) != 1 || !strings.HasPrefix(got[0], "not allowed to list promotions") {
		t.Errorf("warns %q", got)
	}
	s.watched("stages").event("MODIFIED", at(11, stageJSON("qa", "uat")))
	until(t, w, "the other Stage", func(p Snapshot) bool {
		return p.Contents.Projects[0].Stages[1].Spec.RequestedFreight[0].Sources.Lists("uat")
	})
}

func TestTheEnd(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	w, err := Watch(ctx, s, Scope{Namespace: "web", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	w.Close() // and this ends
	w.Close()
	if w.Snapshot().Contents == nil || w.Failed() != nil {
		t.Errorf("after the end: %v, failed %v", w.Snapshot(), w.Failed())
	}
	if _, err := Watch(ctx, s, Scope{Namespace: "web", Now: time.Now}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
