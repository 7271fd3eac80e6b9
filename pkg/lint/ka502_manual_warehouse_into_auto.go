package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func manualWarehouseIntoAuto() Rule {
	return Rule{
		Code: "KA502", Name: "manual-warehouse-into-auto", Severity: Note, In: Anywhere,
		Summary: "Freight that is made by hand is auto-promoted at once.",
		Why:     "With freightCreationPolicy: Manual somebody decides when there is new Freight. Where the first Stage is auto-promoted, making it ships it, too.",
		Remedy:  "None is needed if you want this; else switch off auto-promotion of the Stage.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).manualIntoAuto,
	}
}

func (p *pass) manualIntoAuto() {
	for _, r := range p.requests {
		warehouse := p.objects["Warehouse"][r.Origin.Name]
		if warehouse == nil || !r.Sources.Direct || !p.isAuto(r.stage) || warehouse.text("spec", "freightCreationPolicy") != "Manual" {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("people make Freight of %s by hand, and auto-promotion promotes it to %s at once", r.Origin, r.name()),
			Place:   r.at("sources", "direct"), Label: "takes it at once", Subject: r.subject(""),
			Related: []Related{{"made by hand", warehouse.at(pathTo("spec", "freightCreationPolicy"))}},
			Advice:  "none is needed if you want this; else switch off auto-promotion of " + r.name(),
		}
		if place, ok := p.policyPlace(r.stage); ok {
			f.Related = append(f.Related, Related{"auto-promotion is on by this policy", place})
		}
		p.report(f)
	}
}
