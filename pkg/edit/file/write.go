package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Write is part of edit.Backend. The first Stage of a file writes it for all of them.
func (e *Edit) Write(ctx context.Context, s *edit.Stage) error {
	mine := e.byStage[s]
	f := mine.file
	if !f.written {
		f.written = true
		if e.InPlace && !bytes.Equal(f.data, f.text.Data) {
			if f.err = e.writeFile(ctx, f); f.err != nil {
				f.err = fmt.Errorf("%s is left as it was: %w", f.text.Name, f.err)
			}
		}
	}
	if f.err != nil || s.Err != nil {
		return errors.Join(f.err, s.Err)
	}
	var err error
	s.Object, err = objectOf(f.edited.Stages[mine.index])
	return err
}

// writeFile replaces a file, while no other edit writes in its directory. If the file
// changed since it was read, the edit is planned again for what it has now: so edits of
// several processes at the same time are all in the file in the end.
func (e *Edit) writeFile(ctx context.Context, f *editedFile) error {
	if f.text.UTF16 {
		return errors.New("it is in UTF-16, which is not written: convert it to UTF-8, or leave out --in-place and use what is printed")
	}
	path, err := filepath.EvalSymlinks(f.text.Path)
	if err != nil {
		return err
	}
	lock, err := lockDirectory(ctx, filepath.Dir(path))
	switch {
	case errors.Is(err, errNoLocks):
		e.Reporter.Warn(fmt.Sprintf("%s: %v: if another program edits the file at this moment, one of the edits is lost", f.text.Name, err))
	case err != nil:
		return err
	default:
		defer lock.release()
		removeLeftovers(filepath.Dir(path))
	}
	now, err := os.ReadFile(path) //nolint:gosec // beside the file that the user names
	if err != nil {
		return err
	}
	if !bytes.Equal(now, f.text.Data) {
		if err := e.planAgain(f, now); err != nil {
			return err
		}
	}
	if bytes.Equal(f.data, now) {
		return nil
	}
	r := replacement{rename: os.Rename, attributes: keepAttributes}
	err = r.replace(path, now, f.data)
	if err == nil {
		for _, lost := range r.lost {
			e.Reporter.Warn(f.text.Name + ": " + lost)
		}
	}
	return err
}

// planAgain plans the edit for the text that a file has now. A Stage whose requests are
// not those that were planned gets an error, and is not edited.
func (e *Edit) planAgain(f *editedFile, now []byte) error {
	text := f.text
	text.Data = now
	again := Read([]source.Text{text}, e.Request, Options{Project: e.Project, Reporter: silent{}})
	if len(again.failures) > 0 {
		return errors.Join(again.failures...)
	}
	found := map[place]*fileStage{}
	count := map[place]int{}
	for _, s := range again.all() {
		found[s.place(count)] = s
	}
	count = map[place]int{}
	for _, s := range f.stages {
		if is := found[s.place(count)]; s.Err == nil {
			s.Err = e.takeOver(s, is)
		}
	}
	f.text = text
	return e.revise(f)
}

// place names a Stage of a file; of several of one name it counts which.
type place struct {
	project, name string
	index         int
}

func (s *fileStage) place(count map[place]int) place {
	p := place{project: s.Project, name: s.Name}
	count[p]++
	p.index = count[p]
	return p
}

// takeOver gives a Stage the plan for the text that its file has now, if the requests are
// the same.
func (e *Edit) takeOver(s, now *fileStage) error {
	if now == nil {
		return changedSince(s, "it is not there any more, or has other requests")
	}
	difference := now.Plan.DiffersFrom(s.Plan)
	if difference == "" && !e.Yes {
		difference = now.Plan.StrategyDiffersFrom(s.Plan)
	}
	if difference != "" {
		return changedSince(s, difference)
	}
	s.Plan, s.Tidies, s.index, s.line = now.Plan, now.Tidies, now.index, now.line
	return nil
}

func changedSince(s *fileStage, difference string) error {
	return fmt.Errorf("%s: Stage %q: not changed, because somebody else just changed it: %s; run it again", s.File, s.Name, difference)
}

// silent prints nothing: the first reading of the text did.
type silent struct{}

// Warn is part of edit.Reporter.
func (silent) Warn(string) {}

// Note is part of edit.Reporter.
func (silent) Note(string) {}

// parse parses the edited text.
func (f *editedFile) parse() (err error) {
	f.edited, err = manifest.Parse(f.text.Name, f.data)
	return err
}
