package cli

import (
	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
)

// TemplateFlags are kubectl's flags of the formats that are templates: Go's and JSONPath.
type TemplateFlags struct {
	template         string
	allowMissingKeys bool
}

// NewTemplateFlags returns the flags with their defaults.
func NewTemplateFlags() TemplateFlags { return TemplateFlags{allowMissingKeys: true} }

// AddTo registers the flags.
func (f *TemplateFlags) AddTo(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.template, "template", "", "the template; its path for -o go-template-file and jsonpath-file; implies -o go-template")
	set.BoolVar(&f.allowMissingKeys, "allow-missing-template-keys", true, "ignore missing fields and keys in templates")
	_ = cmd.MarkFlagFilename("template") // which fails for flags that are not there
}

// Argument returns what the flags say to a format.
func (f *TemplateFlags) Argument() formats.Argument {
	return formats.Argument{Template: f.template, AllowMissingKeys: f.allowMissingKeys}
}

// Given reports whether there is a template outside of -o. Without -o it is a Go
// template, as with kubectl.
func (f *TemplateFlags) Given() bool { return f.template != "" }

// Printer returns the printer of a format, which has its template behind a "=" if it is
// not Given, or nil for a format that is not a template.
func (f *TemplateFlags) Printer(format string) (printers.ResourcePrinter, error) {
	return formats.ParseTemplate(format, f.Argument())
}
