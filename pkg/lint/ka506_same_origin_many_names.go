package lint

import "fmt"

func sameOriginManyNames() Rule {
	return Rule{
		Code: "KA506", Name: "same-origin-many-names", Severity: Note, In: Anywhere, Issues: []string{"kargo#4373"},
		Summary: "Two Warehouses subscribe to the same.",
		Why:     "Each makes Freight of its own. The same artifacts are then two pieces of Freight, and what one is verified for the other one is not: no All can be asked across them.",
		Remedy:  "Let the Stages request one Warehouse.",
		check:   (*pass).sameWarehouses,
	}
}

func (p *pass) sameWarehouses() {
	warehouses := p.ordered["Warehouse"]
	for i, o := range warehouses {
		own := o.list("spec", "subscriptions")
		if len(own) == 0 {
			continue
		}
		for _, before := range warehouses[:i] {
			if !equal(before.get("spec", "subscriptions"), o.get("spec", "subscriptions")) {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("the Warehouses %s and %s subscribe to the same: Freight of the one is not Freight of the other", before.Name, o.Name),
				Place:   o.at(pathTo("spec", "subscriptions")), Label: "the same as " + before.Name, Subject: before.Name,
				Related: []Related{{"here first", before.at(pathTo("spec", "subscriptions"))}},
				Advice:  "let the Stages request one Warehouse",
			})
			break
		}
	}
}
