package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
)

// DocumentFlags say in which format a verb prints its one document, if not for a
// person.
type DocumentFlags struct {
	format    string
	templates *genericclioptions.KubeTemplatePrintFlags
}

// NewDocumentFlags returns the flags with their defaults.
func NewDocumentFlags() DocumentFlags {
	return DocumentFlags{templates: genericclioptions.NewKubeTemplatePrintFlags()}
}

// AddTo registers the flags.
func (f *DocumentFlags) AddTo(cmd *cobra.Command) {
	f.templates.AddFlags(cmd)
	AddOutput(cmd, &f.format, f.formats()...)
}

func (f *DocumentFlags) formats() []string {
	return append([]string{"json", "yaml"}, f.templates.AllowedFormats()...)
}

// Options returns the format, "json", "yaml" or "" for a person, or else a template.
func (f *DocumentFlags) Options() (format string, template printers.ResourcePrinter, err error) {
	format = f.format
	switch {
	case format == "json" || format == "yaml":
		return format, nil, nil
	case format == "" && *f.templates.TemplateArgument == "":
		return "", nil, nil
	case format == "": // as with kubectl, --template alone is a Go template
		format = "go-template"
	}
	template, err = f.templates.ToPrinter(format)
	if genericclioptions.IsNoCompatiblePrinterError(err) {
		err = fmt.Errorf("unknown output format %q, allowed formats are: %s", format, strings.Join(f.formats(), ","))
	}
	return format, template, err
}
