package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// loose are fields of a request that stand where Kargo does not look for them.
type loose struct {
	Strategy jsontext.Value `json:"availabilityStrategy"`
	SoakTime jsontext.Value `json:"requiredSoakTime"`
}

// names returns the fields that are there.
func (l loose) names() []string {
	var names []string
	if l.Strategy != nil {
		names = append(names, "availabilityStrategy")
	}
	if l.SoakTime != nil {
		names = append(names, "requiredSoakTime")
	}
	return names
}

// warnMisplaced warns of settings of a Stage that Kargo ignores, as they do not stand in
// the sources of a request. An API server would have dropped them.
func (c *collection) warnMisplaced(o *object) {
	var stage struct {
		Spec struct {
			loose
			RequestedFreight []struct {
				loose
				Origin loose `json:"origin"`
			} `json:"requestedFreight"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(o.text, &stage); err != nil {
		return // the reading itself says so
	}
	warn := func(at jsontext.Pointer, where string, found loose) {
		for _, name := range found.names() {
			line := o.lineAt(int64(strings.Index(string(o.text), name)), at+jsontext.Pointer("/"+name))
			c.warnings = append(c.warnings, o.place.at(line).errorf(
				"%s%s.%s: Kargo does not know it there and ignores it: it belongs in the sources of a request", o.title(), where, name).Error())
		}
	}
	warn("/spec", "spec", stage.Spec.loose)
	for i, request := range stage.Spec.RequestedFreight {
		at, where := jsontext.Pointer(fmt.Sprintf("/spec/requestedFreight/%d", i)), fmt.Sprintf("spec.requestedFreight.%d", i)
		warn(at, where, request.loose)
		warn(at+"/origin", where+".origin", request.Origin)
	}
}

// oddities says what in a Project looks like a mistake, or like another Kargo.
func oddities(p *pipeline.Objects) []string {
	said := slices.Concat(outdated(p), pickyMatches(p), namelessPolicies(p))
	if len(p.Freight) == 0 {
		said = append(said, ghosts(p)...)
	}
	return said
}

// outdated tells of objects as Kargo had them before v1.0.
func outdated(p *pipeline.Objects) []string {
	var said []string
	var old []string
	for i := range p.Stages {
		if p.Stages[i].Spec.PromotionMechanisms != nil {
			old = append(old, p.Stages[i].Metadata.Name)
		}
	}
	if len(old) > 0 {
		said = append(said, fmt.Sprintf("Project %q: promotionMechanisms are of Kargo v0.9 and older; later ones do not know them, and Stages without steps are control-flow Stages there: %s", p.Project, listed(old)))
	}
	without := 0
	for i := range p.Freight {
		if p.Freight[i].Origin == (kargo.Origin{}) {
			without++
		}
	}
	if without > 0 {
		said = append(said, fmt.Sprintf("Project %q: %s without an origin, as before Kargo v0.9: no Stage can request it", p.Project, quantity(without, "piece of Freight is", "pieces of Freight are")))
	}
	return said
}

// pickyMatches tells of requests with a selection policy that Kargo's webhook refuses.
func pickyMatches(p *pipeline.Objects) []string {
	var said []string
	for i := range p.Stages {
		for j, request := range p.Stages[i].Spec.RequestedFreight {
			if n := len(request.Sources.Stages); request.Sources.MatchesUpstream() && n != 1 {
				said = append(said, fmt.Sprintf("Stage %q of Project %q: spec.requestedFreight.%d: MatchUpstream needs exactly one upstream Stage, and there are %d: Kargo's webhook refuses that",
					p.Stages[i].Metadata.Name, p.Project, j, n))
			}
		}
	}
	return said
}

// namelessPolicies warns about promotion policies that name a missing Stage.
func namelessPolicies(p *pipeline.Objects) []string {
	if p.Config == nil {
		return nil
	}
	known := stageNames(p)
	var said []string
	for i, policy := range p.Config.PromotionPolicies {
		name := policy.Stage
		if policy.StageSelector != nil {
			name = policy.StageSelector.Name
		}
		if name != "" && !strings.Contains(name, ":") && !known[name] {
			said = append(said, fmt.Sprintf("ProjectConfig of Project %q: spec.promotionPolicies.%d is for Stage %q, which is not in the files", p.Project, i, name))
		}
	}
	return said
}

// ghosts tells of upstreams and Warehouses that are not there. Where there is Freight, its
// blockers do.
func ghosts(p *pipeline.Objects) []string {
	known, missing := stageNames(p), map[string][]string{}
	for i := range p.Stages {
		name := p.Stages[i].Metadata.Name
		for _, request := range p.Stages[i].Spec.RequestedFreight {
			for _, upstream := range request.Sources.Upstreams() {
				if !known[upstream] {
					note(missing, fmt.Sprintf("no Stage %q in Project %q, which is upstream of ", upstream, p.Project), name)
				}
			}
			if !p.Unread.Has(pipeline.Warehouses) && !slices.Contains(p.Warehouses, request.Origin.Name) {
				note(missing, fmt.Sprintf("no Warehouse %q in Project %q, whose Freight is requested by ", request.Origin.Name, p.Project), name)
			}
		}
	}
	var said []string
	for _, what := range slices.Sorted(maps.Keys(missing)) {
		said = append(said, what+listed(missing[what]))
	}
	return said
}

func note(to map[string][]string, key, name string) {
	if !slices.Contains(to[key], name) {
		to[key] = append(to[key], name)
	}
}

func stageNames(p *pipeline.Objects) map[string]bool {
	names := make(map[string]bool, len(p.Stages))
	for i := range p.Stages {
		names[p.Stages[i].Metadata.Name] = true
	}
	return names
}

// listed names the first of many things.
func listed(names []string) string { return strings.Join(firstOf(names, "more"), ", ") }
