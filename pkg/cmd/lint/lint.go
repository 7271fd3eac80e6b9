// Package lint is the verb lint: which settings cannot work, or work in another way than
// they read.
package lint

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/findings"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/version"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "lint [STAGE...]",
		Short:             "Find settings that cannot work, or that surprise, in files or in the cluster",
		Long:              long,
		Example:           examples,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: complete.New(env, connection).Stages,
	}
	flags.addTo(cmd)
	_ = cmd.RegisterFlagCompletionFunc("against", cobra.NoFileCompletions) // it fails only for an unknown flag
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if flags.explain {
			return explain(env, connection.Color, cmd.CommandPath(), args)
		}
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		err = options.run(cmd.Context(), env)
		if usage, ok := errors.AsType[*configError](err); ok {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: usage.error}
		}
		return err
	}
	return cmd
}

const long = `Find pipeline settings that cannot work, or that do not do what they seem to: upstreams
that do not exist, All with no upstreams, a soak that can never pass, fields in the wrong
place, promotion policies that decide nothing.

With -f it reads files, and points at the line. Without, it reads the Project in the
cluster, and needs only the rights to view it.

It exits with 1 when there is a finding of the severity of --fail-on or worse, and with 3
when something could not be read; what was found is still printed.`

const examples = `  # Before a merge: everything below a folder
  kubectl kargo-avail lint -f deploy/ -R

  # The Project in the cluster, or all of them
  kubectl kargo-avail lint -n web
  kubectl kargo-avail lint -A

  # What one rule is about
  kubectl kargo-avail lint --explain KA106`

// run reads, looks and writes.
func (o *options) run(ctx context.Context, env cli.Env) error {
	ignores, baseline, err := o.configure()
	if err != nil {
		return &configError{err}
	}
	in, header, notes, err := o.read(ctx, env, ignores)
	if err != nil {
		return err
	}
	result := lint.Run(in, o.rules)
	if o.against != "" {
		before, err := o.before(ctx, env, in.Options)
		if err != nil {
			return err
		}
		result.Since(before, in, o.rules)
	}
	result.Suppress(in, o.rules, ignores, baseline)
	if o.writeBaseline {
		return o.record(env, result)
	}
	header.Warnings = append(slices.Clone(header.Warnings), result.Undecided...)
	result.Findings = o.about(result.Findings)
	cli.PrintWarnings(env, o.Connection.Color, header.Warnings...)
	cli.PrintNotes(env, notes...)
	if err := o.print(env, header, result); err != nil {
		return &cli.WriteError{Err: err}
	}
	switch {
	case result.Unread:
		return errors.New("incomplete: not everything could be read, so that there may be more findings")
	case o.fails(result.Findings):
		return &cli.NegativeError{}
	}
	return nil
}

// about returns the findings about the Stages that are named, or all.
func (o *options) about(found []lint.Finding) []lint.Finding {
	if len(o.stages) == 0 {
		return found
	}
	return slices.DeleteFunc(found, func(f lint.Finding) bool {
		object := f.Place.Object
		return object == nil || object.Kind != "Stage" || !slices.Contains(o.stages, object.Name)
	})
}

// fails reports whether a finding is as severe as makes the command fail.
func (o *options) fails(found []lint.Finding) bool {
	return o.failOn > 0 && slices.ContainsFunc(found, func(f lint.Finding) bool {
		return f.Suppressed == nil && f.Severity.Rank() >= o.failOn
	})
}

func (o *options) print(env cli.Env, header report.Header, result lint.Result) error {
	var out bytes.Buffer
	if err := o.write(&out, env, header, result); err != nil {
		return err
	}
	_, err := env.Out.Write(out.Bytes())
	return err
}

func (o *options) write(out *bytes.Buffer, env cli.Env, header report.Header, result lint.Result) error {
	switch o.format {
	case "", "text":
		return findings.Text(out, result, term.NewPalette(env.Colors(o.Connection.Color, env.Out)))
	case "short":
		return findings.Short(out, result)
	case "sarif":
		return findings.SARIF(out, result, version.Get().Version, o.notifications(header, result))
	case "github":
		return errors.Join(findings.GitHub(out, result), summarize(env, result))
	case "gitlab":
		return findings.GitLab(out, result)
	case "junit":
		return findings.JUnit(out, result)
	case "markdown":
		return findings.Markdown(out, result)
	case "name":
		return findings.Names(out, result)
	default:
		return formats.Document(out, report.NewLintReport(header, result), o.format, o.template)
	}
}

// notifications say what is to be known about the run as a whole.
func (o *options) notifications(header report.Header, result lint.Result) []string {
	texts := slices.Clone(header.Warnings)
	if len(o.Files) == 0 && len(result.Findings) > 0 {
		texts = append(texts, "the findings are about objects of a cluster: GitHub shows only those in files")
	}
	return texts
}

// summarize adds all findings to the summary of a GitHub workflow step, if there is one.
func summarize(env cli.Env, result lint.Result) error {
	name, _ := env.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(findings.Markdown(f, result), f.Close())
}

// read reads the files, which are fixed if that is asked for, or the cluster.
func (o *options) read(ctx context.Context, env cli.Env, ignores []lint.Ignore) (in *lint.Input, header report.Header, notes []string, err error) {
	how := lint.Options{Namespace: o.Project, Only: o.Project, Releases: o.Releases, Now: o.At, Partial: o.partial}
	if len(o.Files) == 0 {
		return o.readCluster(ctx, env, how)
	}
	files, err := o.readFiles(ctx, env)
	if err != nil {
		return nil, report.Header{}, nil, err
	}
	if o.fix != "" {
		if files.sources, err = o.repair(env, files, how, ignores); err != nil {
			return nil, report.Header{}, nil, err
		}
	}
	in = lint.FromFiles(files.sources, how)
	for name, err := range files.failed {
		in.Miss(name, err)
	}
	header = report.NewHeader(o.At, o.Releases, avail.RulesFor(o.Releases).Notes())
	return in, header, notesOf(in), nil
}

// files are what was read of them.
type files struct {
	texts   []source.Text
	sources []lint.Source
	// failed are those that could not be read, by name.
	failed map[string]error
}

func (o *options) readFiles(ctx context.Context, env cli.Env) (*files, error) {
	texts, err := load.Texts(ctx, env, o.Options)
	if err != nil {
		return nil, err
	}
	f := &files{texts: texts, failed: map[string]error{}}
	for _, text := range texts {
		if text.Err != nil {
			f.failed[text.Name] = text.Err
			continue
		}
		f.sources = append(f.sources, lint.Source{Name: text.Name, Data: text.Data, Named: text.Path == "" || slices.Contains(o.Files, text.Path)})
	}
	if len(f.sources) == 0 {
		return nil, errors.Join(slices.Collect(maps.Values(f.failed))...)
	}
	return f, nil
}

// notesOf says what was passed over.
func notesOf(in *lint.Input) []string {
	var notes []string
	for _, name := range in.Skipped {
		notes = append(notes, name+" is not YAML, and names nothing of Kargo's: skipped")
	}
	return notes
}

// readCluster reads the Projects, and their objects as they are stored.
func (o *options) readCluster(ctx context.Context, env cli.Env, how lint.Options) (*lint.Input, report.Header, []string, error) {
	loaded, err := load.Projects(ctx, env, o.Options)
	if err != nil {
		return nil, report.Header{}, nil, err
	}
	documents, err := o.documents(ctx, env, loaded.Projects)
	if err != nil {
		return nil, report.Header{}, nil, err
	}
	how.Releases = loaded.Releases
	return lint.FromCluster(loaded.Projects, lint.Stored(documents, how), how), loaded.Header, loaded.Notes, nil
}

// documents reads the objects of the Projects as they are stored. Who may not list those
// of all Projects at once gets them Project by Project.
func (o *options) documents(ctx context.Context, env cli.Env, projects []*avail.Evaluator) ([][]byte, error) {
	client, err := load.Connect(env, o.Connection)
	if err != nil {
		return nil, err
	}
	if len(projects) > 1 {
		documents, err := source.Cluster{Client: client}.Documents(ctx, load.ReadOf(projects...))
		if !apierrors.IsForbidden(err) {
			return documents, err
		}
	}
	return load.Stored(ctx, client, projects)
}
