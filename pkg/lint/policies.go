package lint

import (
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// policy is one promotion policy of a Project.
type policy struct {
	*kargo.PromotionPolicy
	index  int
	config *Object
	// stages are those that it selects, and decides those of them that it decides about, as
	// it is the first one.
	stages, decides []string
	// words say which Stages it selects; "" when it selects none.
	words string
	// fails says why its selector cannot be understood; "" when it can.
	fails string
}

func (p policy) place() Place { return p.config.at(policyPath(p.config, p.index)) }

func (p policy) path(parts ...any) []any {
	return append([]any{"spec", "promotionPolicies", p.index}, parts...)
}

// selector is what the policy selects by, as it is written.
func (p policy) selector() string {
	switch {
	case p.StageSelector == nil:
		return p.Stage
	case p.StageSelector.Name != "":
		return p.StageSelector.Name
	default:
		return "its labels"
	}
}

// exact returns the one name that the policy is for; "" when it is for more or less.
func (p policy) exact() string {
	switch s := p.StageSelector; {
	case s == nil:
		return p.Stage
	case strings.Contains(s.Name, ":") || len(s.MatchLabels)+len(s.MatchExpressions) > 0:
		return ""
	default:
		return s.Name
	}
}

// judgedPolicies returns the policies in force, with the Stages that the engine says they
// select.
func (p *Project) judgedPolicies() []policy {
	config := p.config()
	if config == nil {
		return nil
	}
	var list []policy
	for i, one := range p.policies() {
		judged := policy{PromotionPolicy: &one, index: i, config: config}
		alone := p.withPolicies(one)
		for _, stage := range p.Stages {
			selecting := autopromote.Selecting(alone, stage, p.live.Rules())
			if len(selecting) > 0 {
				judged.stages = append(judged.stages, stage.Metadata.Name)
				judged.words = selecting[0].Selector
			}
			if p.auto(stage).Policy == i {
				judged.decides = append(judged.decides, stage.Metadata.Name)
			}
		}
		if len(p.Stages) > 0 {
			if _, err := autopromote.SwitchOf(alone, p.Stages[0], p.live.Rules()); err != nil {
				_, why, _ := strings.Cut(err.Error(), ": ")
				judged.fails = why
			}
		}
		list = append(list, judged)
	}
	return list
}

// selected returns the Stages that a policy selects by itself.
func (p *Project) selected(one kargo.PromotionPolicy) []string {
	var names []string
	alone := p.withPolicies(one)
	for _, stage := range p.Stages {
		if len(autopromote.Selecting(alone, stage, p.live.Rules())) > 0 {
			names = append(names, stage.Metadata.Name)
		}
	}
	return names
}

// withPolicies returns the Project with these policies and no others.
func (p *Project) withPolicies(policies ...kargo.PromotionPolicy) *pipeline.Project {
	alone := *p.Project
	spec := &kargo.ProjectSpec{PromotionPolicies: policies}
	if alone.Config != nil {
		alone.Config = spec
	} else {
		alone.Spec = spec
	}
	return &alone
}

// understood returns the policies before the first one that cannot be understood: Kargo
// looks at no others.
func understood(policies []policy) []policy {
	if i := slices.IndexFunc(policies, func(p policy) bool { return p.fails != "" }); i >= 0 {
		return policies[:i]
	}
	return policies
}

func onOff(enabled bool) string {
	if enabled {
		return "on"
	}
	return "off"
}
