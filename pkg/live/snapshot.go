// Package live watches the Projects of a cluster: a Watcher always holds a Snapshot of
// the objects and signals each change of it.
//
// client-go's Reflector implements the watch protocol: bookmarks, resuming, expired
// resourceVersions (410), and the backoff between attempts. The store is our own, and
// keeps only the few fields of package kargo. Lists are read as lists, not streamed as
// the first events of a watch (WatchList), so that the same permissions and the same
// errors apply as in source.Cluster.Read.
//
// A watch without events may be idle or dead. A heartbeat therefore asks the API server
// for its version every few seconds, which reads no object. Its response shows that the
// connection works, which all watches share over HTTP/2; so does every event, bookmark
// and list. A Snapshot is as of the last of these.
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
	// Stage, together with Freight, narrows the Promotions to those of the Stage and of
	// its upstreams, if the releases label them; "" watches all Promotions.
	Stage string
	// Releases are those that the cluster may run.
	Releases kargo.Releases
	// Now is the clock for Snapshot.Seen and Staleness.Since.
	Now func() time.Time
}

// narrows reports whether only the Promotions of a Stage and its upstreams matter.
func (s Scope) narrows() bool { return s.Freight != "" && s.Stage != "" }

// Snapshot is what is known at one moment.
type Snapshot struct {
	// Contents is what source.Cluster.Read would return. It must not be modified.
	Contents *source.Snapshot
	// Seen is when the API server last responded. The contents are as of then.
	Seen time.Time
	// Stale is nil while every watch is connected and the API server responds.
	Stale *Staleness
}

// Staleness says that a Snapshot is as of Since and may be outdated, because the
// connection is lost. It is reported after a second, or after ten when the server stops
// responding while its connections stay open.
type Staleness struct {
	// Since is never later than the last response before the connection was lost.
	Since time.Time
	Err   error
}
