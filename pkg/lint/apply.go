package lint

import (
	"bytes"
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// Fixed is what fixing the files comes to.
type Fixed struct {
	// Files are those that change, with their new contents.
	Files []Source
	// Findings are those that are fixed.
	Findings []Finding
	// Refused say why the fix of a finding was not made.
	Refused []string
}

// maxRounds is how often fixes are looked for again in what was fixed.
const maxRounds = 10

// Apply fixes what can be fixed in the files: what changes no verdict or, with unsafe, the
// rest, too. That a fix changes no verdict is tried out: on the Freight at hand, and on
// Freight in every state that the request can tell apart.
func Apply(sources []Source, o Options, chosen Selection, ignores []Ignore, unsafe bool) Fixed {
	sources = slices.Clone(sources)
	changed := map[string]bool{}
	refused := map[string]bool{}
	var fixed Fixed
	for range maxRounds {
		in := FromFiles(sources, o)
		result := Run(in, chosen)
		result.Suppress(in, chosen, ignores, nil)
		a := &applier{in: in, options: o, sources: sources, unsafe: unsafe, refused: refused}
		a.round(result.Findings)
		if len(a.fixed) == 0 {
			fixed.Refused = append(fixed.Refused, a.words...)
			break
		}
		for name := range a.edited {
			i := slices.IndexFunc(sources, func(s Source) bool { return s.Name == name })
			sources[i].Data = a.edited[name]
			changed[name] = true
		}
		fixed.Findings = append(fixed.Findings, a.fixed...)
		fixed.Refused = append(fixed.Refused, a.words...)
	}
	for _, s := range sources {
		if changed[s.Name] {
			fixed.Files = append(fixed.Files, s)
		}
	}
	return fixed
}

// applier makes one round of fixes.
type applier struct {
	in      *Input
	options Options
	sources []Source
	unsafe  bool
	// refused are the fingerprints of findings whose fix failed.
	refused map[string]bool

	edited map[string][]byte
	fixed  []Finding
	words  []string
}

// round makes the fixes that can be made together. The safe ones go first: they are tried
// out as a whole, and one by one where that fails.
func (a *applier) round(findings []Finding) {
	var safe, rest []Finding
	for _, f := range findings {
		switch {
		case f.Fix == nil || f.Suppressed != nil || a.refused[f.Fingerprint] || !isInFile(f):
		case f.Fix.Kind == Safe:
			safe = append(safe, f)
		case a.unsafe:
			rest = append(rest, f)
		}
	}
	a.make(safe, true)
	if len(a.fixed) == 0 {
		a.make(rest, false)
	}
}

func isInFile(f Finding) bool {
	return len(f.Fix.Edits) > 0 && !slices.ContainsFunc(f.Fix.Edits, func(e Edit) bool { return e.Object.File == nil })
}

// make makes fixes, all at once if that works, else one of them.
func (a *applier) make(findings []Finding, prove bool) {
	if len(findings) == 0 || a.attempt(findings, prove) == nil {
		return
	}
	var works []Finding
	for _, f := range findings {
		err := a.attempt([]Finding{f}, prove)
		if err == nil {
			works = append(works, f)
			continue
		}
		if prove && a.unsafe && errors.Is(err, errChanges) {
			err = a.attempt([]Finding{f}, false)
			if err == nil {
				return // one a round, as it changes what the others were tried on
			}
		}
		a.refused[f.Fingerprint] = true
		a.words = append(a.words, f.Place.Where()+": "+f.Rule.Title()+" is not fixed: "+err.Error())
	}
	if len(works) > 1 && a.attempt(works, prove) != nil {
		_ = a.attempt(works[:1], prove) // it has worked before
	}
}

// attempt makes fixes together, and keeps them if all work.
func (a *applier) attempt(findings []Finding, prove bool) error {
	files, err := fixed(findings)
	if err != nil {
		return err
	}
	edited := map[string][]byte{}
	for file, data := range files {
		if !bytes.Equal(data, file.Data) {
			edited[file.Name] = data
		}
	}
	if prove && !a.changesNothing(edited, findings) {
		return errChanges
	}
	a.edited, a.fixed = edited, findings
	return nil
}

// Fixed returns the files that the fix of a finding edits, with their new contents: none
// when there is no fix, or what is to be edited is not in a file.
func (f *Finding) Fixed() (map[*File][]byte, error) {
	if f.Fix == nil || !isInFile(*f) {
		return nil, nil
	}
	return fixed([]Finding{*f})
}

// fixed makes the fixes of findings that are in files.
func fixed(findings []Finding) (map[*File][]byte, error) {
	edits := map[*File][]manifest.FieldEdit{}
	for _, f := range findings {
		for _, e := range f.Fix.Edits {
			edits[e.Object.File] = append(edits[e.Object.File], fieldEdit(e))
		}
	}
	files := map[*File][]byte{}
	for file, list := range edits {
		data, err := file.Edit(list)
		if err != nil {
			return nil, err
		}
		files[file] = data
	}
	return files, nil
}

// errChanges says that a fix is not safe here.
var errChanges = changesError{}

type changesError struct{}

// Error says it to a person.
func (changesError) Error() string {
	return "it would change what is available or listed: see --fix=unsafe --diff"
}

func fieldEdit(e Edit) manifest.FieldEdit {
	edit := manifest.FieldEdit{Object: e.Object.node, Path: tokens(e.Path), Value: e.Value}
	switch e.Op {
	case Set:
		edit.Op = manifest.SetField
	case Remove:
		edit.Op = manifest.RemoveField
	case Rename:
		edit.Op = manifest.RenameField
	case Move:
		edit.Op, edit.To = manifest.MoveField, tokens(jsontext.Pointer(e.Value))
	}
	return edit
}

func tokens(path jsontext.Pointer) []string { return slices.Collect(path.Tokens()) }

// changesNothing reports whether the verdicts of the Stages that findings are about are
// the same in the edited files.
func (a *applier) changesNothing(edited map[string][]byte, findings []Finding) bool {
	sources := slices.Clone(a.sources)
	for i := range sources {
		if data, ok := edited[sources[i].Name]; ok {
			sources[i].Data = data
		}
	}
	after := FromFiles(sources, a.options)
	for _, f := range findings {
		o := f.Place.Object
		before, now := projectNamed(a.in, o.Project), projectNamed(after, o.Project)
		if before == nil || now == nil || !sameVerdicts(before, now, o) {
			return false
		}
	}
	return true
}

func projectNamed(in *Input, name string) *Project {
	for _, p := range in.Projects {
		if p.Name == name {
			return p
		}
	}
	return nil
}
