package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func unknownWarehouse() Rule {
	return Rule{
		Code: "KA002", Name: "unknown-warehouse", Severity: Error, In: Anywhere,
		Summary: "A Stage requests Freight of a Warehouse that does not exist.",
		Why: "Kargo's listing of the Stage fails as a whole, for its other origins, too: the Stage is not Ready, and nothing is auto-promoted to it. " +
			"Promotion by hand still works, so that the Stage looks half alive.",
		Remedy: "Correct the name, remove the request, or add the Warehouse.",
		needs:  []pipeline.Kind{pipeline.Warehouses},
		check:  (*pass).unknownWarehouses,
	}
}

func (p *pass) unknownWarehouses() {
	warehouses := p.ordered["Warehouse"]
	if len(warehouses) == 0 && !p.input.Cluster {
		return // its Warehouses are somewhere else
	}
	var known []string
	for _, w := range warehouses {
		known = append(known, w.Name)
	}
	missing := map[string][]request{}
	var order []string
	for _, r := range p.requests {
		name := r.Origin.Name
		if name == "" || r.Origin.Kind != kargo.KindWarehouse || p.HasWarehouse(name) {
			continue
		}
		if missing[name] == nil {
			order = append(order, name)
		}
		missing[name] = append(missing[name], r)
	}
	for _, name := range order {
		p.unknownWarehouse(name, missing[name], near(name, known))
	}
}

// lacksWarehouse reports whether the origin of a request is a Warehouse that does not
// exist, which is one finding.
func (p *Project) lacksWarehouse(r request) bool {
	return len(p.ordered["Warehouse"]) > 0 && !p.HasWarehouse(r.Origin.Name)
}

// unknownWarehouse reports a mistyped name wherever it is written, and a Warehouse that is
// missing once.
func (p *pass) unknownWarehouse(name string, requests []request, near string) {
	for i, r := range requests {
		f := Finding{
			Message: fmt.Sprintf("%s requests Freight of the Warehouse %s, which does not exist: Kargo cannot list any Freight for %s, and auto-promotes none", r.name(), name, r.name()),
			Place:   r.valueAt("origin", "name"), Label: "no Warehouse has this name", Subject: r.subject(""),
			Advice: "correct the name, remove the request, or add the Warehouse",
		}
		if near != "" {
			f.Label = fmt.Sprintf("did you mean %s?", near)
			f.Fix = &Fix{Unsafe, near + " in place of " + name, []Edit{set(r.object, f.Place.Path, near)}}
		}
		if p.input.Partial {
			f.Severity, f.Message = Note, fmt.Sprintf("%s requests Freight of the Warehouse %s, which is not in these files", r.name(), name)
		}
		if near != "" || i == 0 {
			if near == "" {
				f.Related = alsoRequest(requests[1:])
			}
			p.report(f)
		}
	}
}

// alsoRequest points at the other Stages that want the same.
func alsoRequest(requests []request) []Related {
	const most = 3
	var related []Related
	for _, r := range requests[:min(len(requests), most)] {
		related = append(related, Related{"requested by " + r.name() + ", too", r.valueAt("origin", "name")})
	}
	if more := len(requests) - most; more > 0 {
		related[most-1].Message += fmt.Sprintf(", and by %d more", more)
	}
	return related
}
