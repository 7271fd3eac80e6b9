package formats

import (
	"io"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// nameFormat is -o name.
func nameFormat() Format { return Format{Name: "name", List: withoutArgument("name", writeNames)} }

// writeNames writes the Stages shown, one per line, as kubectl does.
func writeNames(w io.Writer, l List) error {
	for project := range l.Projects {
		for stage := range project.Stages {
			if _, err := io.WriteString(w, "stage."+kargo.Group+"/"+stage.Name+"\n"); err != nil {
				return err
			}
		}
	}
	return nil
}
