package diff

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// defaultLimit is how many pieces of Freight a Stage shows in tables.
const defaultLimit = 10

// flags mirror the command line.
type flags struct {
	input     cli.InputFlags
	document  cli.DocumentFlags
	how       load.Application
	failOn    []string
	limit     int
	allRows   bool
	ascii     bool
	absolute  bool
	noHeaders bool
	cmd       *cobra.Command
}

func newFlags() *flags { return &flags{document: cli.NewDocumentFlags("markdown", "name", "mermaid")} }

func (f *flags) addTo(cmd *cobra.Command) {
	f.cmd = cmd
	f.input.AddProjectTo(cmd)
	f.document.AddTo(cmd)
	cli.AddAbsoluteTime(cmd, &f.absolute)
	set := cmd.Flags()
	set.StringSliceVarP(&f.input.Files, "filename", "f", nil, "the manifests, as files or directories (- is standard input)")
	set.BoolVarP(&f.input.Recursive, "recursive", "R", false, "go into the directories within directories")
	set.StringVar(&f.input.At, "at", "", "judge as of this instant: RFC 3339, or +2h for two hours from now; only the clock moves, never the objects")
	set.StringVar(&f.how.Base, "base", "", "compare with the manifests of this git revision, instead of with what is live")
	set.StringVar(&f.how.Head, "head", "", "with --base, take the manifests from this git revision, instead of from the file system")
	set.StringSliceVar(&f.how.Live, "live", nil, "read the live objects from these files (- is standard input) and not from a cluster; kubectl get stages,freights,… -o yaml makes one")
	set.BoolVar(&f.how.Prune, "prune", false, "treat what the base has and the manifests do not have as deleted, as GitOps tools with pruning would")
	set.StringSliceVar(&f.failOn, "fail-on", nil, "exit with 1 if something happens: loses (Freight is no longer available), gains (it becomes available), promotes (auto-promotion promotes) or any; may be repeated")
	cli.SetChoices(set, "fail-on", failures()...)
	set.IntVar(&f.limit, "limit", defaultLimit, "show this many pieces of Freight per Stage in tables; 0 for all")
	set.BoolVar(&f.allRows, "all-rows", false, "in JSON and YAML, also include Freight that stays as available as it is")
	set.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	set.BoolVar(&f.noHeaders, "no-headers", false, "leave the headers out of tables")
}

func failures() []string {
	return []string{string(report.FailOnLoses), string(report.FailOnGains), string(report.FailOnPromotes), string(report.FailOnAny)}
}

// options are what the verb runs on.
type options struct {
	cli.Options
	how       load.Application
	failOn    []report.FailOn
	format    string // "" for a person
	template  printers.ResourcePrinter
	limit     int
	allRows   bool
	ascii     bool
	absolute  bool
	noHeaders bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	o := &options{how: f.how, limit: f.limit, allRows: f.allRows, ascii: f.ascii, absolute: f.absolute, noHeaders: f.noHeaders}
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	var err error
	o.Options, err = f.input.Options(connection, env)
	note(err)
	o.format, o.template, err = f.document.Options()
	note(err)
	if len(f.input.Files) == 0 {
		note(errors.New("expected -f with the manifests"))
	}
	note(f.checkSides())
	for _, word := range f.failOn {
		if !slices.Contains(failures(), word) {
			note(fmt.Errorf("--fail-on %q: expected loses, gains, promotes or any", word))
		}
		o.failOn = append(o.failOn, report.FailOn(word))
	}
	if f.limit < 0 {
		note(errors.New("--limit is negative"))
	}
	return o, errors.Join(problems...)
}

// checkSides checks what is compared with what.
func (f *flags) checkSides() error {
	set := f.cmd.Flags()
	problems := []error{cli.NotEmpty(set, "live", f.how.Live)}
	for name, value := range map[string]string{"base": f.how.Base, "head": f.how.Head} {
		if set.Changed(name) && value == "" {
			problems = append(problems, fmt.Errorf("--%s is empty", name))
		}
	}
	if f.how.Head != "" && f.how.Base == "" {
		problems = append(problems, errors.New("--head needs --base"))
	}
	if slices.Contains(f.input.Files, "-") {
		switch {
		case f.how.Base != "":
			problems = append(problems, errors.New("standard input has no git revision: with --base, name the files"))
		case slices.Contains(f.how.Live, "-"):
			problems = append(problems, errors.New("standard input can be read only once: -f and --live both name it"))
		}
	}
	return errors.Join(problems...)
}
