package file

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
)

// revise works out the new text of a file. A Stage that cannot be edited gets the error
// and stays as it is. It fails when the file as a whole cannot be edited.
func (e *Edit) revise(f *editedFile) error {
	parsed, err := manifest.Parse(f.text.Name, f.text.Data)
	if err == nil {
		for _, s := range f.stages {
			if s.Err != nil {
				continue
			}
			notes, err := s.set(parsed.Stages[s.index])
			if err != nil {
				s.Err = err
				continue
			}
			for _, note := range notes {
				e.Reporter.Note(note)
			}
		}
		f.data, err = parsed.Bytes()
	}
	if err == nil {
		err = f.parse()
	}
	return err
}

// set plans the edits of a Stage's text. A misplaced field is removed in any case.
func (s *fileStage) set(found *manifest.Stage) (notes []string, err error) {
	for i := range s.Plan.Fields {
		f := &s.Plan.Fields[i]
		strategy := found.Requests[f.Index].Strategy
		if f.Writes {
			strategy, _ = f.To.Strategy()
		}
		if !f.Writes && !found.Requests[f.Index].Misplaced {
			continue
		}
		more, err := found.Set(f.Index, strategy)
		if err != nil {
			found.Reset()
			return nil, err
		}
		notes = append(notes, more...)
	}
	return notes, nil
}
