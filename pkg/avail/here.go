package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Unverified returns why f is not verified in the Stage, as a Stage that waits for that
// would be told; nil when it is verified there.
func (s *Stage) Unverified(f *kargo.Freight) *Finding {
	name := s.Metadata.Name
	if f.Status.VerifiedIn.Has(name) {
		return nil
	}
	t := &trail{evaluator: s.evaluator, freight: f, expanded: map[string]bool{}}
	t.chain = []string{""} // the one who asks is no Stage
	finding := (&look{trail: t, name: name, request: &kargo.Request{}, upstream: s, moves: s.moves(f)}).finding()
	return &finding
}
