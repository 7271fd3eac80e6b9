package wait

import (
	"bytes"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/formats"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// document writes how the wait ended as one document.
func (w *waiting) document() error {
	document := report.Wait{
		APIVersion: report.APIVersion, Kind: report.KindWait,
		For: string(w.options.condition), Project: w.project, Met: len(w.targets) > 0, Stages: []report.WaitedStage{},
	}
	if w.freight.name != "" {
		document.Freight = &report.Named{Name: w.freight.name, Alias: w.freight.alias}
	}
	for _, t := range w.targets {
		document.Met = document.Met && t.met
		document.Stages = append(document.Stages, report.WaitedStage{Stage: t.stage, Met: t.met, Message: t.failure})
	}
	var out bytes.Buffer
	if err := formats.Document(&out, &document, w.options.format, w.options.template); err != nil {
		return err
	}
	_, err := out.WriteTo(w.env.Out)
	return err
}
