// Package diff is the verb diff: what applying manifests does to live Freight.
package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/comment"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/picture"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "diff -f PATH...",
		Short:             "Show what applying manifests would do to live Freight",
		Long:              long,
		Example:           examples,
		Args:              cli.Args(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		options, err := flags.options(connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		return options.run(cmd.Context(), env)
	}
	return cmd
}

const long = `Show, before a merge, what its manifests would do to live Freight: which Freight would
become available, and which would no longer be; what auto-promotion would promote; what
control-flow Stages would pass on, which cannot be undone; which Promotions would fail;
and which Freight a Stage could no longer go back to, or could never get. Nothing is
changed.

The specs and labels are those of the manifests; status, Freight and Promotions are live:
from the cluster, or from the files of --live. Without --base the manifests are compared
with what is live. With --base they are compared with what a git revision has at the same
paths, both over the same live objects, so that drift of the cluster is not blamed on the
change. Revisions are read from git's object database: nothing is checked out, no hook
runs, and nothing is fetched.

Helm charts and Kustomizations are not rendered: pipe in what they render to.

The exit code is 0 whatever the effect is; with --fail-on it is 1 if an effect that it
names occurs. It is 3 if something could not be read.`

const examples = `  # What would these files change in the cluster?
  kubectl kargo-avail diff -f deploy/ -R

  # What does a branch do, compared with main, for a comment on a pull request?
  kubectl kargo-avail diff -f deploy/ -R --base origin/main --prune -o markdown

  # The same in CI, without access to the cluster
  kubectl kargo-avail diff -f deploy/ -R --base origin/main --live live.yaml

  # Rendered manifests; fail if auto-promotion would promote something
  kubectl kustomize deploy/prod | kubectl kargo-avail diff -f - --fail-on promotes`

// run reads, compares and writes.
func (o *options) run(ctx context.Context, env cli.Env) error {
	manifests := new(bytes.Buffer)
	if slices.Contains(o.Files, "-") { // lint reads them again; a dump of what is live may be large
		env.In = io.TeeReader(env.In, manifests)
	}
	sides, err := load.Apply(ctx, env, o.Options, o.how)
	if err != nil {
		return err
	}
	env.In = manifests
	linted, err := o.lint(ctx, env, sides)
	if err != nil {
		return err
	}
	d := o.diff(sides, linted)
	sides.PrintWarnings(env, o.Connection.Color)
	if err := o.print(env, d); err != nil {
		return &cli.WriteError{Err: err}
	}
	happens := slices.ContainsFunc(o.failOn, d.Happens)
	switch {
	case sides.FreightUnread:
		return errors.New("incomplete: Freight could not be read, so that nothing is known of what is available")
	case happens:
		return &cli.NegativeError{}
	case len(o.failOn) > 0 && d.IsUnsure():
		return errors.New("incomplete: a part of the effect is unknown, so that --fail-on cannot be answered")
	}
	return nil
}

// diff works out the document.
func (o *options) diff(sides *load.Sides, linted *lintResult) *report.Diff {
	d := &report.Diff{Header: sides.Header, Base: o.base(), Head: o.head(), Prune: o.how.Prune, Projects: []report.DiffProject{}}
	d.Kind = report.KindDiff
	for i := range sides.List {
		side := &sides.List[i]
		in := report.DiffInput{
			Before: side.Before, After: side.After, Was: side.Was, Is: side.Is, Drift: side.Drift,
			AllRows: o.allRows || o.isTable(), Place: placeIn(sides, side.After.Project().Name),
		}
		in.New, in.Gone = linted.of(side.After.Project().Name)
		d.Projects = append(d.Projects, report.NewDiffProject(in))
	}
	return d
}

func (o *options) base() string {
	switch {
	case o.how.Base != "":
		return o.how.Base
	case len(o.how.Live) > 0:
		return report.SideDump
	default:
		return report.SideCluster
	}
}

func (o *options) head() string {
	if o.how.Head != "" {
		return o.how.Head
	}
	return report.SideFiles
}

// isTable reports whether the output is for a person.
func (o *options) isTable() bool { return o.format == "" || o.format == "markdown" }

// placeIn finds where the objects of a Project are written.
func placeIn(sides *load.Sides, project string) func(change.ObjectChange) (report.Place, bool) {
	return func(c change.ObjectChange) (report.Place, bool) {
		from := sides.Head
		if c.Change == change.Removed {
			from = sides.Base
		}
		if from == nil {
			return report.Place{}, false
		}
		file, line, ok := from.Place(c.Kind, project, c.Name)
		return report.Place{File: file, Line: line}, ok
	}
}

func (o *options) print(env cli.Env, d *report.Diff) error {
	var out bytes.Buffer
	if err := o.write(&out, env, d); err != nil {
		return err
	}
	_, err := out.WriteTo(env.Out)
	return err
}

func (o *options) write(out io.Writer, env cli.Env, d *report.Diff) error {
	switch o.format {
	case "":
		terminal, width := env.Terminal()
		return page.Diff(out, d, o.limit, term.Style{
			Terminal: terminal, Width: width, Glyphs: terminal && !o.ascii,
			Palette: term.NewPalette(env.Colors(o.Connection.Color, env.Out)), NoHeaders: o.noHeaders,
			AbsoluteTime: o.absolute,
		})
	case "markdown":
		return comment.Write(out, d, o.limit)
	case "mermaid":
		return o.mermaid(out, env, d)
	case "name":
		for i := range d.Projects {
			for _, stage := range d.Projects[i].Touched() {
				fmt.Fprintf(out, "stage.%s/%s\n", kargo.Group, term.Sanitize(stage))
			}
		}
		return nil
	default:
		return formats.Document(out, d, o.format, o.template)
	}
}

func (o *options) mermaid(out io.Writer, env cli.Env, d *report.Diff) error {
	for i := range d.Projects {
		tooLarge, err := picture.Changes(out, d.Projects[i].Name, &d.Projects[i].Picture)
		if err != nil {
			return err
		}
		if tooLarge {
			cli.PrintWarnings(env, o.Connection.Color, fmt.Sprintf("Project %s: GitHub and GitLab draw no more than 500 edges and 50,000 characters", d.Projects[i].Name))
		}
	}
	return nil
}
