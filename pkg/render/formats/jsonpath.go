package formats

import (
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
)

// jsonPathFormats are -o jsonpath and its variants, as in kubectl.
func jsonPathFormats() []Format {
	var formats []Format
	for _, name := range (&genericclioptions.JSONPathPrintFlags{}).AllowedFormats() {
		formats = append(formats, templateFormat(name, func(a Argument) (printers.ResourcePrinter, error) {
			flags := genericclioptions.JSONPathPrintFlags{TemplateArgument: &a.Template, AllowMissingKeys: &a.AllowMissingKeys}
			if a.Template != "" {
				return flags.ToPrinter(name)
			}
			return flags.ToPrinter(name + "=" + a.Text)
		}))
	}
	return formats
}
