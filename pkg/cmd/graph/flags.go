package graph

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// flags mirror the command line.
type flags struct {
	input      cli.InputFlags
	document   cli.DocumentFlags
	selector   string
	warehouses []string
	freight    string
	ascii      bool
	noHeaders  bool
	expand     bool
	style      string
	open       bool
	watch      watch.Flag
	set        *pflag.FlagSet
}

func newFlags() *flags {
	return &flags{document: cli.NewDocumentFlags("svg", "html", "mermaid", "dot")}
}

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddTo(cmd)
	f.document.AddTo(cmd)
	f.set = cmd.Flags()
	f.set.StringVarP(&f.selector, "selector", "l", "", "draw the Stages with these labels, and everything upstream and downstream of them")
	f.set.StringSliceVar(&f.warehouses, "warehouse", nil, "draw only the path of this Warehouse's Freight; may be repeated")
	f.set.StringVar(&f.freight, "freight", "", "show the progress of this Freight, named as for explain")
	f.set.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	f.set.BoolVar(&f.noHeaders, "no-headers", false, "omit the headers")
	f.set.BoolVar(&f.open, "open", false, "write the page of -o html into a temporary file and open it in a browser")
	f.watch.AddTo(cmd)
	f.set.StringVar(&f.style, "style", styleRails, "draw text as rails or as boxes")
	cli.SetChoices(f.set, "style", styleRails, styleBoxes)
	f.set.BoolVar(&f.expand, "expand", false, "on a terminal, draw similar Stages on separate lines")
}

// What --style can be.
const (
	styleRails = "rails"
	styleBoxes = "boxes"
)

// options are what the verb runs on.
type options struct {
	cli.Options
	stages     []string
	labels     labels.Selector
	warehouses []string
	freight    string
	// format is "" for text.
	format    string
	template  printers.ResourcePrinter
	ascii     bool
	noHeaders bool
	expand    bool
	boxes     bool
	// open shows the page in a browser instead of writing it.
	open  bool
	watch bool
}

// isText reports whether the picture is text for a person.
func (o *options) isText() bool { return o.format == "" && o.template == nil }

// selects reports whether a Stage was asked for.
func (o *options) selects(stage *kargo.Stage) bool {
	if o.labels != nil {
		return o.labels.Matches(labels.Set(stage.Metadata.Labels))
	}
	return slices.Contains(o.stages, stage.Metadata.Name)
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	o := &options{freight: f.freight, ascii: f.ascii, noHeaders: f.noHeaders, expand: f.expand, boxes: f.style == styleBoxes, open: f.open, watch: f.watch.On}
	var err error
	o.Options, err = f.input.Options(connection, env)
	note(err)
	o.format, o.template, err = f.document.Options()
	note(err)
	note(f.watch.Check(o.Options, o.format, "json", "yaml"))
	if o.template != nil && o.watch {
		note(errors.New("--watch does not go with templates"))
	}
	if !slices.Contains([]string{styleRails, styleBoxes}, f.style) {
		note(fmt.Errorf("--style %q: expected rails or boxes", f.style))
	}
	if o.boxes && (o.open || !o.isText()) {
		note(errors.New("--style boxes draws text: it goes with no --output and not with --open"))
	}
	if o.open && (o.watch || o.template != nil || o.format != "" && o.format != "html") {
		note(errors.New("--open shows the page of -o html: it goes with no other output and not with --watch"))
	}
	if o.open {
		o.format = "html"
	}
	for _, arg := range args {
		name, err := cli.ParseStage(arg)
		note(err)
		o.stages = append(o.stages, name)
	}
	for _, arg := range f.warehouses {
		name, err := cli.ParseWarehouse(arg)
		note(err)
		o.warehouses = append(o.warehouses, name)
	}
	if f.selector != "" {
		if o.labels, err = labels.Parse(f.selector); err != nil {
			note(fmt.Errorf("--selector: %w", err))
		}
		if len(args) > 0 {
			note(errors.New("name cannot be provided when a selector is specified"))
		}
	}
	note(cli.NotEmpty(f.set, "freight", []string{f.freight}))
	note(cli.NotEmpty(f.set, "warehouse", f.warehouses))
	return o, errors.Join(problems...)
}
