package lint

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// baselineFile is a baseline as it is written.
type baselineFile struct {
	Kind     string          `json:"kind"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry identifies a finding; all but the fingerprint is for people.
type baselineEntry struct {
	Fingerprint string `json:"fingerprint"`
	Code        string `json:"code"`
	Object      string `json:"object"`
	Message     string `json:"message"`
}

const baselineKind = "LintBaseline"

// ParseBaseline reads a baseline.
func ParseBaseline(name string, data []byte) (*Baseline, error) {
	var written baselineFile
	if err := json.Unmarshal(data, &written); err != nil {
		return nil, fmt.Errorf("%s is not a baseline: %w", name, errors.New("it is not the JSON that --write-baseline writes"))
	}
	if written.Kind != baselineKind {
		return nil, fmt.Errorf("%s is not a baseline: its kind is %q, not %s", name, written.Kind, baselineKind)
	}
	tree, _ := manifest.ParseTree(data) // it was parsed above
	file := &File{Name: name, Data: data, Tree: tree}
	b := &Baseline{Place: Place{File: file, Span: file.SpanOf(0, min(1, len(data)))}, Known: map[string]bool{}}
	for _, entry := range written.Findings {
		b.Known[entry.Fingerprint] = true
	}
	return b, nil
}

// MarshalBaseline writes a baseline of findings; those that are suppressed otherwise are
// left out.
func MarshalBaseline(findings []Finding) ([]byte, error) {
	written := baselineFile{Kind: baselineKind, Findings: []baselineEntry{}}
	for i := range findings {
		f := &findings[i]
		if f.Suppressed != nil && f.Suppressed.By != ByBaseline || f.Rule.Code == "KA507" {
			continue
		}
		entry := baselineEntry{Fingerprint: f.Fingerprint, Code: f.Rule.Code, Message: f.Message}
		if o := f.Place.Object; o != nil {
			entry.Object = o.Project + "/" + o.String()
		}
		written.Findings = append(written.Findings, entry)
	}
	text, err := json.Marshal(written, jsontext.WithIndent("  "))
	return append(text, '\n'), err
}
