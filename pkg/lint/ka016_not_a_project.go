package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func notAProject() Rule {
	return Rule{
		Code: "KA016", Name: "not-a-project", Severity: Error, In: FilesOnly,
		Summary: "Stages are in a namespace that is not marked as a Project.",
		Why: "Kargo's webhook refuses to create a Stage or a Warehouse in a namespace without the label kargo.akuity.io/project: \"true\". " +
			"A Project object creates the namespace with it; a Namespace that is applied before has to have it.",
		Remedy: "Add the label to the Namespace, or leave the Namespace to the Project.",
		check:  (*pass).notProjects,
	}
}

func (p *pass) notProjects() {
	namespace := p.objects["Namespace"][p.Name]
	if namespace == nil || len(p.Stages) == 0 || fmt.Sprint(namespace.get("metadata", "labels", kargo.ProjectLabel)) == "true" {
		return
	}
	p.report(Finding{
		Message: fmt.Sprintf("the Namespace %s has no label %s: \"true\": Kargo refuses to create Stages there", p.Name, kargo.ProjectLabel),
		Place:   namespace.at(pathTo("metadata", "name")), Label: "not marked as a Project",
		Related: []Related{{"a Stage of this namespace", p.stageObject(p.Stages[0].Metadata.Name).at("")}},
		Advice:  fmt.Sprintf("labels: {%s: \"true\"}", kargo.ProjectLabel),
	})
}
