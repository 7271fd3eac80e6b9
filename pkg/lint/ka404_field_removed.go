package lint

import "fmt"

func fieldRemoved() Rule {
	return Rule{
		Code: "KA404", Name: "field-removed", Severity: Error, In: FilesOnly,
		Summary: "A field that Kargo no longer has.",
		Why: "The API server drops it. Without promotionMechanisms, and with no steps, a Stage becomes a control-flow Stage, which passes everything on; " +
			"without subscriptions and requestedFreight it is refused.",
		Remedy: "Write requestedFreight in place of subscriptions, and promotionTemplate in place of promotionMechanisms.",
		check:  (*pass).fieldsRemoved,
	}
}

func (p *pass) fieldsRemoved() {
	for _, o := range p.written() {
		if o.Kind != "Stage" {
			continue
		}
		for _, field := range []struct{ name, since, instead string }{
			{"subscriptions", "v0.9.0", "requestedFreight"}, {"promotionMechanisms", "v1.0.0", "promotionTemplate"},
		} {
			if !o.has("spec", field.name) || !p.input.Releases.Since(field.since) {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("%s: Kargo has no %s since %s: the API server drops it", o.Name, field.name, field.since),
				Place:   o.at(pathTo("spec", field.name)), Label: "dropped by the API server", Subject: field.name,
				Advice: "write " + field.instead,
			})
		}
	}
}
