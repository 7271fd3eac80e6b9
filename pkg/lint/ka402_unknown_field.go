package lint

import "fmt"

func unknownField() Rule {
	return Rule{
		Code: "KA402", Name: "unknown-field", Severity: Error, In: FilesOnly,
		Summary: "A field that Kargo's schema does not have.",
		Why: "The API server drops it. kubectl apply may refuse it first; Helm, Argo CD and others lose it without a word, " +
			"and the object behaves as if it had never been written.",
		Remedy: "Correct the name, or remove the field.",
		check:  (*pass).unknownFields,
	}
}

func (p *pass) unknownFields() {
	for _, o := range p.written() {
		for _, s := range strays(o) {
			near := nearField(s)
			if belongs(s.name) != "" && near != s.name && near == "" {
				continue // it is misplaced
			}
			path := pathTo(s.path...)
			f := Finding{
				Message: fmt.Sprintf("%s: Kargo knows no field %s here: the API server drops it", o.Name, s.name),
				Place:   o.at(path), Label: "dropped by the API server", Subject: string(path),
				Advice: "correct the name, or remove the field",
			}
			if near != "" {
				f.Label = fmt.Sprintf("did you mean %s?", near)
				f.Fix = &Fix{Unsafe, near + " in place of " + s.name, []Edit{{o, path, Rename, near}}}
			}
			p.report(f)
		}
	}
}
