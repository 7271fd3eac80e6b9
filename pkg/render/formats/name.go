package formats

import (
	"io"
	"iter"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Names writes the Stages shown, one per line, as kubectl -o name does.
func Names(w io.Writer, projects iter.Seq[report.ProjectStages]) error {
	for project := range projects {
		for stage := range project.Stages {
			if _, err := io.WriteString(w, "stage."+kargo.Group+"/"+stage.Name+"\n"); err != nil {
				return err
			}
		}
	}
	return nil
}
