package report

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Unverified returns why f is not verified in the Stage, in the shape in which the
// Stage would be a blocker for that; nil when it is verified there.
func Unverified(s *avail.Stage, f *kargo.Freight) *Blocker {
	finding := s.Unverified(f)
	if finding == nil {
		return nil
	}
	return &blockers([]avail.Blocker{{Stage: s.Metadata.Name, Finding: *finding}})[0]
}
