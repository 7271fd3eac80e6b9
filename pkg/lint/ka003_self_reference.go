package lint

import "fmt"

func selfReference() Rule {
	return Rule{
		Code: "KA003", Name: "self-reference", Severity: Error, In: Anywhere,
		Summary: "A Stage lists itself as its upstream.",
		Why: "Nothing checks it, and the release notes of Kargo v1.3.0 show such a Stage. Under OneOf the entry is dead. " +
			"Under All the Stage waits for Freight that it has verified itself, which never comes.",
		Remedy: "Remove the entry.",
		check:  (*pass).selfReferences,
	}
}

func (p *pass) selfReferences() {
	for _, r := range p.requests {
		if !r.Sources.Lists(r.name()) {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s lists itself as an upstream%s", r.name(), p.consequence(r, r.name())),
			Place:   r.entry(r.name()), Label: "this is the Stage itself", Subject: r.subject(""),
			Fix:    &Fix{Unsafe, "remove the entry", p.removeEntries(r, r.name())},
			Effect: p.blocked(r),
		})
	}
}
