package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// outputFlag is the name of -o.
const outputFlag = "output"

// choicesAnnotation is where a flag keeps its choices.
const choicesAnnotation = "kargo-avail/choices"

// SetChoices says what a flag can be.
func SetChoices(flags *pflag.FlagSet, name string, choices ...string) {
	annotate(flags.Lookup(name), choicesAnnotation, choices...)
}

func annotate(flag *pflag.Flag, key string, values ...string) {
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[key] = values
}

// Choices returns what a flag can be, as SetChoices was told; nil when it was not.
func Choices(flag *pflag.Flag) []string { return flag.Annotations[choicesAnnotation] }

// AddOutput registers -o for these formats.
func AddOutput(cmd *cobra.Command, format *string, formats ...string) {
	cmd.Flags().StringVarP(format, outputFlag, "o", "", "output format: "+strings.Join(withoutVariants(formats), ", "))
	SetChoices(cmd.Flags(), outputFlag, formats...)
}

// AddAbsoluteTime registers --absolute-time, of commands whose tables have ages.
func AddAbsoluteTime(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "absolute-time", false, "instants in UTC instead of ages, in tables")
}

// withoutVariants leaves out of formats those that read their template from a file and
// the other name of go-template: help has room for each kind once.
func withoutVariants(formats []string) []string {
	return slices.DeleteFunc(slices.Clone(formats), func(format string) bool {
		return strings.HasSuffix(format, "file") || format == "template"
	})
}

// formatsOf returns the formats that any command knows.
func formatsOf(root *cobra.Command) []string {
	var formats []string
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		flag := cmd.Flags().Lookup(outputFlag)
		if flag == nil {
			continue
		}
		for _, format := range Choices(flag) {
			if !slices.Contains(formats, format) {
				formats = append(formats, format)
			}
		}
	}
	return formats
}
