package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func projectConfigName() Rule {
	return Rule{
		Code: "KA220", Name: "projectconfig-name", Severity: Error, In: Anywhere,
		Summary: "A ProjectConfig does not have the name of its namespace.",
		Why:     "Kargo reads the ProjectConfig that is named like its Project, and its webhook refuses another one. In files everything looks right, and no policy applies.",
		Remedy:  "Give it the name of the namespace.",
		check:   (*pass).projectConfigsNamed,
	}
}

func (p *pass) projectConfigsNamed() {
	for _, o := range p.ordered["ProjectConfig"] {
		if o.Name == p.Name || o.Name == "" || o.APIVersion != kargo.APIVersion || o.text("metadata", "namespace") == "" {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("Kargo ignores the ProjectConfig %s: in the namespace %s it reads only the one that is named %s", o.Name, p.Name, p.Name),
			Place:   o.valueAt(pathTo("metadata", "name")), Label: "expected " + p.Name,
		}
		f.Fix = &Fix{Unsafe, "name: " + p.Name, []Edit{set(o, f.Place.Path, p.Name)}}
		p.report(f)
	}
}
