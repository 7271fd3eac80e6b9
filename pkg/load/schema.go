package load

import (
	"context"
	"errors"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// schemaGrace is how long the schema may take after everything else was read.
const schemaGrace = 2 * time.Second

// errNoSchema is why the releases are unknown if the schema does not come.
var errNoSchema = errors.New("the API server did not send the schema of Kargo's API in time")

// schemaAnswer is what the schema tells.
type schemaAnswer struct {
	releases kargo.Releases
	err      error
}

// startReleases asks the API server for the releases, in parallel to what else is read,
// unless --kargo-version names one.
func (l *loading) startReleases(ctx context.Context) {
	if l.releases.Given {
		return
	}
	answer := make(chan schemaAnswer, 1)
	l.schema = answer
	go func() {
		releases, err := l.client.Releases(ctx)
		answer <- schemaAnswer{releases, err}
	}()
}

// awaitReleases returns the releases. If the schema does not come they are unknown: what
// was read otherwise does not wait for it any longer.
func (l *loading) awaitReleases(ctx context.Context) kargo.Releases {
	if l.schema == nil {
		return l.releases
	}
	answer := schemaAnswer{err: errNoSchema}
	select {
	case answer = <-l.schema:
	case <-ctx.Done():
	case <-time.After(schemaGrace):
	}
	l.schema, l.releases, l.unknown = nil, answer.releases, answer.err
	return l.releases
}
