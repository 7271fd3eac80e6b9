package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
)

// DocumentFlags say in which format a verb prints its one document, if not for a
// person.
type DocumentFlags struct {
	format    string
	words     []string
	templates TemplateFlags
}

// NewDocumentFlags returns the flags with their defaults, for a verb that knows more
// formats than JSON, YAML and the templates.
func NewDocumentFlags(more ...string) DocumentFlags {
	return DocumentFlags{words: append(formats.Documents(), more...), templates: NewTemplateFlags()}
}

// AddTo registers the flags.
func (f *DocumentFlags) AddTo(cmd *cobra.Command) {
	f.templates.AddTo(cmd)
	AddOutput(cmd, &f.format, f.formats()...)
}

func (f *DocumentFlags) formats() []string {
	return slices.Concat(f.words, formats.Templates())
}

// Options returns the format, one of the verb's words or "" for a person, or else a
// template.
func (f *DocumentFlags) Options() (format string, template printers.ResourcePrinter, err error) {
	format = f.format
	switch {
	case slices.Contains(f.words, format):
		return format, nil, nil
	case format == "" && !f.templates.Given():
		return "", nil, nil
	case format == "":
		format = "go-template"
	}
	template, err = f.templates.Printer(format)
	if template == nil && err == nil {
		err = fmt.Errorf("unknown output format %q, allowed formats are: %s", format, strings.Join(f.formats(), ","))
	}
	return format, template, err
}
