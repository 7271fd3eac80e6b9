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

// feed starts a Feed of the Project web.
func feed(t *testing.T, s *server, scope Scope) *Feed {
	t.Helper()
	scope.Namespace, scope.Now = "web", time.Now
	f, err := Watch(t.Context(), s, scope)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// until waits for a Picture of which something is so. It looks only when a change is
// signalled, as everyone does.
func until(t *testing.T, f *Feed, what string, is func(Picture) bool) {
	t.Helper()
	deadline := time.After(15 * time.Second)
	for !is(f.Picture()) {
		select {
		case <-f.Changed():
		case <-deadline:
			t.Fatalf("never seen: %s; last %q, lost %v", what, words(f.Picture()), f.Picture().Lost)
		}
	}
}

// words says in short what a Picture has.
func words(p Picture) string {
	var all []string
	for _, project := range p.Snapshot.Projects {
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

func shows(text string) func(Picture) bool {
	return func(p Picture) bool { return words(p) == text }
}

func TestThePictureIsWhatReadReturns(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := feed(t, s, Scope{})
	want, err := source.Cluster{Client: s, Namespace: "web"}.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, f.Picture().Snapshot); diff != "" {
		t.Errorf("(-Read +Picture):\n%s", diff)
	}
	if got := f.Picture(); got.Lost != nil || f.Failed() != nil {
		t.Errorf("lost %v, failed %v", got.Lost, f.Failed())
	}
}

func TestThePictureFollowsEvents(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := feed(t, s, Scope{})
	freight := s.watched("freights")
	freight.event("ADDED", at(11, object("f0", `"alias":"zero"`)))
	until(t, f, "the new Freight", shows("prod qa zero one two app p1 p2 auto prod"))
	freight.event("MODIFIED", at(12, object("f1", `"alias":"uno"`)))
	until(t, f, "the other alias", shows("prod qa zero uno two app p1 p2 auto prod"))
	freight.event("DELETED", at(13, object("f2", "")))
	until(t, f, "one less", shows("prod qa zero uno app p1 p2 auto prod"))

	warehouses := s.watched("warehouses")
	if !strings.Contains(warehouses.accept, "as=PartialObjectMetadata;") {
		t.Errorf("Warehouses are watched as %q", warehouses.accept)
	}
	warehouses.event("ADDED", at(14, object("lib", "")))
	until(t, f, "the new Warehouse", shows("prod qa zero uno app lib p1 p2 auto prod"))
	stages := s.watched("stages")
	stages.event("DELETED", at(15, stageJSON("prod")))
	stages.event("DELETED", at(16, stageJSON("qa")))
	until(t, f, "no Project without Stages", shows(""))
}

// What is not read of an object is no news.
func TestOnlyNewsIsSignalled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := feed(t, s, Scope{})
	freight, stages := s.watched("freights"), s.watched("stages")
	for len(f.Changed()) > 0 {
		<-f.Changed()
	}
	freight.event("MODIFIED", at(11, object("f1", `"alias":"one","unread":1`)))
	freight.event("BOOKMARK", at(12, object("", "")))
	freight.end()
	if next := s.watched("freights"); next.resume != "12" { // so that the events were taken in
		t.Errorf("goes on from %q", next.resume)
	}
	select {
	case <-f.Changed():
		t.Error("signalled without news")
	default:
	}
	stages.event("DELETED", at(13, stageJSON("qa")))
	<-f.Changed()
}

// Watches end every few minutes, which is nobody's concern.
func TestWatchesResume(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := feed(t, s, Scope{})
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
	until(t, f, "what came after", shows("prod qa one two three four app p1 p2 auto prod"))
	if got := s.asked("list freights"); got != 1 {
		t.Errorf("Freight was listed %d times", got)
	}
	if lost := f.Picture().Lost; lost != nil {
		t.Errorf("lost: %v", lost)
	}
}

// A state to resume at that is too old is read anew, be it said in the answer or later.
func TestWhatIsGoneIsReadAnew(t *testing.T) {
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
			f := feed(t, s, Scope{})
			freight := s.watched("freights")
			s.set(func() {
				s.version = 30
				s.objects["freights"] = []string{object("f9", `"alias":"nine"`)}
			})
			gone(s, freight)
			if name == "as a piece of an event" {
				s.watched("freights").event("ERROR", status(http.StatusGone))
			}
			until(t, f, "the new list", shows("prod qa nine app p1 p2 auto prod"))
			s.watched("freights").event("ADDED", at(31, object("fa", `"alias":"ten"`)))
			until(t, f, "what came after", shows("prod qa nine ten app p1 p2 auto prod"))
		})
	}
}

// A picture that may be old is never shown as a fresh one.
func TestALossIsTold(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := feed(t, s, Scope{})
	f.Settle(t.Context())
	freight, seen := s.watched("freights"), f.Picture().Seen
	before := time.Now()
	s.set(func() { s.refusals["*"] = http.StatusServiceUnavailable })
	freight.end()
	for s.asked("watch freights")+s.asked("list freights") == 2 && time.Since(before) < grace { // until it is known here
		time.Sleep(time.Millisecond)
	}
	if lost := f.Picture().Lost; lost != nil && time.Since(before) < grace {
		t.Errorf("lost at once: %v", lost)
	}
	until(t, f, "the loss", func(p Picture) bool { return p.Lost != nil })
	told := time.Since(before)
	if lost := f.Picture().Lost; told < grace || !lost.Since.Equal(seen) || lost.Err == nil {
		t.Errorf("told after %v: since %v (last seen at %v), %v", told, lost.Since, seen, lost.Err)
	}
	if !shows("prod qa one two app p1 p2 auto prod")(f.Picture()) {
		t.Errorf("shows %q", words(f.Picture()))
	}
	s.set(func() { delete(s.refusals, "*") })
	until(t, f, "the end of the loss", func(p Picture) bool { return p.Lost == nil })
	s.watched("freights").event("DELETED", at(40, object("f1", "")))
	until(t, f, "what came after", shows("prod qa two app p1 p2 auto prod"))
}

// An API server that starts refuses everything for a moment.
func TestARefusalMayPass(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusUnauthorized} {
		s := newServer(t)
		f := feed(t, s, Scope{})
		var streams []*stream
		for _, resource := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
			streams = append(streams, s.watched(resource))
		}
		s.set(func() { s.refusals["*"] = code })
		for _, stream := range streams {
			stream.end()
		}
		until(t, f, "the loss", func(p Picture) bool { return p.Lost != nil })
		if err := f.Failed(); err != nil {
			t.Errorf("failed with %v", err)
		}
		s.set(func() { delete(s.refusals, "*") })
		until(t, f, "the end of the loss", func(p Picture) bool { return p.Lost == nil })
	}
}

// One that goes on refusing has changed its mind.
func TestARefusalMayStay(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ahead := make(chan time.Duration, 1)
	ahead <- 0
	f, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: func() time.Time {
		d := <-ahead
		ahead <- d
		return time.Now().Add(d)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	freight := s.watched("freights")
	s.set(func() { s.refusals["watch freights"] = http.StatusForbidden })
	freight.end()
	until(t, f, "a refusal", func(Picture) bool { return s.asked("watch freights") > 1 })
	<-ahead
	ahead <- patience
	until(t, f, "the failure", func(Picture) bool { return f.Failed() != nil })
}

func TestWithoutTheRightToWatch(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"stages", "freights", "warehouses", "promotions", "projectconfigs"} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.refusals["watch "+resource] = http.StatusForbidden
			f := feed(t, s, Scope{})
			if !shows("prod qa one two app p1 p2 auto prod")(f.Picture()) {
				t.Errorf("shows %q", words(f.Picture()))
			}
			until(t, f, "the failure", func(Picture) bool { return f.Failed() != nil })
			want := `not allowed to watch ` + resource + `.kargo.akuity.io in namespace "web": refused with 403; ` +
				`needed is an RBAC rule with apiGroups: [kargo.akuity.io], resources: [` + resource + `], verbs: [watch]`
			if err := f.Failed(); err.Error() != want || !apierrors.IsForbidden(err) {
				t.Errorf("got  %v\nwant %v", err, want)
			}
		})
	}
}

// All rules that are missing are said at once.
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
	f := feed(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases}) // Promotions by two watches
	f.Settle(t.Context())
	lines := strings.Split(f.Failed().Error(), "\n")
	if len(lines) != len(resources) || !apierrors.IsForbidden(f.Failed()) {
		t.Fatalf("got %q", lines)
	}
	for i, resource := range resources {
		if !strings.Contains(lines[i], "resources: ["+resource+"], verbs: [watch]") {
			t.Errorf("line %d is %q", i+1, lines[i])
		}
	}
}

// What cannot be read at first is said as Read says it.
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
			f, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: time.Now})
			if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
				t.Fatalf("got  %v\nwant %v", err, wantErr)
			}
			if err != nil {
				return
			}
			defer f.Close()
			if diff := cmp.Diff(want, f.Picture().Snapshot); diff != "" {
				t.Errorf("(-Read +Picture):\n%s", diff)
			}
		})
	}
}

func TestANamespaceWithoutStages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.objects["stages"] = nil
	f := feed(t, s, Scope{})
	if got := f.Picture(); len(got.Snapshot.Projects) > 0 {
		t.Errorf("shows %q", words(got))
	}
	s.watched("stages").event("ADDED", at(11, stageJSON("prod")))
	until(t, f, "the first Stage", shows("prod one two app p1 p2 auto prod"))

	s = newServer(t)
	s.objects["stages"] = nil
	s.refusals["get web"] = http.StatusNotFound
	if _, err := Watch(t.Context(), s, Scope{Namespace: "web", Now: time.Now}); !apierrors.IsNotFound(err) {
		t.Errorf("got %v without the namespace", err)
	}
}

// Before Kargo v1.5 the policies are the Project's.
func TestProjectsWhereThereAreNoProjectConfigs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	delete(s.objects, "projectconfigs")
	f := feed(t, s, Scope{})
	if !shows("prod qa one two app p1 p2 auto qa")(f.Picture()) {
		t.Errorf("shows %q", words(f.Picture()))
	}
	if s.asked("list projects metadata.name=web") != 1 {
		t.Errorf("asked for %q", s.requests)
	}
}

// One piece of Freight is asked for alone, and Promotions of the Stages on its way.
func TestNarrowly(t *testing.T) {
	t.Parallel()
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	f := feed(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases})
	picture := f.Picture()
	if got := words(picture); !strings.HasPrefix(got, "prod qa one app p1") || !picture.Snapshot.Projects[0].Partial {
		t.Errorf("shows %q, partial %v", got, picture.Snapshot.Projects[0].Partial)
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

	// A Stage that becomes an upstream has Promotions, too; until they are read, the
	// picture is as before.
	release := make(chan struct{})
	s.set(func() {
		s.held["list promotions"] = release
		s.objects["promotions"] = []string{promotion("p3", "uat")}
	})
	stages := s.watched("stages")
	before := words(picture)
	stages.event("MODIFIED", at(11, stageJSON("qa", "uat")))
	stages.event("ADDED", at(12, stageJSON("uat")))
	until(t, f, "that the Promotions are missing", func(p Picture) bool { return p.Lost != nil })
	if got := words(f.Picture()); got != before {
		t.Errorf("shows %q, want %q", got, before)
	}
	close(release)
	until(t, f, "the Promotions", func(p Picture) bool { return strings.HasPrefix(words(p), "prod qa uat one app p3") && p.Lost == nil })
	if s.asked("list promotions kargo.akuity.io/stage in (prod,qa,uat)") == 0 {
		t.Errorf("asked for %q", s.requests)
	}
}

// Two lists of Promotions that may not be read are one kind that is unknown.
func TestNarrowlyWithoutPromotions(t *testing.T) {
	t.Parallel()
	releases, err := kargo.ParseRelease("v1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	s.refusals["list promotions"] = http.StatusForbidden
	f := feed(t, s, Scope{Freight: "f1", Stage: "prod", Releases: releases})
	if got := f.Picture().Snapshot.Warnings; len(got) != 1 || !strings.HasPrefix(got[0], "not allowed to list promotions") {
		t.Errorf("warns %q", got)
	}
	s.watched("stages").event("MODIFIED", at(11, stageJSON("qa", "uat")))
	until(t, f, "the other Stage", func(p Picture) bool {
		return p.Snapshot.Projects[0].Stages[1].Spec.RequestedFreight[0].Sources.Lists("uat")
	})
}

func TestTheEnd(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := Watch(ctx, s, Scope{Namespace: "web", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	f.Close() // and this ends
	f.Close()
	if f.Picture().Snapshot == nil || f.Failed() != nil {
		t.Errorf("after the end: %v, failed %v", f.Picture(), f.Failed())
	}
	if _, err := Watch(ctx, s, Scope{Namespace: "web", Now: time.Now}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
