package lint

import "fmt"

func warehouseUnused() Rule {
	return Rule{
		Code: "KA501", Name: "warehouse-unused", Severity: Note, In: Anywhere,
		Summary: "No Stage requests Freight of a Warehouse.",
		Why:     "It finds artifacts and makes Freight that can go nowhere. Often the name in a request is another one.",
		Remedy:  "Request its Freight, or remove it.",
		check:   (*pass).unusedWarehouses,
	}
}

func (p *pass) unusedWarehouses() {
	if len(p.Stages) == 0 || p.input.Partial {
		return
	}
	for _, o := range p.ordered["Warehouse"] {
		used := false
		for _, r := range p.requests {
			used = used || r.Origin.Name == o.Name
		}
		if !used {
			p.report(Finding{
				Message: fmt.Sprintf("no Stage requests Freight of the Warehouse %s", o.Name),
				Place:   o.at(""), Label: "its Freight goes nowhere",
				Advice: "request its Freight, or remove it",
			})
		}
	}
}
