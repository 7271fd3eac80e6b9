package lint

import "fmt"

func unknownAnalysisTemplate() Rule {
	return Rule{
		Code: "KA304", Name: "unknown-analysis-template", Severity: Error, In: FilesOnly,
		Summary: "A verification names an AnalysisTemplate that does not exist.",
		Why:     "The verification ends in an error each time: nothing is ever verified in the Stage, and nothing passes on from it.",
		Remedy:  "Correct the name, or add the AnalysisTemplate.",
		check:   (*pass).unknownTemplates,
	}
}

func (p *pass) unknownTemplates() {
	for _, stage := range p.Stages {
		o := p.stageObject(stage.Metadata.Name)
		for i := range o.list("spec", "verification", "analysisTemplates") {
			path := []any{"spec", "verification", "analysisTemplates", i}
			name, kind := o.text(append(path, "name")...), "AnalysisTemplate"
			if o.text(append(path, "kind")...) == "ClusterAnalysisTemplate" {
				kind = "ClusterAnalysisTemplate"
			}
			if name == "" || len(p.ordered[kind]) == 0 || p.objects[kind][name] != nil || p.input.Partial {
				continue
			}
			var known []string
			for _, template := range p.ordered[kind] {
				known = append(known, template.Name)
			}
			f := Finding{
				Message: fmt.Sprintf("%s verifies with the %s %s, which does not exist: nothing is ever verified there", stage.Metadata.Name, kind, name),
				Place:   o.valueAt(pathTo(append(path, "name")...)), Label: "no such " + kind, Subject: name,
				Advice: "correct the name, or add the " + kind,
			}
			if near := near(name, known); near != "" {
				f.Label = fmt.Sprintf("did you mean %s?", near)
			}
			p.report(f)
		}
	}
}
