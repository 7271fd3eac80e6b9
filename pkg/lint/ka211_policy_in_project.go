package lint

import "fmt"

func policyInProject() Rule {
	return Rule{
		Code: "KA211", Name: "policy-in-project", Severity: Error, In: Anywhere,
		Summary: "Promotion policies are in the Project, where Kargo no longer reads them.",
		Why: "From v1.5.0 on they belong into the ProjectConfig. v1.5 and v1.6 move them there once; from v1.7.0 on the API server drops them: " +
			"a Kargo that jumps from v1.4 to v1.7 loses them, and auto-promotion is off everywhere.",
		Remedy: "Write a ProjectConfig with the name of the Project in its namespace, and put the policies there.",
		check:  (*pass).policiesInProject,
	}
}

func (p *pass) policiesInProject() {
	project := p.objects["Project"][p.Name]
	releases := p.input.Releases
	if project == nil || len(project.list("spec", "promotionPolicies")) == 0 || !releases.Since("v1.5.0") {
		return
	}
	f := Finding{
		Message: fmt.Sprintf("the promotion policies of the Project %s are where Kargo no longer reads them: auto-promotion is off", p.Name),
		Place:   project.at(pathTo("spec", "promotionPolicies")), Label: "dropped from v1.7.0 on",
		Advice: fmt.Sprintf("put them into a ProjectConfig named %s in the namespace %s", p.Name, p.Name),
	}
	if !releases.Since("v1.7.0") {
		f.Severity = Warning
		f.Message = fmt.Sprintf("the promotion policies are in the Project %s: Kargo %s moves them into a ProjectConfig once, and later releases drop them", p.Name, releases)
	}
	p.report(f)
}
