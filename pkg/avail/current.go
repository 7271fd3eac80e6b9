package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Unverified returns why f is not verified in the Stage, as a Stage that waits for that
// would be told; nil when it is verified there.
func (s *Stage) Unverified(f *kargo.Freight) *Finding {
	if f.Status.VerifiedIn.Has(s.Metadata.Name) {
		return nil
	}
	finding := s.evaluator.waitsOf(f).ownFinding(s, f)
	return &finding
}
