package list

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

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
	rows      bool
	overview  bool
	ascii     bool
	absolute  bool
	noHeaders bool
	templates cli.TemplateFlags
}

func newOutputFlags() outputFlags {
	return outputFlags{templates: cli.NewTemplateFlags()}
}

func (f *outputFlags) addTo(cmd *cobra.Command) {
	f.templates.AddTo(cmd)
	cli.AddOutput(cmd, &f.format, formats.Lists()...)
	cli.AddAbsoluteTime(cmd, &f.absolute)
	set := cmd.Flags()
	set.BoolVar(&f.rows, "rows", false, "a row per piece of Freight, also without a STAGE or a filter")
	set.BoolVar(&f.overview, "overview", false, "a line per Stage and Warehouse, also with a STAGE or a filter")
	set.BoolVar(&f.ascii, "ascii", false, "draw tables with ASCII characters only")
	set.BoolVar(&f.noHeaders, "no-headers", false, "omit table headers")
}

// output is a format, ready to write.
type output struct {
	formats.Format
	write     formats.ListWriter
	ascii     bool
	absolute  bool
	noHeaders bool
}

// choose sets the format where -o does not: rows where the question is about Freight, and
// else an overview. --rows and --overview decide it; stuck is an overview.
func (f *outputFlags) choose(freight, stuck bool) error {
	given := f.format
	overview := f.overview || stuck
	switch {
	case f.rows && overview:
		return errors.New("--rows does not go with --overview or --stuck")
	case f.rows && given != "" && given != "wide", f.overview && given != "" && given != formats.Overview:
		return fmt.Errorf("--rows and --overview choose the output format, and so does -o %s: give one of them", given)
	case given == "" && f.templates.Argument().Template == "" && !f.rows && (overview || !freight):
		f.format = formats.Overview
	}
	return nil
}

func (f *outputFlags) options() (output, error) {
	o := output{ascii: f.ascii, absolute: f.absolute, noHeaders: f.noHeaders}
	var err error
	o.Format, o.write, err = formats.Parse(f.format, f.templates.Argument())
	return o, err
}

// write writes the report in the format that was asked for, and counts.
func (o *options) write(w io.Writer, env cli.Env, in *load.Input, builder *report.Builder) (shown, error) {
	var counted shown
	err := o.output.write(w, formats.List{Header: in.Header, Projects: counted.count(builder.Each()), Options: o.style(env, in)})
	return counted, err
}

func (o *options) style(env cli.Env, in *load.Input) listing.Options {
	terminal, width := env.Terminal()
	return listing.Options{
		Style: term.Style{
			Terminal:     terminal,
			Width:        width,
			Glyphs:       terminal && !o.output.ascii,
			Palette:      term.NewPalette(env.Colors(o.Connection.Color, env.Out)),
			NoHeaders:    o.output.noHeaders,
			AbsoluteTime: o.output.absolute,
		},
		Remedies: o.filter.Stuck,
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
