package findings

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Markdown writes a table, as for a comment or the summary of a workflow step.
func Markdown(w io.Writer, result lint.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**kargo-avail lint**: %s\n", Sum(result))
	open := unsuppressed(result)
	if len(open) > 0 {
		b.WriteString("\n| | place | finding | what to do |\n|---|---|---|---|\n")
	}
	for _, f := range open {
		message := cell(f.Message)
		if f.Effect != nil {
			message += "<br>now: " + cell(f.Effect.Text)
		}
		fmt.Fprintf(&b, "| %s [%s](%s/blob/main/docs/lint.md#%s) | `%s` | %s | %s |\n",
			f.Severity, f.Rule.Code, home, anchor(f.Rule), strings.ReplaceAll(cell(position(f.Place)), "`", "'"), message, cell(advice(f)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell makes text fit for a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`).Replace(term.Sanitize(text))
}

// Names writes the objects that have a finding, each once.
func Names(w io.Writer, result lint.Result) error {
	seen := map[string]bool{}
	var b strings.Builder
	for _, f := range unsuppressed(result) {
		o := f.Place.Object
		if o == nil || seen[o.Project+" "+o.String()] {
			continue
		}
		seen[o.Project+" "+o.String()] = true
		group, _, _ := strings.Cut(o.APIVersion, "/")
		fmt.Fprintf(&b, "%s.%s/%s\n", strings.ToLower(o.Kind), term.Sanitize(group), term.Sanitize(o.Name))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
