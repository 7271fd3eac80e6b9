package setstrategy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit/cluster"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// reporter prints the messages of a backend.
type reporter struct {
	env   cli.Env
	color cli.ColorMode
}

// Warn is part of edit.Reporter.
func (r reporter) Warn(text string) { cli.PrintWarnings(r.env, r.color, text) }

// Note is part of edit.Reporter.
func (r reporter) Note(text string) { cli.PrintNotes(r.env, text) }

// visible sanitizes text for a terminal.
func visible(text string) string { return term.Sanitize(text) }

// printsDocument reports whether the output is one document.
func (o *options) printsDocument() bool { return o.format != "" && o.format != "name" }

// printsObjects reports whether the output is the objects of the files.
func (r *running) printsObjects() bool {
	return r.inCluster == nil && (r.printsDocument() || r.format == "" && !r.inPlace)
}

func (r *running) printNothingFound() {
	if r.inCluster == nil {
		fmt.Fprintln(r.env.ErrOut, "No resources found")
		return
	}
	fmt.Fprintf(r.env.ErrOut, "No resources found in %s namespace.\n", visible(r.project))
}

// printCommitSteps says what to commit for the Stages that a tool applies.
func (r *running) printCommitSteps() {
	if r.inCluster == nil {
		return
	}
	for _, line := range r.inCluster.CommitSteps() {
		fmt.Fprintln(r.env.ErrOut, visible(line))
	}
}

// printOutcome says what became of one Stage. The error of the only Stage is left to the
// end of the command.
func (r *running) printOutcome(s *edit.Stage, oneOfMany bool) error {
	if s.Err != nil {
		if oneOfMany || len(r.backend.Failures()) > 0 {
			cli.PrintError(r.env, s.Err)
		}
		return nil
	}
	cli.PrintNotes(r.env, s.Plan.Withheld()...)
	out := r.env.Out
	switch {
	case r.printsObjects():
		out = r.env.ErrOut
	case r.printsDocument():
		return nil
	}
	if r.format == "name" && !s.Changes() {
		return nil
	}
	_, err := fmt.Fprintln(out, visible(r.line(s)))
	return err
}

// line says what became of a Stage; with -o name it is the Stage's name alone.
func (r *running) line(s *edit.Stage) string {
	name := fmt.Sprintf("stage.%s/%s", kargo.Group, s.Name)
	if r.format == "name" {
		return name
	}
	line := name + " " + s.Summary() + dryRunSuffix(r.dryRun)
	if r.inPlace {
		line = s.File + ": " + line
	}
	return line
}

// dryRunSuffix is what kubectl appends to what it did not really do.
func dryRunSuffix(run edit.DryRun) string {
	switch run {
	case edit.DryRunClient:
		return " (dry run)"
	case edit.DryRunServer:
		return " (server dry run)"
	default:
		return ""
	}
}

// printUnconfirmed ends a command that was not confirmed: with the document, if one is
// to be printed.
func (r *running) printUnconfirmed(stages []*edit.Stage, e *edit.Effect, reason error) error {
	for _, s := range stages {
		if s.Pending() {
			s.Err = reason
		}
	}
	if err := r.printDocument(stages, e); err != nil {
		return &cli.WriteError{Err: err}
	}
	return reason
}

// printDocument writes the document, if one is to be printed: a StrategyChange, or the
// objects of the files.
func (r *running) printDocument(stages []*edit.Stage, e *edit.Effect) error {
	var out bytes.Buffer
	var err error
	switch {
	case r.printsObjects():
		err = r.writeObjects(&out, stages)
	case r.printsDocument():
		err = r.writeChange(&out, stages, e)
	}
	if err != nil {
		return err
	}
	_, err = out.WriteTo(r.env.Out)
	return err
}

// writeChange writes the effect and what became of each Stage.
func (r *running) writeChange(out *bytes.Buffer, stages []*edit.Stage, e *edit.Effect) error {
	d := *e.StrategyChange
	d.DryRun, d.Results = string(r.dryRun), []report.ChangeResult{}
	for _, s := range stages {
		result := report.ChangeResult{Stage: s.Name, Result: outcomeOf(s), Object: jsontext.Value("null")}
		if s.Err != nil {
			result.Message = cli.Describe(s.Err)
		} else {
			var err error
			if result.Object, err = r.printable(cmp.Or(s.Object, s.Plan.Object)); err != nil {
				return err
			}
			result.Message = s.Summary()
		}
		d.Results = append(d.Results, result)
	}
	return formats.Document(out, &d, r.format, r.template)
}

func outcomeOf(s *edit.Stage) report.ChangeOutcome {
	_, unknown := errors.AsType[*cluster.UnknownError](s.Err)
	switch {
	case unknown:
		return report.UnknownOutcome
	case s.Err != nil:
		return report.Failed
	case s.Plan.Changes():
		return report.Changed
	default:
		return report.Unchanged
	}
}

// writeObjects writes the Stages: as YAML in one document each, for a pipe; in other
// formats one Stage alone, or a list.
func (r *running) writeObjects(out *bytes.Buffer, stages []*edit.Stage) error {
	objects := []jsontext.Value{}
	for _, s := range stages {
		if s.Err != nil {
			continue
		}
		object, err := r.printable(s.Object)
		if err != nil {
			return err
		}
		objects = append(objects, object)
	}
	if r.format == "" || r.format == "yaml" {
		for i, object := range objects {
			if i > 0 {
				out.WriteString("---\n")
			}
			if err := formats.Document(out, object, "yaml", nil); err != nil {
				return err
			}
		}
		return nil
	}
	if len(objects) == 1 {
		return formats.Document(out, objects[0], r.format, r.template)
	}
	return formats.Document(out, objectList{APIVersion: "v1", Kind: "List", Items: objects}, r.format, r.template)
}

// objectList is what kubectl prints for several objects.
type objectList struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Items      []jsontext.Value `json:"items"`
}

// printable returns the JSON of an object, without managedFields unless they are asked
// for.
func (o *options) printable(object *unstructured.Unstructured) (jsontext.Value, error) {
	if !o.managedFields {
		object = object.DeepCopy()
		object.SetManagedFields(nil)
	}
	return object.MarshalJSON()
}
