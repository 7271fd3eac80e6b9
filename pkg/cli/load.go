package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/version"
)

// Input is what was read, ready to be judged.
type Input struct {
	// Projects are ordered by name.
	Projects []*avail.Evaluator
	Header   report.Header
	// Notes are for a person and not part of a report.
	Notes []string
	// Project is the one Project that was asked for; "" for all there are.
	Project string
	// FromServer says that an API server was asked, and not files.
	FromServer bool
	// FreightUnread says that Freight could not be read, so that the main question
	// has no answer.
	FreightUnread bool
}

// Load reads the Projects from their source and gets them ready.
func Load(ctx context.Context, env Env, options Options) (*Input, error) {
	if len(options.Files) > 0 {
		files := source.Files{Paths: options.Files, Recursive: options.Recursive, Stdin: env.In, Namespace: options.Project}
		snapshot, err := files.Read(ctx)
		if err != nil {
			return nil, err
		}
		return prepare(snapshot, options, options.Releases), nil
	}
	return loadCluster(ctx, env, options)
}

// Connect returns a client for the cluster that the flags choose.
func Connect(env Env, flags *ConnectionFlags) (*kube.Client, error) {
	return kube.Connect(flags.Kube, kube.Options{
		UserAgent: version.Get().UserAgent(),
		Warnings: visibleWarnings{rest.NewWarningWriter(env.ErrOut, rest.WarningWriterOptions{
			Deduplicate: true,
			Color:       env.Colors(flags.Color, env.ErrOut),
		})},
	})
}

// visibleWarnings makes what API servers warn of harmless before it is printed.
type visibleWarnings struct{ rest.WarningHandler }

// HandleWarningHeader is part of rest.WarningHandler.
func (w visibleWarnings) HandleWarningHeader(code int, agent, text string) {
	w.WarningHandler.HandleWarningHeader(code, agent, render.Visible(text))
}

// loadCluster reads the objects and tells the version of Kargo at the same time.
func loadCluster(ctx context.Context, env Env, options Options) (*Input, error) {
	client, err := Connect(env, options.Connection)
	if err != nil {
		return nil, err
	}
	if options.Project == "" && !options.AllProjects {
		options.Project = client.Namespace()
	}
	releases := options.Releases
	var unknown error
	var snapshot *source.Snapshot
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		snapshot, err = source.Cluster{Client: client, Namespace: options.Project}.Read(ctx)
		return err
	})
	if !releases.Given {
		group.Go(func() error {
			releases, unknown = client.Releases(ctx)
			return nil // the newest rules apply
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if unknown != nil {
		snapshot.Warnings = append(snapshot.Warnings, fmt.Sprintf("Kargo's version is unknown, and the newest rules apply unless --kargo-version names it: %v", unknown))
	}
	in := prepare(snapshot, options, releases)
	in.FromServer = true
	return in, nil
}

func prepare(snapshot *source.Snapshot, options Options, releases kargo.Releases) *Input {
	rules := avail.RulesFor(releases)
	in := &Input{Notes: snapshot.Notes, Project: options.Project, FreightUnread: snapshot.FreightUnread}
	var newest time.Time
	for i := range snapshot.Projects {
		objects := &snapshot.Projects[i]
		if at := objects.Newest(); at.After(newest) {
			newest = at
		}
		in.Projects = append(in.Projects, avail.New(pipeline.New(*objects, rules.ByDiscovery()), rules, options.At))
	}
	warnings := slices.Concat(snapshot.Warnings, rules.Notes(), report.Warnings(in.Projects))
	if options.AtGiven && newest.After(options.At) {
		warnings = append(warnings, fmt.Sprintf("--at %s is before the newest time in the objects, %s: they are judged as they are now, with that clock",
			options.At.Format(time.RFC3339), newest.UTC().Format(time.RFC3339)))
	}
	in.Header = report.NewHeader(options.At, releases, warnings)
	return in
}
