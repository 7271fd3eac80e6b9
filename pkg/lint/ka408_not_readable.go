package lint

import "strings"

func notReadable() Rule {
	return Rule{
		Code: "KA408", Name: "not-readable", Severity: Error, In: FilesOnly,
		Summary: "A document cannot be read, or not all of it.",
		Why: "What is not read is not checked. A file that is no YAML, a field that is given twice, a value of the wrong type, a template that has to be rendered first, " +
			"or an object that two files define differently: each of them may hide what the other rules would find.",
		Remedy: "Correct the file. Render templates first, and lint what comes out: helm template … | kubectl kargo-avail lint -f -",
	}
}

// unreadable reports what could not be read.
func (in *Input) unreadable(rule *Rule) []Finding {
	var findings []Finding
	for _, fault := range in.Faults {
		if fault.Minor && strings.HasSuffix(string(fault.Place.Path), "/sources/requiredSoakTime") {
			continue // an odd soak is reported as one
		}
		f := Finding{Rule: rule, Severity: Error, Place: fault.Place, Subject: fault.Words}
		switch {
		case fault.Template:
			f.Message = "a template is not a manifest: render it first, and lint what comes out"
			f.Advice = "helm template … | kubectl kargo-avail lint -f -"
		case fault.Place.Object != nil:
			f.Message = fault.Place.Object.label() + ": " + fault.Words
		default:
			f.Message = "this cannot be read: " + fault.Words
		}
		findings = append(findings, f)
	}
	return findings
}

// label names an object at the start of a sentence.
func (o *Object) label() string {
	if o.Name == "" {
		return o.Kind
	}
	return o.Kind + " " + o.Name
}
