// Package graph is the verb graph: the pipeline as a picture, with what is available where.
package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/complete"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/picture"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// NewCommand returns the verb.
func NewCommand(env cli.Env, connection *cli.ConnectionFlags) *cobra.Command {
	flags := newFlags()
	cmd := &cobra.Command{
		Use:               "graph [STAGE...]",
		Short:             "Draw the pipeline, with what runs where, what is next and what is blocked",
		Long:              long,
		Example:           examples,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: complete.New(env, connection).Stages,
	}
	flags.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := flags.options(args, connection, env)
		if err != nil {
			return &cli.UsageError{Command: cmd.CommandPath(), Err: err}
		}
		if options.watch {
			return options.runWatch(cmd.Context(), env)
		}
		return options.run(cmd.Context(), env)
	}
	return cmd
}

const long = `Draw the pipeline of a Project: Warehouses, Stages and the connections between them.

As text, each Stage has a line, with lanes on the left as in a commit graph: what it
takes (direct, after an upstream Stage, any or all of several, a soak time), what
it runs, the newest Freight that is available to it and that it does not run, and the
newest that is blocked, with the root cause. On a terminal, three or more Stages that
are alike share a line. --style boxes draws boxes in layers, where there is room.

With --freight, the picture shows one piece of Freight: where it is, where it was
verified, and which connections let it pass.

STAGE and --selector draw these Stages, and everything upstream and downstream of
them.

With --watch, a terminal is redrawn when something changes, and the changed lines are
marked. In a pipe, each answer that changes is a line, or a document with -o json or yaml.

  -o html      a page for a browser, in one file that needs no network: choose the
               Freight, find a Stage, and walk along the lines with the arrow keys
  -o svg       an image
  -o mermaid   for GitHub and GitLab: paste it into a mermaid code block
  -o dot       for Graphviz
  -o json      nodes, edges and layers`

const examples = `  # The pipeline of the current Project
  kubectl kargo-avail graph

  # The progress of one piece of Freight, in Project web
  kubectl kargo-avail graph --freight lucky-koala -p web

  # All that is upstream and downstream of prod, for a pull request
  kubectl kargo-avail graph prod -o mermaid

  # A web page to explore
  kubectl kargo-avail graph --open
  kubectl kargo-avail graph -o html > pipeline.html

  # Redraw when something changes
  kubectl kargo-avail graph --watch`

// run reads, judges and draws.
func (o *options) run(ctx context.Context, env cli.Env) error {
	in, err := load.Projects(ctx, env, o.Options)
	if err != nil {
		return err
	}
	scene, err := o.scene(in)
	if err != nil {
		return err
	}
	in.PrintWarnings(env, o.Connection.Color)
	if len(scene) == 0 && o.isText() {
		fmt.Fprintln(env.ErrOut, nothing(in))
	}
	var out bytes.Buffer
	if err := o.write(&out, env, in, scene); err != nil {
		return err
	}
	if o.open {
		if err := openPage(env, &out); err != nil {
			return err
		}
	} else if _, err := out.WriteTo(env.Out); err != nil {
		return &cli.WriteError{Err: err}
	}
	if in.FreightUnread {
		return errUnread
	}
	return nil
}

// errUnread says that the main question has no answer.
var errUnread = errors.New("incomplete: Freight could not be read, so nothing is known of what is available")

// nothing says that there is nothing to draw.
func nothing(in *load.Input) string {
	if in.Project != "" {
		return fmt.Sprintf("No Stages found in %s namespace.", in.Project)
	}
	return "No Stages found"
}

// scene resolves the names that the options give and returns the pictures of the Projects
// that have something to draw.
func (o *options) scene(in *load.Input) ([]picture.Picture, error) {
	if err := in.RequireStages(o.stages); err != nil {
		return nil, err
	}
	if err := in.RequireWarehouses(o.warehouses); err != nil {
		return nil, err
	}
	freight, err := o.resolveFreight(in)
	if err != nil {
		return nil, err
	}
	var pictures []picture.Picture
	for _, e := range in.Projects {
		name := e.Project().Name
		f := freight[name]
		if f == nil && len(freight) > 0 {
			continue
		}
		if g := graph.New(e.Project(), o.selection()); len(g.Nodes) > 0 {
			project := report.NewGraphProject(e, g, f)
			pictures = append(pictures, picture.Picture{Graph: g, Project: &project})
		}
	}
	return pictures, nil
}

// resolveFreight returns the piece of Freight that was asked about, by Project.
func (o *options) resolveFreight(in *load.Input) (map[string]*kargo.Freight, error) {
	if o.freight == "" || in.FreightUnread {
		return nil, nil
	}
	resolved, err := in.ResolveFreight([]string{o.freight})
	if err != nil {
		return nil, err
	}
	found := map[string]*kargo.Freight{}
	for _, e := range in.Projects {
		for _, name := range resolved[e.Project().Name] {
			found[e.Project().Name] = e.Project().FreightNamed(name)
		}
	}
	return found, nil
}

// write draws the pictures in the format that was asked for.
func (o *options) write(w io.Writer, env cli.Env, in *load.Input, pictures []picture.Picture) error {
	switch {
	case o.isText():
		notes, err := o.text(w, in, pictures, o.style(env))
		cli.PrintNotes(env, notes...)
		return err
	case o.format == "mermaid":
		return o.mermaid(w, env, pictures)
	case o.format == "dot":
		return picture.DOT(w, pictures)
	case o.format == "svg":
		return picture.SVG(w, pictures)
	case o.format == "html":
		return o.page(w, in, pictures)
	}
	document := &report.Graph{Header: in.Header, Projects: []report.GraphProject{}}
	document.Kind = report.KindGraph
	for _, p := range pictures {
		document.Projects = append(document.Projects, *p.Project)
	}
	return formats.Document(w, document, o.format, o.template)
}

// text draws text, one Project below the other. The notes say which cannot be drawn as boxes,
// and why.
func (o *options) text(w io.Writer, in *load.Input, pictures []picture.Picture, style picture.Style) (notes []string, err error) {
	for i := range pictures {
		if len(in.Projects) > 1 || o.AllProjects {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, "Project "+term.Sanitize(pictures[i].Project.Name))
		}
		why, err := o.drawText(w, &pictures[i], style)
		if err != nil {
			return nil, err
		}
		if why != "" {
			notes = append(notes, fmt.Sprintf("Project %s is drawn as rails: %s", pictures[i].Project.Name, why))
		}
	}
	return notes, nil
}

// drawText draws one Project. If boxes were asked for and cannot be drawn, it draws rails and
// says why.
func (o *options) drawText(w io.Writer, p *picture.Picture, style picture.Style) (why string, err error) {
	if o.boxes {
		if why, err = p.Boxes(w, style); why == "" {
			return "", err
		}
	}
	return why, p.Rails(w, style)
}

func (o *options) mermaid(w io.Writer, env cli.Env, pictures []picture.Picture) error {
	tooLarge, err := picture.Mermaid(w, pictures)
	if tooLarge {
		cli.PrintWarnings(env, o.Connection.Color, "GitHub and GitLab draw no more than 500 edges and 50,000 characters: name Stages to draw a part of the pipeline")
	}
	return err
}

func (o *options) style(env cli.Env) picture.Style {
	terminal, width := env.Terminal()
	return picture.Style{
		Style: term.Style{
			Terminal: terminal, Width: width, Glyphs: terminal && !o.ascii, NoHeaders: o.noHeaders,
			Palette: term.NewPalette(env.Colors(o.Connection.Color, env.Out)),
		},
		Expand: o.expand,
	}
}

// selection says what of a Project is drawn.
func (o *options) selection() graph.Selection {
	selection := graph.Selection{Warehouses: o.warehouses}
	if len(o.stages) > 0 || o.labels != nil {
		selection.Stages = o.selects
	}
	return selection
}
