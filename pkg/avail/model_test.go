package avail_test

import (
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// model is Kargo's check and its listing once more, as plainly as they can be
// written down from the notes on Kargo, request by request and without any of the
// facts that the engine prepares. It exists to disagree with the engine.
type model struct {
	world
	semantics avail.Semantics
}

// since reports whether the release is the one named or a later one of the list.
func (m model) since(release string) bool {
	order := []string{v11, v12, v132, v133, v17, v110, v111}
	return slices.Index(order, m.release) >= slices.Index(order, release)
}

func (m model) at() time.Time {
	return m.clock()
}

func (m model) strategy(s *kargo.Sources) kargo.Strategy {
	switch {
	case m.semantics == avail.All:
		return "All"
	case m.semantics == avail.Any || s.AvailabilityStrategy == "":
		return "OneOf"
	default:
		return s.AvailabilityStrategy
	}
}

// soaked is the check's idea of it.
func (m model) soaked(f *kargo.Freight, stage string, need *kargo.Duration) bool {
	if need == nil {
		return true
	}
	var longest time.Duration
	if verified, ok := f.Status.VerifiedIn.Get(stage); ok {
		longest = time.Duration(verified.LongestSoak)
		if in, ok := f.Status.CurrentlyIn.Get(stage); ok && in.Since != nil {
			longest = max(longest, m.at().Sub(*in.Since))
		}
	}
	return longest >= time.Duration(*need)
}

// aged is the old listing's idea of it.
func (m model) aged(f *kargo.Freight, stage string, need *kargo.Duration) bool {
	at := f.Status.VerifiedIn.At(stage).VerifiedAt.Time()
	return !at.IsZero() && at.Before(m.at().Add(-time.Duration(*need)))
}

// check is P.
func (m model) check(stage *kargo.Stage, f *kargo.Freight) bool {
	approved := f.Status.ApprovedFor.Has(stage.Metadata.Name)
	if approved && !m.since(v111) {
		return true
	}
	for i := range stage.Spec.RequestedFreight {
		if stage.Spec.RequestedFreight[i].Origin != f.Origin {
			continue
		}
		s := &stage.Spec.RequestedFreight[i].Sources
		if approved || s.Direct {
			return true
		}
		if !m.since(v133) {
			for _, up := range s.Stages {
				if f.Status.VerifiedIn.Has(up) {
					return m.soaked(f, up, s.RequiredSoakTime)
				}
			}
			continue
		}
		if m.strategy(s) == "All" {
			for _, up := range s.Stages {
				if !f.Status.VerifiedIn.Has(up) || !m.soaked(f, up, s.RequiredSoakTime) {
					return false
				}
			}
			return true
		}
		for _, up := range s.Stages {
			if f.Status.VerifiedIn.Has(up) && m.soaked(f, up, s.RequiredSoakTime) {
				return true
			}
		}
	}
	return false
}

// listing is L: names of Freight, or ok false where it fails.
func (m model) listing(stage *kargo.Stage) (names map[string]bool, ok bool) {
	names = map[string]bool{}
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if !slices.Contains(m.warehouses, request.Origin.Name) {
			return nil, false
		}
		for j := range m.freight {
			f := &m.freight[j]
			if f.Origin != request.Origin {
				continue
			}
			lists, ok := m.lists(stage, &request.Sources, f)
			if !ok {
				return nil, false
			}
			if lists {
				names[f.Metadata.Name] = true
			}
		}
		if !m.requestWorks(&request.Sources) {
			return nil, false
		}
	}
	return names, true
}

// requestWorks reports whether the listing gets through a request at all.
func (m model) requestWorks(s *kargo.Sources) bool {
	switch {
	case s.Direct:
		return true
	case m.follows(s) && len(s.Stages) == 0:
		return false
	case m.since(v132):
		return m.strategy(s) == "OneOf" || m.strategy(s) == "All"
	default:
		return true
	}
}

func (m model) follows(s *kargo.Sources) bool {
	return m.since(v110) && s.AutoPromotionOptions != nil && s.AutoPromotionOptions.SelectionPolicy == "MatchUpstream"
}

func (m model) lists(stage *kargo.Stage, s *kargo.Sources, f *kargo.Freight) (lists, ok bool) {
	if s.Direct {
		return true, true
	}
	if m.follows(s) && len(s.Stages) > 0 && !f.Status.CurrentlyIn.Has(s.Stages[0]) {
		return false, true
	}
	if f.Status.ApprovedFor.Has(stage.Metadata.Name) {
		return true, true
	}
	all := m.since(v132) && m.strategy(s) == "All"
	verified := func(up string) bool { return f.Status.VerifiedIn.Has(up) }
	switch {
	case all && len(s.Stages) == 0:
		return m.since(v110), true
	case all && slices.ContainsFunc(s.Stages, func(up string) bool { return !verified(up) }):
		return false, true
	case !all && !slices.ContainsFunc(s.Stages, verified):
		return false, true
	case s.RequiredSoakTime == nil || len(s.Stages) == 0:
		return true, true
	}
	soaked := map[string]bool{}
	for up := range f.Status.VerifiedIn.All() {
		if in, there := f.Status.CurrentlyIn.Get(up); m.since(v133) && there && in.Since == nil {
			return false, false // a nil pointer in Kargo
		}
		if m.since(v133) && m.soaked(f, up, s.RequiredSoakTime) || !m.since(v133) && m.aged(f, up, s.RequiredSoakTime) {
			soaked[up] = true
		}
	}
	if !all {
		return len(soaked) > 0, true
	}
	distinct := map[string]bool{}
	for _, up := range s.Stages {
		distinct[up] = true
		if !soaked[up] {
			return false, true
		}
	}
	return len(soaked) == len(distinct), true
}
