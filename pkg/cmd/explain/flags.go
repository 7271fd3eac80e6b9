package explain

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/watch"
)

// nextLimit is how many further pieces of Freight get a line unless told otherwise.
const nextLimit = 10

// flags mirror the command line.
type flags struct {
	input    cli.InputFlags
	document cli.DocumentFlags
	ascii    bool
	limit    int
	exitCode bool
	watch    watch.Flag
}

func newFlags() *flags {
	return &flags{document: cli.NewDocumentFlags()}
}

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddTo(cmd)
	f.document.AddTo(cmd)
	set := cmd.Flags()
	set.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	set.IntVar(&f.limit, "limit", nextLimit, "without FREIGHT, list up to N more pieces of Freight, 0 for all")
	f.watch.AddTo(cmd)
	set.BoolVar(&f.exitCode, "exit-code", false, "exit with 1 if Freight that is explained is not available; in a script, name it")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	question load.Question
	format   string
	template printers.ResourcePrinter
	ascii    bool
	limit    int
	exitCode bool
	watch    bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	o := &options{ascii: f.ascii, limit: f.limit, exitCode: f.exitCode, watch: f.watch.On}
	var err error
	o.Options, err = f.input.Options(connection, env)
	problems = append(problems, err)
	o.question.Candidates = true
	args = withoutType(args)
	o.question.Stage, err = cli.ParseOneStage(args[0])
	problems = append(problems, err)
	if len(args) > 1 {
		o.question.Freight, err = cli.ParseFreight(args[1])
		problems = append(problems, err)
	}
	if f.limit < 0 {
		problems = append(problems, fmt.Errorf("invalid --limit %d: expected 0 or more", f.limit))
	}
	o.format, o.template, err = f.document.Options()
	problems = append(problems, err)
	problems = append(problems, f.watch.Check(o.Options, o.format, "json", "yaml"))
	if f.watch.On && f.exitCode {
		problems = append(problems, errors.New("--watch has no answer to exit with: it does not go with --exit-code"))
	}
	return o, errors.Join(problems...)
}

// none says that there is no Freight to explain.
func none(w io.Writer, e *report.Explanation) {
	var origins []string
	for _, request := range e.Stage.Requests {
		origins = append(origins, term.Sanitize(request.Origin))
	}
	if len(origins) == 0 {
		fmt.Fprintf(w, "Stage %q of Project %q requests no Freight.\n", e.Stage.Name, e.Project)
		return
	}
	fmt.Fprintf(w, "There is no Freight of %s in Project %q.\n", strings.Join(origins, ", "), e.Project)
}
