package lint

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit/file"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/findings"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// repair writes what can be fixed into the files, or shows it, and returns the files as
// they then are.
func (o *options) repair(env cli.Env, files *files, how lint.Options, ignores []lint.Ignore) ([]lint.Source, error) {
	fixed := lint.Apply(files.sources, how, o.rules, ignores, o.fix == lint.Unsafe)
	for _, words := range fixed.Refused {
		fmt.Fprintln(env.ErrOut, "Note:", term.Sanitize(words))
	}
	after := slices.Clone(files.sources)
	var failures []error
	for _, fixedFile := range fixed.Files {
		i := slices.IndexFunc(after, func(s lint.Source) bool { return s.Name == fixedFile.Name })
		if o.diff {
			if _, err := env.Out.Write(diff.Diff(fixedFile.Name, after[i].Data, fixedFile.Name, fixedFile.Data)); err != nil {
				return nil, &cli.WriteError{Err: err}
			}
			after[i] = fixedFile
			continue
		}
		text := files.texts[slices.IndexFunc(files.texts, func(t source.Text) bool { return t.Name == fixedFile.Name })]
		lost, err := file.Replace(text, fixedFile.Data)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		for _, words := range lost {
			cli.PrintNotes(env, fixedFile.Name+": "+words)
		}
		after[i] = fixedFile
	}
	if n := len(fixed.Findings); n > 0 && len(failures) == 0 {
		done := "fixed"
		if o.diff {
			done = "would fix"
		}
		fmt.Fprintf(env.ErrOut, "Note: %s %s in %s\n", done, findings.Counted(n, "finding"), findings.Counted(len(fixed.Files), "file"))
	}
	return after, errors.Join(failures...)
}
