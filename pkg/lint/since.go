package lint

import "slices"

// Since leaves only the findings that the files did not have before, and adds those about
// the change itself.
func (r *Result) Since(before, in *Input, chosen Selection) {
	known := map[string]bool{}
	earlier := Run(before, chosen)
	for i := range earlier.Findings {
		known[earlier.Findings[i].Fingerprint] = true
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { return known[f.Fingerprint] })
	rule := Find("KA115")
	if rule == nil || !chosen.Has(rule) {
		return
	}
	for _, p := range in.Projects {
		for _, old := range before.Projects {
			if old.Name == p.Name {
				(&pass{p, rule, &r.Findings}).strategyChanges(old)
			}
		}
	}
	number(r.Findings)
	slices.SortStableFunc(r.Findings, inOrder)
}
