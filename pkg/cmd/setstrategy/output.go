package setstrategy

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// line says what became of a Stage, or names it where -o name asks for that alone.
func (o *options) line(s *stage) string {
	name := resourceName(s.name())
	if o.format == "name" {
		return name
	}
	return name + " " + s.summary() + o.dryRun.note()
}

// tellWithheld says why a strategy was not set although it is another one.
func (o *options) tellWithheld(env cli.Env, s *stage) {
	for i := range s.fields {
		if why := s.fields[i].withheld(); why != "" {
			tellNotes(env, fmt.Sprintf("Stage %q: %s would have no effect on its request for %s: %s; --force writes it all the same",
				s.name(), s.fields[i].word(), s.fields[i].Origin, why))
		}
	}
}

// print writes the document.
func (w *work) print(e *effect) error {
	d := *e.StrategyChange
	d.DryRun, d.Results = string(w.dryRun), []report.ChangeResult{}
	for _, t := range w.targets {
		r := report.ChangeResult{Stage: t.name, Result: report.Failed, Object: jsontext.Value("null")}
		if t.err != nil {
			r.Message = cli.Describe(t.err)
		} else {
			var err error
			if r.Object, err = w.printable(cmp.Or(t.object, t.stage.object)); err != nil {
				return err
			}
			r.Message, r.Result = t.stage.summary(), report.Unchanged
			if t.stage.changes() {
				r.Result = report.Changed
			}
		}
		d.Results = append(d.Results, r)
	}
	var out bytes.Buffer
	if err := formats.Document(&out, &d, w.format, w.template); err != nil {
		return err
	}
	_, err := out.WriteTo(w.env.Out)
	return err
}

// printable returns the JSON of an object, with managedFields only where they are
// asked for.
func (o *options) printable(object *unstructured.Unstructured) (jsontext.Value, error) {
	if !o.managedFields {
		object = object.DeepCopy()
		object.SetManagedFields(nil)
	}
	return object.MarshalJSON()
}
