package kargo

import "time"

// Metadata is the part of Kubernetes' object metadata that is read.
type Metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// CreationTimestamp is zero when it is absent or null, as in files.
	CreationTimestamp time.Time `json:"creationTimestamp"`
	// DeletionTimestamp is nil unless the object is being deleted.
	DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
	Labels            map[string]string `json:"labels"`
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
