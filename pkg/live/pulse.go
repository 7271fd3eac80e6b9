package live

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// beat is how often the API server is asked for a sign of life, and how long that may
	// take; after one that failed it is asked again after a retry.
	beat  = 5 * time.Second
	retry = time.Second
	// silence is how long nothing may be heard before that is a loss.
	silence = 10 * time.Second
)

// ErrSilent is why a Picture is lost when nothing fails and nothing is heard.
var ErrSilent = errors.New("no word from the server")

// pulse asks for signs of life until the Feed ends.
func (f *Feed) pulse() {
	pause := beat
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-time.After(pause):
		}
		f.tellSilence()
		pause = beat
		if err := f.probe(); err != nil {
			pause = retry
		}
	}
}

// probe asks for the version of the API server, which everyone may read.
func (f *Feed) probe() error {
	ctx, cancel := context.WithTimeout(f.ctx, beat)
	defer cancel()
	err := f.cluster.Client.REST().Get().AbsPath("/version").MaxRetries(0).Do(ctx).Error()
	if isAnswer(err) {
		err = nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unanswered = err; err == nil {
		f.hear()
	}
	return err
}

// isAnswer reports whether the API server has answered, if only that it will not: a
// proxy before one that is gone has a fault of its own to tell.
func isAnswer(err error) bool {
	var status apierrors.APIStatus
	return err == nil || errors.As(err, &status) && status.Status().Code > 0 && status.Status().Code < http.StatusInternalServerError
}

// hear notes a sign of life. The lock is held.
func (f *Feed) hear() {
	f.seen = f.scope.Now()
	if f.toldSilence {
		f.toldSilence = false
		f.signal()
	}
}

// tellSilence signals, once, that nothing was heard for too long.
func (f *Feed) tellSilence() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.toldSilence && f.silent() != nil {
		f.toldSilence = true
		f.signal()
	}
}

// silent returns the Loss when nothing was heard for too long. The lock is held.
func (f *Feed) silent() *Loss {
	if f.scope.Now().Sub(f.seen) < silence {
		return nil
	}
	loss := &Loss{Since: f.seen, Err: f.unanswered}
	if loss.Err == nil || errors.Is(loss.Err, context.DeadlineExceeded) {
		loss.Err = ErrSilent
	}
	return loss
}
