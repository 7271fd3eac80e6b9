package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
)

// TemplateFlags are kubectl's flags of the formats that are templates: Go's and JSONPath.
type TemplateFlags struct {
	jsonPath *genericclioptions.JSONPathPrintFlags
}

// NewTemplateFlags returns the flags with their defaults.
func NewTemplateFlags() TemplateFlags {
	argument, allowMissingKeys := "", true
	return TemplateFlags{&genericclioptions.JSONPathPrintFlags{
		TemplateArgument: &argument,
		AllowMissingKeys: &allowMissingKeys,
	}}
}

// AddTo registers the flags.
func (f TemplateFlags) AddTo(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(f.jsonPath.TemplateArgument, "template", "", "template string, or the path of a template file with -o=go-template-file or -o=jsonpath-file; a Go template when there is no -o")
	set.BoolVar(f.jsonPath.AllowMissingKeys, "allow-missing-template-keys", true, "print templates also where a field or key that they name is missing")
	_ = cmd.MarkFlagFilename("template") // which fails for flags that are not there
}

// Given reports whether there is a template outside of -o. Without -o it is a Go
// template, as with kubectl.
func (f TemplateFlags) Given() bool { return *f.jsonPath.TemplateArgument != "" }

// Formats lists what -o takes for a template.
func (f TemplateFlags) Formats() []string {
	return append([]string{"go-template", "go-template-file", "template", "templatefile"}, f.jsonPath.AllowedFormats()...)
}

// Printer returns the printer of a format, which has its template behind a "=" if it is
// not Given, or nil for a format that is none of Formats.
func (f TemplateFlags) Printer(format string) (printers.ResourcePrinter, error) {
	word, text, _ := strings.Cut(format, "=")
	if f.Given() {
		word, text = format, *f.jsonPath.TemplateArgument
	}
	inFile := false
	switch word {
	case "go-template", "template":
	case "go-template-file", "templatefile":
		inFile = true
	default:
		printer, err := f.jsonPath.ToPrinter(format)
		if genericclioptions.IsNoCompatiblePrinterError(err) {
			return nil, nil
		}
		return printer, err
	}
	if text == "" {
		return nil, errors.New("template format specified but no template given")
	}
	if inFile {
		read, err := os.ReadFile(text)
		if err != nil {
			return nil, fmt.Errorf("error reading --template %s, %w", text, err)
		}
		text = string(read)
	}
	return formats.NewGoTemplate(text, *f.jsonPath.AllowMissingKeys)
}
