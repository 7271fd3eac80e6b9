// Package load gets Projects from their source to an evaluator, and finds what a
// command line names in them.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kube"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/version"
)

// Input is what was read, ready to be judged.
type Input struct {
	// Projects are ordered by name.
	Projects []*avail.Evaluator
	Header   report.Header
	// Notes are for a person and not part of a report.
	Notes []string
	// Releases are those of Kargo by whose rules the Projects are judged.
	Releases kargo.Releases
	// Project is the one Project that was asked for; "" for all there are.
	Project string
	// FromServer says that an API server was asked, and not files.
	FromServer bool
	// FreightUnread says that Freight could not be read, so that the main question
	// has no answer.
	FreightUnread bool
	// projectsWith returns the Projects of the cluster that have a Stage; nil where that
	// is of no interest.
	projectsWith func(stage string) []string
}

// Projects reads the Projects from their source and gets them ready to be judged.
func Projects(ctx context.Context, env cli.Env, options cli.Options) (*Input, error) {
	l, err := load(ctx, env, options)
	if err != nil {
		return nil, err
	}
	return l.input(), nil
}

// PrintWarnings writes to stderr what is unknown or approximate about what was read.
func (in *Input) PrintWarnings(env cli.Env, mode cli.ColorMode) {
	cli.PrintWarnings(env, mode, in.Header.Warnings...)
	cli.PrintNotes(env, in.Notes...)
}

// Texts reads the files of -f as they are, to be edited. Standard input is used up
// then.
func Texts(ctx context.Context, env cli.Env, options cli.Options) ([]source.Text, error) {
	return source.Files{Paths: options.Files, Recursive: options.Recursive, Stdin: env.In, Waiting: env.Waiting}.Texts(ctx)
}

// loading is what is read, and how.
type loading struct {
	options  cli.Options
	snapshot *source.Snapshot
	// client is nil where files are read.
	client   *kube.Client
	releases kargo.Releases
	// unknown is why the releases are, if an API server was asked.
	unknown error
	// ctx is that of the reading, for what is asked when it is over.
	ctx context.Context
	// schema receives the releases that the API server's schema tells; nil unless it is
	// asked.
	schema chan schemaAnswer
	// status is what is said on standard error while reading.
	status *statusLine
}

// load reads whole Projects.
func load(ctx context.Context, env cli.Env, options cli.Options) (*loading, error) {
	if len(options.Files) == 0 {
		return loadCluster(ctx, env, options)
	}
	files := source.Files{Paths: options.Files, Recursive: options.Recursive, Stdin: env.In, Namespace: options.Project, Waiting: env.Waiting}
	snapshot, err := files.Read(ctx)
	if err != nil {
		return nil, err
	}
	if err := keepOnly(snapshot, options.Projects); err != nil {
		return nil, err
	}
	return &loading{options: options, snapshot: snapshot, releases: options.Releases}, nil
}

// Connect returns a client for the cluster that the flags choose.
func Connect(env cli.Env, flags *cli.ConnectionFlags) (*kube.Client, error) {
	return connect(env, flags, env.ErrOut)
}

// connect returns a client that writes what API servers warn of to standard error by
// way of a writer.
func connect(env cli.Env, flags *cli.ConnectionFlags, warnings io.Writer) (*kube.Client, error) {
	client, err := kube.Connect(flags.Kube, kube.Options{
		UserAgent: version.Get().UserAgent(),
		DefaultNamespace: func() string {
			project, err := env.KargoProject()
			if err != nil {
				cli.PrintWarnings(env, flags.Color, err.Error())
			}
			return project
		},
		Activity: &transport.Activity{Now: env.Now},
		Warnings: visibleWarnings{rest.NewWarningWriter(warnings, rest.WarningWriterOptions{
			Deduplicate: true,
			Color:       env.Colors(flags.Color, env.ErrOut),
		})},
	})
	if errors.Is(err, genericclioptions.ErrEmptyConfig) {
		err = fmt.Errorf("%w\nFiles need no kubeconfig: read them with -f FILE, -f DIR or -f -", err)
	}
	return client, err
}

// visibleWarnings makes what API servers warn of harmless before it is printed.
type visibleWarnings struct{ rest.WarningHandler }

// HandleWarningHeader is part of rest.WarningHandler.
func (w visibleWarnings) HandleWarningHeader(code int, agent, text string) {
	w.WarningHandler.HandleWarningHeader(code, agent, term.Sanitize(text))
}

// loadCluster reads the objects and infers Kargo's version at the same time.
func loadCluster(ctx context.Context, env cli.Env, options cli.Options) (*loading, error) {
	l, err := dial(ctx, env, options)
	if err != nil {
		return nil, err
	}
	err = l.readCluster(ctx, env, l.cluster().Count, func(ctx context.Context, c source.Cluster) (err error) {
		if l.snapshot, err = l.read(ctx, c); err == nil {
			l.awaitReleases(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// dial gets ready to read from a cluster.
func dial(ctx context.Context, env cli.Env, options cli.Options) (*loading, error) {
	status := &statusLine{out: env.ErrOut}
	client, err := connect(env, options.Connection, status)
	if err != nil {
		return nil, err
	}
	if options.Project == "" && len(options.Projects) == 0 && !options.AllProjects {
		options.Project = client.Namespace()
	}
	return &loading{ctx: ctx, options: options, client: client, releases: options.Releases, status: status}, nil
}

func (l *loading) cluster() source.Cluster {
	return source.Cluster{Client: l.client, Namespace: l.options.Project}
}

// input gets what was read ready to be judged.
func (l *loading) input() *Input {
	snapshot := *l.snapshot
	if l.unknown != nil {
		snapshot.Warnings = append(slices.Clone(snapshot.Warnings), unknownVersion(l.unknown))
	}
	in := prepare(&snapshot, l.options, l.releases)
	in.FromServer = l.client != nil
	if l.client != nil && !l.options.AllProjects {
		in.projectsWith = l.projectsWith
	}
	return in
}

// unknownVersion warns that no API server told Kargo's version.
func unknownVersion(why error) string {
	return fmt.Sprintf("Kargo's version is unknown, and the newest rules apply unless --kargo-version names it: %v", why)
}

// searchTimeout bounds how long other Projects are searched for a Stage that is not
// where it was expected: what is found is only a hint.
const searchTimeout = 2 * time.Second

// projectsWith returns the Projects that have a Stage of this name, as far as the rights
// allow to list them in time.
func (l *loading) projectsWith(stage string) []string {
	ctx, cancel := context.WithTimeout(l.ctx, searchTimeout)
	defer cancel()
	projects, _ := source.Cluster{Client: l.client}.ProjectsWith(ctx, stage) // with an error, what is found
	return projects
}

func prepare(snapshot *source.Snapshot, options cli.Options, releases kargo.Releases) *Input {
	rules := avail.RulesFor(releases)
	in := &Input{Notes: snapshot.Notes, Releases: releases, Project: options.Project, FreightUnread: snapshot.FreightUnread}
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
