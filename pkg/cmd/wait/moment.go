package wait

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
)

// moment is what is known at one instant of what is waited for.
type moment struct {
	// evaluator is nil while the Project has no Stage.
	evaluator *avail.Evaluator
	// stage and freight are nil while they are not there.
	stage   *avail.Stage
	freight *kargo.Freight
	// missing are the Stages, of those that matter, which were there before and are gone
	// or being deleted.
	missing []string
	lost    *live.Staleness
}

// target is one Stage for which the condition is waited for.
type target struct {
	*waiting
	stage string
	// known has the Stages that matter, once they were there.
	known map[string]bool
	// last is what was seen last.
	last *moment
	// ended says that the wait for this Stage is over: met says how, failure why not.
	ended, met bool
	failure    string
}

// look finds what is waited for in what is known.
func (t *target) look(in *load.Input, lost *live.Staleness) *moment {
	m := &moment{lost: lost}
	if len(in.Projects) == 0 {
		m.missing = []string{t.stage}
		return m
	}
	m.evaluator = in.Projects[0]
	m.stage = m.evaluator.Stage(t.stage)
	for _, f := range m.evaluator.Project().Freight() {
		if f.Metadata.Name == t.freight.name {
			m.freight = f
			t.freight.alias = f.Alias
		}
	}
	m.missing = t.missing(m.evaluator)
	return m
}

// missing returns the Stages, of the one that is asked about and its upstreams, that
// were there earlier in this wait and are not now. They may be about to be recreated.
func (t *target) missing(e *avail.Evaluator) []string {
	chain := []string{t.stage}
	for i := 0; i < len(chain); i++ {
		stage := e.Project().Stage(chain[i])
		if stage == nil {
			continue
		}
		t.known[chain[i]] = true
		for _, request := range stage.Spec.RequestedFreight {
			for _, name := range request.Sources.Stages {
				if !slices.Contains(chain, name) {
					chain = append(chain, name)
				}
			}
		}
	}
	var missing []string
	for name := range t.known {
		if stage := e.Project().Stage(name); stage == nil || stage.Metadata.DeletionTimestamp != nil {
			missing = append(missing, name)
		}
	}
	return missing
}

// turn returns the next instant at which the answer may change by itself; zero when
// there is none.
func (m *moment) turn() time.Time {
	if m.stage == nil || m.freight == nil {
		return time.Time{}
	}
	if turns := m.stage.Turns(m.freight); len(turns) > 0 {
		return turns[0]
	}
	return time.Time{}
}

// isMet reports whether the condition is known to hold.
func (m *moment) isMet(c condition) bool {
	return m.lost == nil && m.stage != nil && m.freight != nil && c.isMet(m.stage, m.freight)
}

// never says why the condition will not hold, "" while it may.
func (t *target) never(m *moment) string {
	switch {
	case t.options.ignoreImpossible, m.lost != nil, m.evaluator == nil:
		return ""
	case m.freight == nil:
		return fmt.Sprintf("%s was deleted: it will never be %s", t.freight.title(), t.what())
	case m.stage == nil, len(m.missing) > 0:
		return ""
	}
	unless, is := t.options.condition.hopeless(m.stage, m.freight)
	switch {
	case !is:
		return ""
	case len(unless) == 0:
		return fmt.Sprintf("%s will never be %s: %s", t.freight.title(), t.what(), t.reason(m))
	default:
		return fmt.Sprintf("%s will never be %s, unless %s", t.freight.title(), t.what(), strings.Join(unless, ", or "))
	}
}

// reason says why the condition does not hold, as far as that is known.
func (t *target) reason(m *moment) string {
	var reason string
	switch {
	case m.stage == nil:
		reason = fmt.Sprintf("Stage %s is gone", t.stage)
	case m.freight == nil:
		reason = "it was deleted"
	default:
		reason = t.options.condition.reason(m.evaluator, m.stage, m.freight)
	}
	if m.lost != nil {
		reason += fmt.Sprintf("; this is as of %s, when the connection to %s was lost: %s",
			m.lost.Since.UTC().Format(time.RFC3339), t.live.Where(), load.DescribeLoss(m.lost.Err))
	}
	return reason
}

// what is what the Freight is to be, such as "available to Stage prod".
func (t *target) what() string { return t.options.condition.of("Stage " + t.stage) }
