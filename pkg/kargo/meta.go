package kargo

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"time"
)

// Metadata is the part of Kubernetes' object metadata that is read.
type Metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// UID is none in files, and different when an object was deleted and made again.
	UID UID `json:"uid"`
	// CreationTimestamp is zero when it is absent or null, as in files.
	CreationTimestamp time.Time `json:"creationTimestamp"`
	// DeletionTimestamp is nil unless the object is being deleted.
	DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
	Labels            map[string]string `json:"labels"`
}

// UID is the uid of an object in a quarter of the memory of its text; the zero UID is
// none.
type UID [16]byte

// UnmarshalText keeps the bytes of a UUID, which is what API servers use, and a hash of
// anything else.
func (u *UID) UnmarshalText(text []byte) error {
	*u = UID{}
	if len(text) == 0 || u.parse(text) {
		return nil
	}
	h := fnv.New128a()
	_, _ = h.Write(text) // a hash takes everything
	h.Sum(u[:0])
	return nil
}

// MarshalText writes the bytes as a UUID, which reads back as the same UID; none is empty.
func (u UID) MarshalText() ([]byte, error) {
	if u == (UID{}) {
		return nil, nil
	}
	return fmt.Appendf(nil, "%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:]), nil
}

// parse reports whether the text is a UUID.
func (u *UID) parse(text []byte) bool {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	at := 0
	for _, part := range [][2]int{{0, 8}, {9, 13}, {14, 18}, {19, 23}, {24, 36}} {
		n, err := hex.Decode(u[at:], text[part[0]:part[1]])
		if err != nil {
			return false
		}
		at += n
	}
	return true
}

// Origin names what produced a piece of Freight. Kargo knows one kind, Warehouse.
type Origin struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// KindWarehouse is the one kind of Origin.
const KindWarehouse = "Warehouse"

// String returns the form in which Kargo writes an origin as a map key,
// "Warehouse/NAME".
func (o Origin) String() string { return o.Kind + "/" + o.Name }

// Duration is a length of time in Go's syntax ("1h30m"), which is how Kargo
// writes soak times.
type Duration time.Duration

// UnmarshalText parses Go's duration syntax.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// MarshalText writes Go's canonical form, such as "1h0m0s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String returns Go's canonical form, such as "1h0m0s".
func (d Duration) String() string { return time.Duration(d).String() }
