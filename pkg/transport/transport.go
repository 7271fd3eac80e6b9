// Package transport is the HTTP transport below client-go. It ends a request when the
// server stays silent, keeps credentials from following a redirect to another server,
// bounds what is held of a response, and knows which request is being waited for.
package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// DefaultSilence is how long a server may send nothing. An API server ends a request
	// by itself after 60 s.
	DefaultSilence = 75 * time.Second
	// maxResponse bounds a response that is held whole: one object, or a document such as
	// a schema.
	maxResponse = 64 << 20
	// maxErrorBody bounds the body of an error; the rest of it is dropped.
	maxErrorBody = 1 << 20
)

// Transport is an http.RoundTripper. It must be the innermost one: those that add
// credentials go around it.
type Transport struct {
	Next http.RoundTripper
	// Silence is how long the server may send nothing; 0 sets no limit. A watch has no
	// limit once it is open.
	Silence time.Duration
	// Activity, unless it is nil, knows the requests in flight.
	Activity *Activity
}

// SilentError says that a server sent nothing for too long.
type SilentError struct{ Silence time.Duration }

// Error says how long, and how to wait longer.
func (e *SilentError) Error() string {
	return fmt.Sprintf("it sent nothing for %s (--request-timeout sets another limit)", e.Silence)
}

// Timeout is part of net.Error.
func (e *SilentError) Timeout() bool { return true }

// Temporary is part of net.Error.
func (e *SilentError) Temporary() bool { return false }

// WrappedRoundTripper is part of net.RoundTripperWrapper, by which client-go finds what
// cancels requests.
func (t *Transport) WrappedRoundTripper() http.RoundTripper { return t.Next }

// RoundTrip is part of http.RoundTripper.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	e := &exchange{ctx: ctx, cancel: cancel, silence: t.Silence, activity: t.Activity}
	e.begin(request)
	response, err := t.Next.RoundTrip(request.WithContext(ctx))
	if err == nil {
		err = checkRedirect(request, response)
		if err != nil {
			_ = response.Body.Close() // it is not read
		}
	}
	if err != nil {
		err = e.explain(err)
		e.end()
		return nil, err
	}
	e.heard()
	response.Body = e.body(request, response)
	return response, nil
}

// body bounds the body of a response by what is asked for.
func (e *exchange) body(request *http.Request, response *http.Response) *body {
	b := &body{ReadCloser: response.Body, exchange: e, left: maxResponse, tooLarge: fmt.Errorf("the answer is larger than %d MiB", maxResponse>>20)}
	switch {
	case response.StatusCode >= http.StatusBadRequest:
		b.left, b.tooLarge = maxErrorBody, nil
	case request.Context().Value(streamKey{}) != nil:
		b.left = -1
	}
	if request.URL.Query().Get("watch") != "" {
		e.rest()
	}
	return b
}

// exchange is one request and its response.
type exchange struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	silence  time.Duration
	timer    *time.Timer // nil without a limit
	resting  atomic.Bool // the server may stay silent
	activity *Activity
	waiting  *Wait
}

func (e *exchange) begin(request *http.Request) {
	e.waiting = e.activity.begin(request)
	if e.silence > 0 {
		e.timer = time.AfterFunc(e.silence, func() { e.cancel(&SilentError{Silence: e.silence}) })
	}
}

// heard notes that something came from the server.
func (e *exchange) heard() {
	e.activity.heard(e.waiting)
	if e.timer != nil && !e.resting.Load() {
		e.timer.Reset(e.silence)
	}
}

// rest notes that the server may stay silent from now on.
func (e *exchange) rest() {
	e.resting.Store(true)
	if e.timer != nil {
		e.timer.Stop()
	}
	e.activity.end(e.waiting)
}

// end releases what the exchange holds.
func (e *exchange) end() {
	e.rest()
	e.cancel(nil)
}

// explain returns why the exchange was canceled, if it was for the silence, instead of the
// error that this led to.
func (e *exchange) explain(err error) error {
	if silent, ok := errors.AsType[*SilentError](context.Cause(e.ctx)); ok {
		return silent
	}
	return err
}
