package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// standIn is a variable of the environment that stands in for a flag that is not given.
type standIn struct {
	variable, flag, help string
	// unless are other flags beside which the variable does not count.
	unless []string
	// check finds out whether a value is one of the flag's at all, and whether this
	// command has use for it; nil leaves the first to the flag.
	check func(cmd *cobra.Command, value string) (use bool, err error)
}

func standIns() []standIn {
	return []standIn{
		{
			variable: "KARGO_AVAIL_PROJECT", flag: "project", help: "the Project, unless -p, -n, -A or -f is given",
			unless: []string{"namespace", "all-namespaces", "filename"},
		},
		{
			variable: "KARGO_AVAIL_OUTPUT", flag: outputFlag, help: "-o, for the commands that know the format",
			unless: []string{"template", "rows", "overview"}, check: checkFormat,
		},
		{variable: "KARGO_AVAIL_COLOR", flag: "color", help: "--color"},
		{variable: "KARGO_AVAIL_ASCII", flag: asciiFlag, help: "--ascii: true or false", check: checkBool},
		{variable: "KARGO_AVAIL_LIMIT", flag: "limit", help: "--limit of list", check: checkLimit},
		{variable: "KARGO_AVAIL_KARGO_VERSION", flag: "kargo-version", help: "--kargo-version", check: checkRelease},
	}
}

// VariablesHelp returns a line of help for each variable of the environment that stands
// in for a flag.
func VariablesHelp() string {
	var text strings.Builder
	for _, s := range standIns() {
		fmt.Fprintf(&text, "  %-27s%s\n", s.variable, s.help)
	}
	return text.String()
}

// ApplyVariables gives the flags of a command that were not given the values of the
// variables that stand in for them. A variable that is empty is as one that is not set.
// To pflag the flags stay unchanged.
func ApplyVariables(cmd *cobra.Command, env Env) error {
	var problems []error
	for _, s := range standIns() {
		value, _ := env.Getenv(s.variable)
		if flag := cmd.Flags().Lookup(s.flag); value != "" && flag != nil && !s.yields(cmd.Flags()) {
			problems = append(problems, s.apply(cmd, flag, value))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return &UsageError{Command: cmd.CommandPath(), Err: err}
	}
	return adaptToTerminal(cmd, env)
}

// asciiFlag is the name of --ascii.
const asciiFlag = "ascii"

// adaptToTerminal sets --ascii where neither it nor its variable is given and the
// terminal may not show other characters.
func adaptToTerminal(cmd *cobra.Command, env Env) error {
	flag := cmd.Flags().Lookup(asciiFlag)
	if flag == nil || flag.Changed || VariableOf(cmd, asciiFlag) != "" || !env.ShowsASCIIOnly() {
		return nil
	}
	return flag.Value.Set("true")
}

// yields reports whether a flag is given that counts instead.
func (s standIn) yields(flags *pflag.FlagSet) bool {
	return slices.ContainsFunc(append(s.unless, s.flag), flags.Changed)
}

func (s standIn) apply(cmd *cobra.Command, flag *pflag.Flag, value string) error {
	use, err := true, error(nil)
	if s.check != nil {
		use, err = s.check(cmd, value)
	}
	if use && err == nil {
		err = flag.Value.Set(value)
	}
	if err != nil {
		return fmt.Errorf("%s is %q: %w", s.variable, value, err)
	}
	if use {
		annotate(flag, variableAnnotation, s.variable)
	}
	return nil
}

// checkFormat takes the formats that any command knows.
func checkFormat(cmd *cobra.Command, value string) (use bool, err error) {
	format, _, _ := strings.Cut(value, "=")
	if known := formatsOf(cmd.Root()); !slices.Contains(known, format) {
		return false, fmt.Errorf("unknown output format, allowed formats are: %s", strings.Join(known, ","))
	}
	return slices.Contains(Choices(cmd.Flags().Lookup(outputFlag)), format), nil
}

func checkRelease(_ *cobra.Command, value string) (use bool, err error) {
	_, err = kargo.ParseRelease(value)
	return true, err
}

func checkBool(_ *cobra.Command, value string) (use bool, err error) {
	if _, err := strconv.ParseBool(value); err != nil {
		return false, errors.New("expected true or false")
	}
	return true, nil
}

// checkLimit takes the limit for list alone: that of explain limits something else.
func checkLimit(cmd *cobra.Command, value string) (use bool, err error) {
	if limit, err := strconv.Atoi(value); err != nil || limit < 0 {
		return false, errors.New("expected 0 or more")
	}
	return cmd.Name() != "explain", nil
}

// variableAnnotation is where a flag keeps which variable has set it.
const variableAnnotation = "kargo-avail/variable"

// VariableOf returns the variable that ApplyVariables took a flag's value from, "" when
// it did not.
func VariableOf(cmd *cobra.Command, name string) string {
	if flag := cmd.Flags().Lookup(name); flag != nil && len(flag.Annotations[variableAnnotation]) > 0 {
		return flag.Annotations[variableAnnotation][0]
	}
	return ""
}

// BlameVariable adds to an error of usage where the output format comes from, when it
// is not on the command line: what is wrong with one is for a command to find.
func BlameVariable(cmd *cobra.Command, err error) error {
	usage, ok := errors.AsType[*UsageError](err)
	if variable := VariableOf(cmd, outputFlag); ok && variable != "" {
		return &UsageError{Command: usage.Command, Err: fmt.Errorf("%w\n%s sets the output format to %q", usage.Err, variable, cmd.Flags().Lookup(outputFlag).Value)}
	}
	return err
}
