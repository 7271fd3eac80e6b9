package live

import (
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// idle returns a Feed whose watches stand, when it has just heard of its server: in a
// bubble of synctest.
func idle(t *testing.T) (*server, *Feed) {
	t.Helper()
	s := newServerInMemory(t)
	f := feed(t, s, Scope{})
	f.Settle(t.Context())
	pass(beat)
	return s, f
}

// pass lets time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// signalled takes what is signalled.
func signalled(f *Feed) bool {
	select {
	case <-f.Changed():
		return true
	default:
		return false
	}
}

// A server that is idle is there, and a Picture is as of when it last said so.
func TestAnIdleServerIsAskedForASignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := idle(t)
		signalled(f)
		before := len(s.requests)
		for range 100 {
			pass(time.Second)
			p := f.Picture()
			if age := time.Since(p.Seen); p.Lost != nil || age > beat {
				t.Fatalf("as of %v ago, lost %v", age, p.Lost)
			}
		}
		if got := s.asked("get version"); got != 21 || len(s.requests)-before != 20 {
			t.Errorf("asked for %q", s.requests)
		}
		if signalled(f) {
			t.Error("signalled without news")
		}
	})
}

// One that stops dead while its connections stay is lost as of when it was last heard.
func TestSilenceIsALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := idle(t)
		signalled(f)
		release, seen := make(chan struct{}), f.Picture().Seen
		s.set(func() { s.held["get version"] = release })
		pass(silence - time.Second)
		if lost := f.Picture().Lost; lost != nil || signalled(f) {
			t.Errorf("lost too soon: %v", lost)
		}
		pass(time.Second)
		if lost := f.Picture().Lost; lost == nil || !lost.Since.Equal(seen) || !errors.Is(lost.Err, ErrSilent) {
			t.Errorf("lost %+v, last seen at %v", lost, seen)
		}
		pass(retry)
		if !signalled(f) {
			t.Error("not signalled")
		}
		pass(time.Hour)
		if lost := f.Picture().Lost; lost == nil || !lost.Since.Equal(seen) || signalled(f) {
			t.Errorf("after an hour: lost %v, last seen at %v", lost, seen)
		}
		close(release)
		pass(beat + retry)
		if lost := f.Picture().Lost; lost != nil || !signalled(f) {
			t.Errorf("still lost: %v", lost)
		}
	})
}

// An event is a sign of life as good as any.
func TestEventsAreSignsOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := idle(t)
		s.set(func() { s.held["get version"] = make(chan struct{}) })
		freight := s.watched("freights")
		for i, kind := range []string{"MODIFIED", "BOOKMARK", "MODIFIED"} {
			pass(silence - time.Second)
			freight.event(kind, at(11+i, object("f1", "")))
			synctest.Wait()
			if p := f.Picture(); p.Lost != nil || !p.Seen.Equal(time.Now()) {
				t.Errorf("after %s: seen at %v, lost %v", kind, p.Seen, p.Lost)
			}
		}
		pass(silence)
		if f.Picture().Lost == nil {
			t.Error("not lost")
		}
	})
}

// A server that shuts down keeps its watches for a while, and lets nobody in.
func TestAServerThatLetsNobodyInIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := idle(t)
		s.set(func() { s.refusals["get version"] = http.StatusServiceUnavailable })
		pass(silence)
		if lost := f.Picture().Lost; lost == nil || errors.Is(lost.Err, ErrSilent) {
			t.Errorf("lost: %v", lost)
		}
		// That it may not be asked is an answer, too.
		s.set(func() { s.refusals["get version"] = http.StatusForbidden })
		pass(beat + retry)
		if lost := f.Picture().Lost; lost != nil {
			t.Errorf("lost: %v", lost)
		}
	})
}

func TestAServerThatIsGoneIsLostAsOfTheLastSignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := idle(t)
		seen := f.Picture().Seen
		pass(beat - time.Second)
		s.close()
		pass(grace)
		if lost := f.Picture().Lost; lost == nil || !lost.Since.Equal(seen) {
			t.Errorf("lost %v, last seen at %v", lost, seen)
		}
		pass(beat)
		if lost := f.Picture().Lost; lost == nil || !lost.Since.Equal(seen) || !errors.Is(lost.Err, syscall.ECONNREFUSED) {
			t.Errorf("lost %+v, last seen at %v", lost, seen)
		}
	})
}
