package diff

import (
	"context"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// lintResult has the findings that the change brings, and those that it mends.
type lintResult struct{ added, gone []lint.Finding }

// of returns the findings about one Project.
func (r *lintResult) of(project string) (added, gone []lint.Finding) {
	other := func(f lint.Finding) bool { return f.Place.Object == nil || f.Place.Object.Project != project }
	return slices.DeleteFunc(slices.Clone(r.added), other), slices.DeleteFunc(slices.Clone(r.gone), other)
}

// lint looks at both sides of the change: the files of two revisions, or what is live and
// what it becomes.
func (o *options) lint(ctx context.Context, env cli.Env, sides *load.Sides) (*lintResult, error) {
	how := lint.Options{Namespace: sides.Namespace, Only: o.Project, Releases: sides.Releases, Now: o.At}
	after, err := o.sources(ctx, env, o.how.Head)
	if err != nil {
		return nil, err
	}
	if o.how.Base == "" {
		was, is := liveAndThen(sides, after, how)
		return compare(was, is), nil
	}
	before, err := o.sources(ctx, env, o.how.Base)
	if err != nil {
		return nil, err
	}
	how.Partial = isPartial(sides)
	return compare(lint.FromFiles(before, how), lint.FromFiles(after, how)), nil
}

// liveAndThen returns what is live, and what it is once files are applied.
func liveAndThen(sides *load.Sides, files []lint.Source, how lint.Options) (was, is *lint.Input) {
	var before, after []*avail.Evaluator
	for i := range sides.List {
		before, after = append(before, sides.List[i].Before), append(after, sides.List[i].After)
	}
	stored, declared := lint.Stored(sides.Stored, how), lint.Declared(files, how)
	return lint.FromCluster(before, stored, how), lint.FromCluster(after, slices.Concat(declared, stored), how)
}

// isPartial reports whether there are Stages that the manifests do not have.
func isPartial(sides *load.Sides) bool {
	return slices.ContainsFunc(sides.List, func(s load.Side) bool {
		return len(change.Missing(s.Is, sides.Head.Project(s.Is.Project)).Stages) > 0
	})
}

// sources reads the files of a revision.
func (o *options) sources(ctx context.Context, env cli.Env, revision string) ([]lint.Source, error) {
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
	return sources, nil
}

// compare returns the findings of either side that the other does not have at all. What is
// suppressed is no news.
func compare(before, after *lint.Input) *lintResult {
	was, is := findings(before), findings(after)
	return &lintResult{added: missing(is, was), gone: missing(was, is)}
}

// findings returns what lint finds, worst first.
func findings(in *lint.Input) []lint.Finding {
	result := lint.Run(in, lint.Selection{})
	result.Suppress(in, lint.Selection{}, nil, nil)
	slices.SortStableFunc(result.Findings, func(a, b lint.Finding) int { return b.Severity.Rank() - a.Severity.Rank() })
	return result.Findings
}

// missing returns the findings that count and are not among the others.
func missing(findings, others []lint.Finding) []lint.Finding {
	known := make(map[string]bool, len(others))
	for i := range others {
		known[others[i].Fingerprint] = true
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f lint.Finding) bool { return f.Suppressed != nil || known[f.Fingerprint] })
}
