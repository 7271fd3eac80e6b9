package setstrategy

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

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/manifest"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// edition is one change of manifests.
type edition struct {
	*options
	env   cli.Env
	files []*file
	// skipped counts the selected Stages of which nothing is meant, and foreign the files
	// that are no YAML and have nothing of Kargo's.
	skipped, foreign int
	// partial are Stages without requests, as patches of something else are.
	partial []partial
	// failures are of files and Stages, and keep the others from nothing.
	failures []error
	// objects are those that are printed.
	objects []jsontext.Value
}

// partial is a Stage without requests in a file.
type partial struct {
	name, where string
	err         error
}

// file is one file with Stages that are meant.
type file struct {
	text    source.Text
	entries []*entry
	// data is what the file becomes.
	data []byte
}

// entry is one Stage of a file.
type entry struct {
	// index is the Stage's place in its file.
	index int
	// line is where it stands there.
	line    int
	project string
	stage   *stage
	// tidies says that a misplaced field is removed.
	tidies bool
}

// changes reports whether something of the Stage becomes otherwise.
func (e *entry) changes() bool { return e.stage.changes() || e.tidies }

// changeFiles changes manifests in place, or prints what they would be.
func (o *options) changeFiles(ctx context.Context, env cli.Env) error {
	texts, err := load.Texts(ctx, env, o.Options)
	if err != nil {
		return err
	}
	e := &edition{options: o, env: env}
	for _, text := range texts {
		e.find(text)
	}
	if err := e.check(); err != nil {
		return err
	}
	for _, f := range e.files {
		e.revise(f)
	}
	if err := e.foresee(ctx, texts); err != nil {
		return err
	}
	for _, f := range e.files {
		if err := e.finish(f); err != nil {
			return &cli.WriteError{Err: err}
		}
	}
	if err := e.print(); err != nil {
		return &cli.WriteError{Err: err}
	}
	return e.failure()
}

func (e *edition) fail(err error) { e.failures = append(e.failures, err) }

// failure is how the command ends: with the one error there is, or with a count of
// those that it tells.
func (e *edition) failure() error {
	switch len(e.failures) {
	case 0:
		return nil
	case 1:
		return e.failures[0]
	}
	for _, err := range e.failures {
		cli.PrintError(e.env, err)
	}
	return fmt.Errorf("%d files or Stages were left as they are", len(e.failures))
}

// find finds the Stages of a file that are meant.
func (e *edition) find(text source.Text) {
	if text.Err != nil {
		e.fail(text.Err)
		return
	}
	parsed, err := manifest.Parse(text.Name, text.Data)
	switch {
	case err == nil:
	case !bytes.Contains(text.Data, []byte(kargo.Group)): // a template of a chart, or anything
		e.foreign++
		return
	default:
		e.fail(err)
		return
	}
	tellNotes(e.env, parsed.Notes...)
	f := &file{text: text, data: text.Data}
	for i, found := range parsed.Stages {
		entry, err := e.entry(found)
		where := fmt.Sprintf("%s, line %d", text.Name, found.Line)
		switch {
		case err == nil:
		case found.Partial:
			e.partial = append(e.partial, partial{found.Name, where, err})
		default:
			e.fail(fmt.Errorf("%s: %w", where, err))
		}
		if entry != nil {
			entry.index = i
			f.entries = append(f.entries, entry)
		}
	}
	if len(f.entries) > 0 {
		e.files = append(e.files, f)
	}
}

// entry plans what is to become of a Stage; nil when it is not meant.
func (e *edition) entry(found *manifest.Stage) (*entry, error) {
	project := cmp.Or(found.Namespace, e.Project, "default")
	if e.Project != "" && project != e.Project || e.stages.named() && !slices.Contains(e.stages.names, found.Name) {
		return nil, nil
	}
	object, err := objectOf(found)
	if err != nil {
		return nil, err
	}
	if !e.stages.selects(found.Name, object.GetLabels()) {
		return nil, nil
	}
	tellNotes(e.env, found.Notes...)
	stage, err := e.read(object)
	switch {
	case err == nil:
	case found.Partial:
		return nil, err
	case e.stages.named():
		return nil, err
	default:
		e.skipped++
		return nil, nil
	}
	entry := &entry{line: found.Line, project: project, stage: stage}
	for i := range stage.fields {
		entry.tidies = entry.tidies || found.Requests[stage.fields[i].Index].Misplaced
	}
	return entry, nil
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

// check holds what was found against what was asked for.
func (e *edition) check() error {
	places := e.places()
	e.leaveOut(places)
	for _, name := range e.stages.names {
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
				tellNotes(e.env, fmt.Sprintf("Stage %q of Project %q stands in %d documents, and each is meant: %s", name, project, len(list), strings.Join(list, "; ")))
			}
		}
	}
	if e.skipped > 0 {
		e.tellSkipped(e.env, e.skipped)
	}
	if e.foreign > 0 {
		what := "1 file that is no YAML and does"
		if e.foreign > 1 {
			what = fmt.Sprintf("%d files that are no YAML and do", e.foreign)
		}
		tellNotes(e.env, fmt.Sprintf("left out: %s not mention %s", what, kargo.Group))
	}
	if len(places) == 0 && len(e.failures) == 0 {
		fmt.Fprintln(e.env.ErrOut, "No resources found")
	}
	return nil
}

// places are where the Stages that are meant stand, by name and Project.
func (e *edition) places() map[string]map[string][]string {
	places := map[string]map[string][]string{}
	for _, f := range e.files {
		for _, entry := range f.entries {
			name := entry.stage.name()
			if places[name] == nil {
				places[name] = map[string][]string{}
			}
			places[name][entry.project] = append(places[name][entry.project], fmt.Sprintf("%s, line %d", f.text.Name, entry.line))
		}
	}
	return places
}

// leaveOut passes over the Stages without requests. One that is named has to have some
// elsewhere.
func (e *edition) leaveOut(places map[string]map[string][]string) {
	for _, p := range e.partial {
		if e.stages.named() && len(places[p.name]) == 0 {
			e.fail(fmt.Errorf("%s: %w", p.where, p.err))
			continue
		}
		tellNotes(e.env, fmt.Sprintf("left out: %s: Stage %q has no requestedFreight there, as in a patch of something else", p.where, p.name))
	}
}

// revise works out what a file becomes. A Stage that cannot be edited stays as it is.
func (e *edition) revise(f *file) {
	for len(f.entries) > 0 {
		notes, culprit, err := f.revise()
		if err == nil {
			tellNotes(e.env, notes...)
			return
		}
		e.fail(err)
		f.entries = slices.DeleteFunc(f.entries, func(entry *entry) bool { return culprit == nil || entry == culprit })
	}
}

// revise edits the Stages. After an error nothing is edited, and it is that of one
// Stage, or of the file where there is no culprit.
func (f *file) revise() (notes []string, culprit *entry, err error) {
	parsed, err := manifest.Parse(f.text.Name, f.text.Data)
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range f.entries {
		said, err := entry.set(parsed.Stages[entry.index])
		if err != nil {
			return nil, entry, err
		}
		notes = append(notes, said...)
	}
	data, err := parsed.Bytes()
	if err == nil {
		f.data = data
	}
	return notes, nil, err
}

// set plans the edits of a Stage. A misplaced field goes in any case.
func (e *entry) set(found *manifest.Stage) (notes []string, err error) {
	for i := range e.stage.fields {
		f := &e.stage.fields[i]
		strategy := found.Requests[f.Index].Strategy
		if f.writes {
			strategy, _ = f.To.Strategy()
		}
		if !f.writes && !found.Requests[f.Index].Misplaced {
			continue
		}
		said, err := found.Set(f.Index, strategy)
		if err != nil {
			return nil, err
		}
		notes = append(notes, said...)
	}
	return notes, nil
}

// finish writes a file where it is to be rewritten, keeps its objects to be printed,
// and says what became of its Stages.
func (e *edition) finish(f *file) error {
	if e.inPlace && e.dryRun == dryRunNone && !bytes.Equal(f.data, f.text.Data) {
		if err := source.ReplaceFile(f.text, f.data); err != nil {
			e.fail(err)
			return nil
		}
	}
	parsed, err := manifest.Parse(f.text.Name, f.data)
	if err != nil {
		return err
	}
	for _, entry := range f.entries {
		e.tellWithheld(e.env, entry.stage)
		if err := e.tellEntry(f, entry); err != nil {
			return err
		}
		if !e.printsObjects() {
			continue
		}
		object, err := objectOf(parsed.Stages[entry.index])
		if err != nil {
			return err
		}
		value, err := e.printable(object)
		if err != nil {
			return err
		}
		e.objects = append(e.objects, value)
	}
	return nil
}

// printsObjects reports whether the objects themselves are printed.
func (e *edition) printsObjects() bool {
	return e.printsDocument() || e.format == "" && !e.inPlace
}

// tellEntry says what became of a Stage, and where that is written: beside the objects,
// where they are printed.
func (e *edition) tellEntry(f *file, entry *entry) error {
	out := e.env.Out
	if e.printsObjects() {
		out = e.env.ErrOut
	}
	if e.format == "name" && !entry.changes() {
		return nil
	}
	line := e.line(entry.stage)
	if entry.tidies && !entry.stage.changes() && e.format != "name" {
		line = fmt.Sprintf("%s misplaced field removed (%s)%s", resourceName(entry.stage.name()), by(entry.stage.all(), (*field).kept), e.dryRun.note())
	}
	if e.inPlace && e.format != "name" {
		line = visible(f.text.Name) + ": " + line
	}
	_, err := fmt.Fprintln(out, line)
	return err
}

// print prints the objects: as YAML in documents of their own, for a pipe, else one
// alone or a list.
func (e *edition) print() error {
	if !e.printsObjects() {
		return nil
	}
	var out bytes.Buffer
	if e.format == "" || e.format == "yaml" {
		for i, object := range e.objects {
			if i > 0 {
				out.WriteString("---\n")
			}
			if err := formats.Document(&out, object, "yaml", nil); err != nil {
				return err
			}
		}
	} else if err := formats.Document(&out, e.document(), e.format, e.template); err != nil {
		return err
	}
	_, err := out.WriteTo(e.env.Out)
	return err
}

// document is the one object, or a list of none or several.
func (e *edition) document() any {
	if len(e.objects) == 1 {
		return e.objects[0]
	}
	return list{APIVersion: "v1", Kind: "List", Items: e.objects}
}

// list is what kubectl prints of several objects.
type list struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Items      []jsontext.Value `json:"items"`
}
