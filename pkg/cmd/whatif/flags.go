package whatif

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// everyStage stands for every Stage that has an upstream.
const everyStage = "*"

// flags mirror the command line.
type flags struct {
	input     cli.InputFlags
	document  cli.DocumentFlags
	soak      []string
	allRows   bool
	ascii     bool
	absolute  bool
	noHeaders bool
}

func newFlags() *flags { return &flags{document: cli.NewDocumentFlags()} }

func (f *flags) addTo(cmd *cobra.Command) {
	f.input.AddTo(cmd)
	f.document.AddTo(cmd)
	cli.AddAbsoluteTime(cmd, &f.absolute)
	set := cmd.Flags()
	set.StringSliceVar(&f.soak, "soak", nil, "what if the Stage had this requiredSoakTime, as STAGE=DURATION or STAGE=none; may be repeated")
	set.BoolVar(&f.allRows, "all-rows", false, "also show Freight that stays as available as it is")
	set.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters only")
	set.BoolVar(&f.noHeaders, "no-headers", false, "omit table headers")
}

// options are what the verb runs on.
type options struct {
	cli.Options
	edits     []change.Edit
	format    string
	template  printers.ResourcePrinter
	allRows   bool
	ascii     bool
	absolute  bool
	noHeaders bool
}

// options checks the command line. Its error joins all that is wrong with it.
func (f *flags) options(args []string, connection *cli.ConnectionFlags, env cli.Env) (*options, error) {
	var problems []error
	o := &options{allRows: f.allRows, ascii: f.ascii, absolute: f.absolute, noHeaders: f.noHeaders}
	var err error
	o.Options, err = f.input.Options(connection, env)
	problems = append(problems, err)
	o.format, o.template, err = f.document.Options()
	problems = append(problems, err)
	for _, arg := range assignments(args) {
		problems = append(problems, o.rule(arg))
	}
	for _, arg := range f.soak {
		problems = append(problems, o.soak(arg))
	}
	if len(args) == 0 && len(f.soak) == 0 {
		problems = append(problems, errors.New("expected STAGE=RULE, such as prod=all, or --soak"))
	}
	return o, errors.Join(problems...)
}

// assignments writes the arguments as STAGE=RULE, one Stage each: of "prod,gate=all",
// and of "stage prod gate all", which is how set-strategy takes them.
func assignments(args []string) []string {
	if len(args) > 1 && cli.IsStageType(args[0]) {
		args = args[1:]
	}
	rule := ""
	if last := len(args) - 1; last > 0 && !slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, "=") }) {
		args, rule = args[:last], "="+args[last]
	}
	var each []string
	for _, arg := range args {
		stages, value, assigned := strings.Cut(arg, "=")
		if assigned {
			value = "=" + value
		}
		for stage := range strings.SplitSeq(stages, ",") {
			each = append(each, stage+value+rule)
		}
	}
	return each
}

// edit returns the edit of a Stage, a new one when there is none yet.
func (o *options) edit(stage string) *change.Edit {
	i := slices.IndexFunc(o.edits, func(e change.Edit) bool { return e.Stage == stage })
	if i < 0 {
		i = len(o.edits)
		o.edits = append(o.edits, change.Edit{Stage: stage})
	}
	return &o.edits[i]
}

// rule reads STAGE=RULE.
func (o *options) rule(arg string) error {
	stage, text, ok := strings.Cut(arg, "=")
	if !ok || text == "" {
		return fmt.Errorf("%q: expected STAGE=RULE, such as prod=all", arg)
	}
	name, err := stageName(stage)
	if err != nil {
		return err
	}
	rule, err := change.ParseRule(text)
	if err != nil {
		return err
	}
	edit := o.edit(name)
	if edit.Rule != nil {
		return fmt.Errorf("Stage %q is given two rules", name) //nolint:staticcheck // a Stage has a capital
	}
	edit.Rule = &rule
	return nil
}

// soak reads STAGE=DURATION.
func (o *options) soak(arg string) error {
	stage, text, ok := strings.Cut(arg, "=")
	if !ok || text == "" {
		return fmt.Errorf("--soak %q: expected STAGE=DURATION, such as prod=2h, or STAGE=none", arg)
	}
	name, err := stageName(stage)
	if err != nil {
		return fmt.Errorf("--soak: %w", err)
	}
	soak := &change.Soak{}
	if text != "none" {
		duration, err := time.ParseDuration(text)
		if err != nil || !ofKargo(text) {
			return fmt.Errorf("--soak %q: %q is no soak time: expected a duration such as 90m or 2h, or none", arg, text)
		}
		soak.Time = (*kargo.Duration)(&duration)
	}
	edit := o.edit(name)
	if edit.Soak != nil {
		return fmt.Errorf("--soak: Stage %q is given two soak times", name)
	}
	edit.Soak = soak
	return nil
}

// ofKargo reports whether Kargo's schema admits a soak time as it is written.
func ofKargo(soak string) bool {
	return regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(s|m|h))+$`).MatchString(soak)
}

func stageName(text string) (string, error) {
	if text == everyStage {
		return text, nil
	}
	return cli.ParseStage(text)
}
