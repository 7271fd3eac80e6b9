package list

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// outputFlags mirror the part of the command line that is about the output.
type outputFlags struct {
	format    string
	ascii     bool
	noHeaders bool
	templates cli.TemplateFlags
}

func newOutputFlags() outputFlags {
	return outputFlags{templates: cli.NewTemplateFlags()}
}

func (f *outputFlags) addTo(cmd *cobra.Command) {
	f.templates.AddTo(cmd)
	cli.AddOutput(cmd, &f.format, f.formats()...)
	set := cmd.Flags()
	set.BoolVar(&f.ascii, "ascii", false, "draw tables with ASCII characters only")
	set.BoolVar(&f.noHeaders, "no-headers", false, "leave the headers out of tables")
}

// formats lists what -o takes.
func (f *outputFlags) formats() []string {
	words := []string{"wide", "json", "yaml", "name", "custom-columns", "custom-columns-file"}
	return append(words, f.templates.Formats()...)
}

// output is a format, ready to write.
type output struct {
	// format is the word before a "=", "" for the table.
	format    string
	ascii     bool
	noHeaders bool
	columns   *formats.CustomColumns
	template  printers.ResourcePrinter
}

// isTable reports whether the output is the table, wide or not.
func (o output) isTable() bool { return o.format == "" || o.format == "wide" }

// isDocument reports whether the output is something even when there is nothing to show.
func (o output) isDocument() bool {
	return o.format == "json" || o.format == "yaml" || o.template != nil
}

func (f *outputFlags) options() (output, error) {
	format, argument, _ := strings.Cut(f.format, "=")
	o := output{format: format, ascii: f.ascii, noHeaders: f.noHeaders}
	var err error
	switch format {
	case "wide", "json", "yaml", "name":
		if argument != "" {
			err = fmt.Errorf("output format %q takes no argument", format)
		}
	case "":
		if f.templates.Given() {
			o.format = "go-template"
			o.template, err = f.templates.Printer(o.format)
		}
	case "custom-columns":
		o.columns, err = formats.ParseCustomColumns(argument)
	case "custom-columns-file":
		o.columns, err = customColumnsFile(argument)
	default:
		o.template, err = f.templates.Printer(f.format)
		if o.template == nil && err == nil {
			err = fmt.Errorf("unknown output format %q, allowed formats are: %s", format, strings.Join(f.formats(), ","))
		}
	}
	return o, err
}

func customColumnsFile(name string) (*formats.CustomColumns, error) {
	if name == "" {
		return nil, errors.New("output format custom-columns-file needs a file: custom-columns-file=FILE")
	}
	template, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading custom columns: %w", err)
	}
	return formats.ParseCustomColumnsFile(string(template))
}

// write writes the report in the format that was asked for, and counts.
func (o *options) write(w io.Writer, env cli.Env, in *load.Input, builder *report.Builder) (shown, error) {
	var counted shown
	projects := counted.count(builder.Each())
	var err error
	switch {
	case o.output.template != nil:
		err = formats.Template(w, builder.Collect(in.Header), o.output.template)
	case o.output.columns != nil:
		err = o.output.columns.Write(w, projects, o.output.noHeaders)
	case o.output.format == "json":
		err = formats.JSON(w, in.Header, projects)
	case o.output.format == "yaml":
		err = formats.YAML(w, in.Header, projects)
	case o.output.format == "name":
		err = formats.Names(w, projects)
	default:
		err = listing.Write(w, projects, in.Header.At, o.style(env, in))
	}
	return counted, err
}

func (o *options) style(env cli.Env, in *load.Input) listing.Options {
	terminal, width := env.Terminal()
	return listing.Options{
		Style: term.Style{
			Terminal:  terminal,
			Width:     width,
			Glyphs:    terminal && !o.output.ascii,
			Palette:   term.NewPalette(env.Colors(o.Connection.Color, env.Out)),
			NoHeaders: o.output.noHeaders,
		},
		Wide:     o.output.format == "wide",
		Projects: o.AllProjects || len(in.Projects) > 1,
	}
}

// shown counts the Stages shown, and the Freight of them that a limit left out.
type shown struct{ stages, more, moreStages int }

// count passes the Projects on and counts what passes.
func (s *shown) count(projects iter.Seq[report.ProjectStages]) iter.Seq[report.ProjectStages] {
	return func(yield func(report.ProjectStages) bool) {
		for project := range projects {
			stages := project.Stages
			project.Stages = func(yield func(report.Stage) bool) {
				for stage := range stages {
					s.stages++
					s.more += stage.More
					if stage.More > 0 {
						s.moreStages++
					}
					if !yield(stage) {
						return
					}
				}
			}
			if !yield(project) {
				return
			}
		}
	}
}
