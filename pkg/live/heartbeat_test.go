package live

import (
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// idle returns a Watcher whose watches are connected, right after a heartbeat. It must run
// in a bubble of synctest.
func idle(t *testing.T) (*server, *Watcher) {
	t.Helper()
	s := newServerInMemory(t)
	w := newWatcher(t, s, Scope{})
	w.Settle(t.Context())
	pass(heartbeatInterval)
	return s, w
}

// pass lets time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// signaled takes a pending signal, if there is one.
func signaled(w *Watcher) bool {
	select {
	case <-w.Changed():
		return true
	default:
		return false
	}
}

// While nothing changes, heartbeats keep the Snapshot fresh.
func TestHeartbeatsKeepAnIdleSnapshotFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := idle(t)
		signaled(w)
		before := len(s.requests)
		for range 100 {
			pass(time.Second)
			p := w.Snapshot()
			if age := time.Since(p.Seen); p.Stale != nil || age > heartbeatInterval {
				t.Fatalf("as of %v ago, lost %v", age, p.Stale)
			}
		}
		if got := s.asked("get version"); got != 21 || len(s.requests)-before != 20 {
			t.Errorf("asked for %q", s.requests)
		}
		if signaled(w) {
			t.Error("signaled without news")
		}
	})
}

// If the server hangs with its connections open, the Snapshot is stale since the last
// response.
func TestASilentServerMakesTheSnapshotStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := idle(t)
		signaled(w)
		release, seen := make(chan struct{}), w.Snapshot().Seen
		s.set(func() { s.held["get version"] = release })
		pass(silenceLimit - time.Second)
		if lost := w.Snapshot().Stale; lost != nil || signaled(w) {
			t.Errorf("lost too soon: %v", lost)
		}
		pass(time.Second)
		if lost := w.Snapshot().Stale; lost == nil || !lost.Since.Equal(seen) || !errors.Is(lost.Err, ErrSilent) {
			t.Errorf("lost %+v, last seen at %v", lost, seen)
		}
		pass(heartbeatRetry)
		if !signaled(w) {
			t.Error("not signaled")
		}
		pass(time.Hour)
		if lost := w.Snapshot().Stale; lost == nil || !lost.Since.Equal(seen) || signaled(w) {
			t.Errorf("after an hour: lost %v, last seen at %v", lost, seen)
		}
		close(release)
		pass(heartbeatInterval + heartbeatRetry)
		if lost := w.Snapshot().Stale; lost != nil || !signaled(w) {
			t.Errorf("still lost: %v", lost)
		}
	})
}

// Events and bookmarks count as responses.
func TestEventsAreResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := idle(t)
		s.set(func() { s.held["get version"] = make(chan struct{}) })
		freight := s.watched("freights")
		for i, kind := range []string{"MODIFIED", "BOOKMARK", "MODIFIED"} {
			pass(silenceLimit - time.Second)
			freight.event(kind, at(11+i, object("f1", "")))
			synctest.Wait()
			if p := w.Snapshot(); p.Stale != nil || !p.Seen.Equal(time.Now()) {
				t.Errorf("after %s: seen at %v, lost %v", kind, p.Seen, p.Stale)
			}
		}
		pass(silenceLimit)
		if w.Snapshot().Stale == nil {
			t.Error("not lost")
		}
	})
}

// A server that shuts down keeps its watches open for a while and rejects new requests.
func TestAServerThatRejectsRequestsMakesTheSnapshotStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := idle(t)
		s.set(func() { s.refusals["get version"] = http.StatusServiceUnavailable })
		pass(silenceLimit)
		if lost := w.Snapshot().Stale; lost == nil || errors.Is(lost.Err, ErrSilent) {
			t.Errorf("lost: %v", lost)
		}
		// A 403 is a response, too.
		s.set(func() { s.refusals["get version"] = http.StatusForbidden })
		pass(heartbeatInterval + heartbeatRetry)
		if lost := w.Snapshot().Stale; lost != nil {
			t.Errorf("lost: %v", lost)
		}
	})
}

func TestAServerThatIsDownMakesTheSnapshotStaleSinceTheLastResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := idle(t)
		seen := w.Snapshot().Seen
		pass(heartbeatInterval - time.Second)
		s.close()
		pass(outageGrace)
		if lost := w.Snapshot().Stale; lost == nil || !lost.Since.Equal(seen) {
			t.Errorf("lost %v, last seen at %v", lost, seen)
		}
		pass(heartbeatInterval)
		if lost := w.Snapshot().Stale; lost == nil || !lost.Since.Equal(seen) || !errors.Is(lost.Err, syscall.ECONNREFUSED) {
			t.Errorf("lost %+v, last seen at %v", lost, seen)
		}
	})
}
