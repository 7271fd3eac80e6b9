// Package file edits the availabilityStrategy of Stages in manifests, and keeps every
// other byte of them.
package file

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Options say where Stages belong, and whether the files are written.
type Options struct {
	// Project is the one to edit, and that of Stages without a namespace; "" means all,
	// and "default".
	Project string
	// InPlace writes the files; otherwise only the objects are edited.
	InPlace bool
	// Yes writes a strategy that others changed meanwhile.
	Yes      bool
	Reporter edit.Reporter
}

// Edit is an edit of the Stages in files. It is an edit.Backend.
type Edit struct {
	edit.Request
	Options
	files    []*editedFile
	failures []error
	// skipped counts the selected Stages that the edit is not about, and foreign the
	// files that are not YAML and do not mention Kargo.
	skipped, foreign int
	// partial are Stages without requests, such as patches of other fields.
	partial []partialStage
	// byStage finds what belongs to a Stage of Stages.
	byStage map[*edit.Stage]*fileStage
}

// partialStage is a Stage without requests.
type partialStage struct {
	name, where string
	err         error
}

// editedFile is a file with Stages to be edited.
type editedFile struct {
	text   source.Text
	stages []*fileStage
	// data is the edited text, and edited the same, parsed.
	data   []byte
	edited *manifest.File
	// written says that writing the file was tried, and err why it failed.
	written bool
	err     error
}

// fileStage is a Stage in a file.
type fileStage struct {
	edit.Stage
	file *editedFile
	// index is the Stage's place among those of its file, and line where it starts.
	index, line int
}

func (s *fileStage) where() string { return fmt.Sprintf("%s, line %d", s.File, s.line) }

// Read finds and plans the Stages that the request is about.
func Read(texts []source.Text, request edit.Request, options Options) *Edit {
	e := &Edit{Request: request, Options: options}
	for _, text := range texts {
		e.read(text)
	}
	return e
}

func (e *Edit) fail(err error) { e.failures = append(e.failures, err) }

// Failures is part of edit.Backend.
func (e *Edit) Failures() []error { return e.failures }

// Stages is part of edit.Backend.
func (e *Edit) Stages() []*edit.Stage {
	var list []*edit.Stage
	for _, s := range e.all() {
		list = append(list, &s.Stage)
	}
	return list
}

func (e *Edit) all() []*fileStage {
	var list []*fileStage
	for _, f := range e.files {
		list = append(list, f.stages...)
	}
	return list
}

// read adds the Stages of a file.
func (e *Edit) read(text source.Text) {
	if text.Err != nil {
		e.fail(text.Err)
		return
	}
	parsed, err := manifest.Parse(text.Name, text.Data)
	switch {
	case err == nil:
	case !bytes.Contains(text.Data, []byte(kargo.Group)): // a chart's template, or anything else
		e.foreign++
		return
	default:
		e.fail(err)
		return
	}
	for _, note := range parsed.Notes {
		e.Reporter.Note(note)
	}
	f := &editedFile{text: text, data: text.Data}
	for i, found := range parsed.Stages {
		if s := e.stage(f, found); s != nil {
			s.file, s.index = f, i
			f.stages = append(f.stages, s)
		}
	}
	if len(f.stages) > 0 {
		e.files = append(e.files, f)
	}
}

// stage plans one Stage; nil when the edit is not about it.
func (e *Edit) stage(f *editedFile, found *manifest.Stage) *fileStage {
	project := cmp.Or(found.Namespace, e.Project, "default")
	if e.Project != "" && project != e.Project || e.Named() && !slices.Contains(e.Names, found.Name) {
		return nil
	}
	s := &fileStage{Stage: edit.Stage{Project: project, Name: found.Name, File: f.text.Name}, line: found.Line}
	object, err := objectOf(found)
	if err == nil && !e.Selects(found.Name, object.GetLabels()) {
		return nil
	}
	if err == nil {
		for _, note := range found.Notes {
			e.Reporter.Note(note)
		}
		s.Plan, err = e.Plan(object)
	}
	switch {
	case err == nil:
	case found.Partial:
		e.partial = append(e.partial, partialStage{found.Name, s.where(), err})
		return nil
	case object != nil && !e.Named():
		e.skipped++
		return nil
	default:
		e.fail(fmt.Errorf("%s: %w", s.where(), err))
		return nil
	}
	for i := range s.Plan.Fields {
		s.Tidies = s.Tidies || found.Requests[s.Plan.Fields[i].Index].Misplaced
	}
	return s
}

// objectOf returns a Stage of a file as an object.
func objectOf(found *manifest.Stage) (*unstructured.Unstructured, error) {
	var content map[string]any
	if err := found.Node.Decode(&content); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return object, nil
}

// Prepare is part of edit.Backend: it compares what was found with what was asked for,
// and works out the new texts.
func (e *Edit) Prepare(context.Context) error {
	if err := e.checkNames(); err != nil {
		return err
	}
	for _, f := range e.files {
		if err := e.revise(f); err != nil {
			e.fail(err)
			f.stages = nil
		}
	}
	e.byStage = map[*edit.Stage]*fileStage{}
	for _, s := range e.all() {
		e.byStage[&s.Stage] = s
	}
	return nil
}

// checkNames reports the Stages that are missing, ambiguous or left out.
func (e *Edit) checkNames() error {
	places := e.places()
	e.leaveOut(places)
	for _, name := range e.Names {
		projects := slices.Sorted(maps.Keys(places[name]))
		switch {
		case len(projects) > 1:
			return fmt.Errorf("stage %q is in several Projects; name one with -p:\n  %s", name, strings.Join(projects, "\n  "))
		case len(projects) == 0 && len(e.failures) == 0:
			e.fail(fmt.Errorf("stages.%s %q not found in the files", kargo.Group, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		for _, project := range slices.Sorted(maps.Keys(places[name])) {
			if list := places[name][project]; len(list) > 1 {
				e.Reporter.Note(fmt.Sprintf("Stage %q of Project %q is in %d documents, and each is edited: %s", name, project, len(list), strings.Join(list, "; ")))
			}
		}
	}
	if e.skipped > 0 {
		e.Reporter.Note(e.Skipped(e.skipped))
	}
	if e.foreign > 0 {
		what := "1 file that is not YAML and does"
		if e.foreign > 1 {
			what = fmt.Sprintf("%d files that are not YAML and do", e.foreign)
		}
		e.Reporter.Note(fmt.Sprintf("left out: %s not mention %s", what, kargo.Group))
	}
	return nil
}

// places are where the Stages are, by name and Project.
func (e *Edit) places() map[string]map[string][]string {
	places := map[string]map[string][]string{}
	for _, s := range e.all() {
		if places[s.Name] == nil {
			places[s.Name] = map[string][]string{}
		}
		places[s.Name][s.Project] = append(places[s.Name][s.Project], s.where())
	}
	return places
}

// leaveOut skips the Stages without requests. One that is named must have requests in
// another document.
func (e *Edit) leaveOut(places map[string]map[string][]string) {
	for _, p := range e.partial {
		if e.Named() && len(places[p.name]) == 0 {
			e.fail(fmt.Errorf("%s: %w", p.where, p.err))
			continue
		}
		e.Reporter.Note(fmt.Sprintf("left out: %s: Stage %q has no requestedFreight there, as in a patch of other fields", p.where, p.name))
	}
}
