package live

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// heartbeatInterval is the time between two heartbeats, and how long one may take.
	// After a failed one the next follows after heartbeatRetry.
	heartbeatInterval = 5 * time.Second
	heartbeatRetry    = time.Second
	// silenceLimit is how long the API server may not respond before the Snapshot is
	// stale.
	silenceLimit = 10 * time.Second
)

// ErrSilent is why a Snapshot is stale when no request fails and none is answered.
var ErrSilent = errors.New("no response from the server")

// heartbeat probes the API server until the Watcher is closed.
func (w *Watcher) heartbeat() {
	pause := heartbeatInterval
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-time.After(pause):
		}
		w.signalSilence()
		pause = heartbeatInterval
		if err := w.probe(); err != nil {
			pause = heartbeatRetry
		}
	}
}

// probe asks the API server for its version, which every user may read.
func (w *Watcher) probe() error {
	ctx, cancel := context.WithTimeout(w.ctx, heartbeatInterval)
	defer cancel()
	err := w.cluster.Client.REST().Get().AbsPath("/version").MaxRetries(0).Do(ctx).Error()
	if isResponse(err) {
		err = nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.heartbeatErr = err; err == nil {
		w.heard()
	}
	return err
}

// isResponse reports whether the API server itself responded, even if it refused. A 5xx
// may come from a proxy in front of a server that is down.
func isResponse(err error) bool {
	var status apierrors.APIStatus
	return err == nil || errors.As(err, &status) && status.Status().Code > 0 && status.Status().Code < http.StatusInternalServerError
}

// heard notes a response of the API server. The lock is held.
func (w *Watcher) heard() {
	w.seen = w.scope.Now()
	if w.silenceSignaled {
		w.silenceSignaled = false
		w.signal()
	}
}

// signalSilence signals once when the API server has not responded for too long.
func (w *Watcher) signalSilence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.silenceSignaled && w.silence() != nil {
		w.silenceSignaled = true
		w.signal()
	}
}

// silence returns the Staleness when the API server has not responded for too long, else
// nil. The lock is held.
func (w *Watcher) silence() *Staleness {
	if w.scope.Now().Sub(w.seen) < silenceLimit {
		return nil
	}
	stale := &Staleness{Since: w.seen, Err: w.heartbeatErr}
	if stale.Err == nil || errors.Is(stale.Err, context.DeadlineExceeded) {
		stale.Err = ErrSilent
	}
	return stale
}
