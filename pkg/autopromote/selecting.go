package autopromote

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Policy is a promotion policy that selects a Stage.
type Policy struct {
	// Index is its place among the Project's policies.
	Index int
	// Selector says for a person which Stages it selects.
	Selector string
	// Enabled is what it says; WindowsOnly that it says so by having promotion windows and
	// nothing else.
	Enabled     bool
	WindowsOnly bool
}

// Selecting returns the policies that select the Stage, in their order: the first one
// decides, the others are shadowed by it. A policy that cannot be understood ends
// the list, as it ends Kargo's search. Empty when the policies could not be read.
func Selecting(project *pipeline.Project, stage *kargo.Stage, rules avail.Rules) []Policy {
	if project.Unread(pipeline.Policies) {
		return nil
	}
	var list []Policy
	for i, policy := range policies(project, rules) {
		selects, err := selects(&policy, stage)
		if err != nil {
			break
		}
		if selects {
			list = append(list, Policy{i, selectorWords(&policy), policy.AutoPromotionEnabled, !policy.AutoPromotionEnabled && len(policy.PromotionWindows) > 0})
		}
	}
	return list
}

// PolicyWords says for a person which Stages a policy selects and what it says of them.
func PolicyWords(policy *kargo.PromotionPolicy) string {
	if policy.AutoPromotionEnabled {
		return selectorWords(policy) + ": on"
	}
	return selectorWords(policy) + ": off"
}

// selectorWords says which Stages a policy selects.
func selectorWords(policy *kargo.PromotionPolicy) string {
	selector := policy.StageSelector
	if selector == nil {
		return "stage: " + policy.Stage
	}
	var parts []string
	if selector.Name != "" {
		parts = append(parts, "name: "+selector.Name)
	}
	if labels := metav1.FormatLabelSelector(&metav1.LabelSelector{
		MatchLabels:      selector.MatchLabels,
		MatchExpressions: selector.MatchExpressions,
	}); labels != "<none>" {
		parts = append(parts, fmt.Sprintf("labels: %s", labels))
	}
	if len(parts) == 0 {
		return "every Stage"
	}
	return strings.Join(parts, ", ")
}
