package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// Config is what a config file says. Missing settings are zero.
type Config struct {
	Rules    []string
	FailOn   string
	Partial  bool
	Releases kargo.Releases
	Ignores  []Ignore
}

// configFile is a config file as it is written.
type configFile struct {
	Rules        []string      `yaml:"rules"`
	FailOn       string        `yaml:"failOn"`
	Partial      bool          `yaml:"partial"`
	KargoVersion string        `yaml:"kargoVersion"`
	Ignore       []ignoreEntry `yaml:"ignore"`
}

type ignoreEntry struct {
	Rule    string `yaml:"rule"`
	Project string `yaml:"project"`
	Object  string `yaml:"object"`
	Reason  string `yaml:"reason"`
	Until   string `yaml:"until"`
}

// ParseConfig reads a config file. Its error names all that is wrong with it.
func ParseConfig(name string, data []byte) (*Config, error) {
	var written configFile
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&written); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	c := &Config{Rules: written.Rules, FailOn: written.FailOn, Partial: written.Partial}
	var problems []error
	if _, unknown := Select(written.Rules); len(unknown) > 0 {
		problems = append(problems, fmt.Errorf("%s: there is no rule %s", name, strings.Join(unknown, ", ")))
	}
	if !slices.Contains([]string{"", string(Error), string(Warning), string(Note), "none"}, written.FailOn) {
		problems = append(problems, fmt.Errorf("%s: failOn: expected error, warning, note or none, not %q", name, written.FailOn))
	}
	if written.KargoVersion != "" {
		releases, err := kargo.ParseRelease(written.KargoVersion)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: kargoVersion: %w", name, err))
		}
		c.Releases = releases
	}
	tree, _ := manifest.ParseTree(data) // it was parsed above
	file := &File{Name: name, Data: data, Tree: tree}
	for i, entry := range written.Ignore {
		g, err := entry.ignore(file, i)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: ignore[%d]: %w", name, i, err))
		}
		c.Ignores = append(c.Ignores, g)
	}
	return c, errors.Join(problems...)
}

func (e ignoreEntry) ignore(file *File, index int) (Ignore, error) {
	g := Ignore{Rules: []string{e.Rule}, Project: e.Project, Object: strings.ToLower(e.Object), Reason: strings.TrimSpace(e.Reason), By: ByConfig}
	g.Place = Place{File: file, Span: file.SpanOf(0, 0)}
	if len(file.Roots) > 0 {
		root := &Object{File: file, node: file.Roots[0]}
		g.Place.Span = root.at(pathTo("ignore", index)).Span
	}
	_, unknown := Select(g.Rules)
	switch {
	case len(unknown) > 0:
		return g, fmt.Errorf("there is no rule %q", e.Rule)
	case g.Reason == "":
		return g, errors.New("a reason is mandatory")
	case e.Until == "":
		return g, nil
	}
	day, err := time.Parse(time.DateOnly, e.Until)
	if err != nil {
		return g, fmt.Errorf("until: expected a day such as 2027-01-01, not %q", e.Until)
	}
	g.Until = day
	return g, nil
}
