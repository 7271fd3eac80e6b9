package controlplane

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// auditPolicy has the API server write down each request before it answers it, so
// that whoever has an answer finds the request. Administrators' are left out: they
// are those of the tests themselves, and of the API server.
const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [ResponseStarted, ResponseComplete, Panic]
rules:
  - {level: None, userGroups: ["system:masters"]}
  - {level: Metadata}
`

// Request is a request that the API server got.
type Request struct {
	Verb      string // such as "list"
	Path      string
	Query     string // as sent; "" is none
	UserAgent string
}

// writeAuditPolicy writes what the API server reads.
func (cp *ControlPlane) writeAuditPolicy() error {
	if err := os.WriteFile(cp.path("audit.yaml"), []byte(auditPolicy), 0o600); err != nil {
		return fmt.Errorf("write the audit policy: %w", err)
	}
	return nil
}

// Requests returns the requests that a user has made so far, oldest first. Those
// of administrators are not known.
func (cp *ControlPlane) Requests(user string) ([]Request, error) {
	log, err := os.ReadFile(cp.path("audit.log"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // the first request makes it
	}
	if err != nil {
		return nil, fmt.Errorf("read the requests of %q: %w", user, err)
	}
	// Others may be writing: a line without an end is not there yet.
	log = log[:bytes.LastIndexByte(log, '\n')+1]
	var requests []Request
	for events := json.NewDecoder(bytes.NewReader(log)); ; {
		var event struct {
			Verb       string `json:"verb"`
			RequestURI string `json:"requestURI"`
			UserAgent  string `json:"userAgent"`
			User       struct {
				Username string `json:"username"`
			} `json:"user"`
		}
		err := events.Decode(&event)
		switch {
		case errors.Is(err, io.EOF):
			return requests, nil
		case err != nil:
			return nil, fmt.Errorf("read the requests of %q: %w", user, err)
		case event.User.Username == user:
			path, query, _ := strings.Cut(event.RequestURI, "?")
			requests = append(requests, Request{event.Verb, path, query, event.UserAgent})
		}
	}
}
