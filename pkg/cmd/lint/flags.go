package lint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// flags mirror the command line.
type flags struct {
	input    cli.InputFlags
	document cli.DocumentFlags
	failOn   string
	rules    []string
	partial  bool
	explain  bool
	config   string
	baseline string
	write    bool
	against  string
	fix      string
	diff     bool
	set      *pflag.FlagSet
}

// words are the formats beside JSON, YAML and templates.
func words() []string {
	return []string{"text", "short", "sarif", "github", "gitlab", "junit", "markdown", "name"}
}

func newFlags() *flags { return &flags{document: cli.NewDocumentFlags(words()...)} }

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddTo(cmd)
	f.document.AddTo(cmd)
	set := cmd.Flags()
	f.set = set
	set.StringVar(&f.failOn, "fail-on", string(lint.Warning), "exit with 1 from this severity on: error, warning, note or none")
	cli.SetChoices(set, "fail-on", failOn()...)
	set.StringSliceVar(&f.rules, "rules", nil, "the rules to apply, by code, beginning of a code or name; with - in front they are left out, as in KA1,-KA114,any-into-auto")
	cli.SetChoices(set, "rules", codes()...)
	set.BoolVar(&f.partial, "partial", false, "the files are only a part of the Project: something missing may be elsewhere")
	set.StringVar(&f.config, "config", "", "the config file (default: .kargo-avail.yaml beside the files or in a folder above, up to the root of the repository)")
	set.StringVar(&f.baseline, "baseline", "", "ignore the known findings in this file")
	set.BoolVar(&f.write, "write-baseline", false, "write all findings into the file of --baseline, and report none")
	set.StringVar(&f.against, "against", "", "report only findings that this git revision did not have")
	set.StringVar(&f.fix, "fix", "", "write into the files the fixes that do not change what is available (safe), or all fixes (unsafe)")
	set.Lookup("fix").NoOptDefVal = string(lint.Safe)
	cli.SetChoices(set, "fix", string(lint.Safe), string(lint.Unsafe))
	set.BoolVar(&f.diff, "diff", false, "with --fix, show what it would write, and write nothing")
	set.BoolVar(&f.explain, "explain", false, "explain the rules that are named in place of Stages, or list all; reads no files and no cluster")
}

// codes returns the codes and names of all rules.
func codes() []string {
	var words []string
	for _, r := range lint.Rules() {
		words = append(words, r.Code, r.Name)
	}
	return words
}

func failOn() []string {
	return []string{string(lint.Error), string(lint.Warning), string(lint.Note), "none"}
}

// options are what the verb runs on.
type options struct {
	cli.Options
	stages   []string
	format   string
	template printers.ResourcePrinter
	failOn   int // a rank of severities; 0 is none
	rules    lint.Selection
	partial  bool
	// config and baseline are files, "" for none; against is a git revision.
	config, baseline, against string
	writeBaseline             bool
	// fix says which fixes to write, "" none; with diff they are only shown.
	fix  lint.FixKind
	diff bool
	// given are the flags that a config file does not replace.
	given map[string]bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	o := &options{partial: f.partial}
	var err error
	o.Options, err = f.input.Options(connection, env)
	problems = append(problems, err)
	o.format, o.template, err = f.document.Options()
	problems = append(problems, err)
	for _, arg := range args {
		name, err := cli.ParseStage(arg)
		problems = append(problems, err)
		o.stages = append(o.stages, name)
	}
	if !slices.Contains(failOn(), f.failOn) {
		problems = append(problems, fmt.Errorf("--fail-on %q: expected %s", f.failOn, strings.Join(failOn(), ", ")))
	}
	o.failOn = lint.Severity(f.failOn).Rank()
	var unknown []string
	o.rules, unknown = lint.Select(f.rules)
	if len(unknown) > 0 {
		problems = append(problems, fmt.Errorf("--rules: there is no rule %s; --explain lists all", strings.Join(unknown, ", ")))
	}
	o.config, o.baseline, o.against, o.writeBaseline = f.config, f.baseline, f.against, f.write
	o.fix, o.diff = lint.FixKind(f.fix), f.diff
	problems = append(problems, f.fixProblem())
	for name, given := range map[string]bool{"partial": f.partial, "against": f.against != "", "fix": f.fix != ""} {
		if given && len(f.input.Files) == 0 {
			problems = append(problems, fmt.Errorf("--%s needs --filename", name))
		}
	}
	if f.write && f.baseline == "" {
		problems = append(problems, errors.New("--write-baseline needs --baseline"))
	}
	o.given = map[string]bool{"rules": len(f.rules) > 0, "fail-on": f.set.Changed("fail-on")}
	return o, errors.Join(problems...)
}

// fixProblem returns what is wrong with --fix and --diff, nil when nothing is.
func (f *flags) fixProblem() error {
	switch {
	case f.diff && f.fix == "":
		return errors.New("--diff needs --fix")
	case f.fix != "" && f.fix != string(lint.Safe) && f.fix != string(lint.Unsafe):
		return fmt.Errorf("--fix=%s: expected --fix or --fix=unsafe", f.fix)
	case f.fix != "" && slices.Contains(f.input.Files, "-"):
		return errors.New("--fix needs files, and standard input is none")
	case f.fix != "" && f.write:
		return errors.New("--fix and --write-baseline exclude each other")
	}
	return nil
}
