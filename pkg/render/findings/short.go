package findings

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Short writes one line per finding, as editors and reviewdog read it.
func Short(w io.Writer, result lint.Result) error {
	var b strings.Builder
	for i := range result.Findings {
		f := &result.Findings[i]
		if f.Suppressed != nil {
			continue
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s %s]\n", term.Sanitize(position(f.Place)), f.Severity, term.Sanitize(f.Message), f.Rule.Code, f.Rule.Name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// position is a place on one line: "FILE:LINE:COLUMN", or an object and a field with the
// Project in front.
func position(at lint.Place) string {
	if at.File != nil {
		return fmt.Sprintf("%s:%d:%d", at.File.Name, at.Span.Line, at.Span.Column)
	}
	return at.Object.Project + "/" + at.Where()
}
