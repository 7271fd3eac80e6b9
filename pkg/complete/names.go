package complete

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// names returns where the flags of a command say that names come from; nil when there
// is none.
func (c Completer) names(cmd *cobra.Command) names {
	_ = cli.ApplyVariables(cmd, c.env) // what is wrong with one is said when the command runs
	flags := cmd.Flags()
	project := *c.connection.Kube.Namespace
	if flag := flags.Lookup("project"); flag != nil && flag.Value.String() != "" {
		project, _, _ = strings.Cut(flag.Value.String(), ",") // of several, the first
	}
	all, _ := flags.GetBool("all-namespaces")
	if all {
		project = ""
	}
	if paths, _ := flags.GetStringSlice("filename"); len(paths) > 0 {
		recursive, _ := flags.GetBool("recursive")
		return files{source.Files{Paths: paths, Recursive: recursive, Namespace: project}}
	}
	return c.cluster(project, all)
}

// cluster returns a cluster as the source of names, nil when none can be found.
func (c Completer) cluster(project string, all bool) names {
	c.connection.Kube.WithWrapConfigFn(neverAsking)
	silent := c.env
	silent.ErrOut = io.Discard
	client, err := load.Connect(silent, c.connection)
	if err != nil {
		return nil
	}
	if !all {
		project = cmp.Or(project, client.Namespace())
	}
	return source.Cluster{Client: client, Namespace: project}
}

// neverAsking keeps a command that gets credentials from asking the person, whose
// keys are the shell's.
func neverAsking(config *rest.Config) *rest.Config {
	if config.ExecProvider != nil {
		config.ExecProvider.StdinUnavailable = true
		config.ExecProvider.StdinUnavailableMessage = "a word is being completed"
	}
	return config
}

// files are files as the source of names.
type files struct{ source.Files }

// read reads the files, unless it would take what another command is to write.
func (f files) read(ctx context.Context) ([]pipeline.Objects, error) {
	if slices.Contains(f.Paths, "-") {
		return nil, nil
	}
	snapshot, err := f.Read(ctx)
	if err != nil {
		return nil, err
	}
	return snapshot.Projects, nil
}

// names returns what is picked of each Project, in order and each once.
func (f files) names(ctx context.Context, pick func(pipeline.Objects) []string) ([]string, error) {
	projects, err := f.read(ctx)
	var found []string
	for _, project := range projects {
		found = append(found, pick(project)...)
	}
	return slices.Compact(slices.Sorted(slices.Values(found))), err
}

// StageNames is part of names.
func (f files) StageNames(ctx context.Context) ([]string, error) {
	return f.names(ctx, func(p pipeline.Objects) []string {
		var found []string
		for i := range p.Stages {
			found = append(found, p.Stages[i].Metadata.Name)
		}
		return found
	})
}

// WarehouseNames is part of names.
func (f files) WarehouseNames(ctx context.Context) ([]string, error) {
	return f.names(ctx, func(p pipeline.Objects) []string { return p.Warehouses })
}

// ProjectNames is part of names.
func (f files) ProjectNames(ctx context.Context) ([]string, error) {
	f.Namespace = ""
	return f.names(ctx, func(p pipeline.Objects) []string { return []string{p.Project} })
}

// FreightNames is part of names.
func (f files) FreightNames(ctx context.Context) ([]kargo.Freight, error) {
	projects, err := f.read(ctx)
	var found []kargo.Freight
	for _, project := range projects {
		for _, freight := range pipeline.New(project, true).Freight() {
			found = append(found, *freight)
		}
	}
	return found, err
}
