package list

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/listing"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// tableLimit is how many pieces of Freight a table shows per Stage unless told
// otherwise.
const tableLimit = 10

// flags mirror the command line.
type flags struct {
	input      cli.InputFlags
	output     outputFlags
	allStages  bool
	selector   string
	warehouses []string
	freight    []string
	differs    bool
	available  bool
	blocked    bool
	newerThan  time.Duration
	stuck      bool
	exitCode   bool
	limit      int
	sortBy     string
	watch      watch.Flag
	cmd        *cobra.Command
}

func newFlags() *flags { return &flags{output: newOutputFlags()} }

func (f *flags) addTo(cmd *cobra.Command) {
	f.cmd = cmd
	f.input.AddTo(cmd)
	f.output.addTo(cmd)
	set := cmd.Flags()
	set.BoolVar(&f.allStages, "all-stages", false, "also show Stages without an upstream")
	set.StringVarP(&f.selector, "selector", "l", "", "show the Stages with these labels, as in kubectl get -l")
	set.StringSliceVar(&f.warehouses, "warehouse", nil, "show only Freight from this Warehouse; may be repeated")
	set.StringSliceVar(&f.freight, "freight", nil, "show only this Freight, named as for explain")
	set.BoolVar(&f.differs, "differs", false, "show only Freight that is available under any or all, not under both")
	set.BoolVar(&f.available, "available", false, "show only Freight that is available now")
	set.BoolVar(&f.blocked, "blocked", false, "show only Freight that is not available now")
	set.DurationVar(&f.newerThan, "newer-than", 0, "show only Freight discovered less than this ago (2h)")
	set.BoolVar(&f.stuck, "stuck", false, "show only Stages with a lasting problem, as an overview")
	set.BoolVar(&f.exitCode, "exit-code", false, "with --stuck, exit with 1 if there is such a Stage")
	set.IntVar(&f.limit, "limit", tableLimit, "show the newest N Freight per Stage (per Warehouse with -o matrix); 0 for all; by default only tables have a limit")
	set.StringVar(&f.sortBy, "sort-by", "", "sort Freight by a field of freight[] in -o json (.alias)")
	f.watch.AddTo(cmd)
}

// options are what the verb runs on.
type options struct {
	cli.Options
	// filter is the selection but for freight, which is to be resolved.
	filter  report.Selection
	freight []string
	output  output
	watch   bool
	// limited says that --limit was given.
	limited bool
	// exitCode says that a Stage that is stuck makes the exit code 1.
	exitCode bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	note := func(err error) { problems = append(problems, err) }

	o := &options{freight: slices.Clone(f.freight), watch: f.watch.On, limited: f.cmd.Flags().Changed("limit")}
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		reference, ok := cli.CutFreight(arg)
		if ok {
			o.freight = append(o.freight, reference)
		}
		return ok
	})
	var err error
	o.Options, err = f.input.Options(connection, env)
	note(err)
	o.exitCode = f.exitCode
	if f.exitCode && !f.stuck {
		note(errors.New("--exit-code needs --stuck"))
	}
	if f.stuck && f.watch.On {
		note(errors.New("--stuck is looked at once: it does not go with --watch"))
	}
	note(f.output.choose(f.asksForFreight(args, o.freight), f.stuck))
	o.output, err = f.output.options()
	note(err)
	o.filter, err = f.filter(args, o.output, o.At)
	note(err)
	note(f.watch.Check(o.Options, o.output.Name, "wide", formats.Overview, formats.Matrix, "json", "yaml"))
	note(cli.NotEmpty(f.cmd.Flags(), "freight", f.freight))
	if len(f.freight) == 0 && slices.Contains(o.freight, "") {
		note(errors.New("FREIGHT is empty"))
	}
	note(cli.NotEmpty(f.cmd.Flags(), "warehouse", f.warehouses))
	return o, errors.Join(problems...)
}

// asksForFreight reports whether the command line names Stages, or what Freight counts: the
// answer is then a row per piece of Freight, and else an overview.
func (f *flags) asksForFreight(args, freight []string) bool {
	stages := len(args) > 1 || len(args) == 1 && !cli.IsStageType(args[0])
	return stages || len(freight) > 0 || len(f.warehouses) > 0 ||
		slices.ContainsFunc([]string{"selector", "differs", "available", "blocked", "newer-than", "limit", "sort-by"}, f.cmd.Flags().Changed)
}

func (f *flags) filter(args []string, output output, now time.Time) (report.Selection, error) {
	var problems []error
	matrix := output.Name == formats.Matrix // the Project as a whole
	filter := report.Selection{AllStages: f.allStages || matrix || f.stuck, Stuck: f.stuck, Limit: f.limit, PerOrigin: matrix}
	if len(args) == 1 && cli.IsStageType(args[0]) { // all of them, as in kubectl get stages
		args = nil
	}
	var err error
	filter.Stages, err = cli.ParseStages(args)
	problems = append(problems, err)
	for _, arg := range f.warehouses {
		name, err := cli.ParseWarehouse(arg)
		problems = append(problems, err)
		filter.Warehouses = append(filter.Warehouses, name)
	}
	if f.selector != "" {
		if filter.Labels, err = labels.Parse(f.selector); err != nil {
			problems = append(problems, fmt.Errorf("--selector: %w", err))
		}
		if len(args) > 0 {
			problems = append(problems, errors.New("name cannot be provided when a selector is specified"))
		}
	}
	if f.limit < 0 {
		problems = append(problems, fmt.Errorf("invalid --limit %d: expected 0 or more", f.limit))
	}
	if !f.cmd.Flags().Changed("limit") {
		switch {
		case !output.Table:
			filter.Limit = 0
		case output.Name == formats.Overview:
			filter.Limit = listing.OverviewFreight
		}
	}
	filter.Where, err = f.where(now)
	problems = append(problems, err)
	if f.sortBy != "" && matrix {
		problems = append(problems, errors.New("--sort-by orders the Freight of each Stage; it does not go with -o matrix"))
	} else if f.sortBy != "" {
		field, err := formats.ParseSortField(f.sortBy)
		if err != nil {
			problems = append(problems, fmt.Errorf("--sort-by: %w", err))
		} else {
			filter.Sort = field.Sort
		}
	}
	return filter, errors.Join(problems...)
}

// where is what has to hold of the Freight that is shown, at this instant.
func (f *flags) where(now time.Time) ([]report.Predicate, error) {
	var where []report.Predicate
	if f.differs {
		where = append(where, report.Differs)
	}
	if f.available {
		where = append(where, report.IsAvailable)
	}
	if f.blocked {
		where = append(where, report.IsBlocked)
	}
	if f.cmd.Flags().Changed("newer-than") {
		where = append(where, report.NewerThan(now.Add(-f.newerThan)))
	}
	switch {
	case f.available && f.blocked:
		return nil, errors.New("--available and --blocked leave nothing: give one of them")
	case f.newerThan < 0:
		return nil, fmt.Errorf("invalid --newer-than %s: expected a time before now, such as 2h", f.newerThan)
	}
	return where, nil
}
