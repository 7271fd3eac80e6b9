package controlplane

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
)

// perTransaction is how many objects are written at once: what etcd takes by default.
const perTransaction = 128

// Stored is an object as the API server keeps it in etcd.
type Stored struct {
	// Resource is the plural name of a kind of Kargo's, whose CRD has to be installed.
	Resource        string
	Namespace, Name string
	JSON            []byte
}

// Store writes objects straight into etcd, past the API server, which sees them appear:
// a hundred thousand within seconds. Nothing checks them.
func (cp *ControlPlane) Store(ctx context.Context, objects iter.Seq2[Stored, error]) error {
	var batch []operation
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := cp.transact(ctx, batch)
		batch = batch[:0]
		return err
	}
	for object, err := range objects {
		if err != nil {
			return err
		}
		batch = append(batch, operation{keyValue{
			Key:   fmt.Appendf(nil, "/registry/kargo.akuity.io/%s/%s/%s", object.Resource, object.Namespace, object.Name),
			Value: object.JSON,
		}})
		if len(batch) == perTransaction {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// operation and keyValue are etcd's, in the JSON of its gateway, where bytes are base64.
type (
	operation struct {
		Put keyValue `json:"requestPut"`
	}
	keyValue struct {
		Key   []byte `json:"key"`
		Value []byte `json:"value"`
	}
)

func (cp *ControlPlane) transact(ctx context.Context, operations []operation) error {
	body, err := json.Marshal(map[string]any{"success": operations})
	if err != nil {
		return fmt.Errorf("write into etcd: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, cp.etcdURL+"/v3/kv/txn", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("write into etcd: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("write into etcd: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("write into etcd: %s", response.Status)
	}
	return nil
}
