package diff

import (
	"context"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// lintResult has the findings in the files of one revision and not in those of the other.
type lintResult struct{ added, gone []lint.Finding }

// of returns the findings about one Project.
func (r *lintResult) of(project string) (added, gone []lint.Finding) {
	other := func(f lint.Finding) bool { return f.Place.Object == nil || f.Place.Object.Project != project }
	return slices.DeleteFunc(slices.Clone(r.added), other), slices.DeleteFunc(slices.Clone(r.gone), other)
}

// lint looks at the files of both revisions; nil where there are none to compare.
func (o *options) lint(ctx context.Context, env cli.Env, sides *load.Sides) (*lintResult, error) {
	if o.how.Base == "" {
		return nil, nil
	}
	how := lint.Options{Namespace: o.Project, Only: o.Project, Releases: sides.Releases, Now: o.At, Partial: isPartial(sides)}
	before, err := o.findings(ctx, env, o.how.Base, how)
	if err != nil {
		return nil, err
	}
	after, err := o.findings(ctx, env, o.how.Head, how)
	if err != nil {
		return nil, err
	}
	return &lintResult{added: missing(after, before), gone: missing(before, after)}, nil
}

// isPartial reports whether there are Stages that the manifests do not have.
func isPartial(sides *load.Sides) bool {
	return slices.ContainsFunc(sides.List, func(s load.Side) bool {
		return len(change.Missing(s.Is, sides.Head.Project(s.Is.Project)).Stages) > 0
	})
}

// findings returns what lint finds in the files of a revision and is not suppressed there.
func (o *options) findings(ctx context.Context, env cli.Env, revision string, how lint.Options) ([]lint.Finding, error) {
	files := load.ManifestFiles(env, o.Options, revision)
	files.Optional = true
	texts, err := files.Texts(ctx)
	if err != nil {
		return nil, err
	}
	var sources []lint.Source
	for _, text := range texts {
		if text.Err != nil {
			return nil, text.Err
		}
		sources = append(sources, lint.Source{Name: text.Name, Data: text.Data})
	}
	in := lint.FromFiles(sources, how)
	result := lint.Run(in, lint.Selection{})
	result.Suppress(in, lint.Selection{}, nil, nil)
	return slices.DeleteFunc(result.Findings, func(f lint.Finding) bool { return f.Suppressed != nil }), nil
}

// missing returns the findings that are not among the others.
func missing(findings, others []lint.Finding) []lint.Finding {
	known := make(map[string]bool, len(others))
	for i := range others {
		known[others[i].Fingerprint] = true
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f lint.Finding) bool { return known[f.Fingerprint] })
}
