// Package live watches the Projects of a cluster: a Feed holds, at every moment, the
// Picture of what is known, and says when it has changed.
//
// The protocol of watching (bookmarks, resuming, expiry, 410 Gone, waiting before
// another try) is that of client-go's Reflector. The store is our own: it keeps
// nothing but the few fields of package kargo. Lists are read as lists, and not
// streamed as a watch's first events (WatchList), so that the same rights and the
// same errors apply as in source.Cluster.Read.
//
// A watch that is silent may be idle or dead. So the API server is asked every few
// seconds for its version: no object is read for that, and it is no polling; the
// answer is a sign of life of the connection that the watches share (with HTTP/2, as
// API servers speak it), as an event, a bookmark and a list are. A Picture is as of
// the last of these.
package live

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Scope is what to watch.
type Scope struct {
	// Namespace is the Project; "" watches all of them.
	Namespace string
	// Freight is the name of the one piece of Freight to watch; "" watches all.
	Freight string
	// Stage narrows, together with Freight, the Promotions to those of the Stage and
	// of its upstreams, as far as the releases label them; "" watches all Promotions.
	Stage string
	// Releases are those that the cluster may run.
	Releases kargo.Releases
	// Now is the clock that a Loss is timed by.
	Now func() time.Time
}

// narrows reports whether only the Promotions of a Stage and its upstreams matter.
func (s Scope) narrows() bool { return s.Freight != "" && s.Stage != "" }

// Picture is what is known at one moment.
type Picture struct {
	// Snapshot is as source.Cluster.Read would return it. It is not to be modified.
	Snapshot *source.Snapshot
	// Seen is the last sign of life: what the Picture is as of.
	Seen time.Time
	// Lost is nil while every watch stands, and something is heard.
	Lost *Loss
}

// Loss says that a Picture is as of Since and may be old, as the connection is lost. It
// is told after a second; where a connection just falls silent, after ten.
type Loss struct {
	// Since is never later than the last sign of life before the Loss.
	Since time.Time
	Err   error
}
