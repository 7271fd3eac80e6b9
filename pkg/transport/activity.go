package transport

import (
	"net/http"
	"path"
	"sync"
	"time"
)

// Activity knows the requests in flight. A nil *Activity knows nothing.
type Activity struct {
	// Now is the clock.
	Now func() time.Time

	mu    sync.Mutex
	waits map[*Wait]struct{}
}

// Wait is a request whose response has not come, or not to its end.
type Wait struct {
	// Server is the scheme, host and port.
	Server string
	// Resource is what is asked for: the last part of the path.
	Resource string
	// Since is when something last came from the server, or when the request was sent.
	Since time.Time
}

// Longest returns the request that has been waited for the longest.
func (a *Activity) Longest() (wait Wait, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for w := range a.waits {
		if !ok || w.Since.Before(wait.Since) {
			wait, ok = *w, true
		}
	}
	return wait, ok
}

func (a *Activity) begin(request *http.Request) *Wait {
	if a == nil {
		return nil
	}
	w := &Wait{Server: server(request.URL), Resource: path.Base(request.URL.Path), Since: a.Now()}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waits == nil {
		a.waits = map[*Wait]struct{}{}
	}
	a.waits[w] = struct{}{}
	return w
}

func (a *Activity) heard(w *Wait) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Since = a.Now()
}

func (a *Activity) end(w *Wait) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waits, w)
}
