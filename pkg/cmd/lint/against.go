package lint

import (
	"context"
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// before reads the files as a git revision has them.
func (o *options) before(ctx context.Context, env cli.Env, how lint.Options) (*lint.Input, error) {
	files := load.ManifestFiles(env, o.Options, o.against)
	files.Optional = true
	texts, err := files.Texts(ctx)
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", o.against, err)
	}
	var sources []lint.Source
	for _, text := range texts {
		if text.Err != nil {
			return nil, fmt.Errorf("--against %s: %w", o.against, text.Err)
		}
		sources = append(sources, lint.Source{Name: text.Name, Data: text.Data})
	}
	return lint.FromFiles(sources, how), nil
}
